"""What takes time in a life takes as long as the profile's law says."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from fleet.chance.laws import Law
from fleet.life.states import Event, Step
from fleet.profile.profile import Profile
from tests.life.lives import quiet, within_4_sigma
from tests.life.solitude import settle, spend

E = Event
SHOP = {"opens": "09:00", "closes": "18:00"}
LIVES = 200


class Span(NamedTuple):
    """A time in a life: from the first step of one kind to the next of another, and its law."""

    trouble: dict[str, Any]
    begin: Event
    end: Event
    law: Callable[[Profile], Law]
    hours: float


def channel(name: str) -> Span:
    """Return the span of a password's reset by one channel."""
    trouble = {"sign_in__wrong_password": 1.0, "sign_in__forgotten": 1.0}
    latency, hours = {"app": ("5m", 1.5), "hotline": ("20m", 5), "outlet": ("4h", 60)}[name]
    law = {"law": "exponential", "mean": latency}
    trouble["password_reset__channels"] = {name: {"share": 1.0, "latency": law}}  # type: ignore[assignment]
    return Span(
        trouble, E.LOCKED_OUT, E.PASSWORD_RESET,
        lambda p: p.password_reset.channels[name].latency, hours,  # type: ignore[index]
    )  # fmt: skip


def refused(code: str) -> dict[str, Any]:
    """Return the trouble of a host that refuses every sign-in with a code."""
    return {"tms__sign_in_refusals": {code: 1.0}}


SPANS = {
    "shutdown.duration": Span(
        {"day": SHOP}, E.SIGNED_OFF, E.POWERED_OFF, lambda p: p.shutdown.duration, 13
    ),
    "shutdown.rescue": Span(
        {"day": SHOP, "shutdown__hang": 1.0}, E.HUNG, E.FORCIBLY_SHUT_DOWN,
        lambda p: p.shutdown.rescue, 40,
    ),
    "diagnosis.duration": Span(
        {"self_test__failure": {"power": 1.0}, "diagnosis__transient": 0.0},
        E.SELF_TEST_FAILED, E.DIAGNOSED_PERMANENT, lambda p: p.diagnosis.duration, 2,
    ),
    "repair.field": Span(
        {"boot__failure": 1.0}, E.BOOT_GIVEN_UP, E.REPAIRED, lambda p: p.repair.field, 120
    ),
    "repair.remote": Span(
        refused("97"), E.SIGN_IN_REJECTED, E.REPAIRED, lambda p: p.repair.remote, 80
    ),
    "sync.duration": Span({}, E.SELF_TEST_PASSED, E.SYNCED, lambda p: p.sync.duration, 0.2),
    "sign_in.reissue": Span(
        refused("62"), E.CREDENTIAL_REFUSED, E.CREDENTIAL_REISSUED,
        lambda p: p.sign_in.reissue, 80,
    ),
    "sign_in.retry": Span(
        refused("98"), E.SIGN_IN_FAILED, E.SIGN_IN_STARTED, lambda p: p.sign_in.retry, 0.2
    ),
    "password_reset.app": channel("app"),
    "password_reset.hotline": channel("hotline"),
    "password_reset.outlet": channel("outlet"),
}  # fmt: skip


def taken_ms(steps: list[Step], span: Span) -> int:
    """Return how long the first such span of a life took."""
    begin = next(n for n, step in enumerate(steps) if step.event is span.begin)
    end = next(step for step in steps[begin:] if step.event is span.end)
    return end.at_ms - steps[begin].at_ms


@pytest.mark.parametrize("name", SPANS)
def test_what_takes_time_takes_it_by_its_law(name: str) -> None:
    """Of many first spans, as many end by each quantile of the law as should; 4 sigma."""
    span = SPANS[name]
    profile = quiet(**span.trouble)
    law = span.law(profile)
    taken = []
    for index in range(LIVES):
        world = settle(profile, hours=span.hours, index=index)
        spend(profile, world, index=index)
        taken.append(taken_ms(world.steps, span))
    for p in (0.2, 0.5, 0.8):
        within_4_sigma(sum(ms <= law.quantile(p) for ms in taken), LIVES, p)


def test_some_closings_are_the_last_for_long() -> None:
    """The share of first closings after which a terminal lies unused, within 4 sigma."""
    profile = quiet(day=SHOP, dormancy__chance=0.2, dormancy__duration="60d")
    lying = 0
    for index in range(LIVES):
        world = settle(profile, hours=30, index=index)
        spend(profile, world, index=index)
        lying += E.POWERED_ON not in world.events()
    within_4_sigma(lying, LIVES, 0.2)
