"""What a forecast means: peaks, what causes them, and what the generator itself will need.

What a message costs the generator is measured by `make bench` (benchmarks/README.md); the figures
here are from there, for a virtual core of 2024, and rounded up. They decide nothing: they tell
whether a run is likely to fit, before it is started.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from fleet.capacity.forecast import Forecast, Numbers

CPU_US_PER_MESSAGE: Final = 25.0
"""Measured: 14-16 us for a heartbeat of QoS 0, 25 us for one of QoS 1 with its acknowledgement."""
CPU_US_PER_CONNECT: Final = 100.0
"""Measured: 83 us with SUBSCRIBE, and what the terminal says then."""
MEMORY_KIB_PER_TERMINAL: Final = 8.0
"""Measured: 5.5 KiB signed in; more while messages are under way."""
MEMORY_MIB: Final = 90.0
"""Measured: a shard without terminals."""
_BUSY: Final = 0.7


class Peak(NamedTuple):
    """The busiest bin of one quantity.

    Attributes:
        name: Of the quantity.
        unit: Of the value.
        value: In that bin, per second where it is a rate.
        mean: Over the whole run.
        at_s: Wall time of the bin's begin.
        why: What most of it is.
    """

    name: str
    unit: str
    value: float
    mean: float
    at_s: float
    why: str


class Need(NamedTuple):
    """What the generator will need, at the busiest moment.

    Attributes:
        cpu: Cores of CPU.
        memory_mib: Of all shards.
        descriptors: Open connections.
        shards: Processes, if none is to use more than 70 % of a core.
    """

    cpu: float
    memory_mib: float
    descriptors: int
    shards: int


def total(parts: Mapping[str, Numbers], like: Numbers) -> Numbers:
    """Return the sum of counts by kind; zeros, as many as in `like`, if there are none."""
    return sum(parts.values(), np.zeros(len(like)))


def rates(forecast: Forecast) -> dict[str, tuple[str, Numbers]]:
    """Return each rate by name: its unit, and its value in each bin."""
    per_s = np.diff(forecast.end_s, prepend=0.0)
    up, down = total(forecast.up, per_s), total(forecast.down, per_s)
    return {
        "messages from terminals": ("/s", up / per_s),
        "messages to terminals": ("/s", down / per_s),
        "connects": ("/s", total(forecast.connects, per_s) / per_s),
        "bytes from terminals": ("kB/s", forecast.bytes_up / per_s / 1e3),
    }


def peaks(forecast: Forecast) -> list[Peak]:
    """Return the peaks of all rates, and of those who are connected."""
    begin_s = forecast.end_s - np.diff(forecast.end_s, prepend=0.0)
    parts = {
        "messages from terminals": forecast.up,
        "messages to terminals": forecast.down,
        "connects": forecast.connects,
    }
    found = []
    for name, (unit, values) in rates(forecast).items():
        place = int(values.argmax())
        why = _largest(parts.get(name, forecast.up), place)
        found.append(Peak(name, unit, values[place], values.mean(), begin_s[place], why))
    connected = forecast.connected
    place = int(connected.argmax())
    why = _largest(forecast.states, place)
    found.append(Peak("switched on", "", connected[place], connected.mean(), begin_s[place], why))
    return found


def need(forecast: Forecast) -> Need:
    """Return what the generator will need."""
    by_name = {name: values for name, (_, values) in rates(forecast).items()}
    messages = by_name["messages from terminals"] + by_name["messages to terminals"]
    cpu_us = messages * CPU_US_PER_MESSAGE + by_name["connects"] * CPU_US_PER_CONNECT
    cpu = float(cpu_us.max()) / 1e6
    shards = max(1, int(np.ceil(cpu / _BUSY)))
    memory_mib = shards * MEMORY_MIB + forecast.terminals * MEMORY_KIB_PER_TERMINAL / 1024
    return Need(cpu, memory_mib, int(forecast.connected.max()), shards)


def _largest(parts: Mapping[str, Numbers], place: int) -> str:
    """Return what a bin mostly consists of, in words."""
    counts = {name: float(values[place]) for name, values in parts.items() if values[place]}
    whole = sum(counts.values())
    ranked = sorted(counts, key=lambda name: -counts[name])[:3]
    return ", ".join(f"{name} {counts[name] / whole:.0%}" for name in ranked)
