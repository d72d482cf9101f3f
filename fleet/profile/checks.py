"""What must hold between the parts of a profile.

Each check names the keys that it judges by, so that it still runs when others are broken: the
author sees everything at once.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from operator import attrgetter
from typing import Final

from fleet.profile import (
    campaign_checks,
    cause_checks,
    cohort_checks,
    dataset_checks,
    trade_checks,
)
from fleet.profile.complaints import Complaint, suggest, twice
from fleet.profile.faults import CODES, WITHOUT_LAW
from fleet.profile.profile import Profile
from fleet.profile.soundness import Sound
from fleet.profile.values import Weekday
from fleet.units import DAY_MS, format_duration

Check = Callable[[Profile], Iterator[Complaint]]

_SHARES_TOLERANCE: Final = 1e-6
_TID_MAX: Final = 99_999_999
_PARTS: Final = ("models", "regions", "sectors", "sizes")
# Laws without bounds reach everywhere; what one terminal in ten thousand days does is let pass.
_RARE: Final = 1e-4


def complaints(sound: Sound) -> list[Complaint]:
    """Everything wrong between the parts of a profile, as far as it can be judged."""
    homed = (
        sound.at_home(complaint)
        for needs, check in CHECKS
        if sound.knows(needs)
        for complaint in check(sound.profile)
    )
    return [complaint for complaint in homed if not sound.owes(complaint)]


def _shares(key: str, profile: Profile) -> Iterator[Complaint]:
    parts = getattr(profile.estate, key)
    yield from _not_a_whole(f"estate.{key}", [part.share for part in parts])


def _estate_names(profile: Profile) -> Iterator[Complaint]:
    for key in _PARTS:
        parts = getattr(profile.estate, key)
        yield from twice(f"estate.{key}", [part.name for part in parts])


def _sites(profile: Profile) -> Iterator[Complaint]:
    mean, largest = profile.estate.sites.mean, profile.estate.sites.max
    if mean > largest:
        yield Complaint(
            "estate.sites.mean", f"{mean:g} exceeds estate.sites.max, {largest}; write at most that"
        )


def _campaign_names(profile: Profile) -> Iterator[Complaint]:
    yield from twice("campaigns", [campaign.name for campaign in profile.campaigns])


def _tids(profile: Profile) -> Iterator[Complaint]:
    estate = profile.estate
    last = estate.first_tid + estate.terminals - 1
    if last > _TID_MAX:
        highest = _TID_MAX - estate.terminals + 1
        yield Complaint(
            "estate.first_tid",
            f"the last of {estate.terminals} terminals would be {last}, which has more than 8 "
            f"digits; begin at {highest} or below",
        )


def _hours(profile: Profile) -> Iterator[Complaint]:
    if profile.day is None:
        return
    opens = profile.day.opens.quantile(1.0 - _RARE)
    closes = profile.day.closes
    if opens >= closes.quantile(_RARE):
        yield Complaint(
            "day.closes",
            f"shops may close from {_clock(closes.quantile(_RARE))} but open until "
            f"{_clock(opens)}; let them close later or open earlier",
        )
    if closes.quantile(1.0 - _RARE) > DAY_MS:
        yield Complaint("day.closes", "shops may close after midnight; they must close by 24:00")


def _open_days(profile: Profile) -> Iterator[Complaint]:
    if profile.day is not None and set(profile.day.closed_weekdays) == set(Weekday):
        yield Complaint("day.closed_weekdays", "every day is closed; leave at least one open")


def _cause_names(profile: Profile) -> Iterator[Complaint]:
    yield from twice("causes", [cause.name for cause in profile.causes])


def _causes(profile: Profile) -> Iterator[Complaint]:
    yield from _not_a_whole("forced_shutdown.causes", profile.forced_shutdown.causes.values())


def _resets(profile: Profile) -> Iterator[Complaint]:
    channels = profile.password_reset.channels.values()
    yield from _not_a_whole("password_reset.channels", [each.share for each in channels])


def _refusals(profile: Profile) -> Iterator[Complaint]:
    total = math.fsum([profile.tms.sign_in_malfunction, *profile.tms.sign_in_refusals.values()])
    if total > 1.0 + _SHARES_TOLERANCE:
        yield Complaint(
            "tms.sign_in_refusals",
            f"with tms.sign_in_malfunction the chances sum to {total:g}; at most 1 is possible",
        )


def _rises(first: str, last: str, profile: Profile) -> Iterator[Complaint]:
    """Complain of a wait that grows from one key's value to another's, if it cannot."""
    begin, end = attrgetter(first, last)(profile)
    if begin > end:
        yield Complaint(
            last,
            f"{format_duration(end)} is below {first}, {format_duration(begin)}; "
            f"write at least that",
        )


def _faults(profile: Profile) -> Iterator[Complaint]:
    for code, fault in profile.faults.items():
        if code not in CODES:
            yield Complaint(f"faults.{code}", f"there is no fault {code!r}; {suggest(code, CODES)}")
        elif code in WITHOUT_LAW and fault.onset is None:
            yield Complaint(
                f"faults.{code}.onset", "is missing; this kind has no law of its own, so give one"
            )
        elif fault.onset is not None and fault.onset.mean() <= 0.0:
            yield Complaint(
                f"faults.{code}.onset", "it would strike anew at once, for ever; let some time pass"
            )


def _hazards(key: str, profile: Profile) -> Iterator[Complaint]:
    known = [part.name for part in getattr(profile.estate, key)]
    for name in getattr(profile.hazards, key):
        if name not in known:
            yield Complaint(
                f"hazards.{key}.{name}", f"there is no {name!r}; {suggest(name, known)}"
            )


def _support(profile: Profile) -> Iterator[Complaint]:
    support = profile.support
    if support.opens >= support.closes:
        yield Complaint("support.closes", "service must close after it opens; write a later time")


def _service_days(profile: Profile) -> Iterator[Complaint]:
    if set(profile.support.closed_weekdays) == set(Weekday):
        yield Complaint("support.closed_weekdays", "no day has service; leave at least one open")


def _mqtt(profile: Profile) -> Iterator[Complaint]:
    if profile.mqtt.version == "3.1.1" and profile.mqtt.session_expiry:
        yield Complaint(
            "mqtt.session_expiry", "MQTT 3.1.1 has none; leave it out, or set mqtt.version = '5'"
        )


def _stages(profile: Profile) -> Iterator[Complaint]:
    if profile.load.stages and profile.day is not None:
        yield Complaint(
            "load.stages",
            "stages switch terminals on and off, and so do opening hours; leave out one of the two "
            "(a profile that extends another writes without = ['day'])",
        )


def _keys(*paths: str) -> frozenset[str]:
    return frozenset(paths)


def _rising(first: str, last: str) -> tuple[frozenset[str], Check]:
    return _keys(first, last), partial(_rises, first, last)


_ANSWERS: Final = tuple(
    f"transactions.{key}" for key in ("declined", "timed_out", "batch_mismatch", "mac_error")
)
_EXPIRY: Final = _keys(
    "day.opens", "day.stagger", "run.start", "ramp.over", "load.stages",
    "heartbeat.interval", "tms.order_lead", "orders.heartbeat_interval",
    "estate.terminals", "estate.regions.utc_offset",
)  # fmt: skip
# What is left of a broken section, or its default, cannot mislead a check that needs nothing.
CHECKS: Final[tuple[tuple[frozenset[str], Check], ...]] = (
    *((_keys(f"estate.{key}.share"), partial(_shares, key)) for key in _PARTS),
    (_keys(), _estate_names),
    (_keys("estate.sites"), _sites),
    (_keys("estate.first_tid", "estate.terminals"), _tids),
    (_keys("day.opens", "day.closes"), _hours),
    (_keys(), _open_days),
    (_keys(), _campaign_names),
    (_keys("estate.models.name", "estate.models.firmware"), campaign_checks.newer),
    (_keys(), campaign_checks.waves),
    (_keys("estate.terminals"), campaign_checks.gates),
    (_keys("estate.models.name"), campaign_checks.models),
    (_keys("tms.instances"), campaign_checks.one_book),
    (_keys("day.opens", "day.closes"), campaign_checks.windows),
    (_EXPIRY, campaign_checks.expiries),
    (_keys("day.opens", "day.closes", "maintenance.opens"), campaign_checks.maintenance),
    (_keys("update.chunk", "update.transfer", "mqtt.max_packet"), campaign_checks.chunks),
    (_keys(), campaign_checks.lines),
    (_keys(), campaign_checks.orders),
    *cohort_checks.CHECKS,
    (_keys("campaigns.version", "estate.models.firmware"), cohort_checks.versions),
    (_keys("forced_shutdown.causes"), _causes),
    (_keys("password_reset.channels"), _resets),
    (_keys("tms.sign_in_malfunction", "tms.sign_in_refusals"), _refusals),
    _rising("sync.retry_first", "sync.retry_max"),
    _rising("registration.refused_first", "registration.refused_max"),
    (_keys(), _cause_names),
    (_keys(), cause_checks.instants),
    (_keys(), cause_checks.stress),
    (_keys("faults.code", "hazards.preset"), cause_checks.factors),
    (_keys(*_ANSWERS), trade_checks.transactions),
    (_keys(), trade_checks.weights),
    (_keys("transactions.methods"), trade_checks.methods),
    (_keys("day.opens", "day.closes"), trade_checks.customers),
    (_keys(), trade_checks.settlement),
    _rising("reconnect.first", "reconnect.max"),
    (_keys(), _faults),
    (_keys("estate.models.name"), partial(_hazards, "models")),
    (_keys("estate.regions.name"), partial(_hazards, "regions")),
    (_keys("support.opens", "support.closes"), _support),
    (_keys(), _service_days),
    (_keys("mqtt.version", "mqtt.session_expiry"), _mqtt),
    (_keys(), _stages),
    (_keys("dataset.horizons"), dataset_checks.horizons),
    (_keys("faults.code", "hazards.preset"), dataset_checks.targets),
    (_keys(), dataset_checks.drift_names),
    (_keys("estate.models.name"), dataset_checks.drift_models),
    (_keys("estate.regions.name"), dataset_checks.drift_regions),
    (_keys("dataset.split"), dataset_checks.split),
)


def _not_a_whole(path: str, shares: Iterable[float]) -> Iterator[Complaint]:
    total = math.fsum(shares)
    if abs(total - 1.0) > _SHARES_TOLERANCE:
        yield Complaint(path, f"the shares sum to {total:g}; they must sum to 1")


def _clock(millis: float) -> str:
    minutes = round(millis / 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}"
