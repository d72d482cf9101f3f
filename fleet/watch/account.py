"""How the steps of terminals' lives move the metrics.

Theory of operation
-------------------
Every step moves one terminal from its source state to its target state in `fleet_terminals`.
Beyond that, `EFFECTS` says what an event does to which family; an event that is not in the table
does no more. What an effect needs of the step stands in `step.code`:

- sign-in that failed: the response code of the answer, "timeout" if none came, "link" without one;
  22, 77 and A0 ask for another at once
- self-test degraded or failed: the failing components, comma separated
- fault raised or cleared: the fault's code
- forcible shutdown: its cause: watchdog, operator, or why the terminal did it by itself
- customers lost: how many
- reversed: 00 if the host confirmed it, "upload" if a settlement's upload put it right
- settled: balanced, or uploaded
- update installed or rolled back: "old>new", the firmware that ran and the one that runs now; of
  anything else what it is and its version, without ">"

Durations of a sign-in and of a connect are protocol time, which only the live world can measure; it
records them itself. The duration of an update is business time, and comes with its last step.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from fleet.life.states import Event, State, Step
from fleet.watch.family import OTHER
from fleet.watch.tally import Tally
from fleet.wire.codes import BATCH_MISMATCH, MAC_ERROR, STATE_MISMATCH

Apply: TypeAlias = Callable[[Step], None]
Effect: TypeAlias = Callable[[Tally, Mapping[str, str]], Apply]
"""Made into `Apply` once per shard, with the fault class of each code, so that slots are found."""


def _count(family: str, outcome: str) -> Effect:
    def bind(tally: Tally, _: Mapping[str, str]) -> Apply:
        counts, slot = tally.counts, tally.slot(family, outcome=outcome)

        def apply(_: Step) -> None:
            counts[slot] += 1

        return apply

    return bind


def _count_many(family: str, outcome: str) -> Effect:
    def bind(tally: Tally, _: Mapping[str, str]) -> Apply:
        counts, slot = tally.counts, tally.slot(family, outcome=outcome)

        def apply(step: Step) -> None:
            counts[slot] += int(step.code)

        return apply

    return bind


def _count_reversal(tally: Tally, _: Mapping[str, str]) -> Apply:
    counts = tally.counts
    confirmed = tally.slot(_REVERSALS, outcome="confirmed")
    uploaded = tally.slot(_REVERSALS, outcome="uploaded")

    def apply(step: Step) -> None:
        counts[uploaded if step.code == "upload" else confirmed] += 1

    return apply


def _count_settlement(tally: Tally, _: Mapping[str, str]) -> Apply:
    counts, slots = tally.counts, _by_value(tally, _SETTLEMENTS)

    def apply(step: Step) -> None:
        counts[slots[step.code]] += 1

    return apply


def _count_codes(family: str) -> Effect:
    def bind(tally: Tally, _: Mapping[str, str]) -> Apply:
        counts, slots = tally.counts, _by_value(tally, family)

        def apply(step: Step) -> None:
            for code in step.code.split(","):
                counts[slots[code]] += 1

        return apply

    return bind


_UNANSWERED: Final = frozenset({"timeout", "link"})
_AGAIN: Final = frozenset({STATE_MISMATCH, BATCH_MISMATCH, MAC_ERROR})


def _count_failed(tally: Tally, _: Mapping[str, str]) -> Apply:
    counts = tally.counts
    malfunction = tally.slot("fleet_sign_ins_total", outcome="malfunction")
    slots = {
        code: tally.slot("fleet_sign_ins_total", outcome=outcome)
        for outcome, codes in (("timeout", _UNANSWERED), ("again", _AGAIN))
        for code in codes
    }

    def apply(step: Step) -> None:
        counts[slots.get(step.code, malfunction)] += 1

    return apply


def _activate(change: int) -> Effect:
    def bind(tally: Tally, class_by_code: Mapping[str, str]) -> Apply:
        counts, slots = tally.counts, _by_value(tally, "fleet_active_faults")
        by_code = {code: slots[fault_class] for code, fault_class in class_by_code.items()}

        def apply(step: Step) -> None:
            counts[by_code[step.code]] += change

        return apply

    return bind


def _move_firmware(tally: Tally, _: Mapping[str, str]) -> Apply:
    counts, slots = tally.counts, _by_value(tally, "fleet_firmware_terminals")
    other = slots[OTHER]

    def apply(step: Step) -> None:
        old, changed, new = step.code.partition(">")
        if not changed:
            return  # an app, which has a version of its own
        counts[slots.get(old, other)] -= 1
        counts[slots.get(new, other)] += 1

    return apply


def _time(family: str) -> Effect:
    def bind(tally: Tally, _: Mapping[str, str]) -> Apply:
        record = tally.recorder(family).record

        def apply(step: Step) -> None:
            record(step.duration_ms * 1000)

        return apply

    return bind


def _by_value(tally: Tally, family: str) -> dict[str, int]:
    return {value: slot for (value,), slot in tally.layout.slots(family).items()}


def _states_by_region(tally: Tally) -> dict[str, dict[State, int]]:
    regions: dict[str, dict[State, int]] = {}
    for (region, state), slot in tally.layout.slots("fleet_region_terminals").items():
        regions.setdefault(region, {})[State(state)] = slot
    return regions


_SIGN_INS: Final = "fleet_sign_ins_total"
_SELF_TESTS: Final = "fleet_self_tests_total"
_UPDATES: Final = "fleet_updates_total"
_TRANSACTIONS: Final = "fleet_transactions_total"
_REVERSALS: Final = "fleet_reversals_total"
_SETTLEMENTS: Final = "fleet_settlements_total"
_FAILURES: Final = _count_codes("fleet_self_test_failures_total")

EFFECTS: Final[dict[Event, tuple[Effect, ...]]] = {
    Event.SIGNED_IN: (_count(_SIGN_INS, "ok"),),
    Event.PASSWORD_REFUSED: (_count(_SIGN_INS, "wrong_password"),),
    Event.LOCKED_OUT: (_count(_SIGN_INS, "locked_out"),),
    Event.SIGN_IN_REJECTED: (_count(_SIGN_INS, "rejected"),),
    Event.SIGN_IN_FAILED: (_count_failed,),
    Event.SIGNATURE_REFUSED: (_count(_SIGN_INS, "signature"),),
    Event.CREDENTIAL_REFUSED: (_count(_SIGN_INS, "suspended"),),
    Event.SELF_TEST_PASSED: (_count(_SELF_TESTS, "passed"),),
    Event.SELF_TEST_DEGRADED: (_count(_SELF_TESTS, "degraded"), _FAILURES),
    Event.SELF_TEST_FAILED: (_count(_SELF_TESTS, "failed"), _FAILURES),
    Event.UPDATE_HELD: (_count(_UPDATES, "held"),),
    Event.UPDATE_OFFERED: (_count(_UPDATES, "offered"),),
    Event.UPDATE_DEFERRED: (_count(_UPDATES, "deferred"),),
    Event.UPDATE_ACCEPTED: (_count(_UPDATES, "accepted"),),
    Event.UPDATE_PAUSED: (_count(_UPDATES, "paused"),),
    Event.UPDATE_INSTALLED: (_move_firmware,),
    Event.UPDATE_FAILED: (_count(_UPDATES, "failed"),),
    Event.UPDATE_REJECTED: (_count(_UPDATES, "rejected"),),
    Event.UPDATE_EXPIRED: (_count(_UPDATES, "expired"),),
    Event.UPDATE_CANCELLED: (_count(_UPDATES, "cancelled"),),
    Event.UPDATE_BRICKED: (_count(_UPDATES, "bricked"),),
    Event.SWAPPED: (_move_firmware,),
    Event.UPDATE_ROLLED_BACK: (_count(_UPDATES, "rolled_back"), _move_firmware),
    Event.AUTOMATION_DISABLED: (_count(_UPDATES, "given_up"),),
    Event.PARAMETERS_CUT_OFF: (_count(_UPDATES, "cut_off"),),
    Event.PARAMETERS_COMPLETED: (_count(_UPDATES, "succeeded"),),
    Event.UPDATED: (_count(_UPDATES, "succeeded"), _time("fleet_update_duration_seconds")),
    Event.TRANSACTION_APPROVED: (_count(_TRANSACTIONS, "approved"),),
    Event.TRANSACTION_DECLINED: (_count(_TRANSACTIONS, "declined"),),
    Event.SIGN_IN_DEMANDED: (_count(_TRANSACTIONS, "refused"),),
    Event.CUSTOMERS_LOST: (_count_many(_TRANSACTIONS, "lost"),),
    Event.REVERSAL_QUEUED: (_count(_REVERSALS, "queued"),),
    Event.REVERSED: (_count(_TRANSACTIONS, "reversed"), _count_reversal),
    Event.SETTLED: (_count_settlement,),
    Event.SETTLEMENT_FAILED: (_count(_SETTLEMENTS, "failed"),),
    Event.FAULT_RAISED: (_count_codes("fleet_faults_total"), _activate(+1)),
    Event.FAULT_CLEARED: (_count_codes("fleet_faults_cleared_total"), _activate(-1)),
    Event.FORCIBLY_SHUT_DOWN: (_count_codes("fleet_forced_shutdowns_total"),),
}


class Account:
    """Moves a shard's metrics by the steps of its terminals."""

    __slots__ = ("_counts", "_effects", "_regions", "_states", "_versions")

    def __init__(self, tally: Tally, class_by_code: Mapping[str, str]) -> None:
        """Find all slots.

        Args:
            tally: The shard's.
            class_by_code: Fault class of each fault code; both as in the layout.

        Raises:
            KeyError: A fault class is not in the layout.
        """
        self._counts = tally.counts
        states = _by_value(tally, "fleet_terminals")
        self._states: Final = {state: states[state.value] for state in State}
        self._regions: Final = _states_by_region(tally)
        self._versions: Final = _by_value(tally, "fleet_firmware_terminals")
        self._effects: Final = {
            event: tuple(effect(tally, class_by_code) for effect in effects)
            for event, effects in EFFECTS.items()
        }

    def enrol(self, state: State, version: str, region: str = "") -> None:
        """Add a terminal to the gauges as it is when the run begins."""
        self._counts[self._states[state]] += 1
        if region in self._regions:
            self._counts[self._regions[region][state]] += 1
        self._counts[self._versions.get(version, self._versions[OTHER])] += 1

    def step(self, step: Step, region: str = "") -> None:
        """Account for one step of a terminal in a region of the layout, about 1 us.

        Raises:
            KeyError: The step's code is not in the layout.
        """
        counts = self._counts
        if step.source is not step.target:
            counts[self._states[step.source]] -= 1
            counts[self._states[step.target]] += 1
            if region in self._regions:
                slots = self._regions[region]
                counts[slots[step.source]] -= 1
                counts[slots[step.target]] += 1
        for apply in self._effects.get(step.event, ()):
            apply(step)
