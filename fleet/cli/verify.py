"""`fleet verify`: the proof of a dataset."""

import time
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from fleet.dataset.errors import DatasetError
from fleet.proof.evidence import Evidence
from fleet.proof.finding import Check, Verdict
from fleet.proof.proofs import Proof, Proven, chosen, prove, verdict_of
from fleet.proof.record import write_record

_TONES = {Verdict.PASSED: "green", Verdict.FAILED: "bold red", Verdict.TOO_SMALL: "yellow"}
_REASONS = 3
_WIDE = 120


def _proofs(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> Any:
    try:
        return chosen(",".join(values) if values else None)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--only",
    "proofs",
    multiple=True,
    callback=_proofs,
    metavar="P1,P7",
    help="Try only these proofs, by number or name (repeatable).  [default: all]",
)
@click.option("--figures", is_flag=True, help="Show the figure and the limit of every claim.")
@click.pass_context
def verify(ctx: click.Context, folder: Path, proofs: list[Proof], *, figures: bool) -> None:
    """Prove a dataset, with figures and limits.

    The dataset is in DIR, where proof.json is written.

    Exits with 1 where a proof fails. A proof for which the dataset holds too few events says how
    many it needs; that is no failure, and no success.
    """
    if not folder.is_dir():
        msg = f"{folder} is no folder"
        raise DatasetError(msg)
    began = time.perf_counter()
    evidence = Evidence(folder)
    try:
        proven = _tried(evidence, proofs)
    finally:
        evidence.close()
    path, verdict = write_record(folder, proven), verdict_of(proven)
    console = Console()
    console.print(_table(proven, figures=figures, wide=console.width >= _WIDE))
    took_s = time.perf_counter() - began
    click.echo(f"{folder}: {verdict} in {took_s:.0f} s; all figures and limits in {path}")
    if verdict is Verdict.FAILED:
        ctx.exit(1)


def _tried(evidence: Evidence, proofs: list[Proof]) -> list[Proven]:
    """Try proofs, and show which it is and for how long it has been going on."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
               TimeElapsedColumn())  # fmt: skip
    console, proven = Console(stderr=True), []
    shown = console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=not shown) as progress:
        bar = progress.add_task("", total=len(proofs))
        for each in prove(evidence, proofs, lambda proof: progress.update(
                bar, description=f"{proof.number} {proof.name}")):  # fmt: skip
            proven.append(each)
            progress.advance(bar)
    return proven


def _table(proven: list[Proven], *, figures: bool, wide: bool) -> Table:
    """Return what was found; in a narrow window names stand for claims, and leave figures room."""
    table = Table("proof", *(["claim"] if wide else []), "verdict", *(["s"] if wide else []))
    table.add_column("figures", overflow="fold")
    for each in proven:
        number, name, claim = each.proof
        verdict = each.finding.verdict
        table.add_row(
            *([number, claim] if wide else [f"{number} {name}"]),
            f"[{_TONES[verdict]}]{verdict}[/]",
            *([f"{each.seconds:.1f}"] if wide else []),
            "\n".join(_figures(each) if figures else _why(each)),
            end_section=figures,
        )
    return table


def _why(proven: Proven) -> list[str]:
    """Return the reasons for a verdict: what does not hold, else what lacks, else the nearest."""
    finding = proven.finding
    if refuted := finding.refuted:
        more = len(refuted) - _REASONS
        told = [f"{_named(check)}, not {check.limit}" for check in refuted[:_REASONS]]
        return [*told, *([f"and {more} more"] if more > 0 else [])]
    if finding.verdict is Verdict.TOO_SMALL:
        return finding.lacking or ["there is nothing to judge"]
    judged = sum(check.holds is not None for check in finding.checks)
    nearest = max((each.check for each in finding.tightest), key=lambda check: check.strain)
    if not nearest.strain:
        return [f"{judged} checks, 0 violations"]
    return [f"{judged} checks hold, the tightest: {_named(nearest)} ({nearest.limit})"]


def _figures(proven: Proven) -> list[str]:
    """Return the tightest figure of each claim, and its limit."""
    lines = [f"{each.claim}: {each.in_words()}, {each.check.about}" for each in
             proven.finding.tightest]  # fmt: skip
    return lines or ["there is nothing to judge"]


def _named(check: Check) -> str:
    return f"{check.claim}: {check.about}: {check.figure:.4g}"
