"""What must hold of campaigns, maintenance and the way in which packages travel."""

from collections.abc import Iterator
from typing import Final

from fleet.profile.campaigns import Campaign, Window
from fleet.profile.clock import since_midnight_ms
from fleet.profile.cohort_checks import unknown
from fleet.profile.complaints import Complaint
from fleet.profile.profile import Profile
from fleet.units import DAY_MS, MINUTE_MS, Millis, format_duration

LINES_MAX: Final = 4_999
# What a chunk takes beyond its bytes in base64: the rest of the answer, the topic, the header.
_ENVELOPE_BYTES: Final = 512
_RARE: Final = 1e-4
# Within so many intervals all but surely every terminal that is on has been heard.
_HEARTBEATS: Final = 2


def waves(profile: Profile) -> Iterator[Complaint]:
    """Waves must rise, each to a larger share and not sooner than the one before."""
    for i, campaign in enumerate(profile.campaigns):
        for n, (before, wave) in enumerate(
            zip(campaign.waves, campaign.waves[1:], strict=False), 1
        ):
            path = f"campaigns[{i}].waves[{n}]"
            if wave.share <= before.share:
                yield Complaint(
                    f"{path}.share",
                    f"{wave.share:g} is not above the {before.share:g} of the wave before; shares "
                    "are what has had its turn by then, and rise",
                )
            if wave.after < before.after:
                yield Complaint(
                    f"{path}.after",
                    f"{format_duration(wave.after)} is before the wave before; write "
                    f"{format_duration(before.after)} or more",
                )


def gates(profile: Profile) -> Iterator[Complaint]:
    """Of waves that wait for successes there must be enough to come."""
    for i, campaign in enumerate(profile.campaigns):
        yield from _gates(profile, i, campaign)


def _gates(profile: Profile, i: int, campaign: Campaign) -> Iterator[Complaint]:
    reached = 0.0
    for n, wave in enumerate(campaign.waves):
        coming = profile.estate.terminals * campaign.share * reached
        if wave.succeeded is not None and wave.succeeded > coming:
            yield Complaint(
                f"campaigns[{i}].waves[{n}].succeeded",
                f"the waves before reach about {coming:,.0f} terminals, so {wave.succeeded:,} "
                "never succeed; write less, or let those waves reach more",
            )
        reached = wave.share


def newer(profile: Profile) -> Iterator[Complaint]:
    """A version must be new to those who get it."""
    firmware = {model.name: model.firmware for model in profile.estate.models}
    for i, campaign in enumerate(profile.campaigns):
        for model in campaign.models or firmware:
            if firmware.get(model) == campaign.version:
                yield Complaint(
                    f"campaigns[{i}].version",
                    f"model {model!r} has {campaign.version!r} from the start; choose another",
                )


def models(profile: Profile) -> Iterator[Complaint]:
    """Models that a campaign names must be there."""
    known = [model.name for model in profile.estate.models]
    for i, campaign in enumerate(profile.campaigns):
        yield from unknown(f"campaigns[{i}].made_for", campaign.made_for, known)
        yield from unknown(f"campaigns[{i}].defect_models", campaign.defect_models, known)


def one_book(profile: Profile) -> Iterator[Complaint]:
    """There can be but one book of a campaign that may stop."""
    if profile.tms.instances == 1:
        return
    for i, campaign in enumerate(profile.campaigns):
        instances = profile.tms.instances
        if campaign.abort:
            yield Complaint(
                f"campaigns[{i}].abort",
                f"{instances} instances of the TMS cannot tell together how many have failed; set "
                "tms.instances = 1, or leave this out",
            )
        for n, wave in enumerate(campaign.waves):
            if wave.gated:
                yield Complaint(
                    f"campaigns[{i}].waves[{n}].succeeded",
                    f"{instances} instances of the TMS cannot tell together how many have "
                    "succeeded; set tms.instances = 1, or leave this out",
                )


def windows(profile: Profile) -> Iterator[Complaint]:
    """A window in which every terminal is switched off never opens."""
    if profile.day is None:
        return
    for i, campaign in enumerate(profile.campaigns):
        window = campaign.window
        if window is not None and not _meets(profile, window.opens, window.closes):
            yield Complaint(f"campaigns[{i}].window", _NEVER)


def expiries(profile: Profile) -> Iterator[Complaint]:
    """An update must not have expired before its window opens."""
    if profile.load.stages:
        return  # they switch terminals on at any time
    for i, campaign in enumerate(profile.campaigns):
        ends = [_missed(profile, campaign, start) for start in _starts(campaign)]
        opens = next(filter(None, ends), 0)
        if opens and campaign.expires is not None:
            yield Complaint(
                f"campaigns[{i}].expires",
                f"it has expired {format_duration(campaign.expires)} after it is ordered, and its "
                f"window first opens after {format_duration(opens)}; let it expire later or begin "
                "nearer to the window, or leave one of the two out",
            )


def _starts(campaign: Campaign) -> Iterator[Millis]:
    """Yield when waves begin that wait for nobody."""
    yield from (campaign.at + wave.after for wave in campaign.waves if not wave.gated)
    if not campaign.waves:
        yield campaign.at


def _missed(profile: Profile, campaign: Campaign, start: Millis) -> Millis:
    """Return how long after a wave's start the window opens, if all have expired by then; else 0.

    Orders take effect at heartbeats from the start on; for who is off then, at those of a morning.
    """
    window, expires = campaign.window, campaign.expires
    if window is None or expires is None:
        return 0
    lasts = expires + _turns_last(profile, campaign)
    spans = [span for clock in _clocks(profile) for span in _first_heard(profile, clock, start)]
    if any(_until_open(window, begin) < end - begin + lasts for begin, end in spans):
        return 0
    return min(_until_open(window, clock + start) for clock in _clocks(profile))


def _first_heard(profile: Profile, clock: Millis, start: Millis) -> Iterator[tuple[Millis, Millis]]:
    """Yield the local times of day between which terminals are first on, from a wave's start on."""
    if profile.day is None:
        yield clock + start, clock + max(start, profile.ramp.over)
        return
    yield clock + start, clock + start
    opens, stagger = profile.day.opens, profile.day.stagger
    yield round(opens.quantile(_RARE)), round(opens.quantile(1.0 - _RARE)) + stagger


def _clocks(profile: Profile) -> Iterator[Millis]:
    """Yield the local time of day at the run's start, region by region."""
    yield from (since_midnight_ms(profile.run) + each.utc_offset for each in profile.estate.regions)


def _until_open(window: Window, at: Millis) -> Millis:
    """Return how long it is from a local time of day until a window is open; 0 if it is."""
    since = (at - window.opens) % DAY_MS
    is_open = since < ((window.closes - window.opens) % DAY_MS or DAY_MS)
    return 0 if is_open else DAY_MS - since


def _turns_last(profile: Profile, campaign: Campaign) -> Millis:
    """Return how long after a wave's start the last order takes effect, at most."""
    asked = (order.heartbeat_interval or 0 for order in profile.orders)
    late = _HEARTBEATS * max(profile.heartbeat.interval, *asked, 0) + profile.tms.order_lead
    if campaign.per_minute is not None:
        late += round(profile.estate.terminals / campaign.per_minute * MINUTE_MS)
    return late


def maintenance(profile: Profile) -> Iterator[Complaint]:
    """Nor does a maintenance."""
    rule = profile.maintenance
    if (
        rule is not None
        and profile.day is not None
        and not _meets(profile, rule.opens, rule.opens + 1)
    ):
        yield Complaint("maintenance.opens", _NEVER)


def chunks(profile: Profile) -> Iterator[Complaint]:
    """A chunk, in base64, must fit into a packet."""
    rule, most = profile.update, profile.mqtt.max_packet
    needed = -(-rule.chunk * 4 // 3) + _ENVELOPE_BYTES
    if profile.campaigns and rule.transfer == "chunks" and needed > most:
        yield Complaint(
            "update.chunk",
            f"{rule.chunk} bytes take {needed} in base64, more than mqtt.max_packet, {most}; write "
            "a smaller chunk or a larger packet",
        )


def lines(profile: Profile) -> Iterator[Complaint]:
    """Numbers of orders hold so many lines."""
    count = len(profile.campaigns) + len(profile.orders)
    if count > LINES_MAX:
        yield Complaint("orders", f"{count} campaigns and orders; at most {LINES_MAX} are numbered")


def orders(profile: Profile) -> Iterator[Complaint]:
    """Only one kind of order has an interval."""
    for i, order in enumerate(profile.orders):
        if order.heartbeat_interval is not None and order.order != "set_parameters":
            yield Complaint(
                f"orders[{i}].heartbeat_interval",
                f"{order.order!r} has none; leave it out, or order 'set_parameters'",
            )


def _meets(profile: Profile, opens: Millis, closes: Millis) -> bool:
    """Whether some terminal is on at some time from `opens` to `closes`, on local clocks."""
    assert profile.day is not None  # noqa: S101 - the caller has asked
    first = profile.day.opens.quantile(_RARE)
    last = profile.day.closes.quantile(1.0 - _RARE)
    end = closes if closes > opens else closes + DAY_MS
    return any(opens + days < last and end + days > first for days in (0, DAY_MS, -DAY_MS))


_NEVER: Final = (
    "it never opens: shops are closed then, and their terminals off; let it open within opening "
    "hours, or leave out [day]"
)
