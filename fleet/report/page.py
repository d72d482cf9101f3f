"""A page: one HTML file without a network, light and dark, that prints well.

A page is a value: a banner, and sections of tables, charts and folded text. `render` puts it into
the template beside this file.
"""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from fleet.report.errors import ReportError

Tone = Literal["good", "bad", "doubtful", "plain"]


class Cell(NamedTuple):
    """A cell of a table: what it says, and whether that is good or bad."""

    text: str
    tone: Tone = "plain"


class Table(NamedTuple):
    """A table; the first column holds names, the others figures, set flush right, or words.

    Attributes:
        title: What it is about.
        headings: Of the columns.
        rows: As many cells each.
        note: What a reader must know; "" for nothing.
    """

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell | str]]
    note: str = ""


class Chart(NamedTuple):
    """A picture.

    Attributes:
        title: What it shows, unit included.
        svg: The picture itself; its text and grid take the page's colours.
        note: What a reader must know; "" for nothing.
        wide: Whether it takes the whole width.
    """

    title: str
    svg: str
    note: str = ""
    wide: bool = False


class Fold(NamedTuple):
    """A text that few want to read, folded away."""

    title: str
    text: str


class Section(NamedTuple):
    """A part of a page with a heading of its own."""

    title: str
    parts: Sequence[Table | Chart | Fold]
    note: str = ""


class Banner(NamedTuple):
    """What comes first: the verdict."""

    tone: Tone
    words: str
    reasons: Sequence[str]


class Page(NamedTuple):
    """A whole page."""

    title: str
    subtitle: str
    banner: Banner
    sections: Sequence[Section]


_MISSING: Final = (
    "HTML reports need matplotlib and Jinja2, which are not installed: "
    "pip install '.[report]' in a clone"
)


def render(page: Page) -> str:
    """Return the page as HTML.

    Raises:
        ReportError: Jinja2 is not installed.
    """
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - an extra
    except ImportError:
        raise ReportError(_MISSING) from None
    environment = Environment(
        loader=PackageLoader("fleet.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["table"] = lambda part: isinstance(part, Table)
    environment.tests["chart"] = lambda part: isinstance(part, Chart)
    environment.filters["cell"] = _cell
    environment.filters["columns"] = _columns
    return environment.get_template("page.html").render(page=page)


def _cell(cell: Cell | str) -> Cell:
    return cell if isinstance(cell, Cell) else Cell(cell)


def _columns(table: Table) -> list[str]:
    """Return what each column holds: "words" if any of its cells does, else "figures"."""
    columns = [[_cell(row[n]).text for row in table.rows] for n in range(len(table.headings))]
    return ["figures" if all(map(_is_figure, column)) else "words" for column in columns]


def _is_figure(text: str) -> bool:
    return not text.strip("-+ ") or text.lstrip("-+<> ")[:1].isdigit()


def missing_library() -> ReportError:
    """Return the complaint that the libraries for reports are not installed."""
    return ReportError(_MISSING)
