"""A dataset in which two terminals have one identity says so, wherever somebody would look."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fleet.profile import load
from fleet.profile.members import members, pairs
from tests.dataset.datasets import PROFILE, run, table
from tests.once import made_once

TWINS = PROFILE.replace("terminals = 40", "terminals = 6\nduplicate_tids = 0.7").replace(
    "days = 6", "days = 2"
)


@pytest.fixture(scope="session")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a profile, its dataset, and what was said about it."""

    def make(place: Path) -> Path:
        (place / "twins.toml").write_text(TWINS, encoding="utf-8")
        done = run(str(place / "twins.toml"), "--out", str(place / "data"))
        assert done.returncode == 0, done.stderr
        (place / "said.txt").write_text(done.stderr, encoding="utf-8")
        return place

    return made_once(tmp_path_factory, "twins", make)


def test_pairs_are_counted_as_they_are_given(twins: Path) -> None:
    """As many as there are terminals with the identity of another one."""
    profile = load(twins / "twins.toml")
    tids = [who.tid for who in members(profile.estate, profile.dataset.seed)]
    assert pairs(profile.estate, profile.dataset.seed) == len(tids) - len(set(tids)) > 0


def test_whoever_makes_it_is_told_once(twins: Path) -> None:
    """On stderr, in the dry run, and in the dataset's own card."""
    said = (twins / "said.txt").read_text(encoding="utf-8")
    assert said.count("share a terminal_id") == 1
    assert "up to some 1,200 times a day" in said
    dry = run(str(twins / "twins.toml"), "--out", str(twins / "none"), "--dry-run")
    assert "share a terminal_id" in dry.stdout
    card = (twins / "data" / "README.md").read_text(encoding="utf-8")
    assert card.count("share a terminal_id") == 1


def test_events_hold_the_quarrel(twins: Path) -> None:
    """Links of pairs are lost hundreds of times a day; of others, never."""
    profile = load(twins / "twins.toml")
    tids = [who.tid for who in members(profile.estate, profile.dataset.seed)]
    steps = table(twins / "data", "truth/steps").to_pylist()
    losers = [step["terminal_id"] for step in steps if step["event"] == "link_lost"]
    assert set(losers) == {tid for tid in tids if tids.count(tid) > 1}
    assert min(losers.count(tid) for tid in set(losers)) > 500


def test_verify_says_why_it_cannot_judge(
    twins: Path, verify: Callable[..., tuple[int, str, str]]
) -> None:
    """One line, before anything is tried."""
    code, _, complaints = verify(twins / "data")
    assert code == 1
    assert "share a terminal_id" in complaints
    assert len(complaints.splitlines()) == 1


def test_nobody_is_told_of_what_is_not_there(tmp_path: Path) -> None:
    """An ordinary estate has no such line."""
    (tmp_path / "tiny.toml").write_text(PROFILE, encoding="utf-8")
    dry = run(str(tmp_path / "tiny.toml"), "--out", str(tmp_path / "none"), "--dry-run")
    assert dry.returncode == 0
    assert "terminal_id" not in dry.stdout + dry.stderr
