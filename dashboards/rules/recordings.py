"""Recording rules: the ratios that alerts compare, reckoned once for each job.

Names follow Prometheus's convention, level:metric:operations. A ratio exists only while its whole
is not zero, so that an estate which does nothing raises no alarm.
"""

from typing import Final, NamedTuple

from dashboards.estate import LINKED, UPDATE_ENDS, UPDATE_FAILURES
from dashboards.queries import Scope, share, total
from fleet.life.faults import FAULT_CLASSES

JOB: Final = "job"
SHORT: Final = Scope("", "1m")
LONG: Final = Scope("", "5m")


class Recording(NamedTuple):
    """A recording rule."""

    name: str
    expr: str
    labels: tuple[tuple[str, str], ...] = ()


_TERMINALS: Final = total(SHORT.now("fleet_terminals"), JOB)
_EXPECTED: Final = total(SHORT.now("fleet_terminals", state=LINKED), JOB)
_HUNG: Final = total(SHORT.now("fleet_terminals", state="hung"), JOB)
_GAPS: Final = total(SHORT.rate("fleet_up_mishaps_total", mishap="lost"), JOB)
_CONNECTED: Final = total(SHORT.now("fleet_connected_terminals"), JOB)
_BEATS: Final = total(SHORT.rate("fleet_heartbeats_total"), JOB)
_ANSWERS: Final = total(SHORT.rate("fleet_messages_received_total", kind="heartbeat"), JOB)
_SIGN_INS: Final = total(LONG.rate("fleet_sign_ins_total"), JOB)
# A mistyped password is the operator's business, and so is the lock that three of them bring.
_REFUSED: Final = ("malfunction", "timeout", "rejected")
_ENDED: Final = total(LONG.rate("fleet_updates_total", outcome=UPDATE_ENDS), JOB)
_UNDONE: Final = total(LONG.rate("fleet_updates_total", outcome=UPDATE_FAILURES), JOB)

TERMINALS: Final = Recording("job:fleet_terminals:sum", _TERMINALS)
UNLINKED: Final = Recording(
    "job:fleet_unlinked_terminals:ratio", f"clamp_min(1 - {share(_CONNECTED, _EXPECTED)}, 0)"
)
CONNECTS: Final = Recording(
    "job:fleet_connects:rate1m", total(SHORT.rate("fleet_connects_total"), JOB)
)
SIGN_IN_FAILURES: Final = Recording(
    "job:fleet_sign_in_failures:ratio_rate5m",
    share(total(LONG.rate("fleet_sign_ins_total", outcome=_REFUSED), JOB), _SIGN_INS),
)
SIGN_INS: Final = Recording("job:fleet_sign_ins:rate5m", _SIGN_INS)
UNDONE: Final = Recording("job:fleet_update_failures:ratio_rate5m", share(_UNDONE, _ENDED))
UPDATES: Final = Recording("job:fleet_updates_ended:increase5m", f"300 * {_ENDED}")
HUNG: Final = Recording("job:fleet_hung_terminals:ratio", share(_HUNG, _CONNECTED))
GAPS: Final = Recording("job:fleet_heartbeats_lost:ratio_rate1m", share(_GAPS, _BEATS))
ANSWERS: Final = Recording("job:fleet_heartbeats_answered:ratio_rate1m", share(_ANSWERS, _BEATS))
LAG: Final = Recording(
    "job:fleet_schedule_lag_seconds:p99_rate1m",
    SHORT.quantile(0.99, "fleet_schedule_lag_seconds", JOB),
)
_CPU: Final = SHORT.rate("fleet_shard_cpu_seconds_total")
BUSIEST: Final = Recording("job:fleet_shard_cpu:max_rate1m", f"max by (job) ({_CPU})")
BEATS: Final = Recording("job:fleet_heartbeats:rate1m", _BEATS)
CONNECTED: Final = Recording("job:fleet_connected_terminals:sum", _CONNECTED)
ACTIVE: Final = Recording(
    "job_fault_class:fleet_active_faults:ratio",
    f"{total(SHORT.now('fleet_active_faults'), JOB, 'fault_class')} "
    f"/ on (job) group_left () ({_TERMINALS} > 0)",
)

NORM: Final = "fault_class:fleet_active_faults:norm"
_USUAL: Final = 0.01
_NORMS: Final = {"communication": 0.03}
"""Share of an estate that may have an active fault of a class before somebody should know.

Derived for links from `profiles/steady.toml`: one outage a day of 8.6 minutes on average keeps
0.6 % of terminals offline at any time; five times that. For the rest a guess: by the laws of that
profile every other class keeps below 0.1 % active, ten times that. Edit them to fit your estate.
"""

NORMS: Final = tuple(
    Recording(NORM, f"vector({_NORMS.get(each, _USUAL)})", (("fault_class", each),))
    for each in FAULT_CLASSES
)

RECORDINGS: Final[tuple[Recording, ...]] = (
    TERMINALS, UNLINKED, CONNECTED, CONNECTS, SIGN_INS, SIGN_IN_FAILURES, UPDATES, UNDONE,
    BEATS, HUNG, GAPS, ANSWERS, LAG, BUSIEST, ACTIVE, *NORMS,
)  # fmt: skip
