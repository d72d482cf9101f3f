"""What the supervisor makes of what shards say."""

from functools import partial

import msgspec
import pytest

from fleet.mqtt.connection import PASSWORD_ENV, Connection
from fleet.run.command import Death
from fleet.run.errors import ChildDied, RunError
from fleet.run.shards import Muster
from fleet.run.task import ShardTask


class Shards:
    """Two shards whose lines a test writes."""

    def __init__(self) -> None:
        """Muster them."""
        self.notices: list[str] = []
        self.muster = Muster(2, self.notices.append)
        self.commands = self.muster.commands()

    def say(self, index: int, line: str) -> None:
        """Let a shard say a line."""
        self.commands[index].heard(line.encode())

    def end(self, index: int, status: int = 0) -> None:
        """Let a shard's process end."""
        self.commands[index].ended(Death(self.commands[index].name, status, "last words"))


@pytest.fixture
def shards() -> Shards:
    """Return two fresh shards."""
    return Shards()


def test_all_are_ready_when_the_last_is(shards: Shards) -> None:
    """One ready shard is not enough, nor is one that says so twice."""
    shards.say(0, '{"report":"ready"}')
    shards.say(0, '{"report":"ready"}')
    assert not shards.muster.ready.is_set()
    shards.say(1, '{"report":"ready"}')
    assert shards.muster.ready.is_set()


def test_over_when_all_have_ended_with_a_word(shards: Shards) -> None:
    """The run is over when every shard said how it ended and its process is gone."""
    shards.say(0, '{"report":"ended","reason":"duration","exit":0}')
    shards.end(0)
    shards.say(1, '{"report":"ended","reason":"duration","exit":4}')
    assert not shards.muster.over.is_set()
    assert shards.muster.unfinished == 0
    shards.end(1, status=4)
    assert shards.muster.over.is_set()
    assert dict(shards.muster.exits) == {0: 0, 1: 4}


def test_an_end_without_a_word_is_a_death(shards: Shards) -> None:
    """A shard that vanishes is named, with its last words, even if its status is 0."""
    with pytest.raises(ChildDied, match=r"shard 1 ended unexpectedly: last words"):
        shards.end(1)


def test_who_says_nothing_is_unfinished(shards: Shards) -> None:
    """A shard that was ended before it could say how it ended is counted."""
    shards.say(0, '{"report":"ended","reason":"drained","exit":0}')
    assert shards.muster.unfinished == 1


def test_a_failure_is_told_in_the_shards_own_words(shards: Shards) -> None:
    """A shard that says why it cannot go on is quoted."""
    shards.say(0, '{"report":"failed","message":"the disk is full","exit":1}')
    with pytest.raises(RunError, match=r"^the disk is full$"):
        shards.end(0, status=1)


def test_notices_are_passed_on_with_their_author(shards: Shards) -> None:
    """A notice reaches the user with the shard that gave it."""
    shards.say(1, '{"report":"notice","message":"it is late"}')
    assert shards.notices == ["shard 1: it is late"]


@pytest.mark.parametrize("line", ["hello", '{"report":"dance"}', '{"report":"notice"}', "\udcff"])
def test_what_is_no_report_is_an_error(shards: Shards, line: str) -> None:
    """A line that follows no contract is quoted in one message."""
    say = partial(shards.commands[0].heard, line.encode("utf-8", "surrogateescape"))
    with pytest.raises(ChildDied, match="shard 0 said what is no report"):
        say()


def test_a_task_survives_its_journey_and_holds_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """A task reads back as it was written, and says where the password is, not what."""
    monkeypatch.setenv(PASSWORD_ENV, "hunter2")
    connection = Connection(brokers=("mqtt://127.0.0.1",), username="u", password_env=PASSWORD_ENV)
    task = ShardTask.of_connection(
        connection, index=0, of=1, seed=7, terminals=9, profile_toml="schema = 1\n",
        epoch_monotonic_ns=123, duration_ms=1_000, tally_path="t",
    )  # fmt: skip
    line = msgspec.json.encode(task)
    assert b"\n" not in line
    assert b"hunter2" not in line
    read = msgspec.json.decode(line, type=ShardTask)
    assert read == task
    assert read.password() == b"hunter2"
