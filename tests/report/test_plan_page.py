"""A plan can be drawn, and a run is set beside its plan minute by minute."""

from pathlib import Path

import numpy as np

from fleet.capacity.forecast import Forecast, forecast
from fleet.profile.store import parse
from fleet.report.page import Page, render
from fleet.report.plan_page import agreement, minutes, plan_page
from fleet.report.record import Record
from tests.cli.commands import fleet_command, fleet_here
from tests.report.records import PROFILE, SECONDS, make_record


def _flat(per_s: float, seconds: int) -> Forecast:
    ones = np.ones(seconds)
    return Forecast(
        end_s=np.arange(1.0, seconds + 1), states={"ready": 10 * ones},
        connects={"delivered": 0 * ones}, up={"heartbeat": per_s * ones}, down={},
        bytes_up=100 * ones, events=1, terminals=10,
    )  # fmt: skip


def test_minutes_are_counted_from_both_sides(tmp_path: Path) -> None:
    """Planned and sent messages of each whole minute stand beside each other."""
    record = Record(make_record(tmp_path / "run", second_ms=5_000))
    rows = minutes(record, _flat(1.0, 5 * SECONDS))
    assert [end for end, _, _ in rows] == [60.0, 120.0]
    assert [planned for _, planned, _ in rows] == [60.0, 60.0]
    assert np.allclose([sent for _, _, sent in rows], [65.0, 60.0])


def test_a_plan_is_a_page() -> None:
    """Peaks, load and states of a forecast stand on a page of their own."""
    profile = parse(PROFILE + '[run]\nduration = "30s"\n')
    page = render(plan_page(profile, 7, forecast(profile, 7)))
    assert "fleet plan small" in page
    assert "messages from terminals" in page


def test_a_run_beside_its_plan_is_a_section(tmp_path: Path) -> None:
    """The run is solid, the plan dashed."""
    record = Record(make_record(tmp_path / "run"))
    section = agreement(record, _flat(5.0, SECONDS))
    page = Page("t", "s", plan_page(record.profile, 7, _flat(5.0, SECONDS)).banner, [section])
    assert "stroke-dasharray" in render(page)


def test_the_command_tells_peaks_and_needs(tmp_path: Path) -> None:
    """`fleet plan` says what is coming, draws it if asked, and loads nothing."""
    page = tmp_path / "plan.html"
    done = fleet_command("plan", "demo", "--terminals", "20", "--duration", "20s", "--html", page)
    assert done.returncode == 0, done.stderr
    assert "messages from terminals" in done.stdout
    assert "connections: 1 shard is enough" in " ".join(done.stdout.split())
    assert page.is_file()


def test_a_page_with_no_place_is_refused_before_the_work(tmp_path: Path) -> None:
    """A file that cannot be written is named before anything is played; nothing is left."""
    page = tmp_path / "nowhere" / "plan.html"
    done = fleet_here("plan", "demo", "--html", page)
    assert done.returncode == 1
    assert done.stdout == ""
    assert str(page) in done.stderr
    assert "--html" in done.stderr
