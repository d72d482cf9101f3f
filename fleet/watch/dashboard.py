"""The live view: which panels stand where, fitted to the console.

It is made for 80 columns and 24 lines: three lines of header, seventeen of panels, four of ticker.
A wider screen gets a third column, with room for all faults; a higher one shows all faults and
firmware first, and then more ticker.
"""

from typing import Final

from rich.console import Console, ConsoleOptions, RenderResult
from rich.layout import Layout
from rich.text import Text

from fleet.life.states import State
from fleet.watch.panels import faults, firmware, header, latencies, states, ticker, traffic
from fleet.watch.snapshot import Snapshot

HEIGHT_MIN: Final = 24
_WIDE: Final = 116
_HEADER_LINES: Final = 3
_STATE_LINES_MIN: Final = 15
_PANEL_LINES: Final = _STATE_LINES_MIN + 2
_TRAFFIC_LINES: Final = 5
_LATENCY_LINES: Final = 5
_FIRMWARE_LINES_MAX: Final = 3
_TITLE_LINES: Final = 2
_TICKER_LINES_MIN: Final = 6


class Dashboard:
    """The whole live view of one snapshot, fitted to the console it is printed on."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Show `snapshot`."""
        self._snapshot = snapshot

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Lay the panels out for the console's width and height."""
        height = options.height or console.height
        layout = _lay_out(self._snapshot, options.max_width, max(height, HEIGHT_MIN))
        yield from console.render(layout, options.update_height(height))


def _lay_out(snapshot: Snapshot, width: int, height: int) -> Layout:
    panel_lines = _panel_lines(snapshot, width, height)
    root, body = Layout(), Layout(size=panel_lines)
    ticker_lines = height - _HEADER_LINES - panel_lines
    root.split_column(
        Layout(header(snapshot), size=_HEADER_LINES),
        body,
        Layout(ticker(snapshot, ticker_lines - 1)),
    )
    traffic_and_latency = (
        Layout(traffic(snapshot), size=_TRAFFIC_LINES),
        Layout(latencies(snapshot), size=_LATENCY_LINES),
    )
    columns = [Layout(states(snapshot, panel_lines - _TITLE_LINES), ratio=4)]
    if width >= _WIDE:
        columns.append(_column(*traffic_and_latency, Layout(firmware(snapshot))))
        columns.append(_column(Layout(faults(snapshot))))
    else:
        spare = panel_lines - _PANEL_LINES
        lines = min(len(snapshot.firmware), _FIRMWARE_LINES_MAX + spare) + 1
        spread = Layout(firmware(snapshot), size=lines)
        columns.append(_column(*traffic_and_latency, Layout(faults(snapshot)), spread))
    body.split_row(*_spaced(columns))
    return root


def _panel_lines(snapshot: Snapshot, width: int, height: int) -> int:
    """Return how many lines the panels want, within what the screen has."""
    lists = len(snapshot.faults) + len(snapshot.firmware) + _TITLE_LINES
    column = _TRAFFIC_LINES + _LATENCY_LINES + lists if width < _WIDE else 0
    wanted = max(column, len(State) + _TITLE_LINES)
    room = height - _HEADER_LINES - _TICKER_LINES_MIN
    return max(_PANEL_LINES, min(wanted, room))


def _column(*panels: Layout) -> Layout:
    column = Layout(ratio=5)
    column.split_column(*panels)
    return column


def _spaced(columns: list[Layout]) -> list[Layout]:
    spaced = [columns[0]]
    for column in columns[1:]:
        spaced += [Layout(Text(" "), size=2), column]
    return spaced
