"""Latencies as an HdrHistogram log, which HdrHistogram's own tools plot and merge.

Format: HdrHistogram's log, version 1.3; each line a tag, start, length and maximum of an interval
and a histogram in V2 encoding (zigzag LEB128 counts, runs of zeros as a negative number), deflated
and in Base64. Values are nanoseconds. A value stands at the upper bound of the bucket in which it
was counted, or at the largest value seen if that is lower: percentiles are never too good.

Source: HdrHistogram's `AbstractHistogram.encodeIntoByteBuffer` and `ZigZagEncoding`.
"""

import base64
import struct
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

import fleet
from fleet.profile.indicators import LATENCIES
from fleet.watch.histogram import BOUNDS_US, Distribution
from fleet.watch.tally import Reading

_COOKIE: Final = 0x1C849303 | 0x10
_COOKIE_DEFLATED: Final = 0x1C849304 | 0x10
_DIGITS: Final = 3
# Of a bucket of 2,048 sub-buckets, which three significant digits ask for, the upper half counts.
_HALF_MAGNITUDE: Final = 10
_LOWEST_NS: Final = 1
_HIGHEST_NS: Final = 10**15
_NS_PER_US: Final = 1_000
_NS_PER_MS: Final = 1_000_000


def hdr_log(reading: Reading, started: datetime, took_s: float) -> Iterator[str]:
    """Yield the lines of a log: one for each latency and clock of which anything was measured."""
    yield f"#[Logged with fleet {fleet.__version__}]"
    yield "#[Histogram log format version 1.3]"
    yield f"#[StartTime: {started.timestamp():.3f} (seconds since epoch), {started.isoformat()}]"
    yield '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"'
    for latency in LATENCIES:
        for clock, family in (("response", latency.response), ("service", latency.service)):
            told = reading.distribution(family) if family else None
            if told is not None and told.count:
                peak_ms = told.peak_us * _NS_PER_US / _NS_PER_MS
                yield f"Tag={latency.name}.{clock},0.000,{took_s:.3f},{peak_ms:.3f},{encode(told)}"


def encode(distribution: Distribution) -> str:
    """Return a histogram in HdrHistogram's V2 encoding, deflated, in Base64."""
    counts: dict[int, int] = {}
    uppers_us = (*BOUNDS_US, distribution.peak_us)
    for upper_us, count in zip(uppers_us, distribution.buckets.tolist(), strict=True):
        if count:
            value_ns = min(upper_us, distribution.peak_us) * _NS_PER_US
            index = _index(value_ns)
            counts[index] = counts.get(index, 0) + count
    payload = b"".join(_runs(sorted(counts.items())))
    header = struct.pack(
        ">iiiiqqd", _COOKIE, len(payload), 0, _DIGITS, _LOWEST_NS, _HIGHEST_NS, 1.0
    )
    deflated = zlib.compress(header + payload)
    framed = struct.pack(">ii", _COOKIE_DEFLATED, len(deflated)) + deflated
    return base64.b64encode(framed).decode()


def _index(value: int) -> int:
    """Return the place of a value in HdrHistogram's array of counts."""
    bucket = max(0, value.bit_length() - (_HALF_MAGNITUDE + 1))
    return (bucket << _HALF_MAGNITUDE) + (value >> bucket)


def _runs(counts: Iterable[tuple[int, int]]) -> Iterator[bytes]:
    at = 0
    for index, count in counts:
        if index > at:
            yield _zigzag(at - index)
        yield _zigzag(count)
        at = index + 1


def _zigzag(number: int) -> bytes:
    """Return a number as LEB128 of its zigzag form; in nine bytes at most, the last one whole."""
    rest = (number << 1) ^ (number >> 63)
    out = bytearray()
    while rest > 0x7F and len(out) < 8:  # noqa: PLR2004 - seven bits a byte, eight such bytes
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)
