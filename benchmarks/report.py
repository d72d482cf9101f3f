"""What was measured, as a table for people and as JSON for programs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

import msgspec
from rich.console import Console
from rich.table import Table

RESULTS: Final = Path(__file__).with_name("results.json")
_DIGITS_FROM: Final = 100


class Row(msgspec.Struct, frozen=True):
    """One subject of a benchmark.

    Attributes:
        subject: Who was measured.
        figures: By column, a value for each round.
    """

    subject: str
    figures: dict[str, list[float]]

    def median(self, column: str) -> float:
        """Return the middle of the rounds."""
        return median(self.figures[column])


class Claim(msgspec.Struct, frozen=True):
    """A target: `measured` has to stay at or under `limit`, or at or above it.

    Attributes:
        text: What is measured.
        measured: The figure.
        limit: The target.
        at_least: Whether it has to be at or above it.
        void: Why the figure says nothing, and the target is not met by it; empty if it does.
    """

    text: str
    measured: float
    limit: float
    at_least: bool = False
    void: str = ""

    @property
    def met(self) -> bool:
        """Whether it does."""
        if self.void:
            return False
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


@dataclass(slots=True)
class Result:
    """A benchmark's outcome."""

    name: str
    title: str
    rows: list[Row]
    claims: list[Claim] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def row(self, subject: str) -> Row:
        """Return a subject's row."""
        return next(row for row in self.rows if row.subject == subject)


def show(console: Console, result: Result) -> None:
    """Print a result."""
    columns = list(dict.fromkeys(column for row in result.rows for column in row.figures))
    table = Table(title=result.title, title_justify="left", caption_justify="left")
    table.add_column("", no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right")
    for row in result.rows:
        cells = (_cell(row.figures.get(column, [])) for column in columns)
        table.add_row(row.subject, *cells)
    console.print(table)
    for claim in result.claims:
        console.print(f"  {_judged(claim)}")
    for note in result.notes:
        console.print(f"  [yellow]{note}[/]")
    console.print()


def _judged(claim: Claim) -> str:
    sign = ">=" if claim.at_least else "<="
    measured, limit = _number(claim.measured), _number(claim.limit)
    text = f"{claim.text}: {measured} (target {sign} {limit})"
    if claim.void:
        return f"[yellow]void[/]: {text}: {claim.void}"
    return f"[green]met[/]: {text}" if claim.met else f"[red]missed[/]: {text}"


def save(results: Sequence[Result], machine: dict[str, object]) -> None:
    """Write `results.json`: every round's figures, and what they were measured on."""
    text = msgspec.json.encode({"machine": machine, "benchmarks": results})
    RESULTS.write_bytes(msgspec.json.format(text) + b"\n")


def _cell(values: Sequence[float]) -> str:
    if not values:
        return "-"
    if len(values) == 1:
        return _number(values[0])
    return f"{_number(median(values))} [dim]{_number(min(values))}..{_number(max(values))}[/]"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= _DIGITS_FROM else f"{value:.3g}"
