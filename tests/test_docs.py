"""The docs are true: what is generated is fresh, what is shown works, both languages agree."""

import re
import runpy
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import click
import pytest

from benchmarks.__main__ import BENCHES
from fleet.cli.group import fleet
from fleet.life.faults.catalogue import CATALOGUE
from fleet.life.states import State
from fleet.profile import json_schema, names, parse
from fleet.profile.indicators import FIGURES, LATENCIES
from fleet.proof.proofs import PROOFS
from fleet.watch.summary import EXIT_CODES

ROOT = Path(__file__).parent.parent
SCHEMA: dict[str, Any] = json_schema()
READMES = ("README.md", "README.zh-CN.md")
PAGES = [
    str(path.relative_to(ROOT))
    for folder in ("", "docs", "benchmarks", "dashboards", "dashboards/stack/targets")
    for path in sorted((ROOT / folder).glob("*.md"))
]


def blocks(name: str, language: str) -> list[str]:
    """Return the fenced blocks of a page in one language; "" is none."""
    text = (ROOT / name).read_text(encoding="utf-8")
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [block for tongue, block in fenced if tongue == language]


def test_the_page_of_life_is_fresh() -> None:
    """docs/life.md is what the table in the code makes; `make contract` writes it anew."""
    page = runpy.run_path(str(ROOT / "docs" / "life.py"))["page"]()
    assert (ROOT / "docs" / "life.md").read_text(encoding="utf-8") == page


def test_the_page_of_metrics_is_fresh() -> None:
    """docs/metrics.md is what the declaration makes; `make contract` writes it anew."""
    page = runpy.run_path(str(ROOT / "docs" / "metrics.py"))["page"]()
    assert (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8") == page


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


def test_both_languages_show_the_same_outputs() -> None:
    """What commands print stands alike in the two READMEs, and so do their pictures."""
    english, chinese = (blocks(name, "") for name in READMES)
    assert english == chinese != []
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in READMES]
    pictures = [re.findall(r"\]\((docs/pictures/[^)]+)\)", text) for text in texts]
    assert pictures[0] == pictures[1] != []


def targets(text: str) -> list[str]:
    """Return what a page links to within this repository, a picture within a link included."""
    return [each for each in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in each]


def anchors(path: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    """Every relative link in a page names a file that is there, and a heading in it."""
    page = ROOT / name
    for target in targets(page.read_text(encoding="utf-8")):
        file, _, anchor = target.partition("#")
        found = page.parent / file if file else page
        assert found.exists(), target
        assert not anchor or anchor in anchors(found), target


@pytest.mark.parametrize("name", PAGES)
def test_files_that_are_named_are_there(name: str) -> None:
    """Every path of this repository that stands in code font is there."""
    text = (ROOT / name).read_text(encoding="utf-8")
    named = re.findall(r"`((?:fleet|tests|docs|dashboards|benchmarks|profiles)/[\w./-]+)", text)
    there = [path for path in named if (ROOT / path.rstrip("./")).exists()]
    assert [path for path in named if path not in there and path != "fleet/v1/"] == []  # a topic


def commands(name: str) -> list[list[str]]:
    """Return the words of each `fleet` command that a page shows, its comment left out."""
    text = (ROOT / name).read_text(encoding="utf-8")
    shown = "\n".join([*blocks(name, "sh"), *blocks(name, "")]).splitlines()
    shown += re.findall(r"`(fleet [^`\n]+)`", text)
    return [
        re.sub(r"'[^']*'", "X", re.sub(r"\s+#.*", "", line)).split()[1:]
        for line in shown
        if line.startswith("fleet ")
    ]


def stranger(words: list[str]) -> str:
    """Return the first of the words after `fleet` that the program does not know; "" for none."""
    command: click.Command = fleet
    context = click.Context(command)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        several, *words = words
        found = [command.get_command(context, each) for each in several.split("|")]
        if None in found:
            return several
        command = next(each for each in found if each)
    known = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
    flags = [each for each in words if each.startswith("--") and each != "--help"]
    return next((each for each in flags if each not in known), "")


@pytest.mark.parametrize("name", PAGES)
def test_commands_that_are_shown_are_there(name: str) -> None:
    """Every command of `fleet` in a page, and each of its flags, is one of the program's."""
    for words in commands(name):
        assert stranger(words) == "", " ".join(words)


@pytest.mark.parametrize("verb", ["", *fleet.list_commands(click.Context(fleet))])
def test_commands_that_help_shows_are_there(verb: str) -> None:
    """A command that a help text shows is one of the program's, and fits 80 columns."""
    context = click.Context(fleet)
    command = fleet.get_command(context, verb) if verb else fleet
    assert command
    shown = re.findall(r"^\s*(fleet .*)$", command.help or "", re.MULTILINE)
    assert [line for line in shown if len(line) > 78] == []
    assert r"\b" not in (command.help or "")  # a mark for click, not for readers
    for line in shown:
        words = re.sub(r"'[^']*'", "X", re.sub(r"   .*", "", line)).split()[1:]
        assert stranger(words) == "", line


def test_a_stale_command_is_noticed() -> None:
    """A command or a flag that is not there does not pass; and commands are found at all."""
    assert stranger(["walk", "demo"]) == "walk"
    assert stranger(["run", "demo", "--sed", "7"]) == "--sed"
    assert stranger(["profile", "list|shew"]) == "list|shew"
    assert ["run", "bad-update", "--out", "runs/bad-update"] in commands("README.md")


@pytest.mark.parametrize("name", PAGES)
def test_verbs_of_make_are_there(name: str) -> None:
    """Every `make VERB` of a page is in the Makefile, and what it is told to measure exists."""
    text = (ROOT / name).read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    verbs = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"(?:`|^ *)make ([a-z][a-z-]*)", text, re.MULTILINE)) - verbs == set()
    asked = re.findall(r"make bench ARGS=\"?([a-z0-9 -]+)", text)
    benches = {word for words in asked for word in words.split() if not word.startswith("-")}
    assert {word for word in benches if not re.fullmatch(r"\d+x\d+", word)} <= set(BENCHES)


@pytest.mark.parametrize(("name", "begin"), [("README.md", "- **Speed.**"),
                                              ("README.zh-CN.md", "- **速度。**")])  # fmt: skip
def test_figures_of_speed_are_measured(name: str, begin: str) -> None:
    """Each figure that a README gives for speed stands in the first table of the benchmarks."""
    (line,) = [each for each in (ROOT / name).read_text("utf-8").splitlines() if begin in each]
    table = (ROOT / "benchmarks" / "README.md").read_text("utf-8").partition("## To run it")[0]
    measured = set(re.findall(r"\d[\d,.]*\d", table))
    assert len(given := set(re.findall(r"\d[\d,.]*\d", line))) > 5
    assert given - measured == set()


def schemas(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what a part of a profile's schema may be: references, alternatives, items."""
    while "$ref" in node:
        node = SCHEMA["$defs"][node["$ref"].rsplit("/", 1)[1]]
    yield node
    for each in (*node.get("anyOf", ()), *node.get("oneOf", ())):
        yield from schemas(each)
    if isinstance(node.get("items"), dict):
        yield from schemas(node["items"])


def is_key(path: str) -> bool:
    """Return whether a profile may have a key at this dotted path."""
    nodes = [SCHEMA]
    for key in path.split("."):
        found = [each for node in nodes for each in schemas(node)]
        named = [each["properties"][key] for each in found if key in each.get("properties", {})]
        any_name = (each.get("additionalProperties") for each in found)
        nodes = named + [each for each in any_name if isinstance(each, dict)]
    return bool(nodes)


@pytest.mark.parametrize("name", PAGES)
def test_keys_of_profiles_are_there(name: str) -> None:
    """Every section and every key of a profile that a page names is one."""
    text = (ROOT / name).read_text(encoding="utf-8")
    named = re.findall(r"`\[{1,2}([a-z_.]+)\]{1,2}[`\s]", text)
    dotted = re.findall(r"`([a-z_]+(?:\.[a-z_]+)+)`", text)
    named += [each for each in dotted if each.split(".")[0] in SCHEMA["properties"]]
    indicators = {figure.name for figure in FIGURES}
    assert [each for each in named if each not in indicators and not is_key(each)] == []


def test_a_stale_key_is_noticed() -> None:
    """A key that no profile may have does not pass."""
    assert is_key("tms.order_lead")
    assert is_key("estate.regions.cells")
    assert not is_key("tms.order_lag")
    assert not is_key("estates")


def test_counts_in_words_are_counts() -> None:
    """What the README counts is counted right."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rules = (ROOT / "dashboards" / "rules" / "fleet.rules.yml").read_text(encoding="utf-8")
    assert ("twenty-five that come along" in text) == (len(names()) == 25)
    assert ("nine alerts" in text) == (rules.count("alert:") == 9)
    assert ("thirteen proofs" in text) == (len(PROOFS) == 13)
    assert (f"**{len(CATALOGUE)} kinds of fault**") in text


def test_the_index_names_every_page() -> None:
    """docs/README.md leads to each page beside it."""
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert pages - set(re.findall(r"\]\(([^)#\s]+)\)", index)) == set()


def test_the_terms_in_chinese_are_all_there() -> None:
    """Every state, fault, latency and verdict has its line, each once, and no other has."""
    text = (ROOT / "docs" / "terms.zh-CN.md").read_text(encoding="utf-8")
    first = re.findall(r"^\| `?([\w-]+)`? \| \S", text, re.MULTILINE)
    codes = [each for each in first if re.fullmatch(r"[A-Z]+-\d+", each)]
    assert codes == list(CATALOGUE)
    for term in (*(state.value for state in State), *(latency.name for latency in LATENCIES)):
        assert first.count(term) == 1, term
    exits = {*re.findall(r"^\| [\w ]+ \| .* \| (\d+) \|$", text, re.MULTILINE)}
    assert exits == {str(code) for code in EXIT_CODES.values()}


def test_the_page_of_load_names_every_indicator() -> None:
    """docs/load.md explains each latency and each figure, and its profiles load."""
    text = (ROOT / "docs" / "load.md").read_text(encoding="utf-8")
    names = [latency.name for latency in LATENCIES] + [figure.name for figure in FIGURES]
    for name in names:
        assert f"`{name}`" in text, name
    for block in blocks("docs/load.md", "toml"):
        parse(block if "schema" in block else f'schema = 1\nname = "x"\n{block}')


def test_a_film_shows_each_screen_and_fetches_nothing() -> None:
    """Each screen is a group with its own turn; one is the poster, seen where nothing moves."""
    film = runpy.run_path(str(ROOT / "docs" / "film.py"))["film"]
    svg: str = film(["\x1b[31mone\x1b[0m\n", "two\nlines", "three"], "a title", 20)
    ET.fromstring(svg)  # noqa: S314 - our own
    assert re.findall(r'<g class="(s s\d)">', svg) == ["s s0", "s s1", "s s2"]
    assert [word in svg for word in (">one<", ">two<", ">lines<", ">three<")] == [True] * 4
    assert re.findall(r"^\.s(\d)\{visibility:visible\}", svg, re.MULTILINE) == ["1"]
    assert "url(http" not in svg


@pytest.mark.parametrize("name", [*READMES, "docs/load.md"])
def test_the_picture_of_the_search_is_of_the_table_beside_it(name: str) -> None:
    """Each row of the search that is shown is a point of the picture, and no other is."""
    (table,) = [block for block in blocks(name, "") if block.startswith("terminals  messages/s")]
    rows = re.findall(r"^ +([\d,]+) .* (held|server) .*?([\d.,]+ m?s) ", table, re.MULTILINE)
    picture = (ROOT / "docs/pictures/capacity.svg").read_text(encoding="utf-8")
    points = re.findall(r"<title>([\d,]+): ([^<]+), (\w+)</title>", picture)
    assert [(load, value, outcome) for load, outcome, value in rows] == points != []


def test_the_profile_of_the_capacity_test_is_the_file() -> None:
    """docs/load.md prints the profile that its command and the READMEs' are given."""
    file = (ROOT / "docs/examples/slow-tms.toml").read_text(encoding="utf-8")
    assert re.sub(r"^#.*\n", "", file) in blocks("docs/load.md", "toml")


@pytest.mark.parametrize("name", PAGES)
def test_files_that_commands_are_given_are_there(name: str) -> None:
    """A command's profile that is a path of this repository is there."""
    given = [word for words in commands(name) for word in words if word.startswith("docs/")]
    assert [path for path in given if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("name", [*PAGES, "fleet/proof/evidence.py", "fleet/report/page.py"])
def test_what_pip_is_told_to_install_is_there(name: str) -> None:
    """An extra that is named exists, and no page takes from an index what is not published."""
    text = (ROOT / name).read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    told = re.findall(r"pip install ([^\n`]*)", text)
    assert [each for each in told if project["name"] in each] == []
    extras = {extra for each in told for extra in re.findall(r"\.\[(\w+)\]", each)}
    assert extras <= set(project["optional-dependencies"])
