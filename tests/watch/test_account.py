"""How steps move the metrics, on real tallies."""

import pytest

from fleet.life.states import Event, State, Step
from fleet.life.transitions import TRANSITIONS
from fleet.watch.account import EFFECTS, Account
from fleet.watch.tally import Board, Reading, Tally
from tests.watch.conftest import CLASS_BY_CODE

CODES = {
    Event.SIGN_IN_FAILED: "96",
    Event.SELF_TEST_DEGRADED: "printer",
    Event.SELF_TEST_FAILED: "payment",
    Event.UPDATE_INSTALLED: "1.0>1.1",
    Event.UPDATE_ROLLED_BACK: "1.1>1.0",
    Event.FAULT_RAISED: "PRN-501",
    Event.FAULT_CLEARED: "PRN-501",
    Event.FORCIBLY_SHUT_DOWN: "watchdog",
    Event.CUSTOMERS_LOST: "3",
    Event.SETTLED: "balanced",
}


@pytest.fixture
def account(tally: Tally) -> Account:
    """The account of the first shard."""
    return Account(tally, CLASS_BY_CODE)


def step_of(event: Event, code: str = "", duration_ms: int = 0) -> Step:
    """Return a step that the table of the life allows."""
    transition = TRANSITIONS[event]
    source = min(transition.sources)
    target = min(transition.targets or {source})
    return Step(0, 1, event, source, target, code, duration_ms)


def read_after(tally: Tally, board: Board, account: Account, *steps: Step) -> Reading:
    """Account for the steps, publish, and read the board."""
    for step in steps:
        account.step(step)
    tally.publish()
    return board.read()


@pytest.mark.parametrize("event", Event)
def test_a_step_moves_one_terminal_between_states(
    event: Event, tally: Tally, board: Board, account: Account
) -> None:
    """Every event of the life moves its terminal from source to target and loses none."""
    step = step_of(event, CODES.get(event, ""))
    account.enrol(step.source, "1.0")
    reading = read_after(tally, board, account, step)
    assert {state: n for state, n in reading.series("fleet_terminals").items() if n} == {
        step.target.value: 1
    }


@pytest.mark.parametrize(
    ("event", "code", "family", "value"),
    [
        (Event.SIGNED_IN, "", "fleet_sign_ins_total", "ok"),
        (Event.TRANSACTION_APPROVED, "00", "fleet_transactions_total", "approved"),
        (Event.TRANSACTION_DECLINED, "51", "fleet_transactions_total", "declined"),
        (Event.SIGN_IN_DEMANDED, "77", "fleet_transactions_total", "refused"),
        (Event.CUSTOMERS_LOST, "1", "fleet_transactions_total", "lost"),
        (Event.REVERSED, "00", "fleet_transactions_total", "reversed"),
        (Event.REVERSAL_QUEUED, "power", "fleet_reversals_total", "queued"),
        (Event.REVERSED, "00", "fleet_reversals_total", "confirmed"),
        (Event.REVERSED, "upload", "fleet_reversals_total", "uploaded"),
        (Event.SETTLED, "uploaded", "fleet_settlements_total", "uploaded"),
        (Event.SETTLEMENT_FAILED, "timeout", "fleet_settlements_total", "failed"),
        (Event.PASSWORD_REFUSED, "55", "fleet_sign_ins_total", "wrong_password"),
        (Event.LOCKED_OUT, "55", "fleet_sign_ins_total", "locked_out"),
        (Event.SIGN_IN_REJECTED, "97", "fleet_sign_ins_total", "rejected"),
        (Event.SIGN_IN_FAILED, "96", "fleet_sign_ins_total", "malfunction"),
        (Event.SIGN_IN_FAILED, "98", "fleet_sign_ins_total", "malfunction"),
        (Event.SIGN_IN_FAILED, "77", "fleet_sign_ins_total", "again"),
        (Event.SIGN_IN_FAILED, "A0", "fleet_sign_ins_total", "again"),
        (Event.SIGNATURE_REFUSED, "SGN-853", "fleet_sign_ins_total", "signature"),
        (Event.CREDENTIAL_REFUSED, "SGN-852", "fleet_sign_ins_total", "suspended"),
        (Event.SIGN_IN_FAILED, "timeout", "fleet_sign_ins_total", "timeout"),
        (Event.SIGN_IN_FAILED, "link", "fleet_sign_ins_total", "timeout"),
        (Event.SELF_TEST_PASSED, "", "fleet_self_tests_total", "passed"),
        (Event.SELF_TEST_DEGRADED, "printer", "fleet_self_tests_total", "degraded"),
        (Event.SELF_TEST_FAILED, "payment", "fleet_self_tests_total", "failed"),
        (Event.UPDATE_OFFERED, "1.1", "fleet_updates_total", "offered"),
        (Event.UPDATE_DEFERRED, "1.1", "fleet_updates_total", "deferred"),
        (Event.UPDATED, "1.1", "fleet_updates_total", "succeeded"),
        (Event.UPDATE_FAILED, "1.1", "fleet_updates_total", "failed"),
        (Event.UPDATE_ROLLED_BACK, "1.1>1.0", "fleet_updates_total", "rolled_back"),
        (Event.FAULT_RAISED, "COM-201", "fleet_faults_total", "COM-201"),
        (Event.FORCIBLY_SHUT_DOWN, "watchdog", "fleet_forced_shutdowns_total", "watchdog"),
    ],
)
def test_an_event_counts_once_under_its_outcome(  # noqa: PLR0913 - four are the case itself
    event: Event,
    code: str,
    family: str,
    value: str,
    *,
    tally: Tally,
    board: Board,
    account: Account,
) -> None:
    """The event counts once in its family, under that label value and no other."""
    reading = read_after(tally, board, account, step_of(event, code))
    counted = {each: n for each, n in reading.series(family).items() if n}
    assert counted == {value: 1}


def test_failed_components_count_one_by_one(tally: Tally, board: Board, account: Account) -> None:
    """Each component named by a self-test counts as one failure."""
    step = step_of(Event.SELF_TEST_DEGRADED, "printer,scanner")
    reading = read_after(tally, board, account, step)
    failures = reading.series("fleet_self_test_failures_total")
    assert {each: n for each, n in failures.items() if n} == {"printer": 1, "scanner": 1}


def test_active_faults_rise_and_fall_by_class(tally: Tally, board: Board, account: Account) -> None:
    """A class's gauge is the faults raised less those cleared, whatever their codes."""
    raised = [step_of(Event.FAULT_RAISED, code) for code in CLASS_BY_CODE]
    reading = read_after(tally, board, account, *raised, step_of(Event.FAULT_CLEARED, "PRN-503"))
    assert reading.series("fleet_active_faults") == {"printer": 1, "communication": 1}


def test_firmware_moves_with_installation_and_rollback(
    tally: Tally, board: Board, account: Account
) -> None:
    """Versions change hands when one is installed or rolled back; unknown ones are `other`."""
    for _ in range(3):
        account.enrol(State.STANDBY, "1.0")
    moves = ("1.0>1.1", "1.0>9.9")
    steps = [step_of(Event.UPDATE_INSTALLED, move) for move in moves]
    back = step_of(Event.UPDATE_ROLLED_BACK, "9.9>1.0")
    reading = read_after(tally, board, account, *steps)
    assert reading.series("fleet_firmware_terminals") == {"1.0": 1, "1.1": 1, "other": 1}
    reading = read_after(tally, board, account, back)
    assert reading.series("fleet_firmware_terminals") == {"1.0": 2, "1.1": 1, "other": 0}


def test_the_last_step_of_an_update_tells_its_duration(
    tally: Tally, board: Board, account: Account
) -> None:
    """The duration of an update is recorded in business time when it has succeeded."""
    step = step_of(Event.UPDATED, "1.1", duration_ms=600_000)
    reading = read_after(tally, board, account, step, step_of(Event.UPDATE_FAILED))
    update = reading.distribution("fleet_update_duration_seconds")
    assert (update.count, update.sum_us) == (1, 600_000_000)


def test_a_code_outside_the_layout_is_a_mistake(account: Account) -> None:
    """A fault that the profile does not know cannot be counted silently."""
    with pytest.raises(KeyError, match="XYZ-999"):
        account.step(step_of(Event.FAULT_RAISED, "XYZ-999"))


def test_every_event_with_a_code_here_has_an_effect() -> None:
    """The codes above are exactly those that an effect reads."""
    assert set(CODES) <= set(EFFECTS)


def test_a_step_moves_its_region_too(tally: Tally, board: Board, account: Account) -> None:
    """A terminal of a region is counted there in its new state, and nowhere else."""
    step = step_of(Event.BOOT_GIVEN_UP)
    account.enrol(step.source, "1.0", region="north")
    account.step(step, "north")
    tally.publish()
    series = board.read().series("fleet_region_terminals")
    assert {name: n for name, n in series.items() if n} == {f"north/{step.target.value}": 1}


def test_a_repair_is_counted(tally: Tally, board: Board, account: Account) -> None:
    """A fault that is cleared is one repair of its code."""
    reading = read_after(tally, board, account, step_of(Event.FAULT_CLEARED, "PRN-501"))
    assert reading.series("fleet_faults_cleared_total")["PRN-501"] == 1
