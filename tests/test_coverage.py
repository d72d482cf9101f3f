"""Everything on the list of what a terminal does is answered by code and a test that exist."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[1] / "docs" / "coverage.py"


@pytest.fixture(scope="module")
def coverage() -> ModuleType:
    """The script that writes the page."""
    spec = importlib.util.spec_from_file_location("docs_coverage", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_every_entry_is_answered(coverage: ModuleType) -> None:
    """No item, state, step, fault or scenario is without an answer, and no answer without one."""
    keys = {entry.key for entry in coverage.entries()}
    assert set(coverage.answers()) == keys


def test_every_answer_is_true(coverage: ModuleType) -> None:
    """Each file and each name that an answer speaks of exists; what is left out says why."""
    wrong = {key: coverage.complaint(answer) for key, answer in coverage.answers().items()}
    assert {key: said for key, said in wrong.items() if said} == {}


@pytest.mark.timeout(120)
def test_every_named_test_can_be_run(coverage: ModuleType) -> None:
    """Pytest finds each test of the page by its name, with its case where one is named."""
    named = sorted({answer.test for answer in coverage.answers().values() if answer.test})
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *named],
        check=False, capture_output=True, text=True, timeout=100, cwd=coverage.ROOT,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout[-2_000:] + found.stderr[-2_000:]


def test_the_page_is_fresh(coverage: ModuleType) -> None:
    """The committed page is what the script writes."""
    assert SCRIPT.with_suffix(".md").read_text(encoding="utf-8") == coverage.page()


def test_a_wrong_answer_is_seen(coverage: ModuleType) -> None:
    """A name that no file holds, a file that is not there and a missing reason are told."""
    answer = coverage.Answer
    assert "holds no" in coverage.complaint(answer("fleet/units.py::no_such", "fleet/units.py"))
    assert "no file" in coverage.complaint(answer("fleet/nowhere.py", "fleet/units.py"))
    assert "without a reason" in coverage.complaint(answer("", ""))
