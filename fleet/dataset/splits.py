"""Training and test: by unit, by time, and by both, with a gap as long as the longest horizon.

Never by row: two heartbeats of one terminal are no strangers, and what is learned from the one is
tested on the other.
"""

from typing import Any, Final

import pyarrow as pa

from fleet.chance.streams import Purpose, Streams
from fleet.dataset import schema
from fleet.dataset.bucket import Bucket, to_words
from fleet.dataset.calendar import Calendar
from fleet.dataset.instants import iso
from fleet.profile.profile import Profile
from fleet.units import HOUR_MS

_UNIT: Final = Purpose("dataset.split")
PARTS: Final = ("train", "validate", "test")


def splits(bucket: Bucket, profile: Profile) -> pa.Table:
    """Return `splits` of a bucket: each terminal draws its part, whoever else there is."""
    rule = profile.dataset.split
    test = max(0.0, 1.0 - rule.train - rule.validate_)
    shares = (rule.train, rule.validate_, test)
    parts = [PARTS[Streams(bucket.seed, each.index).pick_at(_UNIT, 0, shares)]
             for each in bucket.members]  # fmt: skip
    return pa.Table.from_arrays(
        [pa.array(bucket.tids), to_words(parts)], schema=schema.SPLITS.schema
    )


def schemes(profile: Profile, calendar: Calendar) -> dict[str, Any]:
    """Return `splits.json`: where time is cut, and what the three official schemes are."""
    every, gap_ms = profile.dataset.label_every, max(profile.dataset.horizons)
    train_end = int(calendar.end * profile.dataset.split.train_time) // every * every
    test_start = min(calendar.end, train_end + gap_ms)
    return {
        "train_end": iso(train_end, calendar.origin_ms),
        "gap_h": gap_ms / HOUR_MS,
        "test_start": iso(test_start, calendar.origin_ms),
        "study_end": iso(calendar.end, calendar.origin_ms),
        "schemes": {
            "unit": "train on the units of splits.unit_split = train, test on those of test",
            "time": "train on labels before train_end, test on labels from test_start on",
            "unit_time": "train units before train_end, test units from test_start on",
        },
        "rule": "features at an instant may use observed/ rows with ingest_ts up to it, no others",
    }
