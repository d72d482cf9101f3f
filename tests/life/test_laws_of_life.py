"""What takes time in a life takes as long as the profile's law says."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from fleet.chance.law import Law
from fleet.life.states import Event, Step
from fleet.profile.profile import Profile
from tests.life.lives import quiet, within_4_sigma, worlds_of

E = Event
SHOP = {"opens": "09:00", "closes": "18:00"}
LIVES = 200


class Span(NamedTuple):
    """A time in a life: from the first step of one kind to the next of another, and its law.

    Attributes:
        trouble: What brings it about.
        begin: The step it begins with.
        end: The step it ends with.
        law: By which it should be long.
        hours: How long to live for it.
        besides: What else the span holds, in milliseconds.
        after: A step that has to come first; any if None.
    """

    trouble: dict[str, Any]
    begin: Event
    end: Event
    law: Callable[[Profile], Law]
    hours: float
    besides: int = 0
    after: Event | None = None


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


def updated(end: Event, begin: Event = E.UPDATE_ACCEPTED, **more: Any) -> dict[str, Any]:
    """Return the first words of a span of an update."""
    campaign = {"name": "it", "version": "9.9.9", "at": "0s", "forced": True}
    campaign |= more.pop("campaign", {})
    return {"trouble": {"campaigns": [campaign]} | more, "begin": begin, "end": end, "hours": 30}


SELLING = {
    "estate__sizes": [{"name": "busy", "share": 1.0, "per_day": 600.0}],
    "estate__sectors": [{"name": "flat", "share": 1.0, "hours": [1.0] * 24}],
    "transactions__dispersion": 1e6,
    "transactions__messages": True,
    "transactions__verification": {"none": 1.0},
    **{f"transactions__{name}": 0.0 for name in (
        "verification_failure", "declined", "timed_out", "batch_mismatch", "mac_error")},
    "transactions__host": "1s",
}  # fmt: skip
SOLD = (E.TRANSACTION_STARTED, E.TRANSACTION_APPROVED)
CALM_SHOP = [{"name": "calm", "share": 1.0, "per_day": 20.0}]
GUESTS = {"estate__sectors": [{"name": "inn", "share": 1.0, "hours": [1.0] * 24, "orders": True}]}
MINUTE = 60_000
SPANS = {
    "sign_in.typing": Span(
        {}, E.SIGN_IN_STARTED, E.SIGNED_IN, lambda p: p.sign_in.typing, 0.3
    ),
    "sign_in.signing": Span(
        {"sign_in__signature": 1.0, "sign_in__signature_failure": 0.0, "sign_in__typing": "5s"},
        E.SIGN_IN_STARTED, E.SIGNED_IN, lambda p: p.sign_in.signing, 0.3, besides=5_000,
    ),
    "transactions.host": Span(
        SELLING | {"transactions__host": {"law": "lognormal", "median": "2s", "p95": "5s"}},
        *SOLD, lambda p: p.transactions.host, 1,
    ),
    "transactions.verifying": Span(
        SELLING | {"transactions__verification": {"password": 1.0}},
        *SOLD, lambda p: p.transactions.verifying, 1, besides=1_000,
    ),
    "transactions.ordering": Span(
        SELLING | GUESTS, *SOLD, lambda p: p.transactions.ordering, 1, besides=1_000
    ),
    "transactions.reversal_retry": Span(
        SELLING | {"transactions__timed_out": 1.0, "transactions__reversal_failure": 0.0,
                   "estate__sizes": CALM_SHOP},
        E.REVERSAL_QUEUED, E.REVERSED, lambda p: p.transactions.reversal_retry, 30,
    ),
    "settlement.duration": Span(
        SELLING | {"day": SHOP, "settlement__mismatch": 0.0, "estate__sizes": CALM_SHOP},
        E.SETTLEMENT_STARTED, E.SETTLED, lambda p: p.settlement.duration, 13,
    ),
    "forced_shutdown.preparation": Span(
        {"forced_shutdown__operator": "1m"},
        E.SIGNED_IN, E.FORCIBLY_SHUT_DOWN, lambda p: p.forced_shutdown.preparation, 2,
    ),
    "update.response": Span(
        law=lambda p: p.update.response,
        **updated(E.UPDATE_ACCEPTED, E.UPDATE_OFFERED, campaign={"forced": False}),
    ),
    "update.backup": Span(
        law=lambda p: p.update.backup, besides=10 * MINUTE,
        **updated(E.UPDATE_DOWNLOADED, update__download="10m"),
    ),
    "update.download": Span(
        law=lambda p: p.update.download, besides=MINUTE,
        **updated(E.UPDATE_DOWNLOADED, update__backup="1m"),
    ),
    "update.stalled": Span(
        law=lambda p: p.update.stalled,
        **updated(E.UPDATE_RESUMED, E.UPDATE_PAUSED, update={"stall": 1.0, "pause_max": "30d"}),
    ),
    "update.install": Span(
        law=lambda p: p.update.install, **updated(E.UPDATE_INSTALLED, E.UPDATE_VERIFIED)
    ),
    "update.apply": Span(
        law=lambda p: p.update.apply,
        **updated(E.UPDATED, E.UPDATE_VERIFIED, campaign={"kind": "parameter"}),
    ),
    "update.functional_test": Span(
        law=lambda p: p.update.functional_test, besides=MINUTE, after=E.UPDATE_INSTALLED,
        **updated(E.SIGN_IN_STARTED, E.SYNCED, update__compatibility_test="1m"),
    ),
    "update.compatibility_test": Span(
        law=lambda p: p.update.compatibility_test, besides=MINUTE, after=E.UPDATE_INSTALLED,
        **updated(E.SIGN_IN_STARTED, E.SYNCED, update__functional_test="1m"),
    ),
    "update.manual_after": Span(
        law=lambda p: p.update.manual_after, besides=25_000,  # to settle and to type
        **updated(E.MASTER_PASSWORD_ACCEPTED, E.AUTOMATION_DISABLED,
                  update={"no_space": 1.0, "attempts_max": 1, "manual_declined": 0.0,
                          "manual_after": {"law": "exponential", "mean": "3h"}}),
    )._replace(hours=60),
    "update.manual": Span(
        law=lambda p: p.update.manual,
        **updated(E.UPDATE_INSTALLED, E.MASTER_PASSWORD_ACCEPTED,
                  update={"no_space": 1.0, "attempts_max": 1, "manual_declined": 0.0,
                          "manual_failure": 0.0, "manual_after": "1h"}),
    ),
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
    "password_reset.channels.app.latency": channel("app"),
    "password_reset.channels.hotline.latency": channel("hotline"),
    "password_reset.channels.outlet.latency": channel("outlet"),
}  # fmt: skip


def taken_ms(steps: list[Step], span: Span) -> int:
    """Return how long the first such span of a life took."""
    ahead = iter(steps)
    if span.after is not None:
        next(step for step in ahead if step.event is span.after)
    begin = next(step for step in ahead if step.event is span.begin)
    end = next(step for step in ahead if step.event is span.end)
    return end.at_ms - begin.at_ms - span.besides


@pytest.mark.parametrize("name", SPANS)
def test_what_takes_time_takes_it_by_its_law(name: str) -> None:
    """Of many first spans, as many end by each quantile of the law as should; 4 sigma."""
    span = SPANS[name]
    profile = quiet(**span.trouble)
    law = span.law(profile)
    worlds = worlds_of(profile, LIVES, hours=span.hours)
    taken = [taken_ms(world.steps, span) for world in worlds]
    for p in (0.2, 0.5, 0.8):
        within_4_sigma(sum(ms <= law.quantile(p) for ms in taken), LIVES, p)


def test_some_closings_are_the_last_for_long() -> None:
    """The share of first closings after which a terminal lies unused, within 4 sigma."""
    profile = quiet(day=SHOP, dormancy__chance=0.2, dormancy__duration="60d")
    lying = 0
    for world in worlds_of(profile, LIVES, hours=30):
        lying += E.POWERED_ON not in world.events()
    within_4_sigma(lying, LIVES, 0.2)
