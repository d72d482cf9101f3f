"""Payment hosts that fail: sign-ins are refused, payments reversed, by the version that runs."""

import pytest

from fleet.life.states import Event
from fleet.life.truth import FaultTruth
from fleet.units import HOUR_MS, MINUTE_MS
from tests.life.causes import first, live, struck
from tests.life.solitude import settle, spend

E = Event


def test_a_failing_payment_host_refuses_sign_ins_until_it_answers_again() -> None:
    """Sign-ins are answered 96 while the cause lasts, and tried again until one is approved."""
    gateway = {"kind": "gateway", "at": "0s", "lasts": "1h", "refusal": 1.0}
    world = live(struck(gateway), hours=2)
    failed = [s for s in world.steps if s.event is E.SIGN_IN_FAILED]
    assert {s.code for s in failed} == {"96"}
    assert len(failed) > 10
    assert max(s.at_ms for s in failed) - MINUTE_MS < HOUR_MS <= first(world, E.SIGNED_IN).at_ms


def test_counted_payments_that_a_host_refused_are_reversed() -> None:
    """While the host fails none is booked; each is queued to be reversed, and none is left."""
    shop = {
        "estate__sizes": [{"name": "busy", "share": 1.0, "per_day": 480.0}],
        "estate__sectors": [{"name": "flat", "share": 1.0, "hours": [1.0] * 24}],
        "transactions__dispersion": 1e6,
        "transactions__declined": 0.0,
        "transactions__verification_failure": 0.0,
        "transactions__reversal_retry": "10s",
    }
    gateway = {"kind": "gateway", "at": "10h", "lasts": "6h", "refusal": 1.0}
    world = settle(struck(gateway, **shop), hours=20)
    terminal = spend(struck(gateway, **shop), world)
    queued = [s for s in world.steps if s.event is E.REVERSAL_QUEUED and s.code == "PAY-802"]
    # 120 came in those six hours; 4 sigma is 44.
    assert len(queued) == pytest.approx(120, abs=44)
    assert all(s.at_ms >= 10 * HOUR_MS for s in queued)
    reversed_ = [s for s in world.steps if s.event is E.REVERSED]
    journal = terminal.journal
    assert journal.pending == 0
    assert len(reversed_) == journal.reversed > 100
    assert len(queued) == journal.reversed + journal.unconfirmed
    (fault,) = [t for t in world.truths if isinstance(t, FaultTruth) and t.code == "PAY-802"]
    assert (fault.cause, fault.onset_at, fault.repaired_at) == ("it", 10 * HOUR_MS, 16 * HOUR_MS)


@pytest.mark.parametrize("lived", [True, False])
def test_whoever_updates_away_from_a_failing_host_is_served_again(*, lived: bool) -> None:
    """A host that fails one version alone serves a terminal as soon as it runs another one."""
    gateway = {"kind": "gateway", "at": "10h", "lasts": "9d", "refusal": 0.5}
    profile = struck(
        gateway | {"firmware": ["1.0.0"]},
        estate__models=[{"name": "A", "share": 1.0, "firmware": "1.0.0"}],
        estate__sizes=[{"name": "busy", "share": 1.0, "per_day": 60.0}],
        transactions__messages=lived,
        sign_in__validity="30d",
        update={"idle": "1m", "recheck": "1m"},
        settlement__at="23:00",  # with money on its way there is no update
        campaigns=[{"name": "cure", "version": "2.0.0", "at": "20h", "forced": True}],
    )
    world = live(profile, hours=72)
    updated = first(world, E.UPDATED).at_ms
    refused = [s.at_ms for s in world.steps if (s.event, s.code) == (E.REVERSAL_QUEUED, "PAY-802")]
    assert 10 * HOUR_MS <= min(refused) <= max(refused) <= updated
    (fault,) = [t for t in world.truths if isinstance(t, FaultTruth) and not t.parent]
    assert (fault.code, fault.onset_at) == ("PAY-802", 10 * HOUR_MS)
    assert fault.repaired_at is not None
    assert abs(fault.repaired_at - updated) < HOUR_MS


@pytest.mark.parametrize("lived", [True, False])
def test_whoever_updates_into_a_failing_host_is_refused_from_then_on(*, lived: bool) -> None:
    """A host that fails the new version alone refuses from the update until its end."""
    gateway = {"kind": "gateway", "at": "10h", "lasts": "30h", "refusal": 0.5}
    profile = struck(
        gateway | {"firmware": ["2.0.0"], "slow": "1h"},
        estate__models=[{"name": "A", "share": 1.0, "firmware": "1.0.0"}],
        estate__sizes=[{"name": "busy", "share": 1.0, "per_day": 60.0}],
        transactions__messages=lived,
        campaigns=[{"name": "worse", "version": "2.0.0", "at": "20h", "forced": True}],
    )
    world = live(profile, hours=72)
    updated = first(world, E.UPDATED).at_ms
    refused = [s.at_ms for s in world.steps if (s.event, s.code) == (E.REVERSAL_QUEUED, "PAY-802")]
    assert 20 * HOUR_MS < updated <= min(refused) <= max(refused) < 41 * HOUR_MS
    assert len(refused) > 3
    (fault,) = [t for t in world.truths if isinstance(t, FaultTruth) and t.code == "PAY-802"]
    assert (fault.cause, fault.onset_at, fault.repaired_at) == ("it", updated, 40 * HOUR_MS)
