"""How many faults were to be expected of each terminal on each day, and how many struck."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fleet.life.faults.kinds import Clock
from fleet.proof.evidence import Evidence
from fleet.proof.powered import Powered
from fleet.units import DAY_MS, HOUR_MS, Millis

_ONSETS: Final = """
    SELECT place, epoch_ms(onset_ts) - {origin} AS instant
    FROM faults JOIN (SELECT terminal_id, row_number() OVER (ORDER BY terminal_id) - 1 AS place
                      FROM terminals) USING (terminal_id)
    WHERE code = '{code}' AND life_id IS NOT NULL AND epoch_ms(onset_ts) - {origin} < {end}
"""
BY_CHANCE: Final = "a kind whose law has a hazard: no certain age at which it strikes"
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def onsets(evidence: Evidence, code: str) -> tuple[Integers, Integers]:
    """Return the terminals in which a kind of fault struck, and when, in ms since the epoch."""
    calendar = evidence.calendar
    sql = _ONSETS.format(origin=calendar.origin_ms, code=code, end=calendar.end)
    found = evidence.ask(sql)
    return found["place"].astype(np.int64), found["instant"].astype(np.int64)


def struck_by_day(evidence: Evidence, code: str) -> Floats:
    """Return how often a kind of fault that ended a life struck, float64[terminals, UTC days]."""
    place, at = onsets(evidence, code)
    counts = np.zeros((evidence.profile.estate.terminals, len(evidence.calendar.dates())))
    np.add.at(counts, (place, _day(evidence, at)), 1.0)
    return counts


def expected_by_day(evidence: Evidence, code: str) -> Floats:
    """Return the hazard of a kind that was collected, float64[terminals, UTC days]."""
    days = evidence.calendar.dates()
    expected = np.zeros((evidence.profile.estate.terminals, len(days)))
    spans = [(day.begin, day.end) for day in days]
    for number, (row, grown) in enumerate(_grown(evidence, code, spans)):
        np.add.at(expected[:, number], row, grown)
    return expected


def expected_in_time(evidence: Evidence, code: str) -> tuple[Floats, Floats]:
    """Return ends of steps of time, ms since the epoch, and the hazard that all collected in each.

    Within a step hazard grows evenly: within a day, but where shops close at night within an hour.
    """
    end, every = evidence.calendar.end, HOUR_MS if evidence.profile.day else DAY_MS
    spans = [(begin, min(begin + every, end)) for begin in range(0, end, every)]
    expected = [grown.sum() for _, grown in _grown(evidence, code, spans)]
    return np.array([end for _, end in spans], np.float64), np.array(expected, np.float64)


def _grown(
    evidence: Evidence, code: str, spans: Sequence[tuple[Millis, Millis]]
) -> Iterator[tuple[Integers, Floats]]:
    """Yield, span by span of time, the terminals that collected hazard of a kind, and how much."""
    hazards = evidence.hazards
    known = code in hazards.codes
    (mine,) = np.nonzero(hazards.code == hazards.codes.index(code)) if known else ([],)
    mine = np.asarray(mine, np.int64)
    aged = _aged(evidence, code)
    for first, last in spans:
        begin = np.maximum(hazards.start[mine], first)
        end = np.minimum(hazards.end[mine], last)
        life = mine[end > begin]
        begin, end = begin[end > begin], end[end > begin]
        yield (
            hazards.row[life],
            hazards.collected(life, aged(life, end)) - hazards.collected(life, aged(life, begin)),
        )


def _aged(evidence: Evidence, code: str) -> Callable[[Integers, Integers], Integers]:
    """Return how to find the instant at which a life that ages evenly is as old as at another.

    Where shops close, what ages in powered time does not age evenly.
    """
    hazards = evidence.hazards
    if evidence.profile.day is None or evidence.risks[code].clock is not Clock.POWERED:
        return lambda _, at: at
    powered = evidence.once("powered time", lambda: Powered(evidence))

    def aged(life: Integers, at: Integers) -> Integers:
        place, start, end = hazards.row[life], hazards.start[life], hazards.end[life]
        begun = powered.by(place, start)
        whole = np.maximum(powered.by(place, end) - begun, 1)
        part = (powered.by(place, at) - begun) / whole
        even: Integers = start + (part * (end - start)).astype(np.int64)
        return even

    return aged


def _day(evidence: Evidence, at: Integers) -> Integers:
    ends = np.array([day.end for day in evidence.calendar.dates()])
    return np.minimum(np.searchsorted(ends, at, side="right"), len(ends) - 1)
