"""The shape of the load: how many terminals are switched on, stage by stage, in business time.

    ramp   evenly from the level before to `to`, in the time `over`, or at `rate` terminals a second
    step   at once to `to`
    hold   as it is, for the time `over`
    spike  at once to `to`, for the time `over`, and back to the level before

A level is a part of the estate. Which terminals are on is decided by a number that each of them
draws once: terminal `i` is on while the level is above it. So its instants of power-on and
power-off follow from the profile and its seed alone, on any number of shards. After the last stage
the level stays.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Final, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from fleet.profile.values import Many, Probability, Section, Span
from fleet.units import SECOND_MS, Millis

Kind = Literal["ramp", "step", "hold", "spike"]

_KEYS: Final[dict[Kind, tuple[frozenset[str], ...]]] = {
    "ramp": (frozenset({"to", "over"}), frozenset({"to", "rate"})),
    "step": (frozenset({"to"}),),
    "hold": (frozenset({"over"}),),
    "spike": (frozenset({"to", "over"}),),
}


class Stage(Section):
    """One stage of the load."""

    kind: Kind
    """Its shape."""
    to: Probability | None = None
    """Part of the estate that is on at its end (of a spike: while it lasts)."""
    over: Span | None = None
    """Business time that it takes."""
    rate: Annotated[float, Field(gt=0.0)] | None = None
    """Of a ramp, in place of ``over``: terminals switched on or off in a second of business time.
    """

    @model_validator(mode="after")
    def _has_its_keys(self) -> Self:
        given = {key for key in ("to", "over", "rate") if getattr(self, key) is not None}
        if given not in _KEYS[self.kind]:
            right = " or ".join(" and ".join(sorted(keys)) for keys in _KEYS[self.kind])
            msg = f"a {self.kind} has {right}, but {' and '.join(sorted(given)) or 'none'} given"
            raise ValueError(msg)
        return self


class Load(Section):
    """The load that a run puts on its server."""

    stages: Many[Stage] = ()
    """How many terminals are switched on; without stages, all of them within the ramp."""
    push_back: bool = False
    """Whether a shard connects fewer at once when the broker refuses or does not answer: half as
    many after a failure, one more after as many successes as were under way. What is held back is
    late, and its response time says so."""


class Segment(NamedTuple):
    """A straight piece of the level: from one instant and level to another."""

    begin: Millis
    end: Millis
    low: float
    high: float


class Staging(NamedTuple):
    """A stage of a run: what it is called, and its first and last business instant."""

    name: str
    begin_ms: Millis
    end_ms: Millis


def stagings(stages: Sequence[Stage], terminals: int) -> Iterator[Staging]:
    """Yield when each stage is under way; a step is over as soon as it has begun."""
    at, level = 0, 0.0
    for number, stage in enumerate(stages, 1):
        to = level if stage.to is None else stage.to
        over = _lasts(stage, level, terminals)
        yield Staging(f"{number} {stage.kind} {to:.0%}", at, at + over)
        level = level if stage.kind == "spike" else to
        at += over


def _lasts(stage: Stage, level: float, terminals: int) -> Millis:
    if stage.rate is not None and stage.to is not None:
        return round(abs(stage.to - level) * terminals / stage.rate * SECOND_MS)
    return stage.over or 0


def segments(stages: Sequence[Stage], terminals: int) -> Iterator[Segment]:
    """Yield the pieces of the level, in order, beginning with nobody at the instant 0."""
    at, level = 0, 0.0
    for stage in stages:
        to = level if stage.to is None else stage.to
        over = _lasts(stage, level, terminals)
        if stage.kind == "spike":
            yield Segment(at, at, level, to)
            yield Segment(at + over, at + over, to, level)
        elif stage.kind != "hold":
            yield Segment(at, at + over, level, to)
            level = to
        at += over


def windows(pieces: Sequence[Segment], number: float) -> Iterator[tuple[Millis, Millis | None]]:
    """Yield when a terminal is on: instants of power-on and power-off, the last one None if never.

    Args:
        pieces: Of the level.
        number: The terminal's own, 0 to 1: it is on while the level is above it.
    """
    on: Millis | None = None
    for begin, end, low, high in pieces:
        if low <= number < high and on is None:
            on = begin + round((end - begin) * (number - low) / (high - low))
        elif high <= number < low and on is not None:
            yield on, begin + round((end - begin) * (low - number) / (low - high))
            on = None
    if on is not None:
        yield on, None
