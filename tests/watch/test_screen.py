"""The live view: what a snapshot says, and what of it is seen."""

from io import StringIO

import msgspec
import pytest
from rich.console import Console

from fleet.life.states import State
from fleet.watch.account import Account
from fleet.watch.dashboard import Dashboard
from fleet.watch.panels import clock
from fleet.watch.screen import FullScreen, Lines, compact_line, open_screen
from fleet.watch.snapshot import Notice, RunView, Sight, Snapshot, take_snapshot
from fleet.watch.tally import Board, Tally
from fleet.watch.ticker import NOTABLE, Ticker
from tests.watch.conftest import CLASS_BY_CODE

RUN = RunView(
    profile="retail-day",
    seed=42,
    terminals=1_000,
    speed=360.0,
    epoch_ms=1_767_600_000_000,  # 2026-01-05T08:00Z
    duration_ms=120_000,
    broker="mqtt://127.0.0.1:1883",
    metrics_url="http://127.0.0.1:9464/metrics",
    class_by_code=CLASS_BY_CODE,
)


def later_sight(tally: Tally, board: Board) -> Sight:
    """Let much happen in ten seconds, and look."""
    account = Account(tally, CLASS_BY_CODE)
    for _ in range(900):
        account.enrol(State.READY, "1.0")
    for _ in range(100):
        account.enrol(State.OUT_OF_ORDER, "1.1")
    counts, slot = tally.counts, tally.slot
    counts[slot("fleet_connected_terminals")] += 900
    counts[slot("fleet_messages_sent_total", kind="heartbeat")] += 5_000
    counts[slot("fleet_sent_bytes_total")] += 1_500_000
    counts[slot("fleet_connects_total", outcome="ok")] += 40
    counts[slot("fleet_connects_total", outcome="refused")] += 2
    counts[slot("fleet_faults_total", code="PRN-501")] += 6
    counts[slot("fleet_active_faults", fault_class="printer")] += 4
    tally.recorder("fleet_schedule_lag_seconds").record(250_000)
    tally.publish()
    return Sight(72_000, board.read())


@pytest.fixture
def snapshot(tally: Tally, board: Board) -> Snapshot:
    """A moment of a run, ten seconds after the look before."""
    tally.recorder("fleet_connect_duration_seconds").record(1_000)
    tally.publish()
    earlier = Sight(62_000, board.read())
    notices = (Notice(71_000, "6 x PRN-501 paper low", "yellow"),)
    return take_snapshot(RUN, earlier, later_sight(tally, board), notices)


def draw(snapshot: Snapshot, width: int, height: int) -> list[str]:
    """Return the view's lines without colours."""
    console = Console(file=StringIO(), width=width, height=height, color_system=None)
    with console.capture() as capture:
        console.print(Dashboard(snapshot), height=height)
    return capture.get().splitlines()


def test_rates_are_per_second_of_the_window(snapshot: Snapshot) -> None:
    """Rates divide what was counted between two looks by the time between them."""
    assert snapshot.window_ms == 10_000
    assert snapshot.rates.sent == 500.0
    assert snapshot.rates.sent_bytes == 150_000.0
    assert snapshot.rates.connects == pytest.approx(4.2)


def test_latencies_are_those_of_the_window(snapshot: Snapshot) -> None:
    """What was measured before the window does not count."""
    by_name = {latency.name: latency for latency in snapshot.latencies}
    assert by_name["connect"].count == 0
    assert by_name["schedule lag"].p99_ms == pytest.approx(250, rel=0.05)


def test_two_looks_at_the_same_instant_do_not_divide_by_zero(board: Board) -> None:
    """The first picture of a run, with no window yet, is drawn all the same."""
    sight = Sight(0, board.read())
    shown = draw(take_snapshot(RUN, sight, sight), 80, 24)
    assert "none yet" in "\n".join(shown)


def test_business_time_runs_by_the_speed(snapshot: Snapshot) -> None:
    """72 s at 360 times the speed are 7 hours and 12 minutes of business."""
    assert f"{snapshot.business_time:%Y-%m-%d %H:%M}" == "2026-01-05 15:12"


def test_the_view_fits_a_small_terminal(snapshot: Snapshot) -> None:
    """On 80x24 nothing overflows, and every figure that matters is there."""
    lines = draw(snapshot, 80, 24)
    shown = "\n".join(lines)
    assert len(lines) == 24
    assert max(map(len, lines)) <= 80
    words = ["ready", "out of order"]
    words += ["retail-day", "seed 42", "15:12:00", "x360", "00:48 left", "mqtt://127.0.0.1:1883"]
    words += ["900 connected", "500/s", "146.5 KiB/s", "2 failed", "PRN-501 x6", "1.1", ":9464"]
    assert [word for word in words if word not in shown] == []
    assert "6 x PRN-501 paper low" in lines[-3]


def test_a_high_screen_shows_every_state_and_a_low_one_the_fullest(snapshot: Snapshot) -> None:
    """States without a terminal give way first; the order of life is kept."""
    held = {state.value: 1 for state in list(State)[6:]} | {"retired": 5}
    busy = msgspec.structs.replace(snapshot, states=dict.fromkeys(State, 0) | held)
    words = [state.value.replace("_", " ") for state in State]
    low, high = ("\n".join(draw(busy, 116, height)) for height in (24, 60))
    assert [word in low for word in words] == [False] * 6 + [True] * 15
    assert all(word in high for word in words)


@pytest.mark.parametrize(("width", "height"), [(72, 24), (100, 30), (132, 43), (250, 60)])
def test_the_view_fits_any_terminal(snapshot: Snapshot, width: int, height: int) -> None:
    """Wider and higher screens are filled and never overflown."""
    lines = draw(snapshot, width, height)
    assert len(lines) == height
    assert max(map(len, lines)) <= width


def test_a_run_without_an_end_shows_the_time_elapsed(snapshot: Snapshot) -> None:
    """Without a duration there is no bar, and nothing is said to be left."""
    endless = msgspec.structs.replace(snapshot, run=msgspec.structs.replace(RUN, duration_ms=0))
    shown = "\n".join(draw(endless, 80, 24))
    assert "01:12 elapsed" in shown
    assert "left" not in shown


def test_the_ticker_keeps_the_newest_lines(snapshot: Snapshot) -> None:
    """When there is room for three notices, the latest three are shown."""
    many = msgspec.structs.replace(
        snapshot, notices=tuple(Notice(index, f"notice {index:03}") for index in range(50))
    )
    lines = draw(many, 80, 24)
    assert [line.split()[-1] for line in lines[-3:]] == ["047", "048", "049"]


def test_the_ticker_notes_what_was_counted_between_two_readings(tally: Tally, board: Board) -> None:
    """Notable series become lines with their numbers, all others none."""
    ticker, before = Ticker(), board.read()
    ticker.compare(72_000, before, later_sight(tally, board).reading)
    assert [notice.text for notice in ticker.notices] == [
        "6 x PRN-501 paper low",
        "2 connects failed: refused",
    ]


def test_the_ticker_counts_in_english(tally: Tally, board: Board) -> None:
    """One of a kind is told in the singular."""
    ticker, before = Ticker(), board.read()
    tally.counts[tally.slot("fleet_connects_total", outcome="refused")] += 1
    tally.publish()
    ticker.compare(72_000, before, board.read())
    assert [notice.text for notice in ticker.notices] == ["1 connect failed: refused"]


def test_the_ticker_is_bounded() -> None:
    """Old notices are forgotten, the newest kept."""
    ticker = Ticker(limit=3)
    for index in range(10):
        ticker.note(index, str(index))
    assert [notice.text for notice in ticker.notices] == ["7", "8", "9"]


def test_notable_values_exist(board: Board) -> None:
    """Every label value that the ticker looks for is one of its family."""
    reading = board.read()
    for notable in NOTABLE:
        assert (notable.values or frozenset()) <= set(reading.series(notable.family))


def test_a_pipe_gets_a_line_every_few_seconds(snapshot: Snapshot) -> None:
    """Where there is no terminal, one line stands for the screen, and not for every look."""
    console = Console(file=StringIO(), width=80)
    with console.capture() as capture, open_screen(console, live=True) as screen:
        assert isinstance(screen, Lines)
        for elapsed_ms in (0, 1_000, 4_999, 5_000, 9_000):
            screen.show(msgspec.structs.replace(snapshot, elapsed_ms=elapsed_ms))
    lines = capture.get().splitlines()
    assert [line[:5] for line in lines] == ["00:00", "00:05"]
    assert "900/1,000 connected" in lines[0]
    assert "lag p99 250.0 ms" in lines[0]


def test_a_line_has_no_figure_of_what_has_not_been_seen(snapshot: Snapshot) -> None:
    """Before the first acknowledgement there is no latency: it is not 0.0 ms."""
    unseen = tuple(
        msgspec.structs.replace(each, count=0, p99_ms=0.0) if each.name == "heartbeat ack" else each
        for each in snapshot.latencies
    )
    line = compact_line(msgspec.structs.replace(snapshot, latencies=unseen)).plain
    assert "ack p99 -  lag p99 250.0 ms" in line


def test_no_line_is_printed_of_an_estate_that_leaves(snapshot: Snapshot) -> None:
    """When the run's time is over there are no more lines; an endless run goes on."""
    endless = msgspec.structs.replace(snapshot, run=msgspec.structs.replace(RUN, duration_ms=0))
    console = Console(file=StringIO(), width=80)
    lines = Lines(console)
    with console.capture() as capture:
        for shown, elapsed_ms in ((snapshot, 119_999), (snapshot, 125_000), (endless, 130_000)):
            lines.show(msgspec.structs.replace(shown, elapsed_ms=elapsed_ms))
    assert [line[:5] for line in capture.get().splitlines()] == ["01:59", "02:10"]


def test_a_terminal_gets_the_full_screen_and_gets_its_own_back(snapshot: Snapshot) -> None:
    """The view is drawn on the alternate screen, which is left at the end."""
    output = StringIO()
    console = Console(file=output, width=80, height=24, force_terminal=True)
    with open_screen(console, live=True) as screen:
        assert isinstance(screen, FullScreen)
        screen.show(snapshot)
    assert output.getvalue().index("\x1b[?1049h") < output.getvalue().index("retail-day")
    assert output.getvalue().rindex("\x1b[?1049l") > output.getvalue().rindex("retail-day")


@pytest.mark.parametrize(
    ("width", "height", "live", "said"),
    [
        (60, 24, True, "lines instead of the live view: it takes 72 x 24, this terminal has 60"),
        (80, 20, True, "lines instead of the live view: it takes 72 x 24, this terminal has 80"),
        (80, 24, False, ""),
    ],
)
def test_lines_serve_where_the_screen_cannot(
    *, width: int, height: int, live: bool, said: str
) -> None:
    """A terminal that is too small gets lines and the reason; a user who wants them, lines."""
    output = StringIO()
    console = Console(file=output, width=width, height=height, force_terminal=True)
    with open_screen(console, live=live) as screen:
        assert isinstance(screen, Lines)
    assert output.getvalue().startswith(said)
    assert bool(output.getvalue()) == bool(said)


def test_a_terminal_without_a_cursor_gets_lines() -> None:
    """On a dumb terminal the codes of the full screen would only be litter."""
    output = StringIO()
    dumb = {"TERM": "dumb"}
    console = Console(file=output, width=80, height=24, force_terminal=True, _environ=dumb)
    with open_screen(console, live=True) as screen:
        assert isinstance(screen, Lines)
    assert "TERM=dumb" in output.getvalue()
    assert "\x1b" not in output.getvalue()


@pytest.mark.parametrize(
    ("millis", "text"), [(0, "00:00"), (72_400, "01:12"), (3_723_000, "1:02:03")]
)
def test_clock(millis: int, text: str) -> None:
    """A wall clock shows hours only where there are some."""
    assert clock(millis) == text
