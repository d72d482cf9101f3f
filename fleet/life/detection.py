"""Who notices a fault, where, and how long nobody does.

What comes upon a fault by itself (a self-test, a sign-in, an update) is no matter of time; every
other point of detection has a delay of its own, and the first of them decides. A terminal that does
nothing any more is noticed by its merchant, or missed by the server.
"""

from typing import Final

from fleet.chance.parametric import Exponential
from fleet.chance.streams import Purpose
from fleet.life.faults import CATALOGUE, NEVER, Clock, FaultKind, Point, Then
from fleet.life.faults.kinds import CARDS_PER_USE_HOUR
from fleet.life.terminal import Terminal
from fleet.units import HOUR_MS, Millis

_NEXT_CARD: Final = Exponential(HOUR_MS / CARDS_PER_USE_HOUR)
_STOPS: Final = frozenset({Then.BLACK_OUT, Then.HANG, Then.SHUT_DOWN, Then.STOP, Then.TAMPER})
_NOTICE: Final = {code: Purpose(f"fault.{code}.notice") for code in CATALOGUE}
_COME_UPON: Final = frozenset({Point.SELF_TEST, Point.SIGN_IN, Point.UPDATE})
_MONITORED: Final = frozenset({Point.HEARTBEAT, Point.TMS})


def _timed(kind: FaultKind) -> tuple[Point, ...]:
    return tuple(point for point in kind.points if point not in _COME_UPON)


def _awaited(kind: FaultKind) -> tuple[Point, ...]:
    """Return where somebody notices in time; a terminal that does nothing, its merchant does."""
    silent = kind.effect.then in _STOPS or kind.effect.isolates
    return tuple(dict.fromkeys((*_timed(kind), *([Point.MERCHANT] if silent else ()))))


_POINT: Final = {code: (*_timed(kind), Point.MERCHANT)[0] for code, kind in CATALOGUE.items()}
_AWAITED: Final = {code: _awaited(kind) for code, kind in CATALOGUE.items()}


def point_of(kind: FaultKind) -> Point:
    """Return where a kind is detected if nothing comes upon it: the first point with a time."""
    return _POINT[kind.code]


def stopped_point(kind: FaultKind) -> Point:
    """Return where a kind that stops the terminal is detected."""
    return Point.TMS if Point.HEARTBEAT in kind.points else point_of(kind)


def unnoticed_ms(t: Terminal, kind: FaultKind) -> Millis:
    """Draw how long nobody will notice, unless something comes upon it."""
    purpose = _NOTICE[kind.code]
    asked = t.profile.faults.get(kind.code)
    if asked is not None and asked.detection is not None:
        return t.streams.draw(purpose, asked.detection)
    stops = kind.effect.then in _STOPS
    delays = [_delay_ms(t, purpose, point, stops=stops) for point in _AWAITED[kind.code]]
    return min(delays, default=NEVER)


def _delay_ms(t: Terminal, purpose: Purpose, point: Point, *, stops: bool) -> Millis:
    if point is Point.HEARTBEAT and not stops:
        return int(t.streams.uniform(purpose) * t.every_ms)
    if point in _MONITORED:
        return 2 * t.every_ms  # the server misses the second
    if point is Point.TRANSACTION and t.unit.risks.clocks.running:
        use = t.streams.draw(purpose, _NEXT_CARD)
        now = t.world.now()
        later = t.unit.risks.clocks.reading(Clock.USE, now) + use
        return t.unit.risks.clocks.when(Clock.USE, later) - now
    return t.streams.draw(purpose, t.profile.support.notice)
