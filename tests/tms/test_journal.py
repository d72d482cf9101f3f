"""What a TMS has written down, the next one takes up; what is not its own it leaves be."""

from contextlib import closing
from pathlib import Path

import pytest

from fleet.tms.book import Decision, Note
from fleet.tms.journal import Head, Journal, JournalError

HEAD = Head("abc", 7, 1_000)
STEPS = (Decision(300), Note(310, 1, 4, "ordered"), Note(500, 1, 4, "failed"), Decision(600))


def written(path: Path) -> Path:
    """Return the path of a journal that holds the steps."""
    with closing(Journal.open(path, HEAD)) as journal:
        assert journal.past == ()
        for step in STEPS:
            journal.keep(step)
    return path


def test_every_step_is_taken_up_in_order(tmp_path: Path) -> None:
    """Also what the second TMS adds; business began when it did for the first."""
    path = written(tmp_path / "j")
    with closing(Journal.open(path, Head("abc", 7, 99_000))) as journal:
        assert (journal.past, journal.head) == (STEPS, HEAD)
        journal.keep(Decision(900))
    with closing(Journal.open(path, HEAD)) as journal:
        assert journal.past == (*STEPS, Decision(900))


def test_a_line_that_was_broken_off_is_none(tmp_path: Path) -> None:
    """It is cut away, so that the next line stands by itself."""
    path = written(tmp_path / "j")
    whole = path.read_bytes()
    path.write_bytes(whole[:-4])
    with closing(Journal.open(path, HEAD)) as journal:
        assert journal.past == STEPS[:-1]
        journal.keep(STEPS[-1])
    assert path.read_bytes() == whole


@pytest.mark.parametrize("text", ["schema = 1\nname = 'x'", "no end of line", '{"seed":1}\n'])
def test_what_is_no_journal_is_refused_and_left_as_it_is(tmp_path: Path, text: str) -> None:
    """A profile, say, named by mistake."""
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(JournalError, match="is no journal of a TMS"):
        Journal.open(path, HEAD)
    assert path.read_text() == text


@pytest.mark.parametrize("head", [Head("abd", 7, 1_000), Head("abc", 8, 1_000)])
def test_the_journal_of_another_is_refused(tmp_path: Path, head: Head) -> None:
    """Another profile has other campaigns, another seed other terminals in them."""
    with pytest.raises(JournalError, match="another profile or seed"):
        Journal.open(written(tmp_path / "j"), head)
