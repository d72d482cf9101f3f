"""P7: labels are a function of the faults, by a second implementation that shares no line.

The generator computes labels with sorted arrays; here SQL does it from `truth/faults` alone, and
every row must be equal: y (null where nobody could know), the time to the event, whether it is
censored, the next kind, and the labels of single kinds. The time to an event falls by the grid's
step from row to row until the event comes.
"""

from typing import Final

from fleet.dataset.label_schema import word
from fleet.proof.evidence import Evidence
from fleet.proof.finding import Finding, none

_SECOND: Final = """
    WITH study AS (SELECT make_timestamptz(({origin} + {end}) * 1000) AS stop),
    strikes AS (SELECT terminal_id, onset_ts, min(code) AS code, count(DISTINCT code) AS codes
                FROM faults, study WHERE onset_ts < stop AND life_id IS NOT NULL {only}
                GROUP BY ALL),
    told AS (
        SELECT l.*, s.onset_ts AS next_ts, s.code AS next_code, s.codes AS codes, stop
        FROM {labels} l CROSS JOIN study
        ASOF LEFT JOIN strikes s ON l.terminal_id = s.terminal_id AND l.ts < s.onset_ts)
"""
_Y: Final = """
    {second} SELECT count(*) FROM told WHERE {y}::INT IS DISTINCT FROM CASE
        WHEN epoch_ms(next_ts) - epoch_ms(ts) <= {horizon} THEN 1
        WHEN epoch_ms(stop) - epoch_ms(ts) < {horizon} THEN NULL ELSE 0 END
"""
_TTE: Final = """
    {second} SELECT count(*) FROM told WHERE
        abs(tte_h - (epoch_ms(coalesce(next_ts, stop)) - epoch_ms(ts)) / 3600000.0) > 1e-6
"""
_SEEN: Final = "{second} SELECT count(*) FROM told WHERE event_observed <> (next_ts IS NOT NULL)"
_NEXT: Final = """
    {second} SELECT count(*) FROM told WHERE coalesce(codes, 1) = 1
                                         AND next_class IS DISTINCT FROM next_code
"""
_GRID: Final = """
    SELECT abs(count(*) - {terminals} * {instants}) FROM {labels}
"""


def labels(evidence: Evidence) -> Finding:
    """Compare all labels of all horizons with the second implementation."""
    rules = evidence.profile.dataset
    instants = -(-evidence.calendar.end // rules.label_every)
    figures = {
        "origin": evidence.calendar.origin_ms,
        "end": evidence.calendar.end,
        "terminals": evidence.profile.estate.terminals,
        "instants": instants,
    }
    checks = []
    for horizon, table in zip(rules.horizons, evidence.labels, strict=True):
        more = figures | {"labels": table, "horizon": horizon}
        second = _SECOND.format(only="", **more)
        for claim, sql in (
            ("y", _Y), ("time to the event", _TTE), ("censoring", _SEEN), ("next kind", _NEXT),
            ("one row for each terminal and instant", _GRID),
        ):  # fmt: skip
            asked = sql.format(second=second, y="y", **more)
            checks.append(none(f"equal row by row: {claim}", table, evidence.number(asked)))
        for code in evidence.targets:
            second = _SECOND.format(only=f"AND code = '{code}'", **more)
            asked = _Y.format(second=second, y=f"y_{word(code)}", **more)
            checks.append(none("equal row by row: y of a kind", f"{table}, {code}",
                               evidence.number(asked)))  # fmt: skip
    return Finding(checks)
