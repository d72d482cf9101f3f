"""Grids of heartbeats send what a naive look at every grid would send, and nothing else."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fleet.worlds.rhythm import Integers, Rhythm
from fleet.worlds.span import NOTHING, Prints

SPAN = 50
TERMINALS = 4


class Drum:
    """A rhythm, driven as the hot path drives it."""

    def __init__(self) -> None:
        self.rhythm = Rhythm(TERMINALS, SPAN)
        self.prints = NOTHING

    def beats(self, now: int) -> list[tuple[int, int]]:
        """Return instants and rows of all heartbeats due by `now`."""
        sent = self._open_span(now)
        while self.rhythm.closes <= now:
            self.prints = self._printed(self.rhythm.open_next())
            sent += self._open_span(min(now, self.rhythm.closes - 1))
        return sent

    def _open_span(self, now: int) -> list[tuple[int, int]]:
        sent: list[tuple[int, int]] = []
        while True:
            self.prints = self.prints.with_more(self._printed(self.rhythm.take_joined()))
            due, self.prints = self.prints.until(now)
            if not len(due.rows):
                return sent
            due = due.only(self.rhythm.walk(due.rows, due.at))
            sent += zip(due.at.tolist(), due.rows.tolist(), strict=True)

    def _printed(self, rows: Integers) -> Prints:
        at = self.rhythm.next_of(rows)
        order = np.lexsort((rows, at))
        return Prints(at[order], rows[order], np.zeros(len(rows), np.int64), [b""] * len(rows))


grids = st.tuples(st.integers(0, 300), st.integers(1, 120), st.integers(0, 1_500))


@given(st.lists(grids, min_size=1, max_size=TERMINALS), st.lists(st.integers(1, 200), max_size=12))
def test_every_beat_of_every_grid_is_sent_once(
    made: list[tuple[int, int, int]], steps: list[int]
) -> None:
    """Whatever the grids and however time goes on, each instant of each grid is sent once."""
    drum, now, sent = Drum(), 0, []
    for row, (at, every, limit) in enumerate(made):
        drum.rhythm.begin(row, at, every, limit)
    for step in steps:
        now += step
        sent += drum.beats(now)
    expected = [
        (instant, row)
        for row, (at, every, limit) in enumerate(made)
        for instant in range(at, min(now, limit) + 1, every)
        if steps
    ]
    assert sorted(sent) == sorted(expected)
    assert int(drum.rhythm.seq.sum()) == len(sent)


def test_a_pause_takes_the_grid_back() -> None:
    """A terminal that pauses beats no more, and goes on with its grid when it begins again."""
    drum = Drum()
    drum.rhythm.begin(0, 10, 20, 1_000)
    assert drum.beats(35) == [(10, 0), (30, 0)]
    assert drum.rhythm.pause(0) == 50
    assert drum.beats(80) == []
    drum.rhythm.begin(0, 90, 20, 1_000)
    assert drum.beats(120) == [(90, 0), (110, 0)]
    assert drum.rhythm.last[0] == 110


def test_to_begin_again_where_one_was_sends_nothing_twice() -> None:
    """An order that changes the limit leaves two entries for one heartbeat; one is sent."""
    drum = Drum()
    drum.rhythm.begin(0, 60, 20, 1_000)
    at = drum.rhythm.pause(0)
    drum.rhythm.begin(0, at, 20, 70)
    assert drum.beats(200) == [(60, 0)]
    assert not drum.rhythm.is_due(0, 200)
