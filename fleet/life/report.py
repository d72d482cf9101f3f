"""The full status report: what the terminal knows of itself."""

from fleet.life.selftest import TESTS
from fleet.life.states import State
from fleet.life.terminal import Terminal
from fleet.wire.messages import ComponentStatus, StatusReported


def status(t: Terminal) -> StatusReported:
    """Return the report of this instant."""
    sick = t.sick_components()
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
        signed_in=t.state is State.READY,
        batch=t.batch,
        printer="PaperJam" if "PRN-503" in t.active else "OK",
        components=tuple(ComponentStatus(c, "OUTD" if c in sick else "OPER") for c in TESTS),
        faults=tuple(sorted({*t.active, *t.plights})),
        heartbeats=t.pulse.seq,
        sign_ins=t.sign_ins,
        forced_shutdowns=t.forced_shutdowns,
        updates=t.updates,
        reconnects=t.reconnects,
    )
