"""Requests without an answer are told of, while a run lasts and when it ends."""

import pytest

from fleet.watch.silence import Silence, nobody_answered, unanswered
from fleet.watch.tally import Board, Tally


def count(tally: Tally, **kinds: tuple[int, int]) -> None:
    """Count requests of these kinds, so many sent and so many answered."""
    for kind, (sent, answered) in kinds.items():
        tally.counts[tally.slot("fleet_messages_sent_total", kind=kind)] = sent
        tally.counts[tally.slot("fleet_messages_received_total", kind=kind)] = answered
    tally.publish()


def test_nobody_there_is_told_once_and_in_good_time(board: Board, tally: Tally) -> None:
    """Ten seconds after the first request the user knows; no sooner, and not again."""
    silence = Silence()
    assert silence.see(0, board.read()) == ""
    count(tally, register=(40, 0))
    assert silence.see(5_000, board.read()) == ""
    assert silence.see(14_500, board.read()) == ""
    told = silence.see(15_000, board.read())
    assert told.startswith("nobody has answered the 40 requests of the last 10 s: is there a TMS")
    assert silence.see(30_000, board.read()) == ""


def test_a_tms_that_is_there_but_hears_nothing(board: Board, tally: Tally) -> None:
    """Who brought the reference TMS is not told to bring it, but to look at the broker's ACL."""
    silence = Silence(tms=True)
    count(tally, register=(40, 0))
    silence.see(0, board.read())
    count(tally, register=(80, 0))
    for told in (silence.see(15_000, board.read()), nobody_answered(board.read(), tms=True)):
        assert "--tms" not in told
        assert told.endswith("may this user publish and subscribe to fleet/#?")


def test_a_server_that_falls_silent_and_comes_back(board: Board, tally: Tally) -> None:
    """Both are told; what was lost before is no reason to speak again."""
    silence = Silence()
    count(tally, register=(40, 40), sign_in=(40, 20))
    assert silence.see(1_000, board.read()) == ""
    assert silence.see(60_000, board.read()) == ""
    count(tally, register=(40, 40), sign_in=(60, 20))
    assert silence.see(61_000, board.read()) == ""
    told = silence.see(72_000, board.read())
    assert told == "nobody has answered the 20 requests of the last 11 s"
    count(tally, register=(40, 40), sign_in=(61, 21))
    assert silence.see(80_000, board.read()) == "requests are answered again, after 19 s"
    assert silence.see(200_000, board.read()) == ""


@pytest.mark.parametrize(
    ("kinds", "brokers", "words"),
    [
        ({"register": (800, 800), "sign_in": (805, 800)}, 1, ""),
        ({"register": (8, 0)}, 1, ""),
        ({"register": (800, 400), "sync": (400, 399)}, 2,
         "401 of 1,200 requests had no answer (register 400, sync 1): are the 2 brokers one"),
        ({"sign_in": (100, 50)}, 1, "50 of 100 requests had no answer (sign_in 50)"),
    ],
)  # fmt: skip
def test_the_end_says_what_had_no_answer(
    board: Board,
    tally: Tally,
    kinds: dict[str, tuple[int, int]],
    brokers: int,
    words: str,
) -> None:
    """How many, of what, and what may be wrong; nothing about the few that were under way."""
    count(tally, **kinds)
    said = unanswered(board.read(), brokers)
    assert said.startswith(words)
    assert bool(said) == bool(words)


def test_answers_under_way_are_nobodys_fault(board: Board, tally: Tally) -> None:
    """A run that is interrupted as its first requests are under way does not blame the broker."""
    count(tally, register=(2, 0))
    said = nobody_answered(board.read(), tms=True)
    assert said == "nobody answered a single request (register 2)"


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        ({}, ""),
        ({"register": (800, 1)}, ""),
        ({"register": (1, 0)}, "nobody answered a single request (register 1): is there a TMS"),
        ({"register": (800, 0)}, "nobody answered a single request (register 800): is there a TMS"),
    ],
)
def test_that_nobody_answered_is_told_apart(
    board: Board, tally: Tally, kinds: dict[str, tuple[int, int]], words: str
) -> None:
    """Of a run without a single answer it is said by one sentence, however few have asked."""
    count(tally, **kinds)
    said = nobody_answered(board.read())
    assert said.startswith(words)
    assert bool(said) == bool(words)
    if said:
        assert unanswered(board.read()) == ""
