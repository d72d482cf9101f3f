"""The generator's own health: was it the bottleneck?

A load generator that cannot keep its schedule measures itself, and most tools do not notice. What
is looked at here is what the shards count of themselves: how late they sent, how late their loops
woke, how much of their core they used, how long they waited for it, how near they are to the limit
of open files, and what they dropped at bounds of their own. Beyond the profile's `[health]` a run
is invalid, whatever its percentiles say.
"""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from fleet.capacity.measure import Mark
from fleet.profile.indicators import Unit
from fleet.profile.load import Health
from fleet.units import Millis
from fleet.watch.ruling import HealthReport, ShardHealth, show
from fleet.watch.tally import Reading

_US_PER_MS: Final = 1_000
_MS_PER_S: Final = 1_000
_SMALL: Final = 0.005
# What a terminal could not store or send because of a bound of ours; the others are the peer's.
_OWN_DROPS: Final = ("queue_full",)


def examine(bounds: Health, earlier: Mark, later: Mark) -> HealthReport:
    """Return how the generator was between two marks, and what that means for the run."""
    lag, stall = (
        later.reading.distribution(family).since(earlier.reading.distribution(family))
        for family in ("fleet_schedule_lag_seconds", "fleet_loop_delay_seconds")
    )
    report = HealthReport(
        lag_p99_ms=lag.percentile_us(0.99) / _US_PER_MS,
        lag_max_ms=lag.peak_us / _US_PER_MS,
        stall_p99_ms=stall.percentile_us(0.99) / _US_PER_MS,
        stall_max_ms=stall.peak_us / _US_PER_MS,
        dropped=_dropped(earlier.reading, later.reading),
        shards=tuple(_shards(earlier, later)),
        restarts=later.reading.total("fleet_shard_restarts_total"),
        sent_per_s=_sent(earlier.reading, later.reading) / _span_ms(earlier, later) * _MS_PER_S,
    )
    return replace(report, complaints=tuple(_complaints(bounds, report)))


def _shards(earlier: Mark, later: Mark) -> Iterator[ShardHealth]:
    span_us = _span_ms(earlier, later) * _US_PER_MS
    used, waited = (
        {shard: after[shard] - before[shard] for shard in after}
        for before, after in (
            (earlier.reading.series(family), later.reading.series(family))
            for family in ("fleet_shard_cpu_seconds_total", "fleet_shard_cpu_wait_seconds_total")
        )
    )
    opened = later.reading.series("fleet_shard_open_descriptors")
    limits = later.reading.series("fleet_shard_descriptor_limit")
    for shard in used:
        descriptors = opened[shard] / max(limits[shard], 1)
        yield ShardHealth(int(shard), used[shard] / span_us, waited[shard] / span_us, descriptors)


def _dropped(earlier: Reading, later: Reading) -> float:
    before, after = (reading.series("fleet_dropped_total") for reading in (earlier, later))
    dropped = sum(after[reason] - before[reason] for reason in _OWN_DROPS)
    return dropped / max(dropped + _sent(earlier, later), 1)


def _sent(earlier: Reading, later: Reading) -> int:
    return later.total("fleet_messages_sent_total") - earlier.total("fleet_messages_sent_total")


def _span_ms(earlier: Mark, later: Mark) -> Millis:
    return max(later.elapsed_ms - earlier.elapsed_ms, 1)


def _complaints(bounds: Health, report: HealthReport) -> Iterator[str]:
    for what, was_ms, bound_ms in (
        ("heartbeats were sent {} late at the 99th percentile", report.lag_p99_ms,
         bounds.lag_p99_max),
        ("its loop woke {} late at the 99th percentile", report.stall_p99_ms,
         bounds.stall_p99_max),
    ):  # fmt: skip
        if was_ms > bound_ms:
            yield f"{what.format(_ms(was_ms))}, allowed are {_ms(bound_ms)}"
    for shard in report.shards:
        for what, was, bound in (
            ("used {} of a core: it had no more to give", shard.cpu, bounds.cpu_max),
            ("waited {} of the time for a core that others used: this machine was too busy",
             shard.cpu_wait, bounds.cpu_wait_max),
            ("had {} of its open files in use", shard.descriptors, bounds.descriptors_max),
        ):  # fmt: skip
            if was > bound:
                told = what.format(_share(was))
                yield f"shard {shard.shard} {told} (allowed {_share(bound)})"
    if report.dropped > bounds.dropped_max:
        yield (
            f"{_share(report.dropped)} of all messages were dropped at a bound of its own "
            f"(allowed {_share(bounds.dropped_max)})"
        )


def _ms(millis: float) -> str:
    return show(millis * _US_PER_MS, Unit.DURATION.name)


def _share(ratio: float) -> str:
    return f"{ratio:.3g}" if ratio < _SMALL else f"{ratio:.0%}"
