"""Plights: what a common cause has brought upon a terminal, until a known instant.

A plight is a fault code that holds for a while and is no business of the race of hazards. Most are
the place's: an outage is no better for another unit. Some are the unit's: a certificate that has
expired, a clock that is wrong, a firmware that crashes; they go with it when it is swapped out.
Stress is the place's again: whichever unit stands there suffers from the heat.
"""

from typing import Final

from fleet.life import besetting
from fleet.life.faults import CATALOGUE, NEVER
from fleet.life.states import Event
from fleet.life.symptoms import Shape, Symptom
from fleet.life.terminal import Terminal
from fleet.life.truth import Mechanism
from fleet.life.updating.defect import UNFIT
from fleet.profile.causes import Certificate, ClockStep, Stress
from fleet.units import HOUR_MS, Millis

EXPIRED: Final = "SEC-902"
CLOCK_WRONG: Final = "HW-605"
_OF_THE_UNIT: Final = (EXPIRED, CLOCK_WRONG, UNFIT)
_CAUSES: Final[tuple[type[Certificate] | type[ClockStep], ...]] = (Certificate, ClockStep)
# A source beyond those of faults, which have small numbers.
_WARMTH: Final = 1_000
_WARMING_MS: Final = 2 * HOUR_MS


def suffer(
    t: Terminal, code: str, until: Millis, *, name: str, mechanism: Mechanism = "common_cause"
) -> None:
    """Note a plight and its root, and tell of it if it can be told."""
    t.cases.plights[code] = until
    besetting.beset(t, code, cause=name, mechanism=mechanism)
    t.diary.relieved = min(t.cases.plights.values())
    t.step(Event.FAULT_RAISED, code=code)
    t.pulse.faults = t.cases.known
    besetting.tell_of(t, CATALOGUE[code], "raised")


def clear(t: Terminal, code: str) -> None:
    """Note that a plight is over."""
    del t.cases.plights[code]
    besetting.release(t, code)
    t.diary.relieved = min(t.cases.plights.values(), default=NEVER)
    if code == CLOCK_WRONG:
        t.unit.clock_off_ms = 0
    t.step(Event.FAULT_CLEARED, code=code)
    t.pulse.faults = t.cases.known
    besetting.tell_of(t, CATALOGUE[code], "cleared")


async def relieve(t: Terminal) -> None:
    """Note that plights are over."""
    for code in [code for code, until in t.cases.plights.items() if until <= t.world.now()]:
        clear(t, code)


def leave_behind(t: Terminal) -> None:
    """Let go with a unit what was its own: the certificate, the clock, an unfit firmware."""
    for cause in _CAUSES:
        if any(t.fate.current(cause, t.world.now(), t.pulse.fw)):
            t.fate.forget(cause)
    for code in _OF_THE_UNIT:
        if code in t.cases.plights:
            clear(t, code)
    t.diary.befalls = t.fate.at
    t.diary.power_cycles = t.diary.crashes = NEVER


def stress(t: Terminal, cause: Stress) -> None:
    """Let hazards rise, and warmth show."""
    now = t.world.now()
    for code, factor in cause.factors.items():
        t.unit.risks.scale(code, factor, now)
    if cause.warmer:
        symptom = Symptom("temp_c", cause.warmer, Shape.LEVEL)
        t.unit.show(_WARMTH, symptom, now, _WARMING_MS)


def relax(t: Terminal, cause: Stress) -> None:
    """Let hazards be as they were, and warmth go."""
    for code, factor in cause.factors.items():
        t.unit.risks.scale(code, 1.0 / factor, t.world.now())
    if cause.warmer:
        t.unit.hide(_WARMTH)


def inherit(t: Terminal) -> None:
    """Let a unit that has just come suffer from the stress that is on already."""
    for cause in t.fate.begun(Stress):
        if cause.name in t.cases.held:
            stress(t, cause)
