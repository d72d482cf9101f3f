"""Durations, sizes and times of day: what people write, and the integers the program keeps.

Inside the program a span of time is an integer number of milliseconds and a size an integer
number of bytes; text with units exists only at the edge. Integers, because a float that has
been added to for months no longer says which of two events came first.
"""

import re
from collections.abc import Mapping
from typing import Final, TypeAlias

Millis: TypeAlias = int
"""A span of time, or an instant since the epoch of a run, in milliseconds."""

SECOND_MS: Final = 1_000
MINUTE_MS: Final = 60 * SECOND_MS
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS

_MILLIS_BY_UNIT: Final[Mapping[str, int]] = {
    "d": DAY_MS,
    "h": HOUR_MS,
    "m": MINUTE_MS,
    "s": SECOND_MS,
    "ms": 1,
}
_BYTES_BY_UNIT: Final[Mapping[str, int]] = {
    "GiB": 2**30,
    "MiB": 2**20,
    "KiB": 2**10,
    "B": 1,
}

_DURATION: Final = re.compile(
    r"(?P<sign>[+-]?)"
    r"(?=\d)(?:(?P<d>\d+(?:\.\d+)?)d)?(?:(?P<h>\d+(?:\.\d+)?)h)?(?:(?P<m>\d+(?:\.\d+)?)m(?!s))?"
    r"(?:(?P<s>\d+(?:\.\d+)?)s)?(?:(?P<ms>\d+)ms)?"
)
_SIZE: Final = re.compile(r"(?P<number>\d+)\s?(?P<unit>GiB|MiB|KiB|B)")
_TIME_OF_DAY: Final = re.compile(r"(?P<h>\d{2}):(?P<m>[0-5]\d)(?::(?P<s>[0-5]\d))?")
_UTC_OFFSET: Final = re.compile(r"(?P<sign>[+-])(?P<h>\d{2}):(?P<m>[0-5]\d)")


DURATION_MS_MAX: Final = 366_000 * DAY_MS
"""The longest duration, 1,000 years: what never happens is put off until then."""
_UTC_OFFSET_MS_MAX: Final = 14 * HOUR_MS


def parse_duration(text: str) -> Millis:
    """Read a duration such as ``15m``, ``1h30m``, ``250ms``, ``2.5s``, ``180d`` or ``0s``.

    Units are ``d h m s ms``, largest first, each at most once; a sign may precede them.

    Returns:
        Whole milliseconds.

    Raises:
        ValueError: the text is no duration, is finer than a millisecond, or exceeds 1,000 years.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        msg = f"{text!r} is not a duration; write for example '250ms', '35s', '15m' or '1h30m'"
        raise ValueError(msg)
    total_ms = sum(_millis(text, match[unit], unit) for unit in _MILLIS_BY_UNIT if match[unit])
    if total_ms > DURATION_MS_MAX:
        msg = f"{text!r} is too long; the longest duration is 1,000 years ('366000d')"
        raise ValueError(msg)
    return -total_ms if match["sign"] == "-" else total_ms


def _millis(text: str, number: str, unit: str) -> Millis:
    whole, _, fraction = number.partition(".")
    millis, rest = divmod(
        int(whole + fraction) * _MILLIS_BY_UNIT[unit], int("1" + "0" * len(fraction))
    )
    if rest:
        msg = f"{text!r} is finer than a millisecond; round it to whole milliseconds"
        raise ValueError(msg)
    return millis


def format_duration(millis: Millis) -> str:
    """Write milliseconds as the shortest text that ``parse_duration`` reads back."""
    if millis == 0:
        return "0s"
    parts, rest = [], abs(millis)
    for unit, unit_ms in _MILLIS_BY_UNIT.items():
        count, rest = divmod(rest, unit_ms)
        if count:
            parts.append(f"{count}{unit}")
    return ("-" if millis < 0 else "") + "".join(parts)


def parse_size(text: str) -> int:
    """Read a size such as ``20MiB``, ``64KiB`` or ``512B``.

    Returns:
        Bytes.

    Raises:
        ValueError: the text is no size with a binary unit.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        msg = f"{text!r} is not a size; write a whole number and B, KiB, MiB or GiB, as in '20MiB'"
        raise ValueError(msg)
    return int(match["number"]) * _BYTES_BY_UNIT[match["unit"]]


def format_size(size: int) -> str:
    """Write bytes in the largest unit that divides them, so that ``parse_size`` reads it back."""
    for unit, unit_bytes in _BYTES_BY_UNIT.items():
        if size and size % unit_bytes == 0:
            return f"{size // unit_bytes}{unit}"
    return "0B"


def parse_time_of_day(text: str) -> Millis:
    """Read ``08:30`` or ``08:30:15`` as milliseconds since midnight; ``24:00`` ends the day.

    Raises:
        ValueError: the text is no time between 00:00 and 24:00.
    """
    match = _TIME_OF_DAY.fullmatch(text.strip())
    time_ms = DAY_MS + 1
    if match is not None:
        time_ms = int(match["h"]) * HOUR_MS + int(match["m"]) * MINUTE_MS
        time_ms += int(match["s"] or 0) * SECOND_MS
    if time_ms > DAY_MS:
        msg = f"{text!r} is not a time of day; write it from 00:00 to 24:00, as in '08:30'"
        raise ValueError(msg)
    return time_ms


def format_time_of_day(millis: Millis) -> str:
    """Write milliseconds since midnight as ``08:30``, with seconds only where there are some.

    Raises:
        ValueError: the instant is outside one day or not on a whole second.
    """
    seconds, rest_ms = divmod(millis, SECOND_MS)
    if rest_ms or not 0 <= millis <= DAY_MS:
        msg = f"{millis} ms is not a time of day on a whole second from 0 to {DAY_MS} ms"
        raise ValueError(msg)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}"
    return f"{text}:{seconds % 60:02}" if seconds % 60 else text


def parse_utc_offset(text: str) -> Millis:
    """Read an offset from UTC such as ``+08:00`` or ``-03:30``.

    Raises:
        ValueError: the text is no offset between -14:00 and +14:00, the widest in use.
    """
    match = _UTC_OFFSET.fullmatch(text.strip())
    offset_ms = int(match["h"]) * HOUR_MS + int(match["m"]) * MINUTE_MS if match else DAY_MS
    if match is None or offset_ms > _UTC_OFFSET_MS_MAX:
        msg = f"{text!r} is not an offset from UTC; write it from -14:00 to +14:00, as in '+08:00'"
        raise ValueError(msg)
    return -offset_ms if match["sign"] == "-" else offset_ms


def format_utc_offset(millis: Millis) -> str:
    """Write an offset from UTC in whole minutes as ``+08:00``."""
    minutes = abs(millis) // MINUTE_MS
    return f"{'-' if millis < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"
