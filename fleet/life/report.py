"""The full status report: what the terminal knows of itself."""

from fleet.life.regions import Health, Session
from fleet.life.selftest import TESTS, is_fitted
from fleet.life.states import State
from fleet.life.terminal import Terminal
from fleet.wire.messages import ComponentStatus, ComponentWord, StatusReported


def status(t: Terminal) -> StatusReported:
    """Return the report of this instant."""
    sick = t.sick_components() | set(t.degraded)
    return StatusReported(
        ts=t.ts(),
        tid=t.member.tid,
        serial_no=t.member.serial_no,
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
        printer="PaperJam" if "PRN-503" in t.active else "OK",
        components=tuple(ComponentStatus(c, _health(t, c, sick).value) for c in TESTS),
        faults=tuple(sorted({*t.active, *t.plights})),
        heartbeats=t.pulse.seq,
        sign_ins=t.sign_ins,
        forced_shutdowns=t.forced_shutdowns,
        updates=t.updates,
        reconnects=t.reconnects,
        reversals=t.journal.reversed,
    )


def _health(t: Terminal, component: ComponentWord, sick: set[ComponentWord]) -> Health:
    if not is_fitted(t, component):
        return Health.DACT
    if not t.pulse.boot:
        return Health.WAIT
    return Health.OUTD if component in sick else Health.OPER
