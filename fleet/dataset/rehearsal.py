"""What would be made, for who asks before it is."""

from collections.abc import Iterator
from typing import Final

from fleet.dataset.calendar import Calendar
from fleet.dataset.hazards import codes_of
from fleet.dataset.instants import iso
from fleet.dataset.job import Dataset
from fleet.dataset.twins import told_of
from fleet.units import DAY_MS, format_duration

_BYTES_PER_ROW: Final = 20  # seen: about 17 a row of telemetry, and what stands beside it


def rehearse(dataset: Dataset) -> Iterator[str]:
    """Yield lines about what would be made."""
    profile = dataset.profile
    rules, calendar = profile.dataset, Calendar.of(profile, profile.dataset.days)
    rows = profile.estate.terminals * rules.days * DAY_MS // profile.heartbeat.interval
    begin, end = (iso(at, calendar.origin_ms) for at in (0, calendar.end))
    yield f"profile    {profile.name}: {len(codes_of(profile))} kinds of fault"
    yield f"terminals  {profile.estate.terminals:,}"
    yield f"study      {begin} to {end}, {rules.days} days"
    yield f"seed       {rules.seed}"
    yield f"telemetry  some {rows:,} rows, one in {format_duration(profile.heartbeat.interval)}"
    yield f"labels     within {', '.join(format_duration(each) for each in rules.horizons)}"
    yield f"size       about {max(1, rows * _BYTES_PER_ROW // 2**20):,} MiB as Parquet"
    yield f"folder     {dataset.out}"
    if note := told_of(profile):
        yield f"note       {note}"
