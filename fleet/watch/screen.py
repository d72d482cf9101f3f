"""Shows snapshots: full screen on a terminal, a line every few seconds anywhere else."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from rich.console import Console
from rich.live import Live
from rich.text import Text

from fleet.life.states import State
from fleet.units import SECOND_MS
from fleet.watch.dashboard import HEIGHT_MIN, Dashboard
from fleet.watch.panels import clock
from fleet.watch.snapshot import Snapshot

_LINE_EVERY_MS: Final = 5 * SECOND_MS
_WIDTH_MIN: Final = 72


class Screen(Protocol):
    """Where snapshots are shown."""

    def show(self, snapshot: Snapshot) -> None:
        """Show a snapshot in place of the one before."""


class FullScreen:
    """The live view; it redraws when told to and at no other time."""

    def __init__(self, live: Live) -> None:
        """Draw on `live`, which the caller has started."""
        self._live = live

    def show(self, snapshot: Snapshot) -> None:
        """Redraw the screen, about 10 ms."""
        self._live.update(Dashboard(snapshot), refresh=True)


class Lines:
    """One compact line every few seconds, for logs and pipes."""

    def __init__(self, console: Console) -> None:
        """Print to `console`."""
        self._console = console
        self._due_ms = 0

    def show(self, snapshot: Snapshot) -> None:
        """Print a line, if one is due; none of an estate that is being taken down."""
        if self._due_ms <= snapshot.elapsed_ms and not snapshot.is_over:
            self._due_ms = snapshot.elapsed_ms + _LINE_EVERY_MS
            self._console.print(compact_line(snapshot), soft_wrap=True)


@contextmanager
def open_screen(console: Console, *, live: bool) -> Iterator[Screen]:
    """Show snapshots on `console` until the block is left.

    Args:
        console: Full screen needs a terminal of at least 72 columns and 24 lines.
        live: False asks for lines in any case.
    """
    if live and console.is_terminal and not (lacks := _lacks(console)):
        with Live(console=console, screen=True, auto_refresh=False) as started:
            yield FullScreen(started)
        return
    if live and console.is_terminal:
        console.print(f"lines instead of the live view: {lacks}", soft_wrap=True, highlight=False)
    yield Lines(console)


def _lacks(console: Console) -> str:
    """Return what a terminal lacks for the full screen; "" for nothing."""
    width, height = console.size
    if console.is_dumb_terminal:
        return "this terminal cannot move its cursor (TERM=dumb)"
    if width < _WIDTH_MIN or height < HEIGHT_MIN:
        return f"it takes {_WIDTH_MIN} x {HEIGHT_MIN}, this terminal has {width} x {height}"
    return ""


def compact_line(snapshot: Snapshot) -> Text:
    """Return the essence of a snapshot in about 120 columns."""
    states, rates = snapshot.states, snapshot.rates
    p99 = {
        each.name: f"p99 {each.p99_ms:.1f} ms" if each.count else "p99 -"
        for each in snapshot.latencies
    }
    active = sum(each.active for each in snapshot.faults)
    parts = (
        f"{clock(snapshot.elapsed_ms)} (business {snapshot.business_time:%d %b %H:%M})",
        f"{snapshot.connected:,}/{snapshot.run.terminals:,} connected",
        f"{states[State.READY.value]:,} ready",
        f"{rates.sent:,.0f}/s up {rates.received:,.0f}/s down",
        f"ack {p99['heartbeat ack']}",
        f"lag {p99['schedule lag']}",
        f"{active:,} fault{'' if active == 1 else 's'}",
        *(f"{p.objective} BROKEN ({p.value})" for p in snapshot.pledges if not p.held),
    )
    return Text("  ".join(parts))
