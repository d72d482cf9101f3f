"""What the live view shows, computed from two readings; values only, no clock and no terminal."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec import Struct

from fleet.units import SECOND_MS, Millis
from fleet.watch.tally import Reading

LATENCIES: Final[Mapping[str, str]] = {
    "connect": "fleet_connect_duration_seconds",
    "heartbeat ack": "fleet_heartbeat_ack_seconds",
    "sign-in": "fleet_sign_in_duration_seconds",
    "schedule lag": "fleet_schedule_lag_seconds",
}
_RATES: Final[Mapping[str, str]] = {
    "connects": "fleet_connects_total",
    "sent": "fleet_messages_sent_total",
    "received": "fleet_messages_received_total",
    "sent_bytes": "fleet_sent_bytes_total",
    "heartbeats": "fleet_heartbeats_total",
    "dropped": "fleet_dropped_total",
}


class RunView(Struct, frozen=True):
    """What stays the same on the screen for a whole run.

    Attributes:
        profile: Its name.
        seed: Of all chance in the run.
        terminals: How many are simulated.
        speed: How much faster than the wall clock business clocks run.
        epoch_ms: Business instant of the run's start, in ms since the Unix epoch.
        duration_ms: Wall-clock length of the run; 0 until it is interrupted.
        broker: Its URL, without credentials.
        metrics_url: Where Prometheus scrapes; "" if nowhere.
        class_by_code: Fault class of each fault code.
    """

    profile: str
    seed: int
    terminals: int
    speed: float
    epoch_ms: int
    duration_ms: Millis
    broker: str
    metrics_url: str
    class_by_code: Mapping[str, str]


class Sight(Struct, frozen=True):
    """A reading and when it was taken, in wall-clock ms since the run began."""

    elapsed_ms: Millis
    reading: Reading


class Rates(Struct, frozen=True):
    """Events per second over the window between two sights."""

    connects: float
    sent: float
    received: float
    sent_bytes: float
    heartbeats: float
    dropped: float


class Latency(Struct, frozen=True):
    """A duration over the window, in milliseconds; `count` 0 means nothing was measured."""

    name: str
    count: int
    p50_ms: float
    p99_ms: float


class FaultClass(Struct, frozen=True):
    """Faults of one class: how many are active, and which were raised since the run began."""

    name: str
    active: int
    raised: int
    codes: tuple[tuple[str, int], ...]


class Notice(Struct, frozen=True):
    """One line of the ticker: a wall-clock instant since the run began, and what happened."""

    elapsed_ms: Millis
    text: str
    style: str = ""


class Pledge(Struct, frozen=True):
    """How an objective stands: whether it holds so far, and its value as people write it."""

    objective: str
    held: bool
    value: str


class Snapshot(Struct, frozen=True):
    """Everything on the screen at one instant.

    Attributes:
        run: What does not change.
        elapsed_ms: Wall-clock time since the run began.
        window_ms: Span that rates and latencies are taken over.
        connected: Terminals whose link is up.
        failed_connects: Since the run began.
        states: Terminals by state, in the order of life.
        rates: Over the window.
        latencies: Over the window, in the order of `LATENCIES`.
        faults: Classes in which anything was raised, most active first.
        firmware: Terminals by version, those in use.
        notices: The ticker, newest last.
        pledges: How the objectives stand.
    """

    run: RunView
    elapsed_ms: Millis
    window_ms: Millis
    connected: int
    failed_connects: int
    states: dict[str, int]
    rates: Rates
    latencies: tuple[Latency, ...]
    faults: tuple[FaultClass, ...]
    firmware: dict[str, int]
    notices: tuple[Notice, ...] = ()
    pledges: tuple[Pledge, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether the run's time is over, so that terminals leave."""
        return 0 < self.run.duration_ms <= self.elapsed_ms

    @property
    def business_time(self) -> datetime:
        """The business clock, UTC."""
        business_ms = self.run.epoch_ms + self.elapsed_ms * self.run.speed
        return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=business_ms)


def take_snapshot(
    run: RunView, earlier: Sight, later: Sight, notices: tuple[Notice, ...] = ()
) -> Snapshot:
    """Compute what to show of `later`, with rates and latencies since `earlier`."""
    reading = later.reading
    connects = reading.series("fleet_connects_total")
    firmware = reading.series("fleet_firmware_terminals")
    return Snapshot(
        run=run,
        elapsed_ms=later.elapsed_ms,
        window_ms=later.elapsed_ms - earlier.elapsed_ms,
        connected=reading.value("fleet_connected_terminals"),
        failed_connects=sum(connects.values()) - connects["ok"],
        states=reading.series("fleet_terminals"),
        rates=_rates(earlier, later),
        latencies=tuple(_latencies(earlier.reading, reading)),
        faults=_faults(run, reading),
        firmware={version: number for version, number in firmware.items() if number},
        notices=notices,
    )


def _rates(earlier: Sight, later: Sight) -> Rates:
    window_ms = max(later.elapsed_ms - earlier.elapsed_ms, 1)
    per_second = {
        name: (later.reading.total(family) - earlier.reading.total(family)) * SECOND_MS / window_ms
        for name, family in _RATES.items()
    }
    return Rates(**per_second)


def _latencies(earlier: Reading, later: Reading) -> list[Latency]:
    windows = {
        name: later.distribution(family).since(earlier.distribution(family))
        for name, family in LATENCIES.items()
    }
    return [
        Latency(name, w.count, w.percentile_us(0.5) / 1000, w.percentile_us(0.99) / 1000)
        for name, w in windows.items()
    ]


def _faults(run: RunView, reading: Reading) -> tuple[FaultClass, ...]:
    raised = {code: n for code, n in reading.series("fleet_faults_total").items() if n}
    classes = []
    for name, active in reading.series("fleet_active_faults").items():
        codes = [(code, n) for code, n in raised.items() if run.class_by_code[code] == name]
        codes.sort(key=lambda pair: -pair[1])
        if codes:
            classes.append(FaultClass(name, active, sum(n for _, n in codes), tuple(codes)))
    return tuple(sorted(classes, key=lambda each: (-each.active, -each.raised)))
