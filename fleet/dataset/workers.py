"""Who does a dataset's tasks: processes of their own, or, if one is enough, the one that asks.

To start a process and import what tasks need takes as long as half a million rows of telemetry. So
a single worker is this process. Several import what tasks need and nothing else: not the cards, not
the views, not who waits for them.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from importlib.abc import MetaPathFinder
from multiprocessing import get_context
from typing import Final, Protocol, Self, TypeVar

from fleet.dataset import heap
from fleet.dataset.errors import DatasetError
from fleet.dataset.tasks import Job, Task, forget

Made = TypeVar("Made")

_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h


class Workers(Protocol):
    """Who does tasks, while the block lasts."""

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: object, *_: object) -> None: ...

    def perform(
        self, deed: Callable[[Job, Task], list[Made]], job: Job, tasks: Sequence[Task]
    ) -> Iterator[tuple[Task, list[Made]]]:
        """Yield tasks as they are done.

        Raises:
            DatasetError: A process died.
        """


def workers(count: int) -> Workers:
    """Return so many workers."""
    return Processes(count) if count > 1 else Alone()


class Alone:
    """This process."""

    def __enter__(self) -> Self:
        heap.keep()
        sys.meta_path.insert(0, _WITHOUT_PANDAS)
        return self

    def __exit__(self, *_: object) -> None:
        sys.meta_path.remove(_WITHOUT_PANDAS)
        forget()

    @staticmethod
    def perform(
        deed: Callable[[Job, Task], list[Made]], job: Job, tasks: Sequence[Task]
    ) -> Iterator[tuple[Task, list[Made]]]:
        """Yield tasks as they are done, one after the other."""
        for task in tasks:
            yield task, deed(job, task)


class Processes:
    """Processes that do tasks; when the block is left they are gone."""

    def __init__(self, count: int) -> None:
        self._count = count
        heap.share()
        self._pool = ProcessPoolExecutor(
            count, get_context("spawn"), initializer=_bind, initargs=(os.getpid(),)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        processes = list(self._pool._processes.values())  # noqa: SLF001 - no public way to stop now
        self._pool.shutdown(wait=kind is None, cancel_futures=True)
        if kind is not None:
            for process in processes:
                process.kill()
                process.join()

    def perform(
        self, deed: Callable[[Job, Task], list[Made]], job: Job, tasks: Sequence[Task]
    ) -> Iterator[tuple[Task, list[Made]]]:
        """Yield tasks as they are done; a few more than there are workers are on their way."""
        waiting: dict[Future[list[Made]], Task] = {}
        todo = iter(tasks)
        while True:
            for task in todo:
                waiting[self._pool.submit(deed, job, task)] = task
                if len(waiting) > 2 * self._count:
                    break
            if not waiting:
                return
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                task = waiting.pop(future)
                try:
                    yield task, future.result()
                except BrokenProcessPool:
                    msg = "a worker process died, perhaps for want of memory; go on with --resume"
                    raise DatasetError(msg) from None


class _WithoutPandas(MetaPathFinder):
    """Lets nobody have pandas.

    Where it is installed, pyarrow imports it for the first array: 0.3 s and 25 MiB for nothing.
    """

    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(name=fullname)


_WITHOUT_PANDAS: Final = _WithoutPandas()


def _bind(parent: int) -> None:
    """Leave Ctrl-C to the parent, who ends its workers in order, and die with it (Linux)."""
    heap.keep()
    sys.meta_path.insert(0, _WITHOUT_PANDAS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)  # it died before the order was given
