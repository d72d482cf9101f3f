"""What a terminal dies of: the catalogue of faults, and the race in which they strike.

Theory of operation
-------------------
Every kind of fault runs a clock of its own while the terminal draws power. The kind whose clock
first reaches its drawn life strikes; the others keep what they have left. A kind that struck is out
of the race until it is repaired, and then starts anew. Wear raises hazards (proportional hazards):
after it, each running life is drawn again, given the age reached.

What a fault does is its effect:

    effect     at once                                       until
    DEGRADE    a component is out of order, work goes on     the repair
    ISOLATE    the link is cut                               the repair
    BLACKOUT   power is lost, the link is cut                the repair, then a boot
    HANG       no progress and no heartbeat; the link stays  the watchdog, then a forced shutdown
    SHUTDOWN   forced shutdown, the link is cut              the recovery, then a boot

Codes and components follow the fault taxonomies of terminal vendors' service pages; severities are
those of Cumulocity's alarms. How a precursor shows is a guess.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final, Literal, NamedTuple

from fleet.chance.streams import Purpose, Streams
from fleet.life.symptoms import Shape, Symptom
from fleet.profile.scenario import Fault as FaultProfile
from fleet.units import Millis
from fleet.wire.messages import ComponentWord

NEVER: Final[Millis] = 2**62
Severity = Literal["critical", "major", "minor", "warning"]


class Effect(Enum):
    """See the table above."""

    DEGRADE = "degrade"
    ISOLATE = "isolate"
    BLACKOUT = "blackout"
    HANG = "hang"
    SHUTDOWN = "shutdown"


class FaultKind(NamedTuple):
    """A kind of fault.

    Attributes:
        code: Such as `PWR-101`.
        name: In words.
        fault_class: Label of `fleet_active_faults`.
        component: What fails, in the words of a self-test.
        effect: What it does.
        severity: How bad it is.
        wears: Whether damage from forced shutdowns raises its hazard.
        precursor: How it shows beforehand, if it does.
    """

    code: str
    name: str
    fault_class: str
    component: ComponentWord
    effect: Effect
    severity: Severity
    wears: bool
    precursor: Symptom | None = None


CATALOGUE: Final[Mapping[str, FaultKind]] = {
    kind.code: kind
    for kind in (
        FaultKind("PWR-101", "unstable voltage", "power", "power", Effect.BLACKOUT, "critical",
                  wears=True, precursor=Symptom("supply_mv", 160.0, Shape.NOISE)),
        FaultKind("COM-201", "link down", "communication", "communication", Effect.ISOLATE, "major",
                  wears=False, precursor=Symptom("rssi_dbm", -14.0)),
        FaultKind("RDR-402", "chip reader failure", "reader", "chip_reader", Effect.DEGRADE,
                  "major", wears=True, precursor=Symptom("read_errors", 0.5)),
        FaultKind("PRN-503", "paper jam", "printer", "printer", Effect.DEGRADE, "minor",
                  wears=False),
        FaultKind("SW-702", "memory leak and hang", "software", "memory", Effect.HANG, "critical",
                  wears=False, precursor=Symptom("mem_pct", 45.0, Shape.LEAK)),
        FaultKind("COM-207", "site or cell out", "communication", "communication", Effect.ISOLATE,
                  "major", wears=False),
        FaultKind("COM-209", "broker or TMS unreachable", "communication", "communication",
                  Effect.ISOLATE, "critical", wears=False),
        FaultKind("HW-605", "clock wrong", "hardware", "sensors", Effect.ISOLATE, "major",
                  wears=False),
        FaultKind("SEC-902", "certificate expired", "security", "integrity", Effect.ISOLATE,
                  "critical", wears=False),
        FaultKind("PWR-104", "battery empty", "power", "power", Effect.BLACKOUT, "major",
                  wears=False),
        FaultKind("PWR-106", "forced shutdown", "shutdown", "power", Effect.SHUTDOWN, "critical",
                  wears=True),
    )
}  # fmt: skip
SOURCE: Final = {code: number for number, code in enumerate(CATALOGUE, start=1)}
"""Number of each kind as a source of symptoms."""
FAULT_CLASSES: Final = tuple(sorted({kind.fault_class for kind in CATALOGUE.values()}))


class Fault(Exception):  # noqa: N818 - an event of life, not a mistake of the program
    """A fault struck; raised inside the terminal's own waiting."""

    def __init__(self, kind: FaultKind) -> None:
        super().__init__(kind.code)
        self.kind = kind


class Clock:
    """One kind's clock in one terminal, in powered milliseconds."""

    __slots__ = ("age_ms", "kind", "left_ms", "rate")

    def __init__(self, kind: FaultKind) -> None:
        self.kind = kind
        self.age_ms = 0
        self.left_ms = NEVER
        self.rate = 1.0


class Risks:
    """The race of all kinds of fault in one terminal.

    Attributes:
        at: Instant at which the next one strikes, or `NEVER`; right only while power is on.
    """

    __slots__ = ("_clocks", "_profiles", "_since", "_streams", "at", "rate")

    def __init__(self, streams: Streams, profiles: Mapping[str, FaultProfile]) -> None:
        self._streams = streams
        self._profiles = profiles
        self._clocks = [Clock(CATALOGUE[code]) for code in profiles]
        self._since = NEVER
        self.rate = 1.0
        self.at = NEVER
        for clock in self._clocks:
            self._draw(clock)

    def power_on(self, now: Millis) -> None:
        """Let the clocks run from `now`; nothing happens if they do."""
        if self._since == NEVER:
            self._since = now
            self._aim()

    def power_off(self, now: Millis) -> None:
        """Stop the clocks at `now`; nothing happens if they stand."""
        if self._since != NEVER:
            self._advance(now)
            self._since = NEVER
            self.at = NEVER

    def strike(self, now: Millis) -> Fault:
        """Take the kind that is due out of the race and return it as a fault."""
        self._advance(now)
        clock = min(self._clocks, key=_left)
        clock.left_ms = NEVER
        self._aim()
        return Fault(clock.kind)

    def renew(self, code: str, now: Millis) -> None:
        """Put a repaired kind back into the race, as good as new."""
        self._advance(now)
        clock = next(clock for clock in self._clocks if clock.kind.code == code)
        clock.age_ms = 0
        self._draw(clock)
        self._aim()

    def wear(self, now: Millis, factor: float) -> None:
        """Multiply the hazards of all kinds that wear by `factor` from `now` on."""
        self._advance(now)
        self.rate *= factor
        for clock in self._clocks:
            if clock.kind.wears and clock.left_ms != NEVER:
                self._draw(clock)
        self._aim()

    def scale(self, code: str, factor: float, now: Millis) -> None:
        """Multiply the hazard of one kind by `factor` from `now` on; nothing if it is not run."""
        self._advance(now)
        for clock in self._clocks:
            if clock.kind.code == code:
                clock.rate *= factor
                if clock.left_ms != NEVER:
                    self._draw(clock)
        self._aim()

    def warnings(self) -> list[tuple[int, Symptom, Millis, Millis]]:
        """Return for each kind that gives warning: its source, symptom, begin, time of growth."""
        warnings = []
        for clock in self._clocks:
            warning_ms = self._profiles[clock.kind.code].precursor
            if clock.kind.precursor and warning_ms and clock.left_ms != NEVER:
                begin = self._since + clock.left_ms - warning_ms
                source = SOURCE[clock.kind.code]
                warnings.append((source, clock.kind.precursor, begin, warning_ms))
        return warnings

    def _advance(self, now: Millis) -> None:
        if self._since == NEVER:
            return
        ran_ms = now - self._since
        self._since = now
        for clock in self._clocks:
            if clock.left_ms != NEVER:
                clock.age_ms += ran_ms
                clock.left_ms = max(0, clock.left_ms - ran_ms)

    def _aim(self) -> None:
        if self._since != NEVER:
            left_ms = min((clock.left_ms for clock in self._clocks), default=NEVER)
            self.at = self._since + left_ms if left_ms < NEVER else NEVER

    def _draw(self, clock: Clock) -> None:
        code = clock.kind.code
        rate = clock.rate * (self.rate if clock.kind.wears else 1.0)
        onset = self._profiles[code].onset
        clock.left_ms = self._streams.remaining(_ONSET[code], onset, clock.age_ms, rate)


def _left(clock: Clock) -> Millis:
    return clock.left_ms


_ONSET: Final = {code: Purpose(f"fault.{code}.onset") for code in CATALOGUE}
REPAIR: Final = {code: Purpose(f"fault.{code}.repair") for code in CATALOGUE}
DIAGNOSIS: Final = {code: Purpose(f"fault.{code}.diagnosis") for code in CATALOGUE}
