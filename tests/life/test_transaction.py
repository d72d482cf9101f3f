"""Payments, lived one by one, in a world without clock or network."""

from collections import Counter
from itertools import pairwise

import pytest

from fleet.life.states import Event, State
from fleet.units import HOUR_MS, MINUTE_MS
from fleet.wire.messages import Reboot
from tests.life.lives import within_4_sigma
from tests.life.payments import FLAT, TROUBLED, busy, count, live, slow_host

E = Event
ENDS = (E.TRANSACTION_APPROVED, E.TRANSACTION_DECLINED, E.SIGN_IN_DEMANDED, E.REVERSAL_QUEUED)


def test_each_payment_is_started_ended_and_told_of() -> None:
    """READY, IN_TRANSACTION, READY; a message for each, with order numbers that are unique."""
    world, _ = live(busy(), 6)
    started, approved = count(world, E.TRANSACTION_STARTED), count(world, E.TRANSACTION_APPROVED)
    told = world.heard_of("transaction")
    assert 300 < approved <= started <= approved + 1
    assert len(told) == approved
    assert len({message.order_no for message in told}) == approved
    assert {message.outcome for message in told} == {"approved"}


def test_customers_are_a_poisson_process_of_the_rate_asked_for() -> None:
    """A day's payments are as many as the size says, within 4 sigma."""
    counts = [count(live(busy(480.0), 24, index=i)[0], E.TRANSACTION_STARTED) for i in range(4)]
    lost_in_boot = 480 * 4 / 24 / 12  # five minutes at most, once each
    assert abs(sum(counts) - 4 * 480) < 4 * (4 * 480) ** 0.5 + lost_in_boot


def test_nobody_is_forgotten() -> None:
    """Customers are approved, declined, refused, reversed or lost; every reversal ends."""
    profile = busy(
        **TROUBLED,
        faults={"PWR-101": {"onset": {"law": "exponential", "mean": "5h"}, "repair": "20m"}},
        settlement__at="03:00",
    )
    outages = [(h * HOUR_MS, h * HOUR_MS + 7 * MINUTE_MS) for h in range(2, 40, 3)]
    world, terminal = live(profile, 48, outages=outages)
    came = sum(1 for _ in range(terminal.orders))
    ended = sum(count(world, event) for event in ENDS)
    cut_short = [m for m in world.heard_of("transaction") if m.outcome == "abandoned"]
    assert terminal.orders == ended + len(cut_short) + (terminal.sale is not None)
    assert came > 500
    queued, reversed_ = count(world, E.REVERSAL_QUEUED), count(world, E.REVERSED)
    assert queued == reversed_ + terminal.journal.pending + terminal.journal.unconfirmed
    assert terminal.journal.reversed == reversed_ > 50
    assert {s.code for s in world.steps if s.event is E.REVERSED} == {"00", "upload"}
    assert count(world, E.CUSTOMERS_LOST) > 100


def test_each_outcome_is_as_frequent_as_its_chance() -> None:
    """Approved, declined, timed out, 77 and A0: within 4 sigma of what was asked for."""
    world, _ = live(busy(**TROUBLED), 40)
    told = world.heard_of("transaction")
    codes = Counter(message.code for message in told)
    total = len(told)
    assert total > 1_500
    verified = 0.95
    for code, chance in {"PAY-802": 0.1, "77": 0.03, "A0": 0.02, "00": 0.65}.items():
        within_4_sigma(codes[code], total, verified * chance)
    within_4_sigma(codes["51"] + codes["61"] + codes["05"], total, verified * 0.2)
    within_4_sigma(codes["55"] + codes["63"], total, 0.05)


def test_methods_and_verification_are_as_frequent_as_their_weights() -> None:
    """QR, contactless, chip, stripe; password, fingerprint, face, none: within 4 sigma."""
    profile = busy()
    world, _ = live(profile, 40)
    told, rule = world.heard_of("transaction"), profile.transactions
    for name, weights in (("method", rule.methods), ("verification", rule.verification)):
        seen = Counter(getattr(message, name) for message in told)
        for word, weight in weights.items():
            within_4_sigma(seen[word], len(told), weight / sum(weights.values()))


def test_a_terminal_takes_what_its_model_can_take() -> None:
    """A model for QR codes alone takes nothing else."""
    model = {"name": "box", "share": 1.0, "methods": ["qr"]}
    world, _ = live(busy(estate__models=[model]), 6)
    assert {message.method for message in world.heard_of("transaction")} == {"qr"}


def test_heartbeats_go_on_through_payments_and_say_so() -> None:
    """Not one heartbeat of the grid is missing, and some say `in_transaction`."""
    world, terminal = live(busy(4_000.0, heartbeat__interval="20s"), 8)
    first = next(s.at_ms for s in world.steps if s.event is E.SIGNED_IN)
    instants = [at for at, _ in world.beats if at >= first]
    assert {b - a for a, b in pairwise(instants)} == {terminal.every_ms}
    assert State.IN_TRANSACTION in {state for _, state in world.beats}


@pytest.mark.parametrize(("chance", "code"), [("batch_mismatch", "77"), ("mac_error", "A0")])
def test_77_and_a0_force_a_sign_in(chance: str, code: str) -> None:
    """The host wants the operator to sign in again, who does."""
    world, _ = live(busy(**{f"transactions__{chance}": 1.0}), 4)
    events = world.events()
    at = events.index(E.SIGN_IN_DEMANDED)
    step = world.steps[at]
    assert (step.source, step.target, step.code) == (State.IN_TRANSACTION, State.SIGNING_IN, code)
    assert E.SIGNED_IN in events[at : at + 3]


def test_an_order_waits_until_the_payment_is_over() -> None:
    """Nobody restarts a terminal in the middle of a payment."""
    world, _ = live(slow_host(), 3, orders=[(HOUR_MS, Reboot(plan=9))])
    rebooted = next(s for s in world.steps if s.event is E.REBOOTED)
    approved = max(s.at_ms for s in world.steps
                   if s.event is E.TRANSACTION_APPROVED and s.at_ms <= rebooted.at_ms)  # fmt: skip
    assert HOUR_MS < rebooted.at_ms == approved


def test_a_component_that_fails_leaves_the_payment_under_way_alone() -> None:
    """A degraded component is a matter of the next payment; which then takes another way."""
    profile = slow_host(faults={"RDR-402": {"onset": "1h", "repair": "30d", "detection": "0s"}},
                        transactions__methods={"chip": 1.0, "qr": 0.01})  # fmt: skip
    world, _ = live(profile, 4)
    at = next(s.at_ms for s in world.steps if s.event is E.FAULT_STRUCK)
    later = [m.method for m in world.heard_of("transaction")
             if m.ts - m.ms - world.origin_ms > at]  # fmt: skip
    assert not count(world, E.REVERSAL_QUEUED)
    assert set(later) == {"qr"}


def test_customers_in_line_do_not_put_off_that_a_fault_is_noticed_and_repaired() -> None:
    """A terminal that is asked for more than it can do still gets well, and the shop closes."""
    fault = {"onset": "1h", "detection": "10m", "repair": "20m"}
    profile = busy(faults={"RDR-403": fault}, day={"opens": "09:00", "closes": "18:00"},
                        estate__sizes=[{"name": "crowd", "share": 1.0, "per_day": 9_999.0}],
                        transactions__host="10m")  # fmt: skip
    world, _ = live(profile, 20)
    instants = {s.event: s.at_ms for s in world.steps if s.code == "RDR-403"}
    struck = instants[E.FAULT_STRUCK]
    assert instants[E.FAULT_RAISED] - struck <= 21 * MINUTE_MS
    assert instants[E.FAULT_CLEARED] - struck <= 61 * MINUTE_MS
    assert count(world, E.POWERED_OFF) == 1


def test_an_update_waits_until_nobody_has_paid_for_half_an_hour() -> None:
    """Each payment puts the idle time off."""
    campaign = {"name": "spring", "version": "9.9.9", "at": "0s", "share": 1.0}
    world, _ = live(busy(60.0, campaigns=[campaign]), 12)
    offered = next(s.at_ms for s in world.steps if s.event is E.UPDATE_OFFERED)
    paid = [s.at_ms for s in world.steps
            if s.event is E.TRANSACTION_APPROVED and s.at_ms < offered]  # fmt: skip
    assert paid
    assert offered - paid[-1] >= 30 * MINUTE_MS


def test_who_only_counts_lives_what_changes_more_than_a_counter() -> None:
    """By default only time-outs, 77 and A0 interrupt the story, as often as their chances say."""
    profile = busy(4_000.0, **TROUBLED, transactions__messages=False)
    world, terminal = live(profile, 24)
    started = count(world, E.TRANSACTION_STARTED)
    expected = 4_000 * profile.transactions.interrupting
    assert not terminal.customers.lived
    assert not world.heard_of("transaction")
    assert not count(world, E.TRANSACTION_APPROVED)
    assert 0.7 * expected < started < expected + 4 * expected**0.5


def test_a_share_of_the_terminals_may_live_its_payments() -> None:
    """`messages = 0.3` makes three terminals in ten tell of each payment."""
    profile = busy(0.0, transactions__messages=0.3)
    lived = sum(live(profile, 0.001, index=index)[1].customers.lived for index in range(300))
    within_4_sigma(lived, 300, 0.3)


def test_an_update_takes_the_open_batch_along() -> None:
    """Old data goes over into the new version without loss."""
    campaign = {"name": "spring", "version": "9.9.9", "at": "0s", "share": 1.0}
    world, terminal = live(busy(60.0, campaigns=[campaign]), 30)
    updated = next(s.at_ms for s in world.steps if s.event is E.UPDATED)
    before = [s for s in world.steps if s.event is E.TRANSACTION_APPROVED and s.at_ms < updated]
    assert before
    assert terminal.journal.traces == terminal.journal.records
    assert terminal.journal.traces == count(world, E.TRANSACTION_APPROVED) > len(before)


def test_an_update_waits_until_no_money_is_on_its_way() -> None:
    """While a reversal is pending the batch guard objects."""
    campaign = {"name": "spring", "version": "9.9.9", "at": "0s", "share": 1.0}
    profile = busy(
        30.0, campaigns=[campaign], transactions__timed_out=0.5,
        transactions__reversal_failure=1.0, transactions__reversal_attempts=1_000,
    )  # fmt: skip
    world, terminal = live(profile, 24)
    queued = next(s.at_ms for s in world.steps if s.event is E.REVERSAL_QUEUED)
    assert not terminal.journal.settled
    assert {s.code for s in world.steps if s.event is E.UPDATE_HELD} == {"batch"}
    assert not [s for s in world.steps if s.event is E.UPDATE_OFFERED and s.at_ms > queued]


def test_who_comes_while_the_terminal_is_maintained_is_lost() -> None:
    """In the span for maintenance nobody is served."""
    window = {"opens": "10h", "lasts": "2h", "used": 0.0}
    world, _ = live(busy(480.0, maintenance=window), 8)
    begun = next(s.at_ms for s in world.steps if s.event is E.MAINTENANCE_BEGUN)
    ended = next(s.at_ms for s in world.steps if s.event is E.MAINTENANCE_ENDED)
    started = [s.at_ms for s in world.steps if s.event is E.TRANSACTION_STARTED]
    lost = sum(int(s.code) for s in world.steps if s.event is E.CUSTOMERS_LOST and s.at_ms >= ended)
    assert not [at for at in started if begun <= at < ended]
    assert abs(lost - 40) < 4 * 40**0.5 + 2


def test_orders_have_numbers_and_take_their_time() -> None:
    """Where guests order first, the menu comes before the payment; each order has its number."""
    menu = FLAT | {"orders": True}
    slow, _ = live(busy(100.0, estate__sectors=[menu], transactions__ordering="10m"), 12)
    quick, _ = live(busy(100.0), 12)
    assert min(m.ms for m in slow.heard_of("transaction")) >= 10 * MINUTE_MS
    assert max(m.ms for m in quick.heard_of("transaction")) < 10 * MINUTE_MS
    numbers = [m.order_no for m in slow.heard_of("transaction")]
    assert numbers == sorted(set(numbers))


def test_paper_runs_down_by_two_receipts_a_payment() -> None:
    """Two receipts of 12 cm from a roll of 26 m; a model without a printer needs none."""
    for printer in (True, False):
        model = {"name": "desk", "share": 1.0, "printer": printer}
        world, terminal = live(busy(estate__models=[model]), 2)
        used_m = 0.24 * count(world, E.TRANSACTION_APPROVED) * printer
        assert terminal.vitals.flows.sold["paper_m"][0] == pytest.approx(26.0 - used_m % 26.0, 0.01)
