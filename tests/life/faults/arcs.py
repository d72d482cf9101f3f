"""The whole arc of each fault of the catalogue, provoked alone by a few lines of a profile."""

import functools
from typing import NamedTuple

import pytest

from fleet.life.faults import CATALOGUE, FaultKind, Point
from fleet.life.states import Step
from fleet.life.terminal import Terminal
from fleet.life.truth import FaultTruth
from fleet.profile import parse
from fleet.profile.profile import Profile
from fleet.units import DAY_MS
from tests.life.solitude import Solitude, settle, spend

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
