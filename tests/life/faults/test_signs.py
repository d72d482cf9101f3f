"""Each fault of the catalogue, provoked alone, shows in telemetry as it says, and no other way."""

import numpy as np
import pytest

from fleet.life.faults import SOURCE, FaultKind
from fleet.life.terminal import Terminal
from fleet.profile import parse
from fleet.units import HOUR_MS
from tests.life.faults.arcs import CALM, KINDS, ONSET_H, arc_of, every_kind, named, provoked
from tests.life.faults.signs import UNSEEN, assert_moved, read_at, shows
from tests.life.solitude import settle, spend


def until(kind: FaultKind, hours: float) -> Terminal:
    """Let a terminal live for so many hours after its first power-on."""
    profile = provoked(kind.code)
    world = settle(profile, hours=hours)
    return spend(profile, world)


@every_kind
def test_precursors_show_before_the_onset_where_the_table_has_them(kind: FaultKind) -> None:
    """An hour before the onset telemetry shows what the catalogue says, and nothing else."""
    hours = ONSET_H - min(1.0, kind.lead / HOUR_MS / 2)
    terminal = until(kind, hours)
    assert shows(terminal, SOURCE[kind.code]) == {s.channel for s in kind.precursors}
    assert kind.code not in terminal.cases.active


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
