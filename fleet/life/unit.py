"""The unit: one piece of hardware with its wear, its instruments and its memory.

A terminal is a place in a shop with a terminal id; the unit is what stands there. When it is
swapped out, another one comes, and all that is here begins anew.
"""

from dataclasses import dataclass

from fleet.life.channels import COLUMN
from fleet.life.faults.risks import Risks
from fleet.life.gauges import Gauges
from fleet.life.symptoms import Symptom
from fleet.life.systemlog import SystemLog
from fleet.life.vitals import Vitals
from fleet.units import Millis
from fleet.wire.words import BootReason, ComponentWord


class Unit:
    """One piece of hardware, and what it remembers.

    Attributes:
        serial_no: Of the vendor.
        risks: The race of its hazards.
        gauges: What is measured for the full status report.
        log: The last things that happened.
        params: Number of the parameter set in force; 0 for none.
        boot_reason: Why it booted last.
        degraded: Components that its last self-test found wanting.
        clock_off_ms: By how much its clock is wrong.
    """

    __slots__ = (
        "_row", "_vitals", "boot_reason", "clock_off_ms", "degraded", "gauges", "log", "params",
        "risks", "serial_no",
    )  # fmt: skip

    def __init__(self, serial_no: str, risks: Risks, vitals: Vitals, row: int) -> None:
        """Take a unit out of its box.

        Args:
            serial_no: Of the vendor.
            risks: The race of its hazards.
            vitals: Its shard's telemetry.
            row: Its row there.
        """
        self.serial_no = serial_no
        self.risks = risks
        self.gauges = Gauges()
        self.log = SystemLog()
        self.params = 0
        self.boot_reason: BootReason = "power_on"
        self.degraded: tuple[ComponentWord, ...] = ()
        self.clock_off_ms: Millis = 0
        self._vitals = vitals
        self._row = row

    def show(self, source: int, symptom: Symptom, begin: Millis, grow_ms: Millis) -> None:
        """Let telemetry show a symptom."""
        if symptom.channel in COLUMN:
            self._vitals.show(self._row, source, symptom, begin, grow_ms)
        else:
            self.gauges.show(source, symptom, begin, grow_ms)

    def hide(self, source: int) -> None:
        """End what a source shows."""
        self._vitals.hide(self._row, source)
        self.gauges.hide(source)

    def level(self, channel: str, now: Millis) -> float:
        """Return what a channel's level is now, without noise."""
        return self._vitals.level(self._row, channel, now)


@dataclass(slots=True, eq=False)
class Counters:
    """What a unit counts from its first boot on, for its full status report.

    Attributes:
        beats_before: Number of the terminal's last heartbeat before this unit came.
        sign_ins: Operators who have signed in.
        updates: Updates that have succeeded.
        forced_shutdowns: How often its power was cut.
        reconnects: How often a lost link came back.
    """

    beats_before: int
    sign_ins: int = 0
    updates: int = 0
    forced_shutdowns: int = 0
    reconnects: int = 0


@dataclass(slots=True, eq=False)
class Setbacks:
    """How often in a row something has failed; the next success makes it 0 again.

    Attributes:
        boots: Boots.
        tests: Self-tests.
        syncs: Data synchronisations.
        connects: Attempts to bring the link up.
        connects_before: Those that failed before the link last came up.
        connected_at: When that was.
        registrations: Registrations that the server refused.
        passwords: Passwords that were wrong.
        macs: Sign-ins whose keys did not check.
    """

    boots: int = 0
    tests: int = 0
    syncs: int = 0
    connects: int = 0
    connects_before: int = 0
    connected_at: Millis = 0
    registrations: int = 0
    passwords: int = 0
    macs: int = 0
