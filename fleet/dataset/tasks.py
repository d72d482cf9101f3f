"""The tasks of a dataset: each makes some files from the profile, the seed, and what was lived.

A task depends on nothing that another worker holds, so tasks may run in any order and number at
once, and be done again after an interruption.
"""

import gc
import shutil
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa

from fleet.dataset import heap, observed, schema, truth
from fleet.dataset.bucket import Bucket
from fleet.dataset.calendar import Calendar
from fleet.dataset.campaigns import Rulings, tell
from fleet.dataset.files import Written, sha256_of, table_file, write_table
from fleet.dataset.hazards import targets_of
from fleet.dataset.label_schema import labels
from fleet.dataset.labels import label
from fleet.dataset.lives import BLOCK, BUCKET, crew, live_block
from fleet.dataset.regimes import Regime
from fleet.dataset.splits import splits
from fleet.dataset.table import Table
from fleet.dataset.telemetry import Teller
from fleet.dataset.transport import Transport
from fleet.profile.members import Member
from fleet.profile.profile import Profile
from fleet.profile.store import parse
from fleet.tms.book import Note
from fleet.units import format_duration

JOB: Final = ".job"
"""Folder, below the dataset's, of what is needed only while it is made."""


class Job(NamedTuple):
    """All that a worker must know.

    Attributes:
        profile_toml: The resolved profile.
        root: The folder that the dataset is made in.
        rulings: What is decided of campaigns; None if nothing is.
    """

    profile_toml: str
    root: str
    rulings: Rulings | None = None


class Task(NamedTuple):
    """Something to be made.

    Attributes:
        kind: `lives` of a block; a `day` of a bucket; the `truth` or the `labels` of a bucket.
        number: Of the block or the bucket.
        day: Of the study, for a `day`.
        weight: About how much work it is, in rows of telemetry.
    """

    kind: str
    number: int
    day: int
    weight: int


def lives_of(profile: Profile, calendar: Calendar) -> list[Task]:
    """Return the tasks that come first: the lives, block by block."""
    count = profile.estate.terminals
    return [
        Task("lives", block, 0, min(BLOCK, count - block * BLOCK) * calendar.days * 30)
        for block in range(-(-count // BLOCK))
    ]


def tables_of(profile: Profile, calendar: Calendar) -> list[Task]:
    """Return the tasks that follow: the tables of each bucket, the longest first.

    Whoever goes on with the days of one bucket need not find out again who its terminals are.
    """
    beats, tasks = 86_400_000 // profile.heartbeat.interval, []
    for bucket in range(-(-profile.estate.terminals // BUCKET)):
        terminals = min(BUCKET, profile.estate.terminals - bucket * BUCKET)
        tasks += [
            Task("labels", bucket, 0, terminals * calendar.days * 20),
            Task("truth", bucket, 0, terminals * calendar.days * 10),
            *(Task("day", bucket, day.number, terminals * beats) for day in calendar.dates()),
        ]
    return sorted(tasks, key=lambda task: (task.kind == "day", task.number, task.day))


def perform(job: Job, task: Task) -> list[Written]:
    """Do a task, in whatever process."""
    profile = _profile(job.profile_toml)
    calendar = Calendar.of(profile, profile.dataset.days)
    root = Path(job.root)
    gc.disable()  # nothing here goes in circles until it is over
    try:
        if task.kind == "lives":
            return _lives(profile, calendar, root, task.number, job.rulings)
        bucket = _bucket(job, task.number)
        return list(_MAKERS[task.kind](profile, calendar, root, bucket, task.day))
    finally:
        gc.enable()
        if task.kind != "day":  # days are all alike and take the same memory again
            heap.give_back()


@lru_cache(maxsize=1)
def _profile(toml: str) -> Profile:
    return parse(toml)


@lru_cache(maxsize=1)
def _bucket(job: Job, number: int) -> Bucket:
    profile, root = _profile(job.profile_toml), Path(job.root)
    seed, each = profile.dataset.seed, BUCKET // BLOCK
    crews = {block: crew(profile, seed, block)
             for block in range(number * each, (number + 1) * each)}  # fmt: skip
    blocks = [_folder(root, block) for block, members in crews.items() if members]
    return Bucket(seed, number, list(chain.from_iterable(crews.values())), blocks)


def forget() -> None:
    """Let go of the files that tasks were done from."""
    _bucket.cache_clear()


def make_alone(
    profile: Profile, root: Path, members: list[Member], rulings: Rulings | None
) -> None:
    """Make all tables of some terminals, at most a block of them, wherever they stand.

    Args:
        profile: The dataset's.
        root: A folder for them.
        members: Who.
        rulings: What was decided of campaigns, by the whole estate; None if nothing is.
    """
    calendar, seed = Calendar.of(profile, profile.dataset.days), profile.dataset.seed
    folder = _folder(root, 0)
    folder.mkdir(parents=True)
    live_block(profile, seed, members, calendar, folder, rulings)
    gc.unfreeze()  # lives were spared the collector, which shall see them again
    bucket = Bucket(seed, 0, members, [folder])
    for make, days in ((_day, len(calendar.dates())), (_truth, 1), (_labels, 1)):
        for day in range(days):
            make(profile, calendar, root, bucket, day)
    whole(profile, calendar, root)


def whole(profile: Profile, calendar: Calendar, root: Path) -> list[Written]:
    """Write the tables that are one file."""
    tables = (
        (schema.CONTEXT, observed.context(profile, calendar)),
        (schema.REGIMES, truth.regimes(profile, calendar)),
    )
    kind = profile.dataset.format
    return [write_table(root, table, "part-00000", kind, [rows]) for table, rows in tables]


def tell_of_campaigns(job: Job, task: Task) -> list[Note]:
    """Return what a block's terminals tell of campaigns by the job's rulings, whatever process."""
    profile = _profile(job.profile_toml)
    calendar = Calendar.of(profile, profile.dataset.days)
    return tell(profile, calendar, task.number, job.rulings or ())


def _lives(
    profile: Profile, calendar: Calendar, root: Path, block: int, rulings: Rulings | None
) -> list[Written]:
    folder, seed = _folder(root, block), profile.dataset.seed
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    live_block(profile, seed, crew(profile, seed, block), calendar, folder, rulings)
    gc.collect()
    return [Written(JOB, path.relative_to(root).as_posix(), 0, sha256_of(path), "")
            for path in sorted(folder.iterdir())]  # fmt: skip


def _folder(root: Path, block: int) -> Path:
    return root / JOB / f"block-{block:05}"


def _day(
    profile: Profile, calendar: Calendar, root: Path, bucket: Bucket, number: int
) -> list[Written]:
    """Write telemetry, events, steps and the log of their transport, of one day."""
    rules, kind, day = profile.dataset, profile.dataset.format, calendar.dates()[number]
    name = f"date={day.date.isoformat()}/part-{bucket.number:05}"
    beats, news = (Transport(rules.missing, bucket.seed, what) for what in ("heartbeat", "event"))
    regimes = [Regime(drift, bucket) for drift in rules.drifts]
    teller = Teller(bucket, calendar, beats, regimes)
    with (
        table_file(root, schema.TELEMETRY, name, kind) as rows,
        table_file(root, schema.MISSINGNESS, name, kind) as missing,
    ):
        for arrived in teller.day(day):
            rows.write(arrived)
        missing.write(teller.log())
        events, log = observed.events(bucket, calendar, day, news)
        missing.write(log)
        return [
            rows.close(),
            missing.close(),
            write_table(root, schema.EVENTS, name, kind, [events]),
            write_table(root, schema.STEPS, name, kind, [truth.steps(bucket, calendar, day)]),
        ]


def _truth(
    profile: Profile, calendar: Calendar, root: Path, bucket: Bucket, _: int
) -> list[Written]:
    """Write the small tables of a bucket."""
    name, kind = f"part-{bucket.number:05}", profile.dataset.format

    def write(table: Table, *rows: pa.Table) -> Written:
        return write_table(root, table, name, kind, rows)

    return [
        write(schema.TERMINALS, observed.terminals(bucket, calendar)),
        write(schema.FAILURES, observed.failures(bucket, calendar)),
        write(schema.MAINTENANCE, observed.maintenance(bucket, calendar)),
        write_table(root, schema.FAULTS, name, kind, truth.faults(bucket, calendar)),
        write_table(root, schema.LIVES, name, kind, truth.lives(bucket, calendar)),
        write(schema.SPLITS, splits(bucket, profile)),
        write_table(root, schema.HEALTH, name, kind, truth.health(bucket, calendar, profile)),
    ]


def _labels(
    profile: Profile, calendar: Calendar, root: Path, bucket: Bucket, _: int
) -> list[Written]:
    """Write the labels of a bucket, one horizon after the other: a row group of them is large."""
    name, kind, targets = f"part-{bucket.number:05}", profile.dataset.format, targets_of(profile)
    return [
        write_table(
            root, labels(format_duration(each), targets), name, kind,
            label(bucket, calendar, profile, each),
        )
        for each in profile.dataset.horizons
    ]  # fmt: skip


_MAKERS: Final = {"day": _day, "truth": _truth, "labels": _labels}
