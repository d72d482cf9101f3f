"""What may happen in a life happens in as many lives as the profile's chance says."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from fleet.life.states import Event, Step
from tests.life.lives import quiet, within_4_sigma, worlds_of
from tests.life.test_laws_of_life import SELLING

E = Event
LIVES = 200
P = 0.3


class Lot(NamedTuple):
    """A chance: what brings it about with chance `P`, how it shows in a life, how long to live."""

    trouble: dict[str, Any]
    shows: Callable[[list[Step]], bool]
    hours: float


def campaign(**more: Any) -> list[dict[str, Any]]:
    """Return a campaign for everybody, at once."""
    return [{"name": "it", "version": "9.9.9", "at": "0s", "forced": True} | more]


def cause(**more: Any) -> list[dict[str, Any]]:
    """Return a common cause of everybody."""
    return [{"name": "it", "at": "0s"} | more]


def has(event: Event, code: str = "") -> Callable[[list[Step]], bool]:
    """Return whether a life has such a step."""
    return lambda steps: any(s.event is event and code in {"", s.code} for s in steps)


def first(*events: Event) -> Callable[[list[Step]], bool]:
    """Return whether the first of these events that happens is the first one named."""
    return lambda steps: next(s.event for s in steps if s.event in events) is events[0]


def unconfirmed(steps: list[Step]) -> bool:
    """Return whether the first reversal was sent again: each is sent after ten seconds."""
    queued = next(s.at_ms for s in steps if s.event is E.REVERSAL_QUEUED)
    return next(s.at_ms for s in steps if s.event is E.REVERSED) > queued + 10_000


CUT = cause(kind="outage", at="1h", lasts="9h")
LOTS = {
    "sign_in.frozen": Lot({"sign_in__frozen": P}, first(E.HUNG, E.SIGNED_IN), 0.5),
    "sign_in.signature": Lot(
        {"sign_in__signature": P, "sign_in__signature_failure": 1.0},
        first(E.SIGNATURE_REFUSED, E.SIGNED_IN), 0.5,
    ),
    "transactions.offline": Lot(
        SELLING | {"transactions__offline": P, "causes": CUT},
        lambda steps: first(E.TRANSACTION_STARTED, E.CUSTOMERS_LOST)(
            steps[next(n for n, s in enumerate(steps) if s.event is E.LINK_LOST) :]), 2,
    ),
    "transactions.reversal_failure": Lot(
        SELLING | {"transactions__timed_out": 1.0, "transactions__reversal_failure": P,
                   "transactions__reversal_retry": "10s", "transactions__timeout": "1s",
                   "estate__sizes": [{"name": "calm", "share": 1.0, "per_day": 40.0}]},
        unconfirmed, 14,
    ),
    "update.wifi_found": Lot(
        {"update__wifi_found": P, "campaigns": campaign(wifi_only=True),
         "estate__models": [{"name": "M", "share": 1.0, "link": "cellular"}]},
        first(E.UPDATE_OFFERED, E.UPDATE_HELD), 2,
    ),
    "campaigns.defect": Lot(
        {"campaigns": campaign(defect=P, defect_caught=1.0)}, has(E.UPDATE_ROLLED_BACK), 4
    ),
    "campaigns.defect_caught": Lot(
        {"campaigns": campaign(defect=1.0, defect_caught=P)}, has(E.UPDATE_ROLLED_BACK), 4
    ),
    "causes[certificate].restart": Lot(
        {"causes": cause(kind="certificate", at="1h", restart=P, restart_after="10m")},
        has(E.REBOOTED, "merchant"), 2,
    ),
    "causes[gateway].refusal": Lot(
        {"causes": cause(kind="gateway", lasts="9h", refusal=P)},
        first(E.SIGN_IN_FAILED, E.SIGNED_IN), 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LOTS)
def test_a_chance_of_a_life_comes_out_as_asked(name: str) -> None:
    """The number of lives in which it happens at the first occasion lies within 4 sigma."""
    lot, met = LOTS[name], 0
    profile = quiet(**lot.trouble)
    for world in worlds_of(profile, LIVES, hours=lot.hours):
        met += lot.shows(world.steps)
    within_4_sigma(met, LIVES, P)
