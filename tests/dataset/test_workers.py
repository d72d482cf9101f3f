"""What is true of the processes that do a dataset's tasks."""

import ctypes
import sys

import pyarrow as pa
import pytest

from fleet.dataset.tasks import Job, Task
from fleet.dataset.workers import Processes


def allocator(_: Job, __: Task) -> list[str]:
    """Return where pyarrow takes memory from, in whatever process."""
    return [pa.default_memory_pool().backend_name]


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallopt"), reason="needs glibc"
)
def test_one_heap(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a worker pyarrow takes its memory from where numpy does."""
    monkeypatch.delenv("ARROW_DEFAULT_MEMORY_POOL", raising=False)
    with Processes(2) as pool:
        ((_, found),) = pool.perform(allocator, Job("", ""), [Task("day", 0, 0, 0)])
    assert found == ["system"]
