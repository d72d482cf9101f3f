"""The bar that shows how far a dataset is: its share, rows per second, time left."""

from typing import Final, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from fleet.dataset.files import Written
from fleet.dataset.job import Dataset
from fleet.dataset.tasks import Task

_TELEMETRY: Final = "observed/telemetry"


class Bar:
    """Shown while a dataset is made, if somebody is looking."""

    def __init__(
        self, dataset: Dataset, finished: dict[Task, list[Written]], console: Console
    ) -> None:
        """Take what is done already as done."""
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(),
            TextColumn("{task.fields[rows]}"), TimeRemainingColumn(),
            console=console, disable=not console.is_terminal,
        )  # fmt: skip
        total = sum(task.weight for wave in dataset.tasks for task in wave)
        before = sum(task.weight for task in finished)
        self._bar = self._progress.add_task("lives", total=total, completed=before, rows="")
        self._rows = 0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def advance(self, task: Task, written: list[Written]) -> None:
        """A task is done."""
        self._rows += sum(file.rows for file in written if file.table == _TELEMETRY)
        elapsed_s = self._progress.tasks[0].elapsed or 1.0
        rate = f"{self._rows / elapsed_s / 1e6:.2f} M rows/s" if self._rows else ""
        description = "lives" if task.kind == "lives" else "tables"
        self._progress.update(self._bar, advance=task.weight, description=description, rows=rate)
