"""The self-test: every component in turn; a critical failure stops the terminal, others degrade it.

The order is that in which payment terminals test themselves: supply, memory, sensors, then
communication, identity, readers, scanner, payment functions, and last the integrity of the
software. A failed critical component leads to a diagnosis, which finds either a passing cause (the
terminal boots again, a bounded number of times) or a lasting one (it waits for repair).
"""

from typing import Final, Literal

from fleet.chance.streams import Purpose
from fleet.life.states import Event
from fleet.life.terminal import Terminal
from fleet.units import Millis
from fleet.wire.messages import ComponentWord, SelfTested, TestStep

TESTS: Final[tuple[ComponentWord, ...]] = (
    "power", "memory", "sensors", "communication", "identity", "stripe_reader", "chip_reader",
    "contactless", "scanner", "printer", "payment", "integrity",
)  # fmt: skip
# Without these a shop can still sell: another reader, another way to give a receipt.
NON_CRITICAL: Final[frozenset[ComponentWord]] = frozenset(
    {"stripe_reader", "chip_reader", "contactless", "scanner", "printer"}
)

_STEP: Final = Purpose("self_test.step")
_FAILURE: Final = {component: Purpose(f"self_test.{component}") for component in TESTS}
_DIAGNOSIS: Final = Purpose("diagnosis.duration")
_TRANSIENT: Final = Purpose("diagnosis.transient")


async def self_test(t: Terminal) -> None:
    """Test every component that the model has."""
    sick = t.sick_components()
    steps = [await _test(t, component, sick) for component in TESTS if _fitted(t, component)]
    failed = [step.component for step in steps if not step.ok]
    taken_ms = sum(step.ms for step in steps)
    event = _verdict(failed)
    t.keep(SelfTested(t.ts(), t.pulse.boot, _WORD[event], taken_ms, tuple(steps)))
    t.step(event, code=",".join(failed), duration_ms=taken_ms)


async def diagnosing(t: Terminal) -> None:
    """Find out why the self-test failed."""
    diagnosis = t.profile.diagnosis
    await t.rest_for(_DIAGNOSIS, diagnosis.duration)
    t.failed_boots += 1
    again = t.failed_boots <= diagnosis.repeats_max
    if again and t.streams.chance(_TRANSIENT, diagnosis.transient):
        t.boot_reason = "reboot"
        t.step(Event.DIAGNOSED_TRANSIENT)
    else:
        t.step(Event.DIAGNOSED_PERMANENT)


async def _test(t: Terminal, component: ComponentWord, sick: set[ComponentWord]) -> TestStep:
    taken_ms: Millis = await t.rest_for(_STEP, t.profile.self_test.step)
    failure = t.profile.self_test.failure.get(component, 0.0)
    failed = t.streams.chance(_FAILURE[component], failure) or component in sick
    return TestStep(component, not failed, taken_ms)


def _fitted(t: Terminal, component: ComponentWord) -> bool:
    return component != "printer" or t.member.model.printer


def _verdict(failed: list[ComponentWord]) -> Event:
    if not failed:
        return Event.SELF_TEST_PASSED
    if NON_CRITICAL.issuperset(failed):
        return Event.SELF_TEST_DEGRADED
    return Event.SELF_TEST_FAILED


_WORD: Final[dict[Event, Literal["passed", "degraded", "failed"]]] = {
    Event.SELF_TEST_PASSED: "passed",
    Event.SELF_TEST_DEGRADED: "degraded",
    Event.SELF_TEST_FAILED: "failed",
}
