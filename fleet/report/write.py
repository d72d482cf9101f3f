"""Where a report goes: `report.html`, whole or not at all."""

import tempfile
from pathlib import Path

from fleet.report.errors import ReportError
from fleet.report.page import Page, render


def try_place(path: Path) -> None:
    """Check that a file can be written: who learns it at the end has lost the work before.

    Raises:
        OSError: It cannot.
    """
    if path.exists():
        path.open("a").close()
    else:
        with tempfile.NamedTemporaryFile(prefix=".fleet-", dir=path.parent):
            pass


def check_place(path: Path) -> None:
    """Check that a page can be written.

    Raises:
        ReportError: It cannot.
    """
    try:
        try_place(path)
    except OSError as error:
        raise _complaint(path, error) from None


def write_page(page: Page, path: Path) -> None:
    """Write a page; the file appears only when it is complete.

    Raises:
        ReportError: It cannot be written, or a library is missing.
    """
    html = render(page)
    partial = path.with_name(f"{path.name}.partial")
    try:
        partial.write_text(html, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise _complaint(path, error) from None


def _complaint(path: Path, error: OSError) -> ReportError:
    return ReportError(f"cannot write {path}: {error.strerror}; choose another file with --html")
