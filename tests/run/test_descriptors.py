"""The limit of open files: raised where it may be, and checked before anything starts."""

import resource
import subprocess
import sys

import pytest

from fleet.run import descriptors
from fleet.run.errors import RunError


def test_the_soft_limit_is_raised_to_the_hard_one() -> None:
    """A process started under a low soft limit gets all that it may have."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    program = (
        "import resource\n"
        "from fleet.run import descriptors\n"
        f"resource.setrlimit(resource.RLIMIT_NOFILE, (64, {hard}))\n"
        "print(descriptors.raise_limit(), resource.getrlimit(resource.RLIMIT_NOFILE)[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True
    )
    told, real = map(int, done.stdout.split())
    assert told == real > 64


@pytest.mark.parametrize(
    ("terminals", "needed"), [(1, 1), (900, 1), (901, 2), (1_800, 2), (1_801, 3)]
)
def test_shards_needed_leave_room_for_the_rest(terminals: int, needed: int) -> None:
    """A process with 1,000 descriptors carries 900 terminals, and no more."""
    assert descriptors.shards_needed(terminals, 1_000) == needed
    descriptors.check_shards(terminals, needed, 1_000)


def test_too_few_shards_are_refused_with_the_right_number() -> None:
    """The refusal says how many shards would do."""
    with pytest.raises(RunError, match=r"2,000 terminals .*1 shard may.*--shards 3 or more"):
        descriptors.check_shards(2_000, 1, 1_000)


def test_shards_without_a_terminal_are_refused() -> None:
    """More shards than terminals would be processes for nothing; the refusal says how many do."""
    descriptors.check_shards(10, 10, 1_000)
    with pytest.raises(RunError, match=r"10 terminals .* 1,000 shards: .*--shards 10 or fewer"):
        descriptors.check_shards(10, 1_000, 1_000)


def test_a_broker_of_ours_has_the_same_bound() -> None:
    """More terminals than the embedded broker may hold are refused, with three ways out."""
    descriptors.check_broker(900, 1_000)
    with pytest.raises(RunError, match=r"--terminals 900 or fewer.*ulimit.*--broker mqtt://"):
        descriptors.check_broker(901, 1_000)
