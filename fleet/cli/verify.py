"""`fleet verify`: the proof of a dataset."""

from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from fleet.dataset.errors import DatasetError
from fleet.proof.evidence import Evidence
from fleet.proof.finding import Verdict
from fleet.proof.proofs import Proof, Proven, chosen, prove, verdict_of
from fleet.proof.record import write_record

_TONES = {Verdict.PASSED: "green", Verdict.FAILED: "bold red", Verdict.TOO_SMALL: "yellow"}
_REASONS = 3


def _proofs(_: click.Context, __: click.Parameter, value: str | None) -> Any:
    try:
        return chosen(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--only",
    "proofs",
    callback=_proofs,
    metavar="P1,P7",
    help="Try only these proofs, by number or name.  [default: all]",
)
@click.pass_context
def verify(ctx: click.Context, folder: Path, proofs: list[Proof]) -> None:
    """Prove a dataset, with figures and limits.

    The dataset is in DIR, where proof.json is written.

    Exits with 1 where a proof fails. A proof for which the dataset holds too few events says how
    many it needs; that is no failure, and no success.
    """
    if not folder.is_dir():
        msg = f"{folder} is no folder"
        raise DatasetError(msg)
    evidence = Evidence(folder)
    console = Console(stderr=True)
    proven: list[Proven] = []
    try:
        with console.status("") as status:

            def begin(proof: Proof) -> None:
                status.update(f"{proof.number} {proof.claim} ({len(proven) + 1} of {len(proofs)})")

            for each in prove(evidence, proofs, begin):
                proven.append(each)  # noqa: PERF402 - the status counts them
    finally:
        evidence.close()
    path = write_record(folder, proven)
    Console().print(_table(proven))
    click.echo(f"{folder}: {verdict_of(proven)}; figures and limits in {path}")
    if verdict_of(proven) is Verdict.FAILED:
        ctx.exit(1)


def _table(proven: list[Proven]) -> Table:
    table = Table("proof", "claim", "verdict", "s", "why")
    for each in proven:
        verdict = each.finding.verdict
        table.add_row(
            each.proof.number,
            each.proof.claim,
            f"[{_TONES[verdict]}]{verdict}[/]",
            f"{each.seconds:.1f}",
            "\n".join(_why(each)),
        )
    return table


def _why(proven: Proven) -> list[str]:
    """Return the reasons for a verdict, in words: what does not hold, else what is lacking."""
    finding = proven.finding
    refuted = [f"{c.claim}: {c.about}: {c.figure:.4g}, not {c.limit}" for c in finding.refuted]
    if refuted:
        more = len(refuted) - _REASONS
        return [*refuted[:_REASONS], *([f"and {more} more"] if more > 0 else [])]
    if finding.verdict is Verdict.TOO_SMALL:
        return finding.lacking or ["there is nothing to judge"]
    judged = sum(check.holds is not None for check in finding.checks)
    return [f"{judged} checks hold"]
