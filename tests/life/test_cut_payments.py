"""Payments that something cuts short: a silent host, a link, power, a crash, no network."""

from fleet.life.states import Event, State
from fleet.units import HOUR_MS, MINUTE_MS
from tests.life.payments import busy, count, live, slow_host

E = Event


def test_a_host_that_does_not_answer_costs_a_reversal() -> None:
    """After the time-out the payment is reversed, and the reversal is confirmed."""
    world, _ = live(busy(100.0, transactions__timed_out=1.0), 10)
    queued = next(s for s in world.steps if s.event is E.REVERSAL_QUEUED)
    reversed_ = next(s for s in world.steps if s.event is E.REVERSED)
    assert queued.code == "PAY-802"
    assert 0 < reversed_.at_ms - queued.at_ms <= MINUTE_MS
    assert {m.outcome for m in world.heard_of("transaction")} == {"reversal_pending"}


def test_a_link_that_breaks_after_the_host_was_asked_costs_a_reversal() -> None:
    """T23: ready again, with a reversal, which goes out when the link is back."""
    world, terminal = live(slow_host(), 3, outages=[(HOUR_MS, HOUR_MS + 20 * MINUTE_MS)])
    cut = next(s for s in world.steps if s.event is E.TRANSACTION_INTERRUPTED)
    assert (cut.source, cut.target, cut.code) == (State.IN_TRANSACTION, State.READY, "link")
    queued = next(s for s in world.steps if s.event is E.REVERSAL_QUEUED)
    reversed_ = next(s for s in world.steps if s.event is E.REVERSED)
    assert queued.code == "link"
    assert reversed_.at_ms >= HOUR_MS + 20 * MINUTE_MS
    assert terminal.journal.settled


def test_power_that_fails_after_the_host_was_asked_costs_a_reversal() -> None:
    """T24: powered off, a reversal pending, which goes out after the boot and the sign-in."""
    profile = slow_host(faults={"PWR-101": {"onset": "1h", "repair": "10m"}})
    world, _ = live(profile, 3)
    lost = next(s for s in world.steps if s.event is E.POWER_LOST)
    queued = next(s for s in world.steps if s.event is E.REVERSAL_QUEUED)
    reversed_ = next(s for s in world.steps if s.event is E.REVERSED)
    assert (lost.source, lost.target) == (State.IN_TRANSACTION, State.POWERED_OFF)
    assert (queued.code, queued.at_ms) == ("power", lost.at_ms)
    assert any(lost.at_ms < s.at_ms <= reversed_.at_ms for s in world.steps
               if s.event is E.SIGNED_IN)  # fmt: skip


def test_a_terminal_that_hangs_in_the_middle_of_a_payment_reverses_it() -> None:
    """The watchdog cuts the power; the host may have booked, so the payment is reversed."""
    profile = slow_host(faults={"SW-702": {"onset": "1h", "repair": "10m"}})
    world, terminal = live(profile, 4)
    events = world.events()
    at = events.index(E.HUNG)
    assert world.steps[at].source is State.IN_TRANSACTION
    off = events.index(E.FORCIBLY_SHUT_DOWN)
    assert E.REVERSAL_QUEUED in events[at:off]
    assert count(world, E.REVERSED) >= 1
    assert terminal.journal.pending <= 1


def test_offline_payments_are_stored_within_a_bound_and_forwarded() -> None:
    """While the link is down they are approved; the oldest gives way; the rest is told later."""
    profile = busy(transactions__offline=1.0, transactions__stored_max=5)
    world, terminal = live(profile, 6, outages=[(2 * HOUR_MS, 3 * HOUR_MS)])
    offline = [m for m in world.heard_of("transaction") if m.offline]
    dropped = [s for s in world.steps if s.event is E.DATA_LOST and s.code == "stored"]
    assert len(offline) == 5
    assert len(dropped) > 20
    assert terminal.journal.settled
    assert terminal.journal.traces - terminal.journal.records == len(dropped)


def test_offline_customers_are_lost_where_nothing_is_approved_offline() -> None:
    """Each is lost alone, as the terminal waits for its link; and nobody is lost afterwards."""
    world, _ = live(busy(), 6, outages=[(2 * HOUR_MS, 3 * HOUR_MS)])
    lost = [s.at_ms for s in world.steps if s.event is E.CUSTOMERS_LOST and s.at_ms > HOUR_MS]
    assert len(lost) > 20
    assert all(2 * HOUR_MS <= at <= 3 * HOUR_MS + 5 * MINUTE_MS for at in lost)
