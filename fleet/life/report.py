"""The full status report: what the terminal knows of itself."""

from typing import Final

from fleet.life.faults import CATALOGUE
from fleet.life.regions import Health, Session
from fleet.life.selftest import TESTS, is_fitted
from fleet.life.states import State
from fleet.life.terminal import Terminal
from fleet.wire.messages import ComponentStatus, SlowReadings, StatusReported
from fleet.wire.words import ComponentWord, PrinterWord

_PRINTER: Final[dict[str, PrinterWord]] = {
    "PRN-501": "PaperLow", "PRN-502": "NoPaper", "PRN-503": "PaperJam", "PRN-505": "OutOfOrder",
}  # fmt: skip
_FAULTS_MAX: Final = 16


def status(t: Terminal) -> StatusReported:
    """Return the report of this instant."""
    tested = (CATALOGUE[code].tested_as for code in t.reported())
    sick = {component for component in tested if component} | set(t.degraded)
    return StatusReported(
        ts=t.ts(),
        tid=t.member.tid,
        serial_no=t.serial_no,
        model=t.member.model.name,
        region=t.member.region.name,
        link=t.member.model.link,
        state=t.state.value,
        global_status="Maintenance" if t.state is State.LOCKED else "OK",
        fw=t.pulse.fw,
        params=t.params,
        boot=t.pulse.boot,
        boot_reason=t.boot_reason,
        uptime_s=(t.world.now() - int(t.vitals.booted_ms[t.pulse.index])) // 1_000,
        signed_in=t.session is Session.SIGNED_IN,
        batch=t.batch,
        unconfirmed=t.journal.pending + t.journal.unconfirmed,
        printer=next((_PRINTER[code] for code in t.reported() if code in _PRINTER), "OK"),
        components=tuple(ComponentStatus(c, _health(t, c, sick).value) for c in TESTS),
        faults=tuple(sorted({*t.reported(), *t.plights}))[:_FAULTS_MAX],
        heartbeats=t.pulse.seq,
        sign_ins=t.sign_ins,
        forced_shutdowns=t.forced_shutdowns,
        updates=t.updates,
        reconnects=t.reconnects,
        reversals=t.journal.reversed,
        readings=SlowReadings(**t.slow_readings()),
    )


def _health(t: Terminal, component: ComponentWord, sick: set[ComponentWord]) -> Health:
    if not is_fitted(t, component):
        return Health.DACT
    if not t.pulse.boot:
        return Health.WAIT
    return Health.OUTD if component in sick else Health.OPER
