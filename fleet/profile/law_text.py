"""Laws written back as the TOML that reads them."""

import math
from functools import singledispatch
from typing import Any

from fleet.chance import compound, parametric
from fleet.chance.law import Law
from fleet.units import format_duration

Table = dict[str, Any]


@singledispatch
def write(law: Law) -> str | Table:
    """What stands in TOML for this law: a bare duration for a constant, else a table.

    Durations are whole milliseconds in TOML, and so are rounded to them here.
    """
    msg = f"{type(law).__name__} has no form in a profile"
    raise TypeError(msg)


@write.register
def _(law: parametric.Constant) -> str:
    return _duration(law.value)


@write.register
def _(law: parametric.Uniform) -> Table:
    return {"law": "uniform", "low": _duration(law.low), "high": _duration(law.high)}


@write.register
def _(law: parametric.Exponential) -> Table:
    return {"law": "exponential", "mean": _duration(law.scale)}


@write.register
def _(law: parametric.Weibull) -> Table:
    return {"law": "weibull", "shape": law.shape, "scale": _duration(law.scale)}


@write.register
def _(law: parametric.Lognormal) -> Table:
    return {"law": "lognormal", "median": _duration(law.median), "sigma": law.sigma}


@write.register
def _(law: parametric.Gamma) -> Table:
    # Of scale and mean, the author gave a whole number of milliseconds for one: that one is exact.
    key, value = ("scale", law.scale) if law.scale == round(law.scale) else ("mean", law.mean())
    return {"law": "gamma", "shape": law.shape, key: _duration(value)}


@write.register
def _(law: parametric.Normal) -> Table:
    table = {
        "law": "normal",
        "mean": _duration(law.centre),
        "sd": _duration(law.sd),
        "min": _duration(law.low),
    }
    return table if law.high == math.inf else table | {"max": _duration(law.high)}


@write.register
def _(law: compound.Empirical) -> Table:
    values = [_duration(value) for value in law.values]
    return {"law": "empirical", "values": values, "weights": list(law.weights)}


@write.register
def _(law: compound.Mixture) -> Table:
    parts = [write(part) for part in law.parts]
    return {"law": "mixture", "parts": parts, "weights": list(law.weights)}


def _duration(millis: float) -> str:
    return format_duration(round(millis))
