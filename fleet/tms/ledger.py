"""What a desk has heard and said, in numbers; no answer depends on it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Self, TypeVar, get_args

import msgspec

from fleet.wire.messages import (
    Answer,
    AnyOrder,
    Heartbeat,
    HeartbeatAcknowledged,
    Message,
    OrderAnswered,
    RegistrationRequested,
    UpdateReported,
)

# Of one terminal; beyond it the lowest number is missing for good.
GAPS_MAX: Final = 64

_US_PER_MS: Final = 1_000
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
        repeated: Heartbeats that were heard again.
        overtaken: Heartbeats that were heard after a later one; they are not missing any more.
        command_us: How many orders were answered so long after they were to take effect, by wall
            time in microseconds to three digits.
        command_service_us: The same, after they were said, where that was later.
    """

    heard: dict[str, int] = msgspec.field(default_factory=dict)
    acknowledged: int = 0
    answered: dict[str, int] = msgspec.field(default_factory=dict)
    ordered: dict[str, int] = msgspec.field(default_factory=dict)
    updated: int = 0
    strangers: int = 0
    missing: int = 0
    repeated: int = 0
    overtaken: int = 0
    command_us: dict[str, int] = msgspec.field(default_factory=dict)
    command_service_us: dict[str, int] = msgspec.field(default_factory=dict)

    def __add__(self, other: Self) -> Self:
        """Return the counts of both desks together."""
        return added(self, other)


class Said(NamedTuple):
    """An order that waits for its answer: its number, when it takes effect, when it was said."""

    plan: int
    at: int
    ts: int


class Ledger:
    """Keeps the counts, and of each known terminal its last heartbeat and order: no more."""

    __slots__ = ("_follows", "_gaps", "_last", "_orders", "_speed", "counts")

    def __init__(self, *, follows: bool, speed: float = 1.0) -> None:
        """Open the ledger.

        Args:
            speed: Business milliseconds per wall millisecond.
            follows: Whether all heartbeats of a terminal come here, so that a number which was left
                out is missing; otherwise `missing` and `repeated` stay 0.
        """
        self.counts: Final = Counts()
        self._follows = follows
        self._speed = speed
        self._last: dict[int, tuple[int, int]] = {}
        self._gaps: dict[int, set[tuple[int, int]]] = {}
        self._orders: dict[int, Said] = {}

    def hear(self, message: Message, index: int | None, server_ts: int) -> None:
        """Note a message from terminal number `index`, or from a stranger."""
        if index is None:
            self.counts.strangers += 1
            return
        _count(self.counts.heard, message.kind)
        match message:
            case RegistrationRequested():
                self._last.pop(index, None)  # another unit, which counts its boots anew
            case Heartbeat() if self._follows:
                self._follow(index, message)
            case OrderAnswered():
                self._time(index, message, server_ts)
            case UpdateReported(state="succeeded") if message.runs == message.version:
                self.counts.updated += 1

    def say(self, message: Message, index: int | None, server_ts: int) -> None:
        """Note what the desk said to terminal number `index`, or to a stranger."""
        if isinstance(message, HeartbeatAcknowledged):
            self.counts.acknowledged += 1
        elif isinstance(message, _ANSWERS):
            _count(self.counts.answered, message.code)
        else:
            _count(self.counts.ordered, _ORDERS[type(message)])
            self._order(message, index, server_ts)

    def _follow(self, index: int, beat: Heartbeat) -> None:
        number = (beat.boot, beat.seq)
        boot, seq = self._last.get(index, (beat.boot, beat.seq - 1))
        if number <= (boot, seq):
            self._late(index, number)
            return
        self._last[index] = number
        # A terminal which numbers its heartbeats anew with each boot has lost none by that.
        missed = range(seq + 1, beat.seq)
        if missed:
            self.counts.missing += len(missed)
            gaps = self._gaps.setdefault(index, set())
            gaps.update((beat.boot, each) for each in missed[-GAPS_MAX:])
            while len(gaps) > GAPS_MAX:
                gaps.remove(min(gaps))

    def _late(self, index: int, number: tuple[int, int]) -> None:
        gaps = self._gaps.get(index, set())
        late = [each for each in gaps if each[1] == number[1]]
        if not late:
            self.counts.repeated += 1
            return
        gaps.remove(late[0])
        self.counts.missing -= 1
        self.counts.overtaken += 1

    def _order(self, order: Message, index: int | None, server_ts: int) -> None:
        if index is None or not isinstance(order, AnyOrder):
            return
        said = self._orders.get(index)
        if said is None or said.plan != order.plan:
            self._orders[index] = Said(order.plan, order.at or server_ts, server_ts)

    def _time(self, index: int, answer: OrderAnswered, server_ts: int) -> None:
        said = self._orders.get(index)
        if said is None or said.plan != answer.plan:
            return  # another desk has said it
        del self._orders[index]
        for begin, counts in (
            (said.at, self.counts.command_us),
            (max(said.at, said.ts), self.counts.command_service_us),
        ):
            us = max(0.0, server_ts - begin) * _US_PER_MS / self._speed
            _count(counts, str(round(float(f"{us:.3g}"))))


def added(one: Sums, other: Sums) -> Sums:
    """Return two structs of sums as one: each field of it is that of both together."""
    fields = msgspec.structs.asdict(one)
    both = {name: _sum(value, getattr(other, name)) for name, value in fields.items()}
    return type(one)(**both)


def _sum(one: Any, other: Any) -> Any:
    return dict(Counter(one) + Counter(other)) if isinstance(one, Mapping) else one + other


def _count(counts: dict[str, int], key: str) -> None:
    counts[key] = counts.get(key, 0) + 1
