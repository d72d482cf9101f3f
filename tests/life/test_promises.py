"""Each packaged profile keeps the promise of its comment: what is to be seen does happen.

A promise is a part of the terminals to whom an event happens within hours of the run; at least that
part, or at most. Some of the profile's terminals live alone, in virtual time.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from fleet.life.states import Event
from fleet.profile import load, names
from fleet.profile.members import Member, member
from fleet.profile.profile import Profile
from fleet.units import HOUR_MS
from tests.life.solitude import Solitude, settle, spend

E = Event
SEED: Final = 7
Who = Callable[[Member], bool]


def everybody(_: Member) -> bool:
    """Concern all terminals."""
    return True


def in_region(name: str) -> Who:
    """Concern one region."""
    return lambda who: who.region.name == name


def of_model(*known: str) -> Who:
    """Concern some models."""
    return lambda who: who.model.name in known


def struck_batch(who: Member) -> bool:
    """Concern the batch whose certificate expires."""
    return who.model.name == "smart-30" and who.batch == 1


class Promise(NamedTuple):
    """What happens, to whom, when (hours of the run), and to which part of them."""

    event: Event
    code: str
    who: Who
    hours: tuple[float, float]
    least: float
    most: float = 1.0


class Story(NamedTuple):
    """How many terminals live for how many hours, and what is promised."""

    hours: float
    terminals: int
    promises: tuple[Promise, ...]


OPENING = Promise(E.SIGNED_IN, "00", everybody, (0.0, 5.0), 0.7)
STORIES: Final = {
    "boot-storm": Story(1.9, 100, (
        Promise(E.BOOTED, "", everybody, (1 / 3, 1.45), 0.9),
        Promise(E.BOOTED, "", everybody, (0, 1 / 3), 0.0, 0.0),
    )),
    "broker-outage": Story(4.5 / 60, 100, (
        Promise(E.FAULT_RAISED, "COM-209", everybody, (2 / 60, 3 / 60), 0.8),
        Promise(E.LINK_RESTORED, "", everybody, (2 / 60, 3 / 60 - 1e-9), 0.0, 0.0),
        Promise(E.LINK_RESTORED, "", everybody, (3 / 60, 3.6 / 60), 0.8),
    )),
    "reconnect-herd": Story(4.5 / 60, 100, (
        Promise(E.LINK_RESTORED, "", everybody, (3 / 60, 3.1 / 60), 0.8),
    )),
    "cell-outage": Story(12, 200, (
        Promise(E.FAULT_RAISED, "COM-207", of_model("pocket-10"), (0, 10), 0.1),
        Promise(E.FAULT_RAISED, "COM-207", of_model("desk-20", "smart-30"), (0, 12), 0.0, 0.0),
    )),
    "region-outage": Story(4, 120, (
        Promise(E.FAULT_RAISED, "COM-207", in_region("south"), (2, 2.05), 0.9),
        Promise(E.FAULT_RAISED, "COM-207", in_region("north"), (0, 4), 0.0, 0.0),
        Promise(E.LINK_RESTORED, "", in_region("south"), (3, 3.5), 0.9),
    )),
    "site-router": Story(12, 160, (
        Promise(E.FAULT_RAISED, "COM-207", of_model("desk-20", "smart-30"), (0, 12), 0.05),
        Promise(E.FAULT_RAISED, "COM-207", of_model("pocket-10"), (0, 12), 0.0, 0.0),
    )),
    "certificate-expiry": Story(12, 200, (
        Promise(E.FAULT_RAISED, "SEC-902", struck_batch, (2, 2.05), 0.9),
        Promise(E.FAULT_RAISED, "SEC-902", lambda who: not struck_batch(who), (0, 12), 0.0, 0.0),
        Promise(E.BOOT_GIVEN_UP, "SEC-902", struck_batch, (2, 12), 0.2),
        Promise(E.FAULT_CLEARED, "SEC-902", struck_batch, (2, 12), 0.1),
    )),
    "clock-step": Story(12, 100, (
        Promise(E.FAULT_RAISED, "HW-605", in_region("east"), (2, 2.05), 0.9),
        Promise(E.FAULT_RAISED, "HW-605", in_region("west"), (0, 12), 0.0, 0.0),
        Promise(E.FAULT_CLEARED, "HW-605", in_region("east"), (2, 12), 0.8),
    )),
    "duplicate-tid": Story(0.3, 20, (
        Promise(E.SIGNED_IN, "00", everybody, (0, 0.3), 0.9),
    )),
    "gateway-outage": Story(2, 100, (
        Promise(E.SIGN_IN_FAILED, "96", everybody, (0.5, 1.3), 0.35),
        Promise(E.SIGNED_IN, "00", everybody, (0.52, 1.25), 0.0, 0.0),
        Promise(E.SIGNED_IN, "00", everybody, (1.25, 1.5), 0.35),
    )),
    "heat-wave": Story(12, 200, (
        Promise(E.FAULT_RAISED, "HW-606", in_region("south"), (5, 10.1), 0.03),
        Promise(E.FAULT_RAISED, "HW-606", in_region("north"), (5, 10.1), 0.0, 0.02),
        Promise(E.FAULT_RAISED, "PWR-101", in_region("south"), (6, 9.1), 0.08),
        Promise(E.FAULT_RAISED, "PWR-101", in_region("north"), (6, 9.1), 0.0, 0.06),
    )),
    "holiday": Story(264, 72, (
        Promise(E.POWERED_ON, "", everybody, (30, 200), 0.4, 0.95),
        Promise(E.SIGNED_IN, "00", everybody, (226, 264), 0.9),
        Promise(E.POWERED_ON, "flat", everybody, (226, 264), 0.05),
    )),
    "nightly-reboot": Story(2, 100, (
        Promise(E.REBOOTED, "security", of_model("desk-20"), (2 / 3, 2 / 3 + 1e-6), 0.9),
        Promise(E.REBOOTED, "security", of_model("smart-30"), (2 / 3, 5 / 3), 0.9),
        Promise(E.REBOOTED, "security", of_model("smart-30"), (2 / 3, 2 / 3 + 0.1), 0.0, 0.3),
    )),
    "street-mpos": Story(12, 60, (
        OPENING, Promise(E.FAULT_RAISED, "COM-201", everybody, (0, 12), 0.1),
    )),
    "esign-4g": Story(12, 160, (
        OPENING, Promise(E.FAULT_RAISED, "COM-207", everybody, (0, 12), 0.005, 0.3),
        Promise(E.SIGNATURE_REFUSED, "SGN-853", everybody, (0, 12), 0.01, 0.2),
    )),
    "restaurant": Story(14, 60, (
        OPENING, Promise(E.POWERED_OFF, "", everybody, (11, 14), 0.4),
    )),
    "supermarket": Story(15, 60, (
        Promise(E.BOOTED, "", everybody, (0.25, 1.6), 0.95),
    )),
    "hotel": Story(6, 60, (
        Promise(E.REBOOTED, "security", everybody, (4, 5.1), 0.9),
    )),
    "national": Story(10, 160, (OPENING,)),
    "demo": Story(9, 160, (
        Promise(E.UPDATED, "", everybody, (2, 9), 0.2),
        Promise(E.REBOOTED, "order", everybody, (6, 6.6), 0.08, 0.4),
        Promise(E.LOCKED, "SEC-903", in_region("north"), (7.5, 8.2), 0.02, 0.4),
    )),
    "bad-update": Story(6, 60, (
        Promise(E.UPDATE_ROLLED_BACK, "", of_model("P2"), (0.5, 6), 0.02),
        Promise(E.UPDATE_ROLLED_BACK, "", of_model("P1"), (0, 6), 0.0, 0.1),
    )),
    "campaign-wrong-model": Story(2, 60, (
        Promise(E.UPDATE_FAILED, "UPD-955", of_model("P2"), (1 / 3, 2), 0.05),
        Promise(E.UPDATE_FAILED, "UPD-955", of_model("P1"), (0, 2), 0.0, 0.0),
    )),
    "unattended": Story(32 * 24, 16, (
        Promise(E.SIGNED_IN, "00", everybody, (0, 1), 0.9),
        Promise(E.SESSION_EXPIRED, "", everybody, (0, 29 * 24), 0.0, 0.0),
        Promise(E.UPDATED, "", everybody, (28 * 24, 32 * 24), 0.7),
        Promise(E.UPDATE_DEFERRED, "", everybody, (0, 32 * 24), 0.0, 0.0),
    )),
    "steady": Story(1, 20, (Promise(E.SIGNED_IN, "00", everybody, (0, 0.2), 0.8),)),
}  # fmt: skip


def test_every_profile_makes_a_promise() -> None:
    """No story is shipped untold: here, or in a test of its own, each is named."""
    texts = [
        path.read_text(encoding="utf-8") for path in Path(__file__).parents[1].rglob("test_*.py")
    ]
    untold = set(names()) - set(STORIES)
    assert not [name for name in untold if not any(f'"{name}"' in text for text in texts)]


@pytest.mark.parametrize("name", STORIES)
def test_promises_are_kept(name: str) -> None:
    """What the comment says will be seen happens to at least, or at most, that part."""
    story = STORIES[name]
    profile = load(name)
    lives = [lived(profile, index, story.hours) for index in range(story.terminals)]
    for promise in story.promises:
        concerned = [world for who, world in lives if promise.who(who)]
        assert concerned
        part = sum(kept(promise, world) for world in concerned) / len(concerned)
        assert promise.least <= part <= promise.most, (promise, part)


def lived(profile: Profile, index: int, hours: float) -> tuple[Member, Solitude]:
    """Live one terminal's life."""
    world = settle(profile, hours=hours, seed=SEED, index=index)
    spend(profile, world, seed=SEED, index=index)
    return member(profile.estate, SEED, index), world


def kept(promise: Promise, world: Solitude) -> bool:
    """Return whether it happened to this terminal in time."""
    begin, end = (hours * HOUR_MS for hours in promise.hours)
    return any(
        step.event is promise.event
        and promise.code in ("", step.code)
        and begin <= step.at_ms <= end
        for step in world.steps
    )
