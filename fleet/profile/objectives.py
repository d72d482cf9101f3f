"""The grammar of objectives (SLOs): `INDICATOR COMPARISON VALUE`, as in `sign_in.p99 < 2s`.

objective   = indicator comparison value
indicator   = figure | latency [".service"] "." statistic
statistic   = "p" number | "max" | "mean"          p99.9: 99.9 % are not above it
comparison  = "<" | "<=" | ">" | ">=" | "==" | "!="
value       = number [unit]                        us ms s m h; % for a ratio; none for a count
"""

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field

from fleet.profile.complaints import suggest
from fleet.profile.indicators import FIGURES, LATENCIES, USUAL_STATISTICS, Figure, Latency, Unit

EXAMPLE: Final = "sign_in.p99 < 2s"

_COMPARISONS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
_PARTS: Final = re.compile(r"\s*([^\s<>=!]+)\s*(<=|>=|==|!=|<|>)\s*([^\s<>=!]+(?: [^\s<>=!]+)*)\s*")
_STATISTIC: Final = re.compile(r"p(\d+(?:\.\d+)?)|max|mean")
_NUMBER: Final = re.compile(r"(\d+(?:\.\d+)?)\s?([a-z%]*)")
_MICROS: Final = {"us": 1, "ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000}
_FIGURES: Final = {figure.name: figure for figure in FIGURES}
_LATENCIES: Final = {latency.name: latency for latency in LATENCIES}


class ObjectiveError(ValueError):
    """An objective cannot be read; the text says what would be right."""


@dataclass(frozen=True, slots=True)
class Objective:
    """One objective as read.

    Attributes:
        text: As it is written, one space on each side of the comparison.
        indicator: What it is about.
        family: Of a latency: the metric family, response or service; "" for a figure.
        statistic: Of a latency: "max", "mean" or a share such as "p99"; "" for a figure.
        comparison: Sign of the comparison.
        bound: Microseconds, ratio or number.
    """

    text: str
    indicator: Latency | Figure
    family: str
    statistic: str
    comparison: str
    bound: float

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an objective.

        Raises:
            ObjectiveError: It does not follow the grammar, or names what there is not.
        """
        match = _PARTS.fullmatch(text)
        if match is None:
            msg = f"{text!r} is no objective; write INDICATOR COMPARISON VALUE, as in {EXAMPLE!r}"
            raise ObjectiveError(msg)
        name, comparison, value = match.groups()
        indicator, family, statistic = _indicator(name)
        unit = indicator.unit if isinstance(indicator, Figure) else Unit.DURATION
        bound = _bound(name, unit, value)
        written = f"{name} {comparison} {value}"
        return cls(written, indicator, family, statistic, comparison, bound)

    @property
    def name(self) -> str:
        """The indicator's full name, such as `sign_in.p99`."""
        return self.text.partition(" ")[0]

    @property
    def unit(self) -> Unit:
        """Of the bound, and of what is compared with it."""
        return self.indicator.unit if isinstance(self.indicator, Figure) else Unit.DURATION

    @property
    def share(self) -> float:
        """Of a percentile: the share of values below it, 0 to 1; NaN for any other."""
        return float(self.statistic[1:]) / 100 if self.statistic.startswith("p") else math.nan

    def holds(self, value: float) -> bool:
        """Return whether a value keeps the objective."""
        return _COMPARISONS[self.comparison](value, self.bound)

    def worse(self, value: float, other: float) -> bool:
        """Return whether a value is further on the wrong side than another one."""
        if self.comparison in {">", ">="}:
            return value < other
        if self.comparison in {"<", "<="}:
            return value > other
        return abs(value - self.bound) > abs(other - self.bound)


def names() -> list[str]:
    """Return the usual names of all indicators, for those who look for the right one."""
    listed = [
        f"{latency.name}.{clock}{statistic}"
        for latency in LATENCIES
        for clock in ("", "service.")[: 2 if latency.service else 1]
        for statistic in USUAL_STATISTICS
    ]
    return [*listed, *_FIGURES]


def _indicator(name: str) -> tuple[Latency | Figure, str, str]:
    if name in _FIGURES:
        return _FIGURES[name], "", ""
    first, _, rest = name.partition(".")
    latency = _LATENCIES.get(first)
    if latency is not None:
        service = rest.removeprefix("service.")
        family = latency.response if service == rest else latency.service
        match = _STATISTIC.fullmatch(service)
        if family and match is not None and float(match[1] or 0) <= 100:  # noqa: PLR2004 - per cent
            return latency, family, service
        msg = (
            f"{name!r} is no statistic of {first!r}; write one of "
            f"{', '.join(each for each in names() if each.startswith(first + '.'))}"
        )
        raise ObjectiveError(msg)
    near = suggest(name, names())
    known = sorted({each.partition(".")[0] for each in names()})
    hint = near if near.startswith("did") else f"known are {', '.join(known)}, see docs/load.md"
    msg = f"there is no indicator {name!r}; {hint}"
    raise ObjectiveError(msg)


def _bound(name: str, unit: Unit, text: str) -> float:
    match = _NUMBER.fullmatch(text)
    number, suffix = (float(match[1]), match[2]) if match else (math.nan, "")
    if match is not None:
        if unit is Unit.DURATION and suffix in _MICROS:
            return number * _MICROS[suffix]
        if unit is Unit.RATIO and suffix in {"", "%"}:
            ratio = number / 100 if suffix else number
            if ratio <= 1:
                return ratio
        if unit is Unit.COUNT and not suffix:
            return number
    more = {Unit.RATIO: " from 0 to 1, or a percentage such as '99.9%'"}.get(unit, "")
    msg = f"{text!r} does not fit {name}, which is {unit.words}{more}; write it as {unit.value!r}"
    raise ObjectiveError(msg)


def _checked(text: str) -> str:
    return Objective.parse(text).text


ObjectiveText = Annotated[str, Field(max_length=200), AfterValidator(_checked)]
"""An objective; in TOML ``"sign_in.p99 < 2s"``."""
