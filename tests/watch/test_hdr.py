"""The HdrHistogram log is read by HdrHistogram's own library, and says what we counted."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader
from hypothesis import given
from hypothesis import strategies as st

from fleet.watch.hdr import encode, hdr_log
from fleet.watch.histogram import BUCKETS, PEAK, SLOTS, Distribution, Recorder
from fleet.watch.layout import Layout
from fleet.watch.tally import Reading, Tally


def distribution(values_us: list[int]) -> Distribution:
    """Return the histogram of some values."""
    counts = [0] * SLOTS
    for each in values_us:
        Recorder(counts, 0).record(each)
    assert counts[PEAK] == max(values_us)
    assert sum(counts[:BUCKETS]) == len(values_us)
    return Distribution(np.array(counts, np.int64))


@given(st.lists(st.integers(1, 10**11), min_size=1, max_size=50))
def test_what_is_encoded_is_what_was_counted(values_us: list[int]) -> None:
    """Count, maximum and percentiles survive, within the width of a bucket."""
    read = HdrHistogram.decode(encode(distribution(values_us)))
    assert read.get_total_count() == len(values_us)
    assert read.get_max_value() == pytest.approx(max(values_us) * 1_000, rel=2e-3)
    middle_us = sorted(values_us)[(len(values_us) - 1) // 2]
    got_us = read.get_value_at_percentile(50.0) / 1_000
    # Below 100 us there is one bucket.
    assert middle_us * 0.998 <= got_us <= max(100.0, middle_us * 1.052) * 1.002


def test_the_log_is_read_by_hdr_histogram(layout: Layout, tmp_path: Path) -> None:
    """A line for each latency and clock that was measured, each with its tag."""
    tally = Tally(layout, np.zeros(layout.size, np.int64))
    for us in range(1_000, 101_000, 100):
        tally.recorder("fleet_sign_in_response_seconds").record(us)
    tally.recorder("fleet_connect_duration_seconds").record(5_000)
    reading = Reading(layout, np.array(tally.counts, np.int64))
    path = tmp_path / "latencies.hlog"
    path.write_text("\n".join(hdr_log(reading, datetime(2026, 1, 5, tzinfo=UTC), 12.5)) + "\n")
    lines = [line for line in path.read_text().splitlines() if line.startswith("Tag=")]
    assert [line.partition(",")[0] for line in lines] == [
        "Tag=connect.service", "Tag=sign_in.response",
    ]  # fmt: skip
    everything = HdrHistogram(1, 10**15, 3)
    reader = HistogramLogReader(str(path), everything)
    read = [reader.get_next_interval_histogram() for _ in lines]
    reader.input_file.close()
    assert [each.get_total_count() for each in read] == [1, 1_000]
    assert read[1].get_value_at_percentile(99.0) == pytest.approx(99.9e6, rel=0.03)
