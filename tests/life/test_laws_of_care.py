"""What is noticed, mended, waited for and told of in lives takes as long as the laws say.

Each law is read off what a whole life leaves behind: its steps, its messages, and the truth about
its faults and tickets.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, Final, NamedTuple, cast

import pytest

from fleet.chance.law import Law
from fleet.life.states import Event, Step
from fleet.life.truth import FaultTruth, LifeTruth, Ticket
from fleet.profile.profile import Profile
from fleet.units import HOUR_MS, MINUTE_MS
from tests.life.lives import quiet, within_4_sigma
from tests.life.solitude import Solitude, settle, spend
from tests.life.test_laws_of_life import CALM_SHOP, SELLING, SHOP

E = Event
LIVES: Final = 200
CONTACTS: Final = tuple(each.name for each in quiet().support.contacts)
MAINS: Final = [{"name": "S1", "share": 1.0}]
MENDED_H: Final = 2_000
ASKED_FOR: Final = frozenset({"HW-606", "HW-607", "COM-207", "HW-603", "SW-701", "SW-706"})
AFTERWARDS_MS: Final = HOUR_MS


class Brief(Solitude):
    """A world that ends soon after the first fault on request was mended: all that is asked for."""

    def record(self, step: Step) -> None:
        """Note a step, and that the end is near."""
        super().record(step)
        if step.event is E.FAULT_CLEARED and step.code in ASKED_FOR:
            self.end = min(self.end, step.at_ms + AFTERWARDS_MS)


class Trace(NamedTuple):
    """A law, and where a life shows what was drawn by it.

    Attributes:
        trouble: What brings it about.
        law: By which the times should be long.
        hours: How long to live for it.
        times: Reads them off a life, in milliseconds.
        mute: Kinds of request that get no answer.
    """

    trouble: dict[str, Any]
    law: Callable[[Profile], Law]
    hours: float
    times: Callable[[Solitude], list[int]]
    mute: frozenset[str] = frozenset()


def ill(code: str, **support: Any) -> dict[str, Any]:
    """Return the trouble of a fault that strikes soon, and is mended at any hour.

    Args:
        code: Of the fault.
        support: Keys of the profile's support; None leaves one as it is by default.
    """
    cared = {"opens": "00:00", "closes": "24:00", "closed_weekdays": [], "misdiagnosis": 0.0}
    cared |= {"attempt": "7m", "provider": "1h"} | support
    return {"faults": {code: {"onset": "1h"}}} | {
        f"support__{key}": value for key, value in cared.items() if value is not None
    }


def first_fault(world: Solitude) -> FaultTruth:
    """Return the truth of the first fault on request."""
    faults = (truth for truth in world.truths if isinstance(truth, FaultTruth))
    return next(fault for fault in faults if fault.code in ASKED_FOR)


def between(begin: str, end: str, besides: int = 0) -> Callable[[Solitude], list[int]]:
    """Return how to read off the first fault what passed between two of its instants."""

    def times(world: Solitude) -> list[int]:
        fault = first_fault(world)
        return [getattr(fault, end) - getattr(fault, begin) - besides]

    return times


def opened(besides: int) -> Callable[[Solitude], list[int]]:
    """Return how to read off the first ticket how late after the detection it was opened."""

    def times(world: Solitude) -> list[int]:
        fault = first_fault(world)
        tickets = (truth for truth in world.truths if isinstance(truth, Ticket))
        ticket = next(ticket for ticket in tickets if ticket.fault == fault.number)
        assert fault.detected_at is not None
        return [ticket.opened_at - fault.detected_at - besides]

    return times


def in_depot(world: Solitude) -> list[int]:
    """Return how long the first unit that was swapped out was in the depot."""
    tickets = (truth for truth in world.truths if isinstance(truth, Ticket))
    depot = next(ticket for ticket in tickets if ticket.kind == "depot")
    assert depot.end_at is not None
    assert depot.start_at is not None
    return [depot.end_at - depot.start_at]


def step_times(world: Solitude) -> list[int]:
    """Return how long each test of the first self-test took."""
    return [step.ms for step in world.heard_of("self_test")[0].steps]


def deferred(world: Solitude) -> list[int]:
    """Return how long the first update that was put off was not offered again."""
    off = next(step.at_ms for step in world.steps if step.event is E.UPDATE_DEFERRED)
    offers = (step.at_ms for step in world.steps if step.event is E.UPDATE_OFFERED)
    return [next(at for at in offers if at > off) - off]


def uploaded(world: Solitude) -> list[int]:
    """Return how long each record of the first upload took; all of one upload take the same."""
    begin, end = (
        next(step.at_ms for step in world.steps if step.event is event)
        for event in (E.SETTLEMENT_STARTED, E.SETTLED)
    )
    (records,) = {request.records for request in world.heard_of("settlement")}
    each, rest = divmod(end - begin - MINUTE_MS, records)
    assert rest == 0
    return [each]


def retried(world: Solitude) -> list[int]:
    """Return the pauses between registrations that nobody answered."""
    sent = [request.ts - world.origin_ms for request in world.heard_of("register")]
    return [b - a - 10_000 for a, b in pairwise(sent)]


def charged(world: Solitude) -> list[int]:
    """Return how long the first flat battery was charged."""
    woken = next(step for step in world.steps if step.event is E.POWERED_ON)
    assert woken.code == "flat"
    return [woken.duration_ms]


def aged(world: Solitude) -> list[int]:
    """Return how old the unit was when it began to be watched."""
    life = next(truth for truth in world.truths if isinstance(truth, LifeTruth))
    return [round(life.entry_age_h * HOUR_MS)]


def channel(name: str) -> Trace:
    """Return how late support is reached by one channel; a restart was tried, and a check."""
    contact = next(each for each in quiet().support.contacts if each.name == name)
    only = contact.model_copy(update={"share": 1.0})
    trouble = ill("SW-706", contacts=[only.model_dump()])
    return Trace(
        trouble, lambda p: p.support.contacts[0].latency, MENDED_H, opened(2 * 7 * MINUTE_MS)
    )  # fmt: skip


def mended(code: str, law: str) -> Trace:
    """Return how long the repair of a kind of fault takes; the rungs below need no time."""
    return Trace(
        ill(code), lambda p: cast("Law", getattr(p.repair, law)), MENDED_H,
        between("repair_began_at", "repaired_at"),
    )  # fmt: skip


AT_REACH: Final = [{"name": "only", "share": 1.0, "latency": "1h"}]
TRACES: Final = {
    "support.notice": Trace(
        ill("HW-607"), lambda p: p.support.notice, MENDED_H, between("onset_at", "detected_at")
    ),
    "support.attempt": Trace(
        ill("HW-606", attempt=None), lambda p: p.support.attempt, MENDED_H,
        between("detected_at", "repair_began_at"),
    ),
    "support.provider": Trace(
        ill("COM-207", contacts=AT_REACH, provider=None), lambda p: p.support.provider, MENDED_H,
        opened(HOUR_MS + 2 * 7 * MINUTE_MS),
    ),
    **{f"support.contacts[{n}].latency": channel(name) for n, name in enumerate(CONTACTS)},
    "repair.watchdog": mended("SW-701", "watchdog"),
    "repair.merchant": mended("HW-606", "merchant"),
    "repair.swap": mended("HW-603", "swap"),
    "repair.depot": Trace(ill("HW-603"), lambda p: p.repair.depot, MENDED_H, in_depot),
    "self_test.step": Trace({}, lambda p: p.self_test.step, 0.2, step_times),
    "settlement.upload": Trace(
        SELLING | {"day": SHOP, "settlement__mismatch": 1.0, "settlement__duration": "1m",
                   "estate__sizes": CALM_SHOP},
        lambda p: p.settlement.upload, 13, uploaded,
    ),
    "update.defer_for": Trace(
        {"campaigns": [{"name": "it", "version": "9.9.9", "at": "0s"}], "update__defer": 1.0,
         "estate__models": MAINS},
        lambda p: p.update.defer_for, 60, deferred,
    ),
    "registration.retry": Trace(
        {"registration__timeout": "10s"}, lambda p: p.registration.retry, 0.5, retried,
        mute=frozenset({"register"}),
    ),
    "dormancy.charge": Trace(
        {"day": SHOP, "dormancy__chance": 1.0, "dormancy__duration": "40d",
         "estate__models": [{"name": "portable", "share": 1.0, "battery": True}]},
        lambda p: p.dormancy.charge, 24 * 43, charged,
    ),
    "hazards.age": Trace(
        ill("HW-607") | {
            "faults": {"HW-607": {"onset": "1h", "clock": "calendar"}},
            "hazards__age": {"law": "uniform", "low": "0s", "high": "1000d"},
        },
        lambda p: p.hazards.age, 600, aged,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TRACES)
def test_what_takes_time_takes_it_by_its_law(name: str) -> None:
    """Of what many lives show, as much is over by each quantile of the law as should be."""
    trace = TRACES[name]
    profile = quiet(**trace.trouble)
    law = trace.law(profile)
    taken: list[int] = []
    for index in range(LIVES):
        world = Brief(**vars(settle(profile, hours=trace.hours, index=index)))
        world.mute |= trace.mute
        spend(profile, world, index=index)
        taken += trace.times(world)
    assert len(taken) >= LIVES
    for p in (0.2, 0.5, 0.8):
        within_4_sigma(sum(ms <= law.quantile(p) for ms in taken), len(taken), p)
