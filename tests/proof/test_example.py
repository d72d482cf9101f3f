"""The worked example of the docs runs, learns something, and shows the trap of censoring."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import environment

EXAMPLE = Path(__file__).parents[2] / "docs/examples/baseline.py"


@pytest.mark.slow
def test_the_example_runs(sound: Path) -> None:
    """Better than chance; and lives seem shorter to who sees only failures, and no age."""
    done = subprocess.run(
        [sys.executable, EXAMPLE, sound, "SW-702"],
        check=False, capture_output=True, text=True, timeout=100,
        env=environment(OMP_NUM_THREADS="1"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = re.search(r"AUC ([\d.]+),.*\nmedian life (\d+) h;.*, (\d+) h", done.stdout)
    assert found, done.stdout
    auc, whole, trapped = map(float, found.groups())
    assert auc > 0.6
    assert whole == pytest.approx(299, rel=0.15)  # 18 d x ln 2
    assert trapped < 0.8 * whole
