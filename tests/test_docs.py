"""The docs are true: what is generated is fresh, what is shown works, both languages agree."""

import re
import runpy
from pathlib import Path

import pytest

from fleet.profile import parse
from fleet.profile.indicators import FIGURES, LATENCIES

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.zh-CN.md")


def blocks(name: str, language: str) -> list[str]:
    """Return the fenced blocks of a page in one language."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def test_the_page_of_life_is_fresh() -> None:
    """docs/life.md is what the table in the code makes; `make contract` writes it anew."""
    page = runpy.run_path(str(ROOT / "docs" / "life.py"))["page"]()
    assert (ROOT / "docs" / "life.md").read_text(encoding="utf-8") == page


def test_the_page_of_profiles_is_fresh() -> None:
    """docs/profiles.md is what the profiles and the code make; `make contract` writes it anew."""
    page = runpy.run_path(str(ROOT / "docs" / "profiles.py"))["page"]()
    assert (ROOT / "docs" / "profiles.md").read_text(encoding="utf-8") == page


def test_the_profiles_shown_in_the_page_of_profiles_are_profiles() -> None:
    """Each block of TOML there loads, by itself or within a small profile."""
    whole, cause = blocks("docs/profiles.md", "toml")
    assert parse(whole).estate.terminals == 400
    assert parse(f'schema = 1\nname = "x"\nextends = "steady"\n{cause}').causes[0].name == "routers"


def test_the_profile_shown_beside_the_sign_in_is_a_profile() -> None:
    """The block of TOML there loads, and asks for what the page says."""
    (text,) = blocks("docs/power-and-sign-in.md", "toml")
    profile = parse(text)
    assert profile.security_reboot is not None
    assert profile.tms.sign_in_refusals == {"77": 0.05, "62": 0.01}


def test_the_page_of_faults_is_fresh() -> None:
    """docs/faults.md is what the catalogue makes; `make contract` writes it anew."""
    page = runpy.run_path(str(ROOT / "docs" / "faults.py"))["page"]()
    assert (ROOT / "docs" / "faults.md").read_text(encoding="utf-8") == page


@pytest.mark.parametrize("name", READMES)
def test_the_profile_shown_is_a_profile(name: str) -> None:
    """The profile in the README loads."""
    (text,) = blocks(name, "toml")
    assert parse(text).name == "corner-shops"


def test_both_languages_show_the_same_commands() -> None:
    """The commands in the two READMEs are the same, but for their comments."""
    english, chinese = (
        [re.sub(r"\s*#.*", "", line) for block in blocks(name, "sh") for line in block.splitlines()]
        for name in READMES
    )
    assert english == chinese


@pytest.mark.parametrize(
    "name",
    [
        str(path.relative_to(ROOT))
        for folder in (ROOT, ROOT / "docs", ROOT / "benchmarks")
        for path in sorted(folder.glob("*.md"))
    ],
)
def test_links_lead_somewhere(name: str) -> None:
    """Every relative link in a page names a file that is there."""
    text = (ROOT / name).read_text(encoding="utf-8")
    targets = [t for t in re.findall(r"\]\(([^)#\s]+)\)", text) if "://" not in t]
    folder = (ROOT / name).parent
    assert [target for target in targets if not (folder / target).exists()] == []


def test_the_index_names_every_page() -> None:
    """docs/README.md leads to each page beside it."""
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert pages - set(re.findall(r"\]\(([^)#\s]+)\)", index)) == set()


def test_the_page_of_load_names_every_indicator() -> None:
    """docs/load.md explains each latency and each figure, and its profiles load."""
    text = (ROOT / "docs" / "load.md").read_text(encoding="utf-8")
    names = [latency.name for latency in LATENCIES] + [figure.name for figure in FIGURES]
    for name in names:
        assert f"`{name}`" in text, name
    for block in blocks("docs/load.md", "toml"):
        parse(block if "schema" in block else f'schema = 1\nname = "x"\n{block}')
