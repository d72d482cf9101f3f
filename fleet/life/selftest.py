"""The self-test: every component in turn; a critical failure stops it at once, others degrade.

The order is that in which payment terminals test themselves: supply, memory, sensors, then
communication, identity, readers, scanner, payment functions, and last the integrity of the
software. A failed critical component stops operation at once and leads to a diagnosis, which finds
either a passing cause (the terminal boots again, a bounded number of times) or a lasting one (it
waits for repair). Without the others a terminal goes on, and says so in its status.

The report also tells how the terminal performs: processor, memory and network as they are without
load. Whether there are new rules or versions is asked for right afterwards, by the synchronisation.
"""

from collections.abc import Sequence
from typing import Final, Literal

from fleet.chance.streams import Purpose
from fleet.life import illness
from fleet.life.faults import Point
from fleet.life.states import Event
from fleet.life.terminal import Terminal
from fleet.units import Millis
from fleet.wire.messages import SelfTested, TestStep
from fleet.wire.words import ComponentWord

TESTS: Final[tuple[ComponentWord, ...]] = (
    "power", "memory", "sensors", "communication", "identity", "stripe_reader", "chip_reader",
    "contactless", "scanner", "printer", "payment", "integrity",
)  # fmt: skip
# Without these a shop can still sell: another reader, another way to give a receipt.
NON_CRITICAL: Final[frozenset[ComponentWord]] = frozenset(
    {"stripe_reader", "chip_reader", "contactless", "scanner", "printer"}
)

# What models with a printer have, and those without.
_FITTED: Final = {True: TESTS, False: tuple(each for each in TESTS if each != "printer")}

Outcome = Literal["passed", "degraded", "failed"]
_STEP: Final = Purpose("self_test.step")
_FAILS: Final = Purpose("self_test.fails")
_FAILURE: Final = {component: Purpose(f"self_test.{component}") for component in TESTS}
_DIAGNOSIS: Final = Purpose("diagnosis.duration")
_TRANSIENT: Final = Purpose("diagnosis.transient")


async def self_test(t: Terminal) -> None:
    """Test every component that the model has."""
    spared = NON_CRITICAL | t.cases.partly_sick()
    steps = _tested(t, spared)
    failed = tuple(step.component for step in steps if not step.ok)
    taken_ms = sum(step.ms for step in steps)
    await t.rest(taken_ms)
    for component in failed:
        illness.come_upon(t, Point.SELF_TEST, component)
    event = _verdict(failed, spared)
    if event is not Event.SELF_TEST_FAILED:
        t.setbacks.tests = 0
    t.unit.degraded = failed if event is Event.SELF_TEST_DEGRADED else ()
    t.line.keep(_report(t, _WORD[event], taken_ms, steps))
    t.step(event, code=",".join(failed), duration_ms=taken_ms)


async def diagnosing(t: Terminal) -> None:
    """Find out why the self-test failed."""
    diagnosis = t.profile.diagnosis
    await t.rest_for(_DIAGNOSIS, diagnosis.duration)
    t.setbacks.tests += 1
    again = t.setbacks.tests <= diagnosis.repeats_max
    if again and t.streams.chance(_TRANSIENT, diagnosis.transient):
        t.unit.boot_reason = "reboot"
        t.step(Event.DIAGNOSED_TRANSIENT)
    else:
        t.step(Event.DIAGNOSED_PERMANENT)


def _tested(t: Terminal, spared: frozenset[ComponentWord]) -> list[TestStep]:
    """Return the tests up to the first critical one that fails; their time is not spent yet."""
    rule, streams = t.profile.self_test, t.streams
    fitted = _FITTED[t.member.model.printer]
    failing = t.cases.sick_components() | _by_chance(t, fitted)
    steps: list[TestStep] = []
    for component, u in zip(fitted, streams.coming_all(_STEP, len(fitted)), strict=True):
        failed = component in failing
        steps.append(TestStep(component, not failed, round(rule.step.quantile(u))))
        if failed and component not in spared:
            break
    streams.take(_STEP, len(steps))
    return steps


def _by_chance(t: Terminal, fitted: Sequence[ComponentWord]) -> set[ComponentWord]:
    """Draw which components fail their test without a fault.

    In all but one test of two hundred none does, so one draw decides for all of them: the first to
    fail is that at which the chance that none has failed so far falls to the number drawn.
    """
    u, sound = t.streams.uniform(_FAILS), 1.0
    chances = t.profile.self_test.failure
    for n, component in enumerate(fitted):
        sound *= 1.0 - chances.get(component, 0.0)
        if u >= sound:
            others = [each for each in fitted[n + 1 :]
                      if t.streams.chance(_FAILURE[each], chances.get(each, 0.0))]  # fmt: skip
            return {component, *others}
    return set()


def is_fitted(t: Terminal, component: ComponentWord) -> bool:
    """Return whether the model has such a component at all."""
    return component in _FITTED[t.member.model.printer]


def _report(t: Terminal, outcome: Outcome, taken_ms: Millis, steps: list[TestStep]) -> SelfTested:
    unit, now = t.unit, t.world.now()
    return SelfTested(
        ts=t.ts(),
        boot=t.pulse.boot,
        outcome=outcome,
        ms=taken_ms,
        steps=tuple(steps),
        cpu_pct=round(unit.level("cpu_pct", now)),
        mem_pct=round(unit.level("mem_pct", now)),
        rssi_dbm=round(unit.level("rssi_dbm", now)),
        rtt_ms=round(unit.level("rtt_ms", now)),
    )


def _verdict(failed: tuple[ComponentWord, ...], spared: frozenset[ComponentWord]) -> Event:
    if not failed:
        return Event.SELF_TEST_PASSED
    if spared.issuperset(failed):
        return Event.SELF_TEST_DEGRADED
    return Event.SELF_TEST_FAILED


_WORD: Final[dict[Event, Outcome]] = {
    Event.SELF_TEST_PASSED: "passed",
    Event.SELF_TEST_DEGRADED: "degraded",
    Event.SELF_TEST_FAILED: "failed",
}
