"""Grids of heartbeats send what a naive look at every grid would send, and nothing else."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fleet.worlds.rhythm import Integers, Rhythm

SPAN = 50
TERMINALS = 4


class Drum:
    """A rhythm, played as the hot path plays it."""

    def __init__(self) -> None:
        self.rhythm = Rhythm(TERMINALS, SPAN)
        self.rows = np.zeros(0, np.int64)
        self.touched = 0

    def beats(self, now: int) -> list[tuple[int, int]]:
        """Return instants and rows of all heartbeats due by `now`."""
        rhythm = self.rhythm
        sent: list[tuple[int, int]] = []
        while True:
            if rhythm.touched != self.touched:
                rest = self.rows[rhythm.played :]
                right = rhythm.right(rest, self.at[rhythm.played :])
                self.play(np.union1d(rest[right], rhythm.take_joined()))
            elif rhythm.soonest <= now:
                part = rhythm.due(now)
                sent += zip(self.at[part].tolist(), self.rows[part].tolist(), strict=True)
            elif rhythm.closes <= now:
                self.play(rhythm.open_next(now))
            else:
                return sent

    def play(self, rows: Integers) -> None:
        """Set a score of the next heartbeats of these."""
        self.touched = self.rhythm.touched
        at = self.rhythm.next_of(rows)
        order = np.lexsort((rows, at))
        self.rows, self.at = rows[order], at[order]
        self.rhythm.play(self.rows, self.at)


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


def test_a_span_is_as_long_as_a_thousand_heartbeats_take() -> None:
    """Many beat: spans grow short, and what is printed at once stays about as much; few: long."""
    rhythm = Rhythm(20_000, 100)
    for row in range(20_000):
        rhythm.begin(row, row % 200, 200, 1_000)
    sizes = []
    while rhythm.closes < 600:
        rows = rhythm.open_next(rhythm.closes)
        at = rhythm.next_of(rows)
        order = np.argsort(at, kind="stable")
        rhythm.play(rows[order], at[order])
        rhythm.due(rhythm.closes - 1)
        sizes.append(len(rows))
    assert sizes[0] == 10_000
    assert set(sizes[1:]) == {1_000}
    quiet = Rhythm(10, 100)
    assert [quiet.open_next(now).size for now in (0, 100, 230)] == [0, 0, 0]
    assert quiet.closes == 330
