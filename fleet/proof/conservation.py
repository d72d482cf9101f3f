"""P6: nothing is lost and nothing is counted twice; no row of any table violates a law.

Each law is a question in SQL for the number of rows that break it, over all rows.
"""

from typing import Final

from fleet.proof.evidence import Evidence
from fleet.proof.finding import Finding, none

_ORDER: Final = ("precursor_ts", "onset_ts", "detectable_ts", "detected_ts", "repair_start_ts",
                 "repair_end_ts")  # fmt: skip
_GAPS: Final = """
    WITH logged AS (SELECT terminal_id, seq FROM missingness
                    WHERE record = '{record}' AND what = 'lost'),
         arrived AS (SELECT DISTINCT terminal_id, seq FROM {table}),
         sent AS (SELECT * FROM arrived UNION ALL SELECT * FROM logged)
    SELECT sum(greatest(last, n) - least(distinct_n, last)) FROM (
        SELECT max(seq)::BIGINT AS last, count(*) AS n, count(DISTINCT seq) AS distinct_n
        FROM sent GROUP BY terminal_id)
"""
_TWICE: Final = """
    SELECT count(*) FROM (
        SELECT terminal_id, seq, count(*) > 1 AS twice FROM {table} GROUP BY ALL) AS rows
    FULL JOIN (SELECT terminal_id, seq, true AS logged FROM missingness
               WHERE record = '{record}' AND what = 'twice') AS log USING (terminal_id, seq)
    WHERE coalesce(twice, false) <> coalesce(logged, false)
"""
_DARK: Final = """
    SELECT count(*) FROM telemetry t ASOF JOIN (
        SELECT terminal_id, ts, to_state FROM steps
        QUALIFY row_number() OVER (PARTITION BY terminal_id, ts ORDER BY number DESC) = 1) s
    ON t.terminal_id = s.terminal_id AND t.ts > s.ts
    WHERE to_state IN ('powered_off', 'forced_shutdown', 'out_of_order', 'tampered', 'inventory',
                       'retired')
"""
_DISORDER: Final = " OR ".join(
    f"{one} > {later}" for n, one in enumerate(_ORDER) for later in _ORDER[n + 1 :]
)
LAWS: Final = {
    "instants of a fault are in order": f"SELECT count(*) FROM faults WHERE {_DISORDER}",
    "faults of one kind in one unit do not overlap":
        "SELECT count(*) FROM (SELECT onset_ts, max(coalesce(repair_end_ts, 'infinity')) OVER ("
        "PARTITION BY terminal_id, unit, code ORDER BY onset_ts ROWS BETWEEN UNBOUNDED PRECEDING "
        "AND 1 PRECEDING) AS before FROM faults WHERE life_id IS NOT NULL) "
        "WHERE onset_ts < before",
    "lives of one kind in one unit do not overlap":
        "SELECT count(*) FROM (SELECT start_ts, lag(end_ts) OVER (PARTITION BY terminal_id, unit, "
        "code, shape IS NULL, shape, scale_h ORDER BY start_ts, end_ts) AS before FROM lives) "
        "WHERE start_ts < before",
    "a life grows older, and collects hazard":
        "SELECT count(*) FROM lives WHERE end_ts < start_ts OR exit_age_h < entry_age_h - 1e-6 "
        "OR cum_hazard_exit < cum_hazard_entry - 1e-12 OR frailty < 0",
    "a life ends in its fault, or is censored":
        "SELECT count(*) FROM lives WHERE event_observed <> (end_reason = 'failure') "
        "OR event_observed <> (fault_id IS NOT NULL)",
    "each fault that ended a life is the one that the life names":
        "SELECT count(*) FROM (SELECT * FROM faults WHERE life_id IS NOT NULL) f FULL JOIN "
        "(SELECT * FROM lives WHERE event_observed) l ON f.life_id = l.life_id "
        "WHERE f.fault_id IS NULL OR l.life_id IS NULL OR (f.terminal_id <> l.terminal_id "
        "OR f.code <> l.code OR f.onset_ts <> l.end_ts OR l.fault_id IS NULL)",
    "labels tell of faults that ended a life, all of them, and of nothing else":
        "WITH told AS (SELECT DISTINCT terminal_id, epoch_ms(ts) + round(tte_h * 3600000)::BIGINT "
        "AS instant FROM {labels} WHERE event_observed), "
        # Of several between two instants of the grid only the first can be told of.
        "earliest AS (SELECT terminal_id, min(epoch_ms(onset_ts)) AS instant FROM faults "
        "WHERE life_id IS NOT NULL "
        "AND epoch_ms(onset_ts) > {origin} AND epoch_ms(onset_ts) < {origin} + {end} "
        "GROUP BY terminal_id, (epoch_ms(onset_ts) - {origin} + {step} - 1) // {step}) "
        "SELECT count(*) FROM told FULL JOIN earliest USING (terminal_id, instant) "
        "WHERE told.instant IS NULL OR earliest.instant IS NULL",
    "sequence numbers of heartbeats have gaps where they are logged as lost, nowhere else":
        _GAPS.format(table="telemetry", record="heartbeat"),
    "sequence numbers of events have gaps where they are logged as lost, nowhere else":
        _GAPS.format(table="events", record="event"),
    "heartbeats are there twice where it is logged":
        _TWICE.format(table="telemetry", record="heartbeat"),
    "events are there twice where it is logged": _TWICE.format(table="events", record="event"),
    "nothing arrives before it was sent":
        "SELECT count(*) FROM (SELECT ts, ingest_ts FROM telemetry UNION ALL "
        "SELECT ts, ingest_ts FROM events) WHERE ingest_ts < ts",
    "who is dark sends no heartbeat": _DARK,
    "steps of a terminal are numbered without a gap, each from the state of the one before":
        "SELECT count(*) FROM (SELECT number::BIGINT AS number, from_state, "
        "lag(number::BIGINT) OVER w AS one, lag(to_state) OVER w AS was FROM steps "
        "WINDOW w AS (PARTITION BY terminal_id ORDER BY number)) "
        "WHERE number <> one + 1 OR from_state <> was",
    "a failure lasts from its detection to its restoration, to the second":
        "SELECT count(*) FROM failures WHERE restored_ts IS NOT NULL AND downtime_s <> "
        "(epoch_ms(restored_ts) - epoch_ms(detected_ts)) // 1000",
    "each failure is what a ticket found, and each ticket that found something is a failure":
        "SELECT count(*) FROM failures f FULL JOIN (SELECT * FROM maintenance "
        "WHERE kind IN ('corrective', 'swap', 'depot') AND diagnosis <> 'none') m "
        "ON failure_no = ticket_no WHERE failure_no IS NULL OR ticket_no IS NULL "
        "OR f.terminal_id <> m.terminal_id OR mode_reported <> diagnosis "
        "OR detected_ts <> opened_ts OR restored_ts IS DISTINCT FROM end_ts",
    "a ticket is opened, worked on and closed, in that order":
        "SELECT count(*) FROM maintenance WHERE start_ts < opened_ts OR end_ts < start_ts "
        "OR end_ts < opened_ts",
    "an observed failure is of one fault at most":
        "SELECT count(*) - count(DISTINCT failure_no) FROM failures",
    "health is a share, a hazard is no debt":
        "SELECT count(*) FROM health WHERE health < 0 OR health > 1 OR hazard_per_h < 0",
    "terminals are as many as configured":
        "SELECT abs(count(*) - {terminals}) FROM terminals",
}  # fmt: skip


def conservation(evidence: Evidence) -> Finding:
    """Count the violations of each law."""
    figures = {
        "labels": evidence.labels[0],
        "origin": evidence.calendar.origin_ms,
        "end": evidence.calendar.end,
        "step": evidence.profile.dataset.label_every,
        "terminals": evidence.profile.estate.terminals,
    }
    return Finding([none(law, "all rows", evidence.number(sql.format(**figures)))
                    for law, sql in LAWS.items()])  # fmt: skip
