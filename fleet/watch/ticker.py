"""The ticker of the live view: what happened between two looks that somebody should notice."""

from collections import deque
from typing import Final, NamedTuple

from fleet.life.faults import told
from fleet.mqtt.down import DownReason
from fleet.units import Millis
from fleet.watch.snapshot import Notice
from fleet.watch.tally import Reading


class Notable(NamedTuple):
    """Which series of a family deserve a line, and how it reads."""

    family: str
    values: frozenset[str] | None
    words: str
    style: str


# An order of weight: what is said last stays longest in sight.
NOTABLE: Final = (
    Notable("fleet_faults_total", None, "{n} x {value}", "yellow"),
    Notable("fleet_updates_total", frozenset({"succeeded"}), "{n} updated", "green"),
    Notable("fleet_updates_total", frozenset({"failed", "rolled_back"}), "{n} update{s} {value}",
            "red"),
    Notable("fleet_sign_ins_total", frozenset({"locked_out", "rejected"}),
            "{n} operator{s} {value}", "yellow"),
    Notable("fleet_forced_shutdowns_total", None, "{n} forced shutdown{s}, {value}", "red"),
    Notable("fleet_connects_total", frozenset(reason.value for reason in DownReason),
            "{n} connect{s} failed: {value}", "red"),
    Notable("fleet_dropped_total", None, "{n} message{s} dropped: {value}", "bold red"),
)  # fmt: skip


class Ticker:
    """Keeps the latest notices, a bounded number of them."""

    __slots__ = ("_notices",)

    def __init__(self, limit: int = 100) -> None:
        """Keep at most `limit` notices; older ones are forgotten."""
        self._notices: Final[deque[Notice]] = deque(maxlen=limit)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What is kept, newest last."""
        return tuple(self._notices)

    def note(self, elapsed_ms: Millis, text: str, style: str = "") -> None:
        """Add a line of one's own, such as what the broker did."""
        self._notices.append(Notice(elapsed_ms, text, style))

    def compare(self, elapsed_ms: Millis, earlier: Reading, later: Reading) -> None:
        """Add a line for everything notable that was counted between two readings."""
        for family, values, words, style in NOTABLE:
            before = earlier.series(family)
            for value, total in later.series(family).items():
                new = total - before[value]
                if new > 0 and (values is None or value in values):
                    text = words.format(
                        n=f"{new:,}", s="" if new == 1 else "s", value=told(value).replace("_", " ")
                    )
                    self.note(elapsed_ms, text, style)
