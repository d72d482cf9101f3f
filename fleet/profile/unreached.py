"""What a profile plans for after the end, so that it never comes.

That is no mistake of the profile's: the same one is run for two minutes and for two days. But who
waits for it should know. Something that comes again and again is told of where not even its first
time lies before the end; where that is drawn, if it all but surely does not.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from fleet.profile.causes import AnyCause
from fleet.profile.clock import since_midnight_ms
from fleet.profile.profile import Profile
from fleet.profile.stages import stagings
from fleet.units import DAY_MS, SECOND_MS, Millis, format_duration

# Of a cause that comes by chance: fewer than so many times, on average, are none.
_NEVER: Final = 0.002


class Unreached(NamedTuple):
    """Something that never begins.

    Attributes:
        path: Where it stands in the profile, with its name.
        when: When it would begin, in words.
        end_ms: An end after which it would begin, in business time since the start.
    """

    path: str
    when: str
    end_ms: Millis

    def __str__(self) -> str:
        return f"{self.path} ({self.when})"


def unreached(profile: Profile, end_ms: Millis) -> list[Unreached]:
    """Return what never begins if all is over at `end_ms`, in business time since the start."""
    found = (
        *_campaigns(profile, end_ms),
        *_orders(profile, end_ms),
        *_causes(profile, end_ms),
        *_stages(profile),
    )
    return [each for each in found if each.end_ms >= end_ms]


def told_of_run(profile: Profile) -> str:
    """Return a line about what never begins in a run; "" if all does."""
    end_ms = run_end_ms(profile)
    found = unreached(profile, end_ms)
    longer = f"--duration {format_duration(_wall_ms(profile, found))} or more"
    return _told(found, "the run", end_ms, longer)


def told_of_step(profile: Profile) -> str:
    """Return a line about what never begins in a step of a search; "" if all does."""
    end_ms = run_end_ms(profile)
    found = unreached(profile, end_ms)
    longer = f"--hold {format_duration(_wall_ms(profile, found) - profile.slo.warm_up)} or more"
    return _told(found, "each step", end_ms, longer)


def _wall_ms(profile: Profile, found: list[Unreached]) -> Millis:
    """Return how long a run must take until all of it has begun, in whole seconds."""
    wall_s = max((each.end_ms for each in found), default=0) // profile.run.speed // SECOND_MS + 1
    return round(wall_s) * SECOND_MS


def told_of_dataset(profile: Profile) -> str:
    """Return a line about what never begins in a dataset; "" if all does."""
    end_ms = profile.dataset.days * DAY_MS
    found = [*unreached(profile, end_ms), *_drifts(profile)]
    days = max((each.end_ms for each in found), default=0) // DAY_MS + 1
    return _told(found, "the study", end_ms, f"--days {days} or more")


def told_of_profile(profile: Profile) -> str:
    """Return a line about what begins neither in a run nor in a dataset; "" if all does."""
    run_ms, study_ms = run_end_ms(profile), profile.dataset.days * DAY_MS
    found = [*unreached(profile, max(run_ms, study_ms)), *_drifts(profile)]
    ends = f"a run ends {format_duration(run_ms)} and a dataset {format_duration(study_ms)}"
    longer = "a longer run.duration or more dataset.days would help"
    return _sentence(found, ends, longer)


def run_end_ms(profile: Profile) -> Millis:
    """Return how long a run takes, in business time."""
    return int(profile.run.duration * profile.run.speed)


def _told(found: list[Unreached], which: str, end_ms: Millis, longer: str) -> str:
    ends = f"{which} ends {format_duration(end_ms)}"
    return _sentence(found, ends, f"give it {longer}")


def _sentence(found: list[Unreached], ends: str, longer: str) -> str:
    if not found:
        return ""
    begin = "begins" if len(found) == 1 else "begin"
    return (
        f"{', '.join(map(str, found))} never {begin}: {ends} after its start, in business time; "
        f"{longer}, or let it begin sooner in the profile"
    )


def _campaigns(profile: Profile, end_ms: Millis) -> Iterator[Unreached]:
    for i, campaign in enumerate(profile.campaigns):
        path = f"campaigns[{i}]"
        first = campaign.waves[0].after if campaign.waves else 0
        yield _ordered(profile, f"{path} {campaign.name!r}", campaign.at + first, end_ms)
        for n, wave in enumerate(campaign.waves[1:], 1):
            name = f"{path}.waves[{n}] of {campaign.name!r}"
            yield _ordered(profile, name, campaign.at + wave.after, end_ms)


def _orders(profile: Profile, end_ms: Millis) -> Iterator[Unreached]:
    for i, order in enumerate(profile.orders):
        yield _ordered(profile, f"orders[{i}] {order.order!r}", order.at, end_ms)


def _ordered(profile: Profile, path: str, at: Millis, end_ms: Millis) -> Unreached:
    """Return what the TMS orders: it takes effect some time after the heartbeat that it answers."""
    lead, when = profile.tms.order_lead, f"at {format_duration(at)}"
    if at < end_ms:
        when += f", and tms.order_lead is {format_duration(lead)}"
    return Unreached(path, when, at + lead)


def _causes(profile: Profile, end_ms: Millis) -> Iterator[Unreached]:
    for i, cause in enumerate(profile.causes):
        path = f"causes[{i}] {cause.name!r}"
        if cause.at is not None:
            yield Unreached(path, f"at {format_duration(cause.at)}", cause.at)
        elif cause.daily is not None:
            first = min(_untils(profile, cause.daily))
            yield Unreached(path, f"first at {format_duration(first)}", first)
        else:
            yield from _drawn(profile, path, cause, end_ms)


def _drawn(profile: Profile, path: str, cause: AnyCause, end_ms: Millis) -> Iterator[Unreached]:
    """Yield a cause that comes by a law, if its first time is out of reach."""
    assert cause.every is not None  # noqa: S101 - the profile has exactly one of the three
    if cause.between is not None and (opens := _opens(profile, *cause.between)) >= end_ms:
        yield Unreached(path, f"its hours first begin at {format_duration(opens)}", opens)
    elif _groups(profile, cause) * cause.every.cdf(float(end_ms)) < _NEVER:
        mean = round(cause.every.mean())
        yield Unreached(path, f"every {format_duration(mean)} on average", mean)


def _opens(profile: Profile, begin: Millis, end: Millis) -> Millis:
    """Return when hours are first open anywhere; 0 if they are from the start."""
    length = (end - begin) % DAY_MS
    waits = list(_untils(profile, begin))
    return 0 if any(DAY_MS - wait < length for wait in waits) else min(waits)


def _untils(profile: Profile, time_of_day: Millis) -> Iterator[Millis]:
    """Yield how long it is, from the start, until a local time of day in each region."""
    start = since_midnight_ms(profile.run)
    for region in profile.estate.regions:
        yield (time_of_day - start - region.utc_offset) % DAY_MS


def _drifts(profile: Profile) -> Iterator[Unreached]:
    """Yield the regimes that a dataset does not reach; a run has none."""
    for i, drift in enumerate(profile.dataset.drifts):
        if drift.begin >= profile.dataset.days * DAY_MS:
            when = f"at {format_duration(drift.begin)}"
            yield Unreached(f"dataset.drifts[{i}] {drift.name!r}", when, drift.begin)


def _groups(profile: Profile, cause: AnyCause) -> float:
    """Return for how many groups a cause is drawn, at most."""
    estate = profile.estate
    match cause.per:
        case "estate":
            return 1.0
        case "region":
            return float(len(estate.regions))
        case "cell":
            return float(sum(region.cells for region in estate.regions))
        case "site":
            return max(1.0, estate.terminals / estate.sites.mean)


def _stages(profile: Profile) -> Iterator[Unreached]:
    for i, stage in enumerate(stagings(profile.load.stages, profile.estate.terminals)):
        if stage.begin_ms:
            when = f"at {format_duration(stage.begin_ms)}"
            yield Unreached(f"load.stages[{i}] {stage.name!r}", when, stage.begin_ms)
