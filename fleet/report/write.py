"""Where a report goes: `report.html`, whole or not at all."""

from pathlib import Path

from fleet.report.errors import ReportError
from fleet.report.page import Page, render


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
        msg = f"cannot write {path}: {error.strerror}; choose another file with --html"
        raise ReportError(msg) from None
