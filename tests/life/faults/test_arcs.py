"""Each fault of the catalogue, provoked alone, lives its whole arc."""

import pytest

from fleet.life.faults import CATALOGUE, FaultKind, Point, Rung, Then
from fleet.life.states import Event, State
from fleet.life.truth import FaultTruth, LifeTruth, Ticket
from fleet.units import DAY_MS, HOUR_MS
from tests.life.faults.arcs import ONSET_H, arc_of, every_kind

E = Event


@every_kind
def test_it_strikes_when_the_profile_says(kind: FaultKind) -> None:
    """The onset is at the asked age, is not known yet, and ends a life."""
    arc = arc_of(kind.code)
    first_on = next(s.at_ms for s in arc.world.steps if s.event is E.REGISTERED)
    assert arc.truth.onset_at == pytest.approx(first_on + ONSET_H * HOUR_MS, abs=HOUR_MS)
    struck = next(s for s in arc.steps if s.event is E.FAULT_STRUCK)
    assert (struck.code, struck.at_ms) == (kind.code, arc.truth.onset_at)
    life = next(t for t in arc.world.truths if isinstance(t, LifeTruth))
    assert (life.code, life.fault, life.number) == (kind.code, arc.truth.number, arc.truth.life)
    assert life.event_observed


@every_kind
def test_its_precursor_is_in_the_truth(kind: FaultKind) -> None:
    """The truth says when it began to show, before the onset; or that it never did."""
    truth = arc_of(kind.code).truth
    assert truth.has_precursor is bool(kind.precursors)
    if kind.precursors:
        assert truth.precursor_at is not None
        assert truth.precursor_at < truth.onset_at
    else:
        assert truth.precursor_at is None


@every_kind
def test_it_is_detected_and_told_of_by_who_can_know(kind: FaultKind) -> None:
    """Somebody notices after the onset; the terminal reports it only if it can know itself."""
    arc = arc_of(kind.code)
    raised = next(s for s in arc.steps if (s.event, s.code) == (E.FAULT_RAISED, kind.code))
    assert raised.at_ms == arc.truth.detected_at
    assert arc.truth.onset_at <= raised.at_ms <= arc.truth.onset_at + 3 * DAY_MS
    told = [m for m in arc.world.heard_of("fault") if m.code == kind.code]
    before = [m for m in told if m.ts - arc.world.origin_ms < raised.at_ms]
    assert not before
    if not kind.observable:
        assert not told


@every_kind
def test_a_merchant_has_something_to_see_or_the_truth_says_that_only_people_know(
    kind: FaultKind,
) -> None:
    """A display, a sound or a lamp tells of it; where none does, a person or the TMS finds out."""
    assert any(kind.indicator) or {Point.MERCHANT, Point.TMS} & set(kind.points)


THEN = {
    Then.REBOOT: E.UNEXPECTEDLY_REBOOTED,
    Then.BLACK_OUT: E.POWER_LOST,
    Then.HANG: E.HUNG,
    Then.SHUT_DOWN: E.FORCIBLY_SHUT_DOWN,
    Then.STOP: E.PUT_OUT_OF_ORDER,
    Then.TAMPER: E.TAMPERED,
}
SILENT = {Then.HANG, Then.BLACK_OUT, Then.STOP, Then.TAMPER}


@every_kind
def test_it_has_its_effect(kind: FaultKind) -> None:
    """What the catalogue says of the effect is what the terminal lives through."""
    arc, effect = arc_of(kind.code), kind.effect
    events = [(s.event, s.code) for s in arc.steps]
    happened = {event for event, _ in events}
    onset, repaired = arc.truth.onset_at, arc.truth.repaired_at or 0
    if effect.then is not Then.GO_ON:
        assert THEN[effect.then] in happened
    if effect.isolates or effect.then in SILENT:
        assert not [at for at, _ in arc.world.beats if onset < at < repaired]
    if effect.flaps:
        assert events.count((E.LINK_LOST, kind.code)) > 0
    if effect.loops:
        assert (E.UNEXPECTEDLY_REBOOTED, kind.code) in events
    if effect.locks:
        assert (E.LOCKED, kind.code) in events
    if effect.drains:
        child = next(t for t in arc.world.truths if isinstance(t, FaultTruth) and t.parent)
        assert (child.code, child.parent) == ("PWR-104", arc.truth.number)


@every_kind
def test_it_hinders_what_it_says(kind: FaultKind) -> None:
    """No customers are served, nobody signs in, no update succeeds, as long as it lasts."""
    arc, hinders = arc_of(kind.code), kind.effect.hinders
    happened = {s.event for s in arc.steps}
    if "trade" in hinders:
        assert E.CUSTOMERS_LOST in happened
    if "sign_in" in hinders:
        detected, repaired = arc.truth.detected_at or 0, arc.truth.repaired_at or 0
        signed_in = [s.at_ms for s in arc.steps if s.event is E.SIGNED_IN]
        assert not [at for at in signed_in if detected < at < repaired]
    if "update" in hinders:
        assert E.UPDATE_FAILED in happened


@every_kind
def test_it_is_repaired(kind: FaultKind) -> None:
    """The repair ends it in order; a swap brings another unit under the same terminal id."""
    arc, truth = arc_of(kind.code), arc_of(kind.code).truth
    assert (E.FAULT_CLEARED, kind.code) in [(s.event, s.code) for s in arc.steps]
    assert truth.detected_at is not None
    assert truth.repair_began_at is not None
    assert truth.repaired_at is not None
    assert truth.onset_at <= truth.detected_at <= truth.repair_began_at <= truth.repaired_at
    tickets = [t for t in arc.world.truths if isinstance(t, Ticket) and t.fault == truth.number]
    lowest = min(remedy.rung for remedy in kind.remedies)
    if lowest >= Rung.REMOTE:
        assert [t.diagnosis for t in tickets if t.kind != "depot"] == [kind.code]
    swaps = [s for s in arc.steps if s.event is E.REPLACED]
    if lowest is Rung.SWAP:
        assert [s.code for s in swaps][:1] == [f"{arc.terminal.member.serial_no}R1"]
        assert [t.kind for t in tickets] == ["swap", "depot"]
    if swaps:
        assert E.SWAPPED in {s.event for s in arc.steps}
        registered = arc.world.heard_of("register")
        assert len({m.serial_no for m in registered}) > 1
        assert len({m.tid for m in registered}) == 1


def test_every_arc_ends_in_an_orderly_state() -> None:
    """After all that, no terminal is stuck: each is in service, or on its way there."""
    stuck = {State.HUNG, State.TAMPERED, State.RETIRED}
    assert not [code for code in CATALOGUE if arc_of(code).steps[-1].target in stuck]
