"""The end of the day: totals, uploads, sign-off, and what stays open."""

from typing import Any

import pytest

from fleet.life.states import Event, State
from fleet.profile.profile import Profile
from fleet.tms.desk import Desk
from fleet.units import HOUR_MS
from fleet.wire.fields import BATCH_MAX
from fleet.wire.messages import SettlementAnswered, SettlementRequested
from tests.life.lives import within_4_sigma
from tests.life.payments import TROUBLED, busy, count, live
from tests.tms.estates import SEED, TENANT, TID
from tests.tms.estates import profile as estate

E = Event
SHOP = {"day": {"opens": "09:00", "closes": "18:00"}}


def shop(**overrides: Any) -> Profile:
    """Return a shop that opens at nine and closes at six; the run begins at eight."""
    return busy(400.0, **(SHOP | overrides))


def test_a_shop_settles_when_it_closes() -> None:
    """T26, T27: settling, balanced, signed off, off; the next day has the next batch."""
    world, terminal = live(shop(), 12)
    events = world.events()
    at = events.index(E.SETTLEMENT_STARTED)
    assert events[at : at + 3] == [E.SETTLEMENT_STARTED, E.SETTLED, E.POWERED_OFF]
    (asked,) = world.heard_of("settlement")
    assert asked.traces == asked.records == count(world, E.TRANSACTION_APPROVED) > 200
    assert (asked.batch, terminal.journal.batch) == (0, 1)
    assert terminal.journal.empty
    step = world.steps[at + 1]
    assert (step.source, step.target, step.code) == (State.SETTLING, State.STANDBY, "balanced")
    assert step.duration_ms > 0
    assert len(world.heard_of("sign_off")) == 1


def test_batches_are_numbered_day_by_day() -> None:
    """Each settlement closes its own batch."""
    world, _ = live(shop(), 24 * 4)
    assert [m.batch for m in world.heard_of("settlement")] == [0, 1, 2, 3]


def test_batches_balance() -> None:
    """All approved payments are in exactly one settlement, however troubled the days."""
    world, terminal = live(shop(**TROUBLED), 24 * 5)
    closed = {m.batch: m for m in world.heard_of("settlement")}
    settled = sum(message.traces for message in closed.values())
    assert settled + terminal.journal.traces == count(world, E.TRANSACTION_APPROVED)


def test_unequal_totals_are_uploaded() -> None:
    """Where the host's books differ every record is uploaded, and then they agree."""
    world, _ = live(shop(settlement__mismatch=1.0), 12)
    first, second = world.heard_of("settlement")
    assert (first.uploaded, second.uploaded) == (False, True)
    settled = next(s for s in world.steps if s.event is E.SETTLED)
    assert settled.code == "uploaded"
    assert settled.duration_ms > first.records * 50


def test_mismatches_are_as_frequent_as_their_chance() -> None:
    """The desk finds unequal totals as often as the profile says, within 4 sigma."""
    profile = estate().model_copy(
        update={"settlement": estate().settlement.model_copy(update={"mismatch": 0.3})}
    )
    desk = Desk(profile, SEED)
    codes = [answer(desk, totals(req)).code for req in range(2_000)]
    within_4_sigma(codes.count("95"), len(codes), 0.3)


def totals(req: int, **changes: Any) -> SettlementRequested:
    """Return totals that agree with themselves."""
    fields = {"batch": 7, "traces": 60, "records": 60, "unconfirmed": 0, "uploaded": False}
    return SettlementRequested(ts=0, req=req, **(fields | changes))


def answer(desk: Desk, request: SettlementRequested, tid: str = TID) -> SettlementAnswered:
    """Return what a desk says to it."""
    ((_, message),) = desk.hear(TENANT, tid, request, 1)
    assert isinstance(message, SettlementAnswered)
    return message


@pytest.mark.parametrize(
    ("changes", "code", "batch"),
    [
        ({}, "00", 8),
        ({"records": 59}, "95", 7),
        ({"unconfirmed": 1}, "95", 7),
        ({"records": 59, "uploaded": True}, "00", 8),
        ({"batch": BATCH_MAX}, "00", 1),
    ],
)
def test_the_desk_answers_by_what_it_is_told(
    changes: dict[str, Any], code: str, batch: int
) -> None:
    """A missing record or an open reversal is found; an upload puts it right."""
    profile = estate().model_copy(
        update={"settlement": estate().settlement.model_copy(update={"mismatch": 0.0})}
    )
    said = answer(Desk(profile, SEED), totals(1, **changes))
    assert (said.code, said.batch) == (code, batch)
    assert answer(Desk(profile, SEED), totals(1, **changes), "99999999").code == "97"


def test_data_lost_with_the_power_shows_in_the_settlement() -> None:
    """Records younger than the last backup are gone, and the host misses them."""
    profile = shop(
        damage__data_loss=1.0,
        transactions__backup="30d",
        faults={"PWR-101": {"onset": "4h", "repair": "10m", "detection": "0s"}},
    )
    world, _ = live(profile, 12)
    first, second = world.heard_of("settlement")
    lost = max(s.at_ms for s in world.steps if s.event is E.DATA_LOST)
    before = [s for s in world.steps if s.event is E.TRANSACTION_APPROVED and s.at_ms <= lost]
    assert first.traces - first.records == len(before) > 20
    assert second.uploaded


def test_backups_bound_what_a_loss_of_power_costs() -> None:
    """With a backup every half an hour at most half an hour's records are lost."""
    profile = shop(
        damage__data_loss=1.0,
        transactions__backup="30m",
        faults={"PWR-101": {"onset": "4h", "repair": "10m", "detection": "0s"}},
    )
    world, _ = live(profile, 12)
    first = world.heard_of("settlement")[0]
    lost = next(s.at_ms for s in world.steps if s.event is E.DATA_LOST)
    young = [s for s in world.steps if s.event is E.TRANSACTION_APPROVED
             and lost - HOUR_MS < s.at_ms <= lost]  # fmt: skip
    assert 0 < first.traces - first.records < len(young)


def test_without_an_answer_the_batch_stays_open() -> None:
    """The terminal gives up, signs off and closes; the next day settles both days."""
    world, terminal = live(shop(), 12, mute={"settlement"})
    events = world.events()
    at = events.index(E.SETTLEMENT_FAILED)
    assert events[at : at + 2] == [E.SETTLEMENT_FAILED, E.POWERED_OFF]
    assert world.steps[at].code == "timeout"
    assert terminal.journal.traces == count(world, E.TRANSACTION_APPROVED)
    assert terminal.journal.batch == 0


def test_without_a_link_nothing_is_settled() -> None:
    """A shop that closes offline takes its open batch along."""
    world, terminal = live(shop(), 12, outages=[(9 * HOUR_MS, 12 * HOUR_MS)])
    assert not count(world, E.SETTLEMENT_STARTED)
    assert terminal.journal.traces == count(world, E.TRANSACTION_APPROVED) > 100


def test_a_link_that_breaks_while_settling_fails_it() -> None:
    """The settlement is given up, and the batch stays open."""
    profile = shop(settlement__duration="10m", settlement__mismatch=0.0)
    world, terminal = live(profile, 12, outages=[(10 * HOUR_MS + 60_000, 12 * HOUR_MS)])
    failed = next(s for s in world.steps if s.event is E.SETTLEMENT_FAILED)
    assert failed.code == "link"
    assert not terminal.journal.empty


def test_an_estate_that_never_closes_settles_by_the_clock() -> None:
    """Every day at the hour of the profile, and then the operator signs in again."""
    world, _ = live(busy(200.0, settlement__at="23:00"), 24 * 3)
    started = [s.at_ms for s in world.steps if s.event is E.SETTLEMENT_STARTED]
    assert [at // HOUR_MS for at in started] == [15, 39, 63]  # the run begins at 08:00
    events = world.events()
    at = events.index(E.SETTLED)
    assert events[at + 1 : at + 3] == [E.SIGN_IN_STARTED, E.SIGNED_IN]


def test_who_only_counts_settles_what_was_counted() -> None:
    """Counted payments are on record too: a day's worth, within 4 sigma."""
    world, _ = live(shop(transactions__messages=False), 12)
    (asked,) = world.heard_of("settlement")
    assert asked.traces == asked.records
    assert abs(asked.traces - 400) < 4 * 20 + 5


def test_an_empty_batch_is_not_settled() -> None:
    """Without a payment there is nothing to settle; the operator signs off as ever."""
    world, _ = live(shop(estate__sizes=[{"name": "idle", "share": 1.0, "per_day": 0.0}]), 12)
    assert not count(world, E.SETTLEMENT_STARTED)
    assert count(world, E.SIGNED_OFF) == 1
