"""The page that is written into the folder of what has just ended."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fleet.report.page import Page


def write_beside(folder: Path, make: Callable[[], "Page"]) -> None:
    """Write report.html; a record without one is as good, so what is in the way is only told."""
    # Only who keeps a record pays for these imports.
    from fleet.report.errors import ReportError  # noqa: PLC0415
    from fleet.report.write import write_page  # noqa: PLC0415

    path = folder / "report.html"
    try:
        write_page(make(), path)
    except ReportError as error:
        click.echo(f"no report.html: {error}", err=True)
    else:
        click.echo(f"report: {path}", err=True)
