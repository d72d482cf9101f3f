"""What would be made, for who asks before it is."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fleet.dataset.calendar import Calendar
from fleet.dataset.hazards import codes_of
from fleet.dataset.instants import iso
from fleet.dataset.job import require_free
from fleet.dataset.twins import told_of
from fleet.profile.profile import Profile
from fleet.units import DAY_MS, format_duration

_BYTES_PER_ROW: Final = 20  # seen: about 17 a row of telemetry, and what stands beside it


def rehearse(profile: Profile, out: Path) -> Iterator[str]:
    """Yield lines about what would be made.

    Raises:
        DatasetError: There is something where the dataset shall stand.
    """
    require_free(out)
    rules, calendar = profile.dataset, Calendar.of(profile, profile.dataset.days)
    rows = profile.estate.terminals * rules.days * DAY_MS // profile.heartbeat.interval
    begin, end = (iso(at, calendar.origin_ms) for at in (0, calendar.end))
    yield f"profile    {profile.name}: {len(codes_of(profile))} kinds of fault"
    yield f"terminals  {profile.estate.terminals:,}"
    yield f"study      {begin} to {end}, {rules.days} days"
    yield f"seed       {rules.seed}"
    yield f"telemetry  some {rows:,} rows, one in {format_duration(profile.heartbeat.interval)}"
    yield f"labels     within {', '.join(format_duration(each) for each in rules.horizons)}"
    need, room = (_mib(each) for each in (rows * _BYTES_PER_ROW, _room(out)))
    yield f"size       about {need} as Parquet; there is room for {room}"
    yield f"folder     {out}"
    if note := told_of(profile):
        yield f"note       {note}"


def _mib(count: int) -> str:
    return f"{max(1, count // 2**20):,} MiB"


def _room(out: Path) -> int:
    """Return how many bytes the disk still takes on which a folder will stand."""
    there = next(folder for folder in out.absolute().parents if folder.exists())
    return shutil.disk_usage(there).free
