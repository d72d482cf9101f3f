"""The page of a capacity search holds what the search found, and needs nothing from outside."""

import json
from html import unescape
from pathlib import Path

import msgspec
import pytest

from fleet.capacity.search import Outcome, Step
from fleet.capacity.state import STATE_FILE, State
from fleet.report.errors import ReportError
from fleet.report.page import render
from fleet.report.search_page import is_search, search_page
from tests.cli.commands import fleet_here
from tests.report.records import make_record
from tests.report.test_pages import Balance

OBJECTIVE = "heartbeat_ack.p50 < 200ms"


def make_search(folder: Path, *steps: tuple[int, Outcome], done: bool = True) -> Path:
    """Write the folder of a search that tried these loads."""
    folder.mkdir()
    tried = [
        Step(load, outcome, "" if outcome == "held" else f"<{load}> was too much",
             {OBJECTIVE: 1_000.0 * load}, 20.0 * load, 0.1, 5.0, f"elsewhere/{number:02}-{load}")
        for number, (load, outcome) in enumerate(steps, 1)
    ]  # fmt: skip
    state = State(
        "sha256:00", 7, 30, 120, 0.05, (OBJECTIVE,), tried, done=done, name="slow-tms",
        warm_up_ms=5_000, hold_ms=15_000,
    )  # fmt: skip
    (folder / STATE_FILE).write_bytes(msgspec.json.encode(state))
    return folder


@pytest.mark.parametrize(
    ("steps", "tone", "words"),
    [
        ([(30, "held"), (60, "server"), (45, "held")], "good", "45 terminals"),
        ([(30, "server")], "bad", "Not even the fewest terminals kept the objectives"),
        ([(30, "held"), (60, "generator"), (60, "generator")], "doubtful", "The generator gave"),
    ],
)
def test_what_was_found_comes_first(
    tmp_path: Path, steps: list[tuple[int, Outcome]], tone: str, words: str
) -> None:
    """The banner has the limit, or says why there is none; then come curve and steps."""
    page = search_page(make_search(tmp_path / "search", *steps))
    assert page.banner.tone == tone
    assert page.banner.words.startswith(words)
    html = unescape(render(page))
    assert html.index(page.banner.words) < html.index("<svg") < html.index("Loads that were tried")
    for load, _ in steps:
        assert f"{load:,}" in html


def test_the_page_stands_alone(tmp_path: Path) -> None:
    """Every tag is closed, reasons are escaped, and nothing is fetched from anywhere."""
    html = render(search_page(make_search(tmp_path / "search", (30, "held"), (60, "network"))))
    balance = Balance()
    balance.feed(html)
    assert balance.open == []
    assert balance.fetched == []
    assert "&lt;60&gt; was too much" in html
    assert "5s of warm-up and 15s of hold" in html


def test_steps_bring_their_latencies(tmp_path: Path) -> None:
    """Where the steps' records are, wherever the folder has been moved, they are read."""
    folder = make_search(tmp_path / "search", (30, "held"), (60, "server"))
    (folder / "steps").mkdir()
    make_record(folder / "steps" / "01-30")
    html = render(search_page(folder))
    table = html[html.index("99th percentiles") :]
    assert "sign_in" in table.partition("</table>")[0]
    assert "mqtt://127.0.0.1:1883" in html


def test_the_command_knows_a_search(tmp_path: Path) -> None:
    """`fleet report` writes the page into the search's folder; a broken-off search says so."""
    folder = make_search(tmp_path / "search", (30, "held"), done=False)
    assert is_search(folder)
    done = fleet_here("report", folder)
    assert (done.returncode, done.stdout) == (0, f"{folder / 'report.html'}\n")
    assert "Not finished: the same command goes on with it" in (folder / "report.html").read_text()


def test_a_damaged_state_is_told(tmp_path: Path) -> None:
    """A state that cannot be read is named; no page is written."""
    folder = make_search(tmp_path / "search", (30, "held"))
    (folder / STATE_FILE).write_text(json.dumps({"steps": 3}))
    with pytest.raises(ReportError, match=r"capacity\.json is damaged or of another version"):
        search_page(folder)
