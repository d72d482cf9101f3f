"""Stretches are cut at midnight when they are handed over, and lose no heartbeat by it."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fleet.life.pulse import Pulse
from fleet.life.states import State
from fleet.life.symptoms import Shape, Symptom
from fleet.life.vitals import Vitals
from fleet.worlds.stretches import FIELDS, Collected, Stretches, expand, grid_of

DAY_MS = 86_400_000
EVERY_MS = 700_000
AT = {name: number for number, name in enumerate(FIELDS)}
ENDS = [DAY_MS, 2 * DAY_MS, 3 * DAY_MS, 4 * DAY_MS]


def collected(counts: tuple[int, ...]) -> tuple[Stretches, Vitals]:
    """Return stretches of two terminals, one behind the other; a symptom begins after the first."""
    vitals = Vitals(3, np.arange(2, dtype=np.uint64))
    stretches = Stretches(vitals)
    for row in (1, 0):
        pulse, begin = Pulse(row, "1.0", has_battery=False), 1_000 * row
        pulse.state = State.READY
        for count in counts:
            stretches.add(pulse, begin, EVERY_MS, count)
            pulse.seq += count
            begin += count * EVERY_MS
            vitals.show(row, 1, Symptom("temp_c", 5.0, Shape.LEVEL), begin, 0)
    return stretches, vitals


def rows_of(taken: list[Collected]) -> NDArray[np.float64]:
    """Return terminal, number, instant and temperature of every heartbeat, by terminal and time."""
    found = []
    for stretches, tables in taken:
        fields = stretches.T
        row, booted, every = (fields[AT[name]] for name in ("row", "booted", "every"))
        versions = list(fields[len(FIELDS) :])
        serials = row.astype(np.uint64)
        vitals = Vitals.of_stretches(3, serials, booted, every, tables, versions)
        grid = grid_of(fields, slice(0, len(row)))
        values = expand(grid, vitals, 0).values
        found.append(np.stack([row[grid.rows.index], grid.seq, grid.at_ms, values[0]], axis=1))
    rows = np.concatenate(found).astype(np.float64)
    return rows[np.lexsort((rows[:, 1], rows[:, 0]))]


def test_days_hold_what_the_whole_holds() -> None:
    """Four days together say, heartbeat by heartbeat, what one span of four days says."""
    by_day = rows_of(collected((5, 300, 4, 80))[0].take(ENDS))
    at_once = rows_of(collected((5, 300, 4, 80))[0].take(ENDS[-1:]))
    assert len(by_day) == 2 * 389
    np.testing.assert_array_equal(by_day, at_once)


def test_each_day_holds_its_own_heartbeats() -> None:
    """No heartbeat stands in another day than that of its instant; a bound belongs to the later."""
    vitals = Vitals(3, np.arange(1, dtype=np.uint64))
    stretches = Stretches(vitals)
    stretches.add(Pulse(0, "1.0", has_battery=False), 0, DAY_MS // 4, 16)
    days = stretches.take(ENDS)
    for (begin, end), day in zip(pairwise([0, *ENDS]), days, strict=True):
        at = grid_of(day.stretches.T, slice(0, len(day.stretches))).at_ms
        assert begin <= at.min() <= at.max() < end
        assert len(at) == 4


def test_nothing_is_handed_over_twice() -> None:
    """What was taken is gone, and the versions begin anew with the next stretch."""
    stretches, _ = collected((5, 6))
    stretches.take(ENDS)
    assert not len(stretches)
    assert [len(day.stretches) for day in stretches.take(ENDS)] == [0, 0, 0, 0]
