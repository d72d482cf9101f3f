"""What must hold between the parts of a profile.

Each check names the sections that it reads, so that the checks of sound sections still run when
another section is broken: the author sees everything at once.
"""

import math
from collections.abc import Callable, Iterator
from typing import Final

from fleet.profile import campaign_checks, cause_checks, trade_checks
from fleet.profile.cohort_checks import cohort_complaints, versions
from fleet.profile.complaints import Complaint, suggest
from fleet.profile.faults import CODES, WITHOUT_LAW
from fleet.profile.profile import Profile
from fleet.profile.soundness import Sound
from fleet.profile.values import Weekday
from fleet.units import DAY_MS, format_duration

Check = Callable[[Profile], Iterator[Complaint]]

_SHARES_TOLERANCE: Final = 1e-6
_TID_MAX: Final = 99_999_999
# Laws without bounds reach everywhere; what one terminal in ten thousand days does is let pass.
_RARE: Final = 1e-4


def complaints(sound: Sound) -> list[Complaint]:
    """Everything wrong between sections, leaving out checks that read a broken one.

    Where a check goes through the entries of a section, those that are left of it will do.
    """
    return [
        sound.at_home(complaint)
        for sections, check, *each in CHECKS
        if not (sections - set(each)) & sound.broken and not set(each) & sound.lost
        for complaint in check(sound.profile)
        if not sound.owes(sound.at_home(complaint))
    ]


def _shares(profile: Profile) -> Iterator[Complaint]:
    for key in ("models", "regions", "sectors", "sizes"):
        total = math.fsum(part.share for part in getattr(profile.estate, key))
        if abs(total - 1.0) > _SHARES_TOLERANCE:
            yield Complaint(f"estate.{key}", f"the shares sum to {total:g}; they must sum to 1")


def _estate_names(profile: Profile) -> Iterator[Complaint]:
    for key in ("models", "regions", "sectors", "sizes"):
        parts = getattr(profile.estate, key)
        yield from _twice(f"estate.{key}", [part.name for part in parts])


def _sites(profile: Profile) -> Iterator[Complaint]:
    mean, largest = profile.estate.sites.mean, profile.estate.sites.max
    if mean > largest:
        yield Complaint(
            "estate.sites.mean", f"{mean:g} exceeds estate.sites.max, {largest}; write at most that"
        )


def _campaign_names(profile: Profile) -> Iterator[Complaint]:
    yield from _twice("campaigns", [campaign.name for campaign in profile.campaigns])


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
    if set(profile.day.closed_weekdays) == set(Weekday):
        yield Complaint("day.closed_weekdays", "every day is closed; leave at least one open")


def _campaigns(profile: Profile) -> Iterator[Complaint]:
    firmware = {model.name: model.firmware for model in profile.estate.models}
    for i, campaign in enumerate(profile.campaigns):
        yield from cohort_complaints(profile, f"campaigns[{i}]", campaign)
        for model in campaign.models or firmware:
            if firmware.get(model) == campaign.version:
                yield Complaint(
                    f"campaigns[{i}].version",
                    f"model {model!r} has {campaign.version!r} from the start; choose another",
                )


def _cause_names(profile: Profile) -> Iterator[Complaint]:
    yield from _twice("causes", [cause.name for cause in profile.causes])


def _orders(profile: Profile) -> Iterator[Complaint]:
    for i, order in enumerate(profile.orders):
        yield from cohort_complaints(profile, f"orders[{i}]", order)


def _causes(profile: Profile) -> Iterator[Complaint]:
    total = math.fsum(profile.forced_shutdown.causes.values())
    if abs(total - 1.0) > _SHARES_TOLERANCE:
        yield Complaint(
            "forced_shutdown.causes", f"the shares sum to {total:g}; they must sum to 1"
        )


def _resets(profile: Profile) -> Iterator[Complaint]:
    total = math.fsum(each.share for each in profile.password_reset.channels.values())
    if abs(total - 1.0) > _SHARES_TOLERANCE:
        yield Complaint(
            "password_reset.channels", f"the shares sum to {total:g}; they must sum to 1"
        )


def _refusals(profile: Profile) -> Iterator[Complaint]:
    total = math.fsum([profile.tms.sign_in_malfunction, *profile.tms.sign_in_refusals.values()])
    if total > 1.0 + _SHARES_TOLERANCE:
        yield Complaint(
            "tms.sign_in_refusals",
            f"with tms.sign_in_malfunction the chances sum to {total:g}; at most 1 is possible",
        )


def _sync(profile: Profile) -> Iterator[Complaint]:
    first, last = profile.sync.retry_first, profile.sync.retry_max
    if first > last:
        yield Complaint(
            "sync.retry_max",
            f"{format_duration(last)} is below sync.retry_first, {format_duration(first)}; "
            f"write at least that",
        )


def _registration(profile: Profile) -> Iterator[Complaint]:
    first, last = profile.registration.refused_first, profile.registration.refused_max
    if first > last:
        yield Complaint(
            "registration.refused_max",
            f"{format_duration(last)} is below registration.refused_first, "
            f"{format_duration(first)}; write at least that",
        )


def _reconnect(profile: Profile) -> Iterator[Complaint]:
    first, last = profile.reconnect.first, profile.reconnect.max
    if first > last:
        yield Complaint(
            "reconnect.max",
            f"{format_duration(last)} is below reconnect.first, {format_duration(first)}; "
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


def _hazards(profile: Profile) -> Iterator[Complaint]:
    estate, hazards = profile.estate, profile.hazards
    for key, parts in (("models", estate.models), ("regions", estate.regions)):
        known = [part.name for part in parts]
        for name in getattr(hazards, key):
            if name not in known:
                yield Complaint(
                    f"hazards.{key}.{name}", f"there is no {name!r}; {suggest(name, known)}"
                )


def _support(profile: Profile) -> Iterator[Complaint]:
    support = profile.support
    if support.opens >= support.closes:
        yield Complaint("support.closes", "service must close after it opens; write a later time")
    if set(support.closed_weekdays) == set(Weekday):
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


CHECKS: Final[tuple[tuple[frozenset[str], Check] | tuple[frozenset[str], Check, str], ...]] = (
    (frozenset({"estate"}), _shares),
    (frozenset({"estate"}), _estate_names),
    (frozenset({"estate"}), _sites),
    (frozenset({"estate"}), _tids),
    (frozenset({"day"}), _hours),
    (frozenset({"campaigns"}), _campaign_names, "campaigns"),
    (frozenset({"campaigns", "estate"}), _campaigns, "campaigns"),
    (frozenset({"campaigns"}), campaign_checks.waves, "campaigns"),
    (frozenset({"campaigns", "estate"}), campaign_checks.models, "campaigns"),
    (frozenset({"campaigns", "tms"}), campaign_checks.one_book, "campaigns"),
    (frozenset({"campaigns", "maintenance", "day"}), campaign_checks.windows, "campaigns"),
    (frozenset({"campaigns", "update", "mqtt"}), campaign_checks.chunks),
    (frozenset({"campaigns", "orders"}), campaign_checks.lines),
    (frozenset({"orders"}), campaign_checks.orders, "orders"),
    (frozenset({"orders", "estate"}), _orders, "orders"),
    (frozenset({"forced_shutdown"}), _causes),
    (frozenset({"password_reset"}), _resets),
    (frozenset({"tms"}), _refusals),
    (frozenset({"sync"}), _sync),
    (frozenset({"registration"}), _registration),
    (frozenset({"causes"}), _cause_names, "causes"),
    (frozenset({"causes", "estate"}), cause_checks.cohorts, "causes"),
    (frozenset({"campaigns", "estate"}), versions),
    (frozenset({"causes"}), cause_checks.instants, "causes"),
    (frozenset({"causes"}), cause_checks.stress, "causes"),
    (frozenset({"causes", "faults"}), cause_checks.factors, "causes"),
    (frozenset({"transactions"}), trade_checks.transactions),
    (frozenset({"transactions", "estate"}), trade_checks.methods),
    (frozenset({"estate", "day"}), trade_checks.customers),
    (frozenset({"settlement", "day"}), trade_checks.settlement),
    (frozenset({"reconnect"}), _reconnect),
    (frozenset({"faults"}), _faults, "faults"),
    (frozenset({"hazards", "estate"}), _hazards, "hazards"),
    (frozenset({"support"}), _support),
    (frozenset({"mqtt"}), _mqtt),
    (frozenset({"load", "day"}), _stages),
)


def _twice(path: str, names: list[str]) -> Iterator[Complaint]:
    for i, name in enumerate(names):
        if name in names[:i]:
            yield Complaint(f"{path}[{i}].name", f"{name!r} is taken; choose another")


def _clock(millis: float) -> str:
    minutes = round(millis / 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}"
