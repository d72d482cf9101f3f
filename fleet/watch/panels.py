"""The panels of the live view: each a pure function of a snapshot to what rich can draw."""

from collections.abc import Mapping
from typing import Final

from rich.console import (
    Console,
    ConsoleOptions,
    Group,
    JustifyMethod,
    RenderableType,
    RenderResult,
)
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from fleet.life.states import State
from fleet.units import SECOND_MS, Millis
from fleet.watch.colours import STATE_COLOURS
from fleet.watch.snapshot import Latency, Snapshot

_FIRMWARE_STYLES: Final = ("cyan", "green", "magenta", "blue", "yellow")
# Above the first a generator is late, above the second it is no judge of a broker any more.
_LATE_MS: Final = (10, 100)
_EIGHTHS: Final = " ▏▎▍▌▋▊▉"


def header(snapshot: Snapshot) -> RenderableType:
    """Return three lines: what runs, the clocks, how many are there."""
    run = snapshot.run
    grid = Table.grid(expand=True)
    grid.add_column(no_wrap=True, overflow="ellipsis")
    grid.add_column(justify="right", no_wrap=True, overflow="ellipsis")
    ready = snapshot.states[State.READY.value]
    grid.add_row(
        Text.assemble(("fleet ", "bold green"), (run.profile, "bold"), f"  seed {run.seed}"),
        Text.assemble(("broker ", "dim"), run.broker),
    )
    grid.add_row(
        Text.assemble(
            (f"{snapshot.business_time:%a %d %b %H:%M:%S}", "bold"),
            (f"  business clock, x{run.speed:g}", "dim"),
        ),
        _progress(snapshot),
    )
    grid.add_row(
        Text.assemble(
            (f"{run.terminals:,}", "bold"), " terminals  ",
            (f"{snapshot.connected:,}", "bold cyan"), " connected  ",
            (f"{ready:,}", "bold green"), " ready",
        ),
        _pledges(snapshot) or Text(run.metrics_url, "dim"),
    )  # fmt: skip
    return grid


def _pledges(snapshot: Snapshot) -> Text | None:
    """Return how the objectives stand: the first that is broken, or how many hold."""
    pledges = snapshot.pledges
    if not pledges:
        return None
    broken = [pledge for pledge in pledges if not pledge.held]
    if broken:
        more = f" and {len(broken) - 1} more" if len(broken) > 1 else ""
        return Text(f"broken: {broken[0].objective} is {broken[0].value}{more}", "bold red")
    first = f"{pledges[0].objective}: {pledges[0].value}"
    return Text(first if len(pledges) == 1 else f"{len(pledges)} objectives hold", "green")


def _progress(snapshot: Snapshot) -> Text:
    elapsed_ms, duration_ms = snapshot.elapsed_ms, snapshot.run.duration_ms
    if not duration_ms:
        return Text(f"{clock(elapsed_ms)} elapsed")
    share = min(elapsed_ms / duration_ms, 1.0)
    remaining = clock(max(duration_ms - elapsed_ms, 0))
    return Text.assemble(
        f"{clock(elapsed_ms)} ", line(share, 16, "green"), (f" {remaining} left", "dim")
    )


def states(snapshot: Snapshot, lines: int) -> RenderableType:
    """Return the fullest states in the order of life, each with its share of the estate."""
    total = max(sum(snapshot.states.values()), 1)
    grid = _grid("left", "right", "left")
    for state in _fullest(snapshot.states, lines):
        number = snapshot.states[state.value]
        style = STATE_COLOURS[state].style
        grid.add_row(
            Text(state.value.replace("_", " "), style if number else "dim"),
            Text(f"{number:,}", "bold" if number else "dim"),
            bar(number / total, style),
        )
    return Group(_title("States"), grid)


def _fullest(numbers: Mapping[str, int], lines: int) -> list[State]:
    """Return as many states as there are lines, the emptiest left out, in the order of life."""
    by_number = sorted(State, key=lambda state: -numbers[state.value])
    shown = set(by_number[:lines])
    return [state for state in State if state in shown]


def traffic(snapshot: Snapshot) -> RenderableType:
    """Return the rates of the last seconds."""
    rates = snapshot.rates
    grid = _grid("left", "right", "right")
    grid.add_row("messages up", _rate(rates.sent), f"{_bytes(rates.sent_bytes)}/s")
    grid.add_row("messages down", _rate(rates.received), _warning(rates.dropped, "dropped/s"))
    grid.add_row("heartbeats", _rate(rates.heartbeats), "")
    failed = _warning(snapshot.failed_connects, "failed")
    grid.add_row("connects", _rate(rates.connects), failed)
    seconds = snapshot.window_ms / SECOND_MS
    return Group(_title("Traffic", f"last {seconds:.0f} s"), grid)


def latencies(snapshot: Snapshot) -> RenderableType:
    """Return the latencies of the last seconds; a lag that spoils the figures is red."""
    grid = _grid("left", "right", "right", stretch=0)
    for latency in snapshot.latencies:
        grid.add_row(latency.name, _ms(latency.p50_ms, latency), _p99(latency))
    return Group(_title("Latency", "p50, p99 ms"), grid)


def faults(snapshot: Snapshot) -> RenderableType:
    """Return fault classes: active now, and the codes raised most often."""
    grid = _grid("left", "right", "left")
    for each in snapshot.faults:
        codes = " ".join(f"{code} x{number:,}" for code, number in each.codes)
        active = Text(f"{each.active:,}", "bold yellow" if each.active else "dim")
        grid.add_row(each.name.replace("_", " "), active, Text(codes, "dim"))
    if not snapshot.faults:
        grid.add_row(Text("none yet", "dim"), "", "")
    return Group(_title("Faults", "active, raised"), grid)


def firmware(snapshot: Snapshot) -> RenderableType:
    """Return how far each firmware version has spread."""
    total = max(sum(snapshot.firmware.values()), 1)
    grid = _grid("left", "right", "left")
    # The last is what a campaign brings: where lines are few, it is the one that moves.
    for index, (version, number) in enumerate(reversed(snapshot.firmware.items())):
        style = _FIRMWARE_STYLES[index % len(_FIRMWARE_STYLES)]
        grid.add_row(Text(version, style), f"{number:,}", bar(number / total, style))
    return Group(_title("Firmware"), grid)


def ticker(snapshot: Snapshot, lines: int) -> RenderableType:
    """Return the latest notices, newest at the bottom."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim")
    grid.add_column(no_wrap=True, overflow="ellipsis")
    for notice in snapshot.notices[-lines:]:
        grid.add_row(clock(notice.elapsed_ms), Text(notice.text, notice.style))
    return Group(_title("Events"), grid)


def clock(millis: Millis) -> str:
    """Return wall-clock time as `1:02:03` or `02:03`."""
    minutes, seconds = divmod(millis // SECOND_MS, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


def line(share: float, width: int, style: str) -> Text:
    """Return a progress line of `width` columns, `share` (0 to 1) of it filled."""
    filled = round(share * width)
    return Text.assemble(("━" * filled, style), ("━" * (width - filled), "bright_black"))


class bar:  # noqa: N801 - reads as the functions beside it
    """A bar as wide as its column, `share` (0 to 1) of it filled, to an eighth of a column."""

    def __init__(self, share: float, style: str) -> None:
        """Fill `share` of the bar; any share above 0 shows at least a sliver."""
        self._share = share
        self._style = style

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the bar."""
        eighths = round(min(max(self._share, 0.0), 1.0) * options.max_width * 8)
        full, rest = divmod(max(eighths, 1 if self._share > 0 else 0), 8)
        yield Text("█" * full + (_EIGHTHS[rest] if rest else ""), self._style)


def _grid(*sides: JustifyMethod, stretch: int = -1) -> Table:
    grid = Table.grid(padding=(0, 1), expand=True)
    for side in sides:
        grid.add_column(justify=side, no_wrap=True)
    grid.columns[stretch].ratio = 1
    return grid


def _title(title: str, note: str = "") -> Rule:
    text = Text.assemble((title, "bold"), (f" {note}" if note else "", "dim"))
    return Rule(text, align="left", style="bright_black")


def _rate(per_second: float) -> str:
    return f"{per_second:,.0f}/s" if per_second >= 100 else f"{per_second:.1f}/s"  # noqa: PLR2004 - three digits suffice


def _bytes(size: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:  # noqa: PLR2004 - binary units
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"


def _warning(number: float, words: str) -> Text:
    return Text(f"{number:,.0f} {words}", "red") if number else Text()


def _ms(value_ms: float, latency: Latency) -> str:
    return f"{value_ms:,.1f}".rjust(8) if latency.count else "-"


def _p99(latency: Latency) -> Text:
    late, spoilt = _LATE_MS
    style = "red" if latency.p99_ms >= spoilt else "yellow" if latency.p99_ms >= late else "green"
    return Text(_ms(latency.p99_ms, latency), style if latency.name == "schedule lag" else "")
