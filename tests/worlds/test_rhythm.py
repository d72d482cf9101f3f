"""Grids of heartbeats send what a naive look at every grid would send, and nothing else."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fleet.worlds.rhythm import NEVER, Rhythm
from fleet.worlds.span import SILENCE, Score

SPAN = 50
TERMINALS = 4


class Drum:
    """A rhythm, played as the hot path plays it."""

    def __init__(self) -> None:
        self.rhythm = Rhythm(TERMINALS, SPAN)
        self.score = SILENCE

    def beats(self, now: int) -> list[tuple[int, int]]:
        """Return instants and rows of all heartbeats due by `now`."""
        rhythm = self.rhythm
        sent: list[tuple[int, int]] = []
        while True:
            if rhythm.wrong_from <= now:
                rest = self.score.part(rhythm.right(self.score))
                self.play(merged(rest, rhythm.take_joined()))
            elif rhythm.soonest <= now:
                part = rhythm.due(now)
                sent += zip(
                    self.score.at[part].tolist(), self.score.rows[part].tolist(), strict=True
                )
            elif rhythm.closes <= now:
                self.play(rhythm.open_next(now))
            else:
                return sent

    def play(self, score: Score) -> None:
        """Set a score."""
        self.score = score
        self.rhythm.play(score)


def merged(some: Score, others: Score) -> Score:
    """Return the heartbeats of both, none of them twice."""
    beats = sorted({*zip(*some, strict=True), *zip(*others, strict=True)})
    at, rows, seq = np.array(beats, np.int64).reshape(-1, 3).T
    return Score(at, rows, seq)


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


def test_a_span_is_as_long_as_some_thousands_of_heartbeats_take() -> None:
    """Many beat: spans grow short, and what is printed at once stays about as much; few: long."""
    rhythm = Rhythm(20_000, 400)
    for row in range(20_000):
        rhythm.begin(row, row % 200, 200, 4_000)
    sizes = []
    while rhythm.closes < 2_000:
        score = rhythm.open_next(rhythm.closes)
        rhythm.play(score)
        rhythm.due(rhythm.closes - 1)
        sizes.append(len(score.at))
    assert sizes[0] == 40_000
    assert set(sizes[1:]) == {3_000}
    quiet = Rhythm(10, 100)
    assert [len(quiet.open_next(now).at) for now in (0, 100, 230)] == [0, 0, 0]
    assert quiet.closes == 330


def test_a_span_that_is_opened_early_begins_where_the_last_one_ends() -> None:
    """What was not played yet is in the new score, and who beats often is in it often."""
    rhythm = Rhythm(2, 100)
    rhythm.begin(0, 30, 30, 1_000)
    rhythm.begin(1, 95, 80, 1_000)
    rhythm.play(rhythm.open_next(0))
    rhythm.due(80)
    score = rhythm.open_next(80)
    assert rhythm.closes == 200
    assert score.at.tolist() == [90, 95, 120, 150, 175, 180]
    assert score.rows.tolist() == [0, 1, 0, 0, 1, 0]
    assert score.seq.tolist() == [3, 1, 4, 5, 2, 6]


def test_who_begins_after_the_open_span_leaves_its_score_right() -> None:
    """Where it last paused makes nothing wrong; where it beats already, that does."""
    rhythm = Rhythm(2, 100)
    rhythm.begin(0, 30, 50, 1_000)
    rhythm.begin(1, 40, 50, 1_000)
    rhythm.play(rhythm.open_next(0))
    assert rhythm.pause(0) == 30
    assert rhythm.wrong_from == 30
    rhythm.play(rhythm.open_next(0))
    rhythm.begin(0, 500, 50, 1_000)
    assert rhythm.wrong_from == NEVER
    rhythm.begin(1, 500, 50, 1_000)
    assert rhythm.wrong_from == 40


def test_who_was_kept_from_playing_makes_up_for_it_span_by_span() -> None:
    """After a stall of a minute no score is longer than before it, and no heartbeat is left out."""
    rhythm = Rhythm(1_000, 400)
    for row in range(1_000):
        rhythm.begin(row, 1, 10, 100_000)
    sizes = []

    def play_to(now: int) -> None:
        while rhythm.closes <= now:
            score = rhythm.open_next(now)
            sizes.append(len(score.at))
            rhythm.play(score)
            rhythm.due(now)

    for now in range(0, 10_000, 5):
        play_to(now)
    usual = max(sizes[-100:])
    sizes.clear()
    play_to(70_000)
    assert max(sizes) <= usual
    assert set((70_000 - rhythm.last) // 10) == {0}
    assert set(rhythm.seq) == {7_000}
