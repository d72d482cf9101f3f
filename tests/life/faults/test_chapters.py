"""Faults that chapters of their own raise: a few lines provoke each, and its whole arc is asserted.

Cause, precursor where something shows, onset, symptom on the wire, detection, effect, repair.
"""

import functools
from typing import NamedTuple

import pytest

from fleet.life.faults import CATALOGUE, SOURCE
from fleet.life.faults.knobs import KNOBS
from fleet.life.illness import conclude
from fleet.life.states import Step
from fleet.life.terminal import Terminal
from fleet.life.truth import FaultTruth
from fleet.profile import parse
from fleet.units import HOUR_MS
from tests.life.faults.arcs import CALM
from tests.life.faults.chapters import ARCS, Arc, E, Happening
from tests.life.faults.knobs import with_knob
from tests.life.faults.signs import UNSEEN, assert_moved, read_at, shows
from tests.life.solitude import Solitude, settle, spend

HOURS = 60


class Lived(NamedTuple):
    """What became of a terminal, its first fault of the code, and all that is true of faults."""

    world: Solitude
    terminal: Terminal
    first: FaultTruth
    truths: list[FaultTruth]

    def over_at(self, arc: Arc) -> int:
        """Return when the step that ends the arc happened."""
        return next(s.at_ms for s in self.steps(self.first.onset_at) if _is(s, arc.over))

    def steps(self, begin: int, end: float = float("inf")) -> list[Step]:
        """Return the steps of a span, both ends included."""
        return [s for s in self.world.steps if begin <= s.at_ms <= end]


@functools.cache
def lived(code: str) -> Lived:
    """Let a terminal live with this knob turned."""
    profile = parse(with_knob(code))
    world = settle(profile, hours=HOURS)
    terminal = spend(profile, world)
    noted = [*world.truths, *conclude(terminal, world.end)]
    truths = [each for each in noted if isinstance(each, FaultTruth)]
    mine = sorted((t for t in truths if t.code == code), key=lambda t: t.number)
    return Lived(world, terminal, mine[0], truths)


def _is(step: Step, happening: Happening) -> bool:
    event, code = happening
    return step.event is event and code in {"", step.code}


def in_order(steps: list[Step], wanted: tuple[Happening, ...]) -> bool:
    """Return whether all that is wanted happened, in that order, perhaps among other things."""
    ahead = iter(steps)
    return all(any(_is(step, each) for step in ahead) for each in wanted)


every_code = pytest.mark.parametrize("code", ARCS)


def test_every_knob_has_an_arc() -> None:
    """What the page of faults says of a chapter is what is tested here."""
    assert set(ARCS) == set(KNOBS)


@every_code
def test_its_own_chapter_raises_it_and_nothing_else_is_wrong(code: str) -> None:
    """The knob is all that it takes: what leads to it, the step of its onset, and no other code."""
    arc, life = ARCS[code], lived(code)
    onset = life.first.onset_at
    assert in_order(life.steps(0, onset), arc.before)
    if code != "PAY-802":  # the host fails elsewhere: no step of this terminal's
        assert any(_is(step, arc.onset) for step in life.steps(onset, onset))
    others = {truth.code for truth in life.truths} - {code}
    assert others <= {"HW-605": {"SGN-855"}}.get(code, set())


@every_code
def test_what_shows_before_is_told_by_the_truth(code: str) -> None:
    """Where something shows that it is coming, it does so before the onset, and not for long."""
    arc, first = ARCS[code], lived(code).first
    assert (first.precursor_at is not None) is arc.shown
    if not arc.shown:
        return
    assert first.precursor_at is not None
    assert first.precursor_at < first.onset_at
    profile = parse(with_knob(code))
    midway = (first.precursor_at + first.onset_at) / 2 / HOUR_MS
    terminal = spend(profile, settle(profile, hours=midway))
    channels = {symptom.channel for symptom in CATALOGUE[code].precursors}
    assert shows(terminal, SOURCE[code]) == channels
    end = lived(code).terminal
    assert shows(end, SOURCE[code]) == (channels if code in end.cases.omens else set())


@pytest.mark.parametrize("code", [code for code, arc in ARCS.items() if arc.shown])
def test_what_shows_before_is_seen_in_what_the_terminal_measures(code: str) -> None:
    """Just before the onset every channel of the catalogue, and no other, has moved its way.

    It is compared with the same life, in which precursors are too weak to be seen.
    """
    seen, onset = with_knob(code), lived(code).first.onset_at
    read = [
        read_at(spend(profile, settle(profile, hours=(onset - 1) / HOUR_MS)), onset - 1)
        for profile in (parse(seen), parse(f"{UNSEEN}{seen}"))
    ]
    assert_moved(read, CATALOGUE[code].precursors)


@every_code
def test_the_truth_tells_its_root_its_detection_and_its_repair(code: str) -> None:
    """Why, by what, from when till when; noticed no sooner than it struck; no life of a part."""
    mine = [truth for truth in lived(code).truths if truth.code == code]
    assert {(truth.mechanism, truth.cause) for truth in mine} == {ARCS[code].root}
    assert all(truth.life == truth.parent == 0 for truth in mine)
    over = [truth for truth in mine if truth.repaired_at is not None]
    assert over
    for truth in over:
        assert truth.detected_at is not None
        assert truth.repair_began_at is not None
        assert truth.repaired_at is not None
        assert truth.onset_at <= truth.detected_at <= truth.repair_began_at <= truth.repaired_at


@every_code
def test_the_server_hears_of_it(code: str) -> None:
    """The messages that tell of it are sent, in order, and none of them before the onset."""
    arc, life = ARCS[code], lived(code)
    begin = life.world.origin_ms + life.first.onset_at
    heard = [m for m in life.world.said if getattr(m, "ts", 0) >= begin]
    ahead = iter(heard)
    for kind, fields in arc.wire:
        assert any(
            m.kind == kind and all(getattr(m, name) == value for name, value in fields.items())
            for m in ahead
        ), (kind, fields)


@every_code
def test_its_effect_lasts_until_it_is_over(code: str) -> None:
    """What follows from it happens before its end, and what it makes impossible does not."""
    arc, life = ARCS[code], lived(code)
    onset, over = life.first.onset_at, life.over_at(arc)
    meanwhile = life.steps(onset, over)
    assert in_order(meanwhile, arc.effect)
    assert not [s for s in meanwhile[:-1] if s.event in arc.never and onset < s.at_ms < over]
    if arc.silent:
        assert not [at for at, _ in life.world.beats if onset < at < over]


@every_code
def test_it_is_over_when_the_truth_says_so(code: str) -> None:
    """Its end is a step of the terminal's, at the end of the repair; then work goes on."""
    arc, life = ARCS[code], lived(code)
    first, over = life.first, life.over_at(arc)
    assert first.repaired_at is not None
    # An event that is over at once has left its effect behind, which ends later.
    passed = first.repaired_at == first.onset_at
    assert first.repaired_at <= over if passed or code == "PAY-802" else first.repaired_at == over
    following = [s for s in life.steps(over) if not _is(s, arc.over) or s.at_ms > over]
    assert in_order(following, arc.after)


def test_every_kind_without_a_hazard_has_a_knob_or_none_is_needed() -> None:
    """What no hazard strikes is raised by a chapter; paper runs down in telemetry alone."""
    without = {code for code, kind in CATALOGUE.items() if kind.hazard is None}
    assert without - set(KNOBS) == {"PRN-501", "PRN-502"}


def test_numbers_of_faults_are_each_given_once() -> None:
    """Whoever raises a fault, its number is the terminal's next."""
    for code in KNOBS:
        numbers = [truth.number for truth in lived(code).truths]
        assert len(numbers) == len(set(numbers))


def test_a_site_is_cut_off_as_a_whole() -> None:
    """COM-207: terminals of one site lose and regain the link together, each site on its own."""
    text = with_knob("COM-207").replace('at = "2h"', 'every = { law = "exponential", mean = "8h" }')
    profile = parse(f"{text}\n[estate.sites]\nmean = 3.0\nmax = 4\n")
    cuts: dict[int, set[tuple[int, ...]]] = {}
    for index in range(10):
        world = settle(profile, hours=HOURS, index=index)
        terminal = spend(profile, world, index=index)
        steps = [s.at_ms for s in world.steps if _is(s, (E.FAULT_RAISED, "COM-207"))]
        cuts.setdefault(terminal.member.site, set()).add(tuple(steps))
    assert 2 < len(cuts) < 10
    assert all(len(of_site) == 1 for of_site in cuts.values())
    assert len({next(iter(of_site)) for of_site in cuts.values()}) == len(cuts)


def test_a_wrong_clock_tells_a_wrong_time() -> None:
    """HW-605: what is told of it bears the time of the clock, two hours ahead of the onset."""
    life = lived("HW-605")
    raised = next(m for m in life.world.heard_of("fault") if m.phase == "raised")
    assert raised.ts - life.world.origin_ms == life.first.onset_at + 2 * HOUR_MS


def test_a_session_expires_at_the_age_asked_for() -> None:
    """SGN-855: so long after the sign-in, whatever the terminal does."""
    life = lived("SGN-855")
    signed_in = next(s.at_ms for s in life.world.steps if s.event is E.SIGNED_IN)
    assert life.first.onset_at == signed_in + 2 * HOUR_MS


def test_lost_records_are_missing_at_the_settlement() -> None:
    """DAT-972: fewer records than trace numbers; the upload makes up for it."""
    heard = lived("DAT-972").world.heard_of("settlement")
    first = next(m for m in heard if m.traces != m.records)
    assert first.records < first.traces
    assert not first.uploaded


def test_stale_parameters_show_in_the_status() -> None:
    """DAT-971: the number of the parameters lags until the synchronisation succeeds."""
    profile = parse(with_knob("DAT-971").replace('2 = "96"', '2 = "96", 4 = "96", 5 = "96"'))
    world = settle(profile, hours=HOURS)
    spend(profile, world)
    told_of = [m.params for m in world.heard_of("status")]
    assert told_of[0] == 0
    assert told_of[-1] > 0


def test_a_certificate_tells_how_many_days_it_has_left() -> None:
    """SEC-902: the days count down to 0 for this batch, and begin anew with the renewal."""
    profile = parse(with_knob("SEC-902").replace('at = "2h"', 'at = "5d"'))
    world = settle(profile, hours=24 * 6)
    spend(profile, world)
    days = [m.cert_days for m in world.heard_of("status")]
    expired = days.index(0)
    assert days[0] == 4
    assert days[:expired] == sorted(days[:expired], reverse=True)
    assert days[-1] > 30


def test_storage_that_is_full_refuses_an_update() -> None:
    """HW-602 shows in the flash memory for days; the update then fails by UPD-952, its child."""
    lines = '[[campaigns]]\nname = "it"\nversion = "9.9.9"\nat = "31h"\nforced = true\n'
    profile = parse(f'{CALM}\n[faults.HW-602]\nonset = "30h"\ndetection = "5d"\n{lines}')
    world = settle(profile, hours=HOURS)
    spend(profile, world)
    by_code = {t.code: t for t in world.truths if isinstance(t, FaultTruth)}
    assert by_code["UPD-952"].parent == 1
    assert by_code["UPD-952"].detected_at == by_code["UPD-952"].onset_at
    refused = next(m for m in world.heard_of("update") if m.state == "failed")
    assert refused.error == "UPD-952"
