"""Slow readings: what a terminal measures seldom, and tells in its full status report.

They are like the channels of `fleet.life.telemetry`, levels and counts since the report before, but
one report comes to some two dozen heartbeats, so plain arithmetic, one terminal at a time, will do.
All figures are guesses about an Android terminal.
"""

from typing import Final, NamedTuple

from fleet.chance.noise import lane_levels, normal_of, uniform_of
from fleet.life.symptoms import Shape, Symptom
from fleet.units import Millis

Shown = tuple[int, Symptom, Millis, Millis]


class Gauge(NamedTuple):
    """A slow reading.

    Attributes:
        name: As in `fleet.wire.messages.SlowReadings`.
        unit: In UCUM's notation.
        base: Usual value; of a count, how many there are from report to report.
        spread: Standard deviation of a level; 0 for a count.
        low: Least value.
        high: Greatest value.
    """

    name: str
    unit: str
    base: float
    spread: float
    low: float
    high: float


_COUNT_MAX: Final = 1_000_000.0
GAUGES: Final = (
    Gauge("coin_cell_mv", "mV", 3_040.0, 6.0, 0.0, 4_000.0),
    Gauge("clock_drift_ms", "ms", 40.0, 12.0, 0.0, 86_400_000.0),
    Gauge("battery_health_pct", "%", 96.0, 0.6, 0.0, 100.0),
    Gauge("bt_rssi_dbm", "dB[mW]", -52.0, 3.0, -113.0, 0.0),
    Gauge("decode_ms", "ms", 190.0, 18.0, 1.0, 60_000.0),
    Gauge("motor_ma", "mA", 420.0, 14.0, 0.0, 5_000.0),
    Gauge("head_ma", "mA", 610.0, 12.0, 0.0, 5_000.0),
    Gauge("fallbacks", "{count}", 0.3, 0.0, 0.0, _COUNT_MAX),
    Gauge("tap_retries", "{count}", 0.8, 0.0, 0.0, _COUNT_MAX),
    Gauge("reader_resets", "{count}", 0.1, 0.0, 0.0, _COUNT_MAX),
    Gauge("module_resets", "{count}", 0.1, 0.0, 0.0, _COUNT_MAX),
    Gauge("motor_errors", "{count}", 0.1, 0.0, 0.0, _COUNT_MAX),
    Gauge("decode_failures", "{count}", 0.4, 0.0, 0.0, _COUNT_MAX),
    Gauge("touch_errors", "{count}", 0.5, 0.0, 0.0, _COUNT_MAX),
    Gauge("key_sticks", "{count}", 0.1, 0.0, 0.0, _COUNT_MAX),
    Gauge("crypto_errors", "{count}", 0.05, 0.0, 0.0, _COUNT_MAX),
    Gauge("app_crashes", "{count}", 0.05, 0.0, 0.0, _COUNT_MAX),
    Gauge("memory_errors", "{count}", 0.05, 0.0, 0.0, _COUNT_MAX),
    Gauge("charge_breaks", "{count}", 0.2, 0.0, 0.0, _COUNT_MAX),
)
# Lanes of the noise beyond those of telemetry, so that the two never share any.
_SALT: Final = 2**62


class Gauges:
    """What slow readings of one terminal show; usually nothing."""

    __slots__ = ("_shown",)

    def __init__(self) -> None:
        self._shown: tuple[Shown, ...] = ()

    def show(self, source: int, symptom: Symptom, begin: Millis, grow_ms: Millis) -> None:
        """Let a symptom begin; see `fleet.life.symptoms.Symptoms.show`."""
        same = (source, symptom.channel)
        others = (each for each in self._shown if (each[0], each[1].channel) != same)
        self._shown = (*others, (source, symptom, begin, grow_ms))

    def hide(self, source: int) -> None:
        """End all symptoms of a source."""
        if self._shown:
            self._shown = tuple(each for each in self._shown if each[0] != source)

    def read(
        self, seed: int, serial: int, number: int, now: Millis, activity: float
    ) -> dict[str, int]:
        """Return all readings.

        Args:
            seed: The run's.
            serial: The terminal's number in the estate.
            number: Of the report.
            now: Business instant.
            activity: Of this hour, as a share of the busiest.
        """
        lanes = lane_levels(seed, serial, _SALT + number, len(GAUGES))
        return {
            gauge.name: self._reading(gauge, lane, now, activity)
            for gauge, lane in zip(GAUGES, lanes, strict=True)
        }

    def _reading(self, gauge: Gauge, lane: int, now: Millis, activity: float) -> int:
        value = gauge.base
        noise = normal_of(lane) if gauge.spread else 0.0
        for _, symptom, begin, grow_ms in self._shown:
            if symptom.channel == gauge.name:
                grown = min(1.0, max(0.0, (now - begin) / max(1, grow_ms)))
                value += symptom.rise * grown * _factor(symptom.shape, noise, activity)
        value += gauge.spread * noise + (0.0 if gauge.spread else uniform_of(lane) - 0.5)
        return round(min(gauge.high, max(gauge.low, value)))


def _factor(shape: Shape, noise: float, activity: float) -> float:
    if shape is Shape.NOISE:
        return noise
    return activity if shape is Shape.DAILY else 1.0
