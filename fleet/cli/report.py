"""`fleet report`: what people read when it is over."""

from pathlib import Path

import click

from fleet.capacity.forecast import forecast
from fleet.cli.options import NEW_FILE
from fleet.report.comparison import comparison_page
from fleet.report.dataset_page import dataset_page, is_dataset
from fleet.report.errors import ReportError
from fleet.report.plan_page import agreement
from fleet.report.record import Record, is_run
from fleet.report.run_page import run_page
from fleet.report.search_page import is_search, search_page
from fleet.report.write import write_page

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("folder", type=_FOLDER, metavar="DIR")
@click.option(
    "--with",
    "other",
    type=_FOLDER,
    metavar="OTHER",
    help="Record of another run, to stand beside this one.",
)
@click.option(
    "--html",
    type=NEW_FILE,
    metavar="FILE",
    help="Where to write it. [default: DIR/report.html, or DIR/comparison.html]",
)
@click.option("--plan", "planned", is_flag=True, help="Set the run beside its plan.")
def report(folder: Path, other: Path | None, html: Path | None, *, planned: bool) -> None:
    """Write the HTML page of a run, a search or a dataset.

    DIR is the record of a run (`fleet run --out DIR`), the folder of a search (`fleet capacity
    --out DIR`), or a dataset.

    The page needs no network, is right by day, by night and on paper, and begins with the verdict.
    """
    for looks_so, page_of in ((is_dataset, dataset_page), (is_search, search_page)):
        if looks_so(folder) and other is None and not planned:
            path = html or folder / "report.html"
            write_page(page_of(folder), path)
            click.echo(path)
            return
    if not is_run(folder):
        raise ReportError(_no_record(folder))
    record = Record(folder)
    if other is None:
        path = html or folder / "report.html"
        page = run_page(record)
        if planned:
            seen = forecast(record.profile, record.summary.run.seed)
            page = page._replace(sections=[agreement(record, seen), *page.sections])
        write_page(page, path)
    else:
        path = html or folder / "comparison.html"
        write_page(comparison_page(record, Record(other)), path)
    click.echo(path)


def _no_record(folder: Path) -> str:
    if not folder.is_dir():
        return f"there is no folder {folder}; give the one that --out named"
    return (
        f"{folder} is no record of a run, no search and no dataset: it has no summary.json, "
        "capacity.json or manifest.json; make one with fleet run, fleet capacity or fleet dataset "
        "and --out DIR"
    )
