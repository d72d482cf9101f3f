"""Pages of runs hold what the record holds, and need nothing from outside."""

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from fleet.report.charts import Axis, Band, Line, lines
from fleet.report.comparison import comparison_page
from fleet.report.errors import ReportError
from fleet.report.page import Banner, Cell, Page, Section, Table, render
from fleet.report.record import Record, is_run
from fleet.report.run_page import run_page
from fleet.report.verdict import VERDICTS
from fleet.watch.ruling import Verdict
from tests.cli.commands import fleet_command, fleet_here
from tests.report.records import SECONDS, make_record

VOID = {"meta", "br", "hr", "img", "input", "link"}


class Balance(HTMLParser):
    """Complains of a tag that is not closed, and of anything fetched from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name in {"src", "href", "xlink:href"} and value and not value.startswith("#"):
                self.fetched.append(value)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The record of a small run."""
    return make_record(tmp_path_factory.mktemp("runs") / "one")


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    """Its page."""
    return render(run_page(Record(folder)))


def test_words_stand_left_and_figures_right() -> None:
    """A column with any word in it is set flush left, its heading too; one of figures is not."""
    rows: list[list[Cell | str]] = [
        ["30", "held", "8.8 ms", ""],
        ["54", Cell("gave way", "bad"), "-", "too late"],
    ]
    table = Table("Steps", ("terminals", "", "p50", "why"), rows)
    banner = Banner("good", "well", [])
    page = render(Page("a", "b", banner, [Section("c", [table])]))
    assert re.findall(r'<th class="(\w+)">', page) == ["figures", "words", "figures", "words"]
    assert '<td class="bad words">gave way</td>' in page
    assert re.findall(r'<th class="(\w+)">', render(Page("a", "b", banner, []))) == []


def test_the_verdict_comes_first(page: str) -> None:
    """The banner says what became of the run, before any section, with its reasons."""
    banner = page.index("An objective was broken")
    assert banner < page.index("sign_in.p99 &lt; 1s: it was 2.00 s") < page.index("<section>")


def test_the_run_in_figures_stands_beside_the_verdict(page: str) -> None:
    """What was sent, what came back, and the latencies that matter, before any section."""
    told = "150 messages from terminals, 0 to them, 0 faults; p99 sign_in"
    assert page.index(told) < page.index("<section>")


def test_objectives_say_when_and_by_how_much(page: str) -> None:
    """A broken objective stands with its value, its worst window, when, and by how much."""
    row = page[page.index('<td class="plain words">sign_in.p99 &lt; 1s') :].partition("</tr>")[0]
    cells = [re.sub(r"<[^>]+>", "", cell) for cell in row.split("</td>")]
    assert cells[1:6] == ["broken", "2.00 s", "3.00 s", "10-14 s, 4 s in all", "2 times the bound"]


def test_the_page_stands_alone(page: str) -> None:
    """Every tag is closed, and nothing is fetched from anywhere."""
    balance = Balance()
    balance.feed(page)
    assert balance.open == []
    assert balance.fetched == []
    assert "<script" not in page
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page


def test_what_a_profile_says_cannot_break_the_page(page: str) -> None:
    """Text from the profile is text, whatever signs it holds."""
    assert "<b>Tags" not in page
    assert "&lt;b&gt;Tags &amp; quotes&lt;/b&gt;" in page


def test_pictures_take_the_colours_of_the_page(page: str) -> None:
    """No chart brings a black of its own for text, which the night would swallow."""
    assert "currentColor" in page
    assert "#010203" not in page


def test_the_same_record_makes_the_same_page(folder: Path, page: str) -> None:
    """A report can be compared byte by byte."""
    assert render(run_page(Record(folder))) == page


def test_figures_over_time_are_the_record_s(folder: Path) -> None:
    """Rates are differences of counters by the time between them."""
    record = Record(folder)
    rate = record.rate(record.column("fleet_heartbeats_total"))
    assert len(record.elapsed_s) == SECONDS
    assert rate[1:].tolist() == [5.0] * (SECONDS - 1)
    assert set(record.series("fleet_terminals")) == {"ready", "inventory"}


def test_two_runs_side_by_side(folder: Path, tmp_path: Path) -> None:
    """A comparison shows both values and their ratio, and what was set differently."""
    other = make_record(tmp_path / "two", beats_per_s=10)
    page = render(comparison_page(Record(folder), Record(other)))
    row = page[page.index('<td class="plain words">heartbeats</td>') :].partition("</tr>")[0]
    cells = re.findall(r">([^<]+)</td>", row)
    assert cells == ["heartbeats", "150", "300", "0.5"]
    assert "stroke-dasharray" in page


@pytest.mark.parametrize("sound", ["passed", "unjudged"])
def test_a_doubtful_run_makes_its_comparison_doubtful(tmp_path: Path, sound: Verdict) -> None:
    """Beside a run that is invalid, none is shown in the colour of one that is sound."""
    records = []
    for verdict in (sound, "invalid"):
        summary = make_record(tmp_path / verdict) / "summary.json"
        summary.write_text(summary.read_text("utf-8").replace("slo_broken", verdict), "utf-8")
        records.append(Record(summary.parent))
    for both in (records, records[::-1]):
        page = comparison_page(*both)
        assert page.banner.tone == "doubtful"
    page = comparison_page(*records)
    assert page.banner.words.startswith(f"{VERDICTS[sound][1]}; the other run: invalid")


def test_a_run_that_ended_before_it_began_has_a_page(tmp_path: Path) -> None:
    """Interrupted before any terminal started, a record holds nothing to be drawn; that is all."""
    folder = make_record(tmp_path / "record")
    timeline = folder / "timeline.parquet"
    pq.write_table(pq.read_table(timeline).slice(0, 0), timeline)
    html = render(run_page(Record(folder)))
    assert "sign_in.p99" in html
    assert "Terminals by state" not in html


def test_a_band_marks_its_span() -> None:
    """A common cause is named above the span in which it was at work."""
    ramp = np.arange(10.0)
    svg = lines([Line("x", ramp, ramp)], Axis("s", "y"), [Band(2.0, 5.0, "backbone")])
    assert "backbone" in svg


def test_the_command_writes_the_page(folder: Path) -> None:
    """`fleet report DIR` leaves DIR/report.html and says so; nothing half-written stays."""
    done = fleet_command("report", folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(folder / "report.html")
    assert (folder / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert not list(folder.glob("*.partial"))


@pytest.mark.parametrize("damage", ["summary.json", "timeline.parquet", "profile.toml"])
def test_a_damaged_record_is_told(tmp_path: Path, damage: str) -> None:
    """A file that is missing or broken is named."""
    folder = make_record(tmp_path / "run")
    (folder / damage).write_bytes(b"\x00garbage")
    with pytest.raises(ReportError, match=damage):
        Record(folder)
    (folder / damage).unlink()
    with pytest.raises(ReportError, match=damage):
        Record(folder)


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    """One sentence says what would be right, and the exit code is 1."""
    assert not is_run(tmp_path)
    done = fleet_here("report", tmp_path)
    assert done.returncode == 1
    assert "--out DIR" in done.stderr


def test_a_legend_can_be_read_by_night() -> None:
    """A legend is written in the page's ink, too."""
    ramp = np.arange(10.0)
    svg = lines([Line("one", ramp, ramp), Line("two", ramp, ramp + 1)], Axis("s", "y"))
    labels = [part for part in svg.split("<text")[1:] if ">one<" in part or ">two<" in part]
    assert len(labels) == 2
    assert all("currentColor" in label for label in labels)
