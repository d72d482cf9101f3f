"""The full status report: what the terminal knows of itself."""

from typing import Final

from fleet.chance.streams import Purpose
from fleet.life.faults import CATALOGUE, NEVER
from fleet.life.regions import Health, Session
from fleet.life.selftest import TESTS, is_fitted
from fleet.life.states import State
from fleet.life.terminal import Terminal
from fleet.profile.causes import Certificate
from fleet.units import DAY_MS
from fleet.wire.messages import ComponentStatus, SlowReadings, StatusReported
from fleet.wire.words import ComponentWord, PrinterWord

_PRINTER: Final[dict[str, PrinterWord]] = {
    "PRN-501": "PaperLow", "PRN-502": "NoPaper", "PRN-503": "PaperJam", "PRN-505": "OutOfOrder",
}  # fmt: skip
_FAULTS_MAX: Final = 16
# Of one unit, so that the next one's readings share no noise with it.
_REPORTS_MAX: Final = 2**40
_CERTIFIED: Final = Purpose("certificate.age")
_YEAR_MS: Final = 365 * DAY_MS
_MONTH_MS: Final = 30 * DAY_MS


def status(t: Terminal) -> StatusReported:
    """Return the report of this instant."""
    tested = (CATALOGUE[code].tested_as for code in t.cases.reported())
    sick = {component for component in tested if component} | set(t.unit.degraded)
    return StatusReported(
        ts=t.ts(),
        tid=t.member.tid,
        serial_no=t.unit.serial_no,
        model=t.member.model.name,
        region=t.member.region.name,
        link=t.member.model.link,
        state=t.state.value,
        global_status="Maintenance" if t.state is State.LOCKED else "OK",
        fw=t.pulse.fw,
        params=t.unit.params,
        boot=t.pulse.boot,
        boot_reason=t.unit.boot_reason,
        uptime_s=(t.world.now() - int(t.vitals.booted_ms[t.pulse.index])) // 1_000,
        signed_in=t.shift.session is Session.SIGNED_IN,
        batch=t.journal.batch,
        unconfirmed=t.journal.pending + t.journal.unconfirmed,
        cert_days=_cert_days(t),
        printer=next((_PRINTER[code] for code in t.cases.reported() if code in _PRINTER), "OK"),
        components=tuple(ComponentStatus(c, _health(t, c, sick).value) for c in TESTS),
        faults=tuple(sorted({*t.cases.reported(), *t.cases.plights}))[:_FAULTS_MAX],
        heartbeats=t.pulse.seq - t.counters.beats_before,
        sign_ins=t.counters.sign_ins,
        forced_shutdowns=t.counters.forced_shutdowns,
        updates=t.counters.updates,
        reconnects=t.counters.reconnects,
        reversals=t.journal.reversed,
        readings=SlowReadings(**_slow_readings(t)),
    )


def _cert_days(t: Terminal) -> int:
    """Return for how many whole days more the certificate is valid.

    One that no common cause lets expire is renewed every year, a month before its end: a guess.
    """
    now = t.world.now()
    if "SEC-902" in t.cases.plights:
        return 0
    expires = t.fate.next_of(Certificate, t.pulse.fw)
    if expires >= NEVER:
        since = (now + int(t.streams.at(_CERTIFIED, 0) * _YEAR_MS)) % _YEAR_MS
        expires = now + _YEAR_MS - since + _MONTH_MS
    return max(0, expires - now) // DAY_MS


def _health(t: Terminal, component: ComponentWord, sick: set[ComponentWord]) -> Health:
    if not is_fitted(t, component):
        return Health.DACT
    if not t.pulse.boot:
        return Health.WAIT
    return Health.OUTD if component in sick else Health.OPER


def _slow_readings(t: Terminal) -> dict[str, int]:
    now, number = t.world.now(), t.streams.generation * _REPORTS_MAX + t.pulse.seq
    activity = t.customers.activity(now)
    return t.unit.gauges.read(t.streams.seed, t.member.index, number, now, activity)
