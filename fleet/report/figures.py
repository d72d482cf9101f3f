"""Figures as people read them."""

from typing import Final

_MS_BY_UNIT: Final = (("h", 3_600_000.0), ("min", 60_000.0), ("s", 1_000.0), ("ms", 1.0))
_THOUSAND: Final = 1_000


def digits(value: float) -> str:
    """Return a value with three digits, or whole where that is more."""
    return f"{value:,.0f}" if abs(value) >= _THOUSAND else f"{value:.3g}"


def as_time(ms: float) -> str:
    """Return a time with three digits in a unit in which it is at least one, down to ms."""
    unit, size = unit_of(ms)
    return f"{digits(ms / size)} {unit}"


def unit_of(ms: float) -> tuple[str, float]:
    """Return the unit in which a time is best told, and how many milliseconds it has."""
    return next((each for each in _MS_BY_UNIT if ms >= each[1]), _MS_BY_UNIT[-1])
