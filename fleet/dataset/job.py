"""A dataset as a job: tasks for workers, a journal, and a folder that appears when all is done.

Theory of operation
-------------------
Everything is made in `DIR.partial`, and the folder takes its name when the last file is there, so
nobody finds half a dataset. The journal in its `.job` notes each task that is done, with the
SHA-256 of its files. To resume is to read the journal, believe of it what the files still bear out,
and do the rest. What is made depends on the task alone, never on who did it or when.
"""

import errno
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from fleet.dataset import finish
from fleet.dataset.calendar import Calendar
from fleet.dataset.campaigns import Rulings, are_decided, find_rulings
from fleet.dataset.errors import DatasetError
from fleet.dataset.files import Written, sha256_of
from fleet.dataset.tasks import JOB, Job, Task, lives_of, perform, tables_of, tell_of_campaigns
from fleet.dataset.workers import Workers, workers
from fleet.profile.profile import Profile
from fleet.profile.render import digest, resolved_toml
from fleet.tms.book import Note

Progress = Callable[[Task, list[Written]], None]
"""Told of each task that is done, and of what it wrote."""

_JOURNAL: Final = "journal.jsonl"
_PROFILE: Final = "profile.sha256"


def require_free(out: Path) -> None:
    """Check that nothing stands yet where a dataset shall.

    Raises:
        DatasetError: There is something.
    """
    _require(not out.exists(), f"{out} exists already; name a folder that does not")


class Dataset:
    """A dataset that is to be made.

    Attributes:
        out: Where it shall stand.
        root: Where it is made.
        tasks: All that is to be done, in two waves: lives, then tables.
    """

    def __init__(self, profile: Profile, out: Path) -> None:
        """Plan a dataset.

        Args:
            profile: The estate, and in its section `dataset` what to make of it.
            out: A folder that is not there yet.
        """
        self.profile = profile
        self.out = out
        self.root = out.with_name(out.name + ".partial")
        calendar = Calendar.of(profile, profile.dataset.days)
        self.tasks = (lives_of(profile, calendar), tables_of(profile, calendar))
        self._job = Job(resolved_toml(profile), str(self.root))
        self._journal = self.root / JOB / _JOURNAL

    def prepare(self, *, resume: bool) -> None:
        """Find or make the folder to work in.

        Args:
            resume: Whether to go on with what an interrupted job has left.

        Raises:
            DatasetError: There is something where the dataset shall stand, there is nothing to
                resume or something that is not of this profile, or a folder cannot be made.
        """
        require_free(self.out)
        if resume:
            self._require_kin()
            return
        _require(
            not self.root.exists(),
            f"{self.root} is what an interrupted job has left; go on with --resume, or remove it",
        )
        try:
            (self.root / JOB).mkdir(parents=True)
            (self.root / JOB / _PROFILE).write_text(digest(self.profile), encoding="utf-8")
        except OSError as error:
            msg = f"cannot make the folder {self.root}: {error.strerror or error}"
            raise DatasetError(msg) from None

    def done(self, say: Callable[[str], None]) -> dict[Task, list[Written]]:
        """Return the tasks that are done already, whose files are as the journal says."""
        finished = {}
        for task, files in self._read_journal():
            damaged = [file.path for file in files if not _is_sound(self.root / file.path, file)]
            if damaged:
                say(f"{damaged[0]} is damaged or missing; it is made anew")
            else:
                finished[task] = files
        return finished

    def make(
        self,
        count: int,
        finished: dict[Task, list[Written]],
        progress: Progress,
    ) -> list[Written]:
        """Do what is not done yet, and let the dataset appear.

        Args:
            count: Of workers, 1 or more.
            finished: What is done already.
            progress: Told of each task that is done.

        Returns:
            All files of its tables.

        Raises:
            DatasetError: A worker failed; what is done stays, for --resume.
        """
        files = [file for task in finished for file in finished[task]]
        try:
            with workers(count) as pool:
                job = self._ruled(pool)
                for wave in self.tasks:
                    todo = [task for task in wave if task not in finished]
                    for task, written in pool.perform(perform, job, todo):
                        self._note(task, written)
                        files += written
                        progress(task, written)
            tables = [file for file in files if file.table != JOB]
            finish.complete(self.profile, self.root, tables, job.rulings)
            self.root.replace(self.out)
            # The dataset is whole by now, whatever becomes of this.
            shutil.rmtree(self.out / JOB, ignore_errors=True)
        except OSError as error:
            raise DatasetError(_trouble(error, self.root)) from None
        return tables

    def _ruled(self, pool: Workers) -> Job:
        """Return the job, with what is decided of campaigns if anything is."""
        if not are_decided(self.profile):
            return self._job
        lives, _ = self.tasks

        def told(rulings: Rulings) -> Iterator[list[Note]]:
            job = self._job._replace(rulings=rulings)
            return (notes for _, notes in pool.perform(tell_of_campaigns, job, lives))

        calendar = Calendar.of(self.profile, self.profile.dataset.days)
        return self._job._replace(rulings=find_rulings(self.profile, calendar, told))

    def _note(self, task: Task, written: list[Written]) -> None:
        with self._journal.open("a", encoding="utf-8") as file:
            file.write(json.dumps([task, written]) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def _read_journal(self) -> Iterator[tuple[Task, list[Written]]]:
        if not self._journal.exists():
            return
        for line in self._journal.read_text(encoding="utf-8").splitlines():
            try:
                task, written = json.loads(line)
            except ValueError:
                continue  # the line that the interruption cut short
            yield Task(*task), [Written(*file) for file in written]

    def _require_kin(self) -> None:
        mark = self.root / JOB / _PROFILE
        _require(mark.exists(), f"there is nothing to resume: {self.root} is no interrupted job")
        _require(
            mark.read_text(encoding="utf-8") == digest(self.profile),
            f"{self.root} was begun with another profile or other options; resume with those",
        )


def _is_sound(path: Path, file: Written) -> bool:
    return path.is_file() and sha256_of(path) == file.sha256


def _require(fine: bool, complaint: str) -> None:  # noqa: FBT001 - it reads as a sentence
    if not fine:
        raise DatasetError(complaint)


def _trouble(error: OSError, root: Path) -> str:
    full = error.errno == errno.ENOSPC or "No space left" in str(error)
    if full:
        return f"the disk that holds {root} is full; make room, then go on with --resume"
    what = error.strerror or str(error)
    return f"cannot write {error.filename or root}: {what}; then go on with --resume"
