"""What a desk has heard and said, in numbers; no answer depends on it."""

from collections import Counter
from typing import Any, Final, Self, TypeVar, get_args

import msgspec

from fleet.wire.messages import (
    Answer,
    AnyOrder,
    Heartbeat,
    HeartbeatAcknowledged,
    Message,
    UpdateReported,
)

_ORDERS: Final = {order: order.__struct_config__.tag for order in get_args(AnyOrder)}
_ANSWERS: Final = get_args(Answer)

Sums = TypeVar("Sums", bound=msgspec.Struct)


class Counts(msgspec.Struct):
    """Sums since the desk was opened; those of several desks may be added.

    Attributes:
        heard: Messages of this estate, by kind.
        acknowledged: Heartbeats acknowledged.
        answered: Answers by response code.
        ordered: Orders by what they order; one that a terminal did not receive is given again.
        updated: Updates that succeeded, as shown by the version that was reported.
        strangers: Messages of terminals that are not of this estate.
        missing: Heartbeats that were sent, by their numbers, and not heard.
        repeated: Heartbeats that were heard again, or after a later one.
    """

    heard: dict[str, int] = msgspec.field(default_factory=dict)
    acknowledged: int = 0
    answered: dict[str, int] = msgspec.field(default_factory=dict)
    ordered: dict[str, int] = msgspec.field(default_factory=dict)
    updated: int = 0
    strangers: int = 0
    missing: int = 0
    repeated: int = 0

    def __add__(self, other: Self) -> Self:
        """Return the counts of both desks together."""
        return added(self, other)


class Ledger:
    """Keeps the counts, and remembers each known terminal's last heartbeat: no more than that."""

    __slots__ = ("_follows", "_last", "counts")

    def __init__(self, *, follows: bool) -> None:
        """Open the ledger.

        Args:
            follows: Whether all heartbeats of a terminal come here, so that a number which was left
                out is missing; otherwise `missing` and `repeated` stay 0.
        """
        self.counts: Final = Counts()
        self._follows = follows
        self._last: dict[int, tuple[int, int]] = {}

    def hear(self, message: Message, index: int | None) -> None:
        """Note a message from terminal number `index`, or from a stranger."""
        if index is None:
            self.counts.strangers += 1
            return
        _count(self.counts.heard, message.kind)
        match message:
            case Heartbeat() if self._follows:
                self._follow(index, message)
            case UpdateReported(state="succeeded") if message.fw == message.version:
                self.counts.updated += 1

    def say(self, message: Message) -> None:
        """Note what the desk said."""
        if isinstance(message, HeartbeatAcknowledged):
            self.counts.acknowledged += 1
        elif isinstance(message, _ANSWERS):
            _count(self.counts.answered, message.code)
        else:
            _count(self.counts.ordered, _ORDERS[type(message)])

    def _follow(self, index: int, beat: Heartbeat) -> None:
        boot, seq = self._last.get(index, (beat.boot, beat.seq - 1))
        if (beat.boot, beat.seq) <= (boot, seq):
            self.counts.repeated += 1
            return
        self._last[index] = (beat.boot, beat.seq)
        # A terminal which numbers its heartbeats anew with each boot has lost none by that.
        self.counts.missing += max(0, beat.seq - seq - 1)


def added(one: Sums, other: Sums) -> Sums:
    """Return two structs of sums as one: each field of it is that of both together."""
    fields = msgspec.structs.asdict(one)
    both = {name: _sum(value, getattr(other, name)) for name, value in fields.items()}
    return type(one)(**both)


def _sum(one: Any, other: Any) -> Any:
    return dict(Counter(one) + Counter(other)) if isinstance(one, dict) else one + other


def _count(counts: dict[str, int], key: str) -> None:
    counts[key] = counts.get(key, 0) + 1
