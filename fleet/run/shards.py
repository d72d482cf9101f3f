"""The shards of a run: what each is told, what they say, and how one that was killed comes back.

A shard that a signal has ended is started again (see `fleet.run.revival`), and its terminals come
back as after a power cut.
"""

from collections.abc import Callable, Mapping
from functools import partial

import msgspec
import trio

from fleet.run.child import Child
from fleet.run.command import Command, Death, report_of
from fleet.run.errors import ChildDied, RunError
from fleet.run.revival import Covers, Revival
from fleet.run.task import Ended, Failed, Notice, Ready, Report, ShardTask
from fleet.watch.tally import Tally

READY_S = 60.0
# A shard says DISCONNECT for each of its terminals and writes the rest of its record.
DRAIN_S = 15.0

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Report).decode


class Muster:
    """Keeps count of the shards.

    Attributes:
        ready: All shards wait for their tasks.
        over: All shards have ended, each with a word.
    """

    def __init__(self, shards: int, notice: Callable[[str], None]) -> None:
        """Expect `shards`; pass their notices on to `notice`."""
        self.ready = trio.Event()
        self.over = trio.Event()
        self._shards = shards
        self._notice = notice
        self._tasks: tuple[ShardTask, ...] = ()
        self._revival = Revival(shards, self._command)
        self._waiting: set[int] = set()
        self._last_words: dict[int, Ended | Failed] = {}
        self._gone: set[int] = set()

    def commands(self) -> tuple[Command, ...]:
        """Return the command of each shard."""
        return tuple(map(self._command, range(self._shards)))

    def _command(self, index: int) -> Command:
        return Command.python(
            self._name(index),
            "fleet.run.shard",
            heard=partial(self._heard, index),
            ended=partial(self._ended, index),
            drain_s=DRAIN_S,
        )

    @property
    def exits(self) -> Mapping[int, int]:
        """Exit code by shard, of those that have ended with a word."""
        return {index: words.exit for index, words in self._last_words.items()}

    @property
    def unfinished(self) -> int:
        """Number of shards that have not said that their work is done; what they held is lost."""
        ended = sum(isinstance(words, Ended) for words in self._last_words.values())
        return self._shards - ended

    async def hand_out(self, crew: tuple[Child, ...], tasks: tuple[ShardTask, ...]) -> None:
        """Give each shard its task."""
        self._tasks = tasks
        async with trio.open_nursery() as nursery:
            for child, task in zip(crew, tasks, strict=True):
                nursery.start_soon(child.hand, _encode(task))

    async def revive(self, covers: Covers, own: Tally) -> None:
        """Start shards again that were killed, until cancelled; then they drain.

        Args:
            covers: Is told of each new child.
            own: Where restarts are counted.
        """

        def task_again(index: int) -> bytes:
            own.counts[own.slot("fleet_shard_restarts_total", shard=str(index))] += 1
            own.publish()
            return _encode(msgspec.structs.replace(self._tasks[index], again=True))

        await self._revival.carry_out(covers, task_again)

    async def wait_ready(self) -> None:
        """Wait until all shards are ready.

        Raises:
            RunError: They are not in good time.
        """
        with trio.move_on_after(READY_S):
            await self.ready.wait()
            return
        msg = f"only {len(self._waiting)} of {self._shards} shards are ready after {READY_S:g} s"
        raise RunError(msg)

    def _name(self, index: int) -> str:
        return f"shard {index}"

    def _heard(self, index: int, line: bytes) -> None:
        match report := report_of(line, _decode, self._name(index)):
            case Ready():
                self._waiting.add(index)
                if len(self._waiting) == self._shards:
                    self.ready.set()
            case Notice(message):
                self._notice(message if self._shards == 1 else f"{self._name(index)}: {message}")
            case Ended() | Failed():
                self._last_words[index] = report

    def _ended(self, index: int, death: Death) -> None:
        match self._last_words.get(index):
            case None:
                self._died(index, death)
                return
            case Failed(message):
                raise RunError(message)
        self._gone.add(index)
        if len(self._gone) == self._shards:
            self.over.set()

    def _died(self, index: int, death: Death) -> None:
        if not self._tasks:
            raise ChildDied(str(death))
        self._revival.died(index, death)
        self._notice(
            f"{death}; it is started again, and its terminals come back as after a power cut"
        )
