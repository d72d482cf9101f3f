"""What a run writes down and shows while it lasts: tallies, metrics, the record."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

import fleet
from fleet.profile import digest, resolved_toml
from fleet.profile.calendar import Occurrence, calendar
from fleet.run.errors import RunError
from fleet.run.layout import layout_of
from fleet.run.memory import create_memory
from fleet.run.plan import RunPlan
from fleet.run.scratch import scratch_folder
from fleet.watch.exporter import AddressUnavailable, Exporter, RunInfo, serve_metrics
from fleet.watch.layout import Layout
from fleet.watch.ruling import Ruling
from fleet.watch.summary import RunFacts, Summary, summarise
from fleet.watch.tally import Board, Tally, create_counts, open_counts
from fleet.watch.timeline import Timeline

if TYPE_CHECKING:
    from fleet.watch.record import RunRecord


@dataclass(frozen=True, slots=True)
class Books:
    """The books of one run.

    Attributes:
        plan: What is run.
        folder: For what lives only as long as the run does.
        board: The counts of all shards.
        tallies: Each shard's file of counts.
        memories: Each shard's file of what its terminals keep without power.
        own: The supervisor's own counts: of what no shard can know.
        exporter: Where metrics are served, if they are.
        record: The folder that stays, if one was asked for.
        timeline: The figures again and again.
        calendar: When common causes begin and end.
    """

    plan: RunPlan
    folder: Path
    board: Board
    tallies: tuple[Path, ...]
    memories: tuple[Path, ...]
    own: Tally
    exporter: Exporter | None
    record: "RunRecord | None"
    timeline: Timeline
    calendar: tuple[Occurrence, ...]

    @property
    def parts_dir(self) -> str:
        """Folder in which shards leave their parts of the record; "" for none."""
        return str(self.record.work) if self.record else ""

    def sent_by_kind(self) -> dict[str, int]:
        """Return how many messages terminals have sent so far, by kind."""
        return self.board.read().series("fleet_messages_sent_total")

    def sum_up(
        self,
        ruling: Ruling,
        ending: str,
        broker: str,
        started: datetime,
        notes: tuple[str, ...],
    ) -> Summary:
        """Sum the run up."""
        profile = self.plan.profile
        facts = RunFacts(
            verdict=ruling.verdict,
            ending=ending,
            profile=profile.name,
            profile_digest=f"sha256:{digest(profile)}",
            seed=self.plan.seed,
            terminals=self.plan.terminals,
            speed=profile.run.speed,
            broker=broker,
            started=started,
            ended=datetime.now(UTC),
            notes=notes,
        )
        causes = tuple(each._asdict() for each in self.calendar)
        return replace(summarise(self.board.read(), facts, ruling), causes=causes)

    def write(self, summary: Summary) -> None:
        """Write the record, if there is to be one.

        Raises:
            RunError: It cannot be written.
        """
        record = self.record
        if record is None:
            return
        try:
            record.write_profile(resolved_toml(self.plan.profile))
            record.write_events(record.work.iterdir())
            record.write_timeline(self.timeline)
            record.write_summary(summary)
        except OSError as error:
            msg = f"cannot write the run record to {record.folder}: {error.strerror or error}"
            raise RunError(msg) from error


@contextmanager
def open_books(plan: RunPlan, shards: int) -> Iterator[Books]:
    """Open the books of a run: take its folder, map its tallies, serve its metrics.

    Raises:
        RunError: The folder or the address of the metrics cannot be had.
    """
    with ExitStack() as stack:
        known = calendar(plan.profile, plan.seed)
        record = stack.enter_context(_record(plan.out)) if plan.out else None
        layout = layout_of(plan.profile, shards)
        folder = stack.enter_context(scratch_folder())
        *tallies, own = _create_tallies(folder, shards, layout)
        memories = _create_memories(folder, shards, plan.terminals)
        board = Board(layout, [*tallies, own])
        exporter = stack.enter_context(_serve(board, plan)) if plan.metrics else None
        counts = Tally(layout, open_counts(own, layout, writable=True))
        timeline = Timeline(board.read())
        yield Books(
            plan, folder, board, tuple(tallies), memories, counts, exporter, record, timeline, known
        )


@contextmanager
def _record(out: Path) -> "Iterator[RunRecord]":
    # Most runs keep no record, and pyarrow takes a tenth of a second to import.
    from fleet.watch.record import FolderTaken, RunRecord  # noqa: PLC0415

    try:
        record = RunRecord(out)
    except FolderTaken as error:
        raise RunError(str(error)) from error
    try:
        yield record
    finally:
        record.close()


def _create_tallies(folder: Path, shards: int, layout: Layout) -> tuple[Path, ...]:
    names = [f"shard-{index}" for index in range(shards)]
    paths = tuple(folder / name for name in (*names, "supervisor"))
    for path in paths:
        create_counts(path, layout)
    return paths


def _create_memories(folder: Path, shards: int, terminals: int) -> tuple[Path, ...]:
    paths = tuple(folder / f"memory-{index}" for index in range(shards))
    for path in paths:
        create_memory(path, -(-terminals // shards))
    return paths


@contextmanager
def _serve(board: Board, plan: RunPlan) -> Iterator[Exporter]:
    assert plan.metrics is not None  # noqa: S101 - narrows the type
    run = RunInfo(plan.profile.name, plan.seed, fleet.__version__)
    try:
        with serve_metrics(board, run, *plan.metrics) as exporter:
            yield exporter
    except AddressUnavailable as error:
        raise RunError(str(error)) from error
