"""Each fault of the catalogue, provoked alone by a few lines of a profile, lives its whole arc."""

import functools
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from fleet.life.channels import CHANNELS, ROW
from fleet.life.faults import CATALOGUE, SOURCE, FaultKind, Point, Rung, Then
from fleet.life.states import Event, State, Step
from fleet.life.symptoms import Shape, Symptom
from fleet.life.telemetry import telemetry
from fleet.life.terminal import Terminal
from fleet.life.truth import FaultTruth, LifeTruth, Ticket
from fleet.profile import parse
from fleet.profile.profile import Profile
from fleet.units import DAY_MS, HOUR_MS
from tests.life.solitude import Solitude, settle, spend

E = Event
ONSET_H = 30
# An estate in which nothing else goes wrong: always on, restarted every morning, signed in daily,
# with an update to install once the fault has struck.
CALM = """
schema = 1
name = "arc"
extends = "steady"
without = ["faults"]
estate.models = [{ name = "M", share = 1.0, firmware = "1.0.0", battery = true, link = "cellular" }]
heartbeat.interval = "1h"
boot.failure = 0.0
self_test.failure = {}
sign_in.wrong_password = 0.0
damage.data_loss = 0.0
shutdown.hang = 0.0
forced_shutdown.operator = "9000d"
tms.sign_in_malfunction = 0.0
tms.registration_taken = 0.0
tms.registration_unknown = 0.0
support.misdiagnosis = 0.0
security_reboot = {}
"""
UPDATE = """
[[campaigns]]
name = "spring"
version = "2.0.0"
at = "31h"
forced = true
"""
KINDS = list(CATALOGUE.values())
UNSEEN = "hazards.precursor_snr = 0.0\n"
SAMPLES = 200


def named(kind: FaultKind) -> str:
    """Return what a test is called by."""
    return kind.code


every_kind = pytest.mark.parametrize("kind", KINDS, ids=named)


def provoked(code: str, lines: str = "", before: str = "") -> Profile:
    """Return the calm estate with this fault, and no other."""
    update = UPDATE if Point.UPDATE in CATALOGUE[code].points else ""
    return parse(f'{before}{CALM}\n{update}\n[faults.{code}]\nonset = "{ONSET_H}h"\n{lines}\n')


class Arc(NamedTuple):
    """What became of the first fault: the world, the terminal, its truth and its steps."""

    world: Solitude
    terminal: Terminal
    truth: FaultTruth
    steps: list[Step]


@functools.cache
def arc_of(code: str) -> Arc:
    """Let a terminal live until its first fault has been repaired."""
    # What drains the battery is noticed when it is empty, not before.
    profile = provoked(code, 'detection = "12h"' if CATALOGUE[code].effect.drains else "")
    world = settle(profile, hours=24 * 30)
    terminal = spend(profile, world)
    truth = next(
        t for t in world.truths if isinstance(t, FaultTruth) and t.code == code and t.repaired_at
    )
    assert truth.repaired_at is not None
    steps = [s for s in world.steps if truth.onset_at <= s.at_ms <= truth.repaired_at + DAY_MS]
    return Arc(world, terminal, truth, steps)


def until(kind: FaultKind, hours: float) -> Terminal:
    """Let a terminal live for so many hours after its first power-on."""
    profile = provoked(kind.code)
    world = settle(profile, hours=hours)
    return spend(profile, world)


def shows(terminal: Terminal, source: int) -> set[str]:
    """Return the channels in which a source shows."""
    slots = terminal.vitals.symptoms.slots[terminal.pulse.index]
    columns = {int(slot["column"]) for slot in slots if slot["source"] == source}
    slow = {
        symptom.channel for number, symptom, *_ in terminal.unit.gauges._shown if number == source
    }
    return {CHANNELS[column].name for column in columns} | slow


@every_kind
def test_precursors_show_before_the_onset_where_the_table_has_them(kind: FaultKind) -> None:
    """An hour before the onset telemetry shows what the catalogue says, and nothing else."""
    hours = ONSET_H - min(1.0, kind.lead / HOUR_MS / 2)
    terminal = until(kind, hours)
    assert shows(terminal, SOURCE[kind.code]) == {s.channel for s in kind.precursors}
    assert kind.code not in terminal.cases.active


def read_at(terminal: Terminal, at: int) -> dict[str, NDArray[np.float64]]:
    """Return what a terminal measures at an instant, as its next heartbeats and reports have it."""
    seq = np.arange(1, SAMPLES + 1).astype(np.uint64)
    rows, times = np.full(SAMPLES, terminal.pulse.index), np.full(SAMPLES, at)
    table = telemetry(terminal.vitals, rows, times, seq, terminal.origin_ms)
    read = dict(zip(ROW, table.T, strict=True))
    slow = [terminal.unit.gauges.read(7, 0, n, at, 1.0) for n in range(SAMPLES)]
    return read | {name: np.array([each[name] for each in slow]) for name in slow[0]}


def assert_moved(read: list[dict[str, NDArray[np.float64]]], symptoms: tuple[Symptom, ...]) -> None:
    """Assert that the first readings differ from the second by these symptoms, each its way.

    A card that cannot be read is no payment either, so that those move with the errors.
    """
    seen, unseen = read
    moved = {name for name in seen if not np.array_equal(seen[name], unseen[name])}
    channels = {symptom.channel for symptom in symptoms}
    follows = {"txn_ok", "txn_fail"} if "read_errors" in channels else set()
    assert moved - follows == channels
    for symptom in symptoms:
        if symptom.shape is not Shape.NOISE:  # which goes both ways
            by = seen[symptom.channel].mean() - unseen[symptom.channel].mean()
            assert by * symptom.rise > 0.0


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.precursors], ids=named)
def test_precursors_are_seen_in_what_the_terminal_measures(kind: FaultKind) -> None:
    """Shortly before the onset each of their channels, and no other, reads otherwise.

    Otherwise than in the same life, in which precursors are too weak to be seen.
    """
    onset = arc_of(kind.code).truth.onset_at
    read = []
    for profile in (provoked(kind.code), provoked(kind.code, before=UNSEEN)):
        terminal = spend(profile, settle(profile, hours=(onset - 1) / HOUR_MS))
        read.append(read_at(terminal, onset - 1))
    assert_moved(read, kind.precursors)


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


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.effect.shows], ids=named)
def test_what_it_does_is_seen_in_what_the_terminal_measures(kind: FaultKind) -> None:
    """Some hours after the onset the channels of its effect read otherwise than without the fault.

    Of one way to pay that is lost too little may be left to be seen, so its rise is not asked for.
    """
    lines = 'precursor = "0s"\ndetection = "9d"\nrepair = "9d"'
    profile = provoked(kind.code, lines)
    without = parse(f"{CALM}\n")
    at = arc_of(kind.code).truth.onset_at + 3 * HOUR_MS
    seen, unseen = (spend(each, settle(each, hours=at / HOUR_MS)) for each in (profile, without))
    assert kind.code in seen.cases.active
    moved = {
        name
        for name, values in read_at(seen, at).items()
        if not np.array_equal(values, read_at(unseen, at)[name])
    }
    assert {symptom.channel for symptom in kind.effect.shows} <= moved


@every_kind
def test_what_it_does_shows_in_telemetry(kind: FaultKind) -> None:
    """Right after the onset the channels of its effect are moved."""
    terminal = until(kind, ONSET_H + 0.1)
    expected = {symptom.channel for symptom in kind.effect.shows}
    assert not expected or kind.code in terminal.cases.active
    assert shows(terminal, SOURCE[kind.code] + 1_000) == expected


@every_kind
def test_nothing_of_it_shows_once_it_is_repaired(kind: FaultKind) -> None:
    """At the end of the repair it is over: neither sign nor effect of it is left in telemetry.

    The next one of its kind, thirty hours away, shows an hour before.
    """
    lines = 'detection = "12h"\n' if kind.effect.drains else ""
    profile = provoked(kind.code, lines + ('precursor = "1h"' if kind.precursors else ""))
    repaired = arc_of(kind.code).truth.repaired_at
    assert repaired is not None
    terminal = spend(profile, settle(profile, hours=(repaired + 1) / HOUR_MS))
    assert kind.code not in terminal.cases.active
    assert not shows(terminal, SOURCE[kind.code] + 1_000)
    assert not shows(terminal, SOURCE[kind.code])


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
