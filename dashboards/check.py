"""Whether the committed files are what the code makes, and keep the rules; nothing is started."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards import grafana, lint, names
from dashboards.annotations import ANNOTATIONS
from dashboards.boards import BOARDS
from dashboards.panels import Board
from dashboards.rules import files
from dashboards.rules.alerts import ALERTS
from dashboards.rules.recordings import RECORDINGS
from dashboards.variables import CHOICES, REGION
from fleet.watch.catalogue import FAMILIES

ROOT: Final = Path(__file__).parents[1]
RUNBOOK: Final = ROOT / files.RUNBOOK
_PAGE: Final = ROOT / "docs" / "dashboards.md"
_NAMED_PANEL: Final = re.compile(rf"\*((?:{'|'.join(board.title for board in BOARDS)}) / [^*]+)\*")
_ENTRY: Final = ("**What it means.**", "**What to look at.**", "**What to do.**")


def generated() -> dict[Path, str]:
    """Return the text of every generated file."""
    return grafana.files() | {files.RULES: files.render()}


def write() -> list[Path]:
    """Write what is stale, remove dashboards that no longer are, and return what was changed."""
    wanted = generated()
    stale = [path for path, text in wanted.items() if not _is(path, text)]
    left = [path for path in grafana.FOLDER.glob("*.json") if path not in wanted]
    for path in stale:
        path.parent.mkdir(exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
    for path in left:
        path.unlink()
    return [*stale, *left]


def complaints() -> list[str]:
    """Return everything that is wrong."""
    return [*_stale(), *_boards(), *unseen(), *_strangers(), *_runbook(), *_prose()]


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


def _stale() -> Iterator[str]:
    wanted = generated()
    for path, text in wanted.items():
        if not _is(path, text):
            yield f"{path.relative_to(ROOT)} is not what the code makes: make dashboards"
    for path in grafana.FOLDER.glob("*.json"):
        if path not in wanted:
            yield f"{path.relative_to(ROOT)} is of no board: make dashboards"


def _boards() -> Iterator[str]:
    for board in BOARDS:
        dashboard = grafana.build(board)
        yield from (f"{board.title}: {words}" for words in lint.complaints(dashboard))
        yield from (f"{board.title}: the SDK loses {key}" for key in lost_keys(dashboard))


def lost_keys(dashboard: dict[str, Any]) -> list[str]:
    """Return the paths that Grafana's own models do not know: misspelt or misplaced keys."""
    register_default_plugins()
    again = json.loads(json.dumps(Dashboard.from_json(dashboard), cls=JSONEncoder))
    return list(_missing(dashboard, again, ""))


def _missing(before: Any, after: Any, path: str) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in before.items():
            if key in after:
                yield from _missing(value, after[key], f"{path}.{key}")
            else:
                yield f"{path}.{key}"
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _missing(one, other, f"{path}[{number}]")
    elif before != after:
        yield path


def unseen(boards: Sequence[Board] = BOARDS) -> Iterator[str]:
    """Yield a complaint for each family that no panel of the boards asks for."""
    panels = [panel for board in boards for panel in board.panels]
    used = {
        use.metric for panel in panels for each in panel.queries for use in names.uses(each.expr)
    }
    shown = {names.family_of(metric) for metric in used}
    yield from (f"no panel shows {family.name}" for family in FAMILIES if family not in shown)


def expressions() -> Iterator[tuple[str, str]]:
    """Yield every PromQL text of dashboards and rules, with where it stands."""
    for board in BOARDS:
        for panel in board.panels:
            yield from ((f"{board.title} / {panel.title}", each.expr) for each in panel.queries)
    yield from ((f"${name}", series) for name, _, series, _ in (*CHOICES, REGION))
    yield from ((f"annotation {each.name}", each.expr) for each in ANNOTATIONS)
    yield from ((f"rule {each.name}", each.expr) for each in RECORDINGS)
    yield from ((f"alert {each.name}", each.expr) for each in ALERTS)


def _strangers() -> Iterator[str]:
    for where, text in expressions():
        yield from (f"{where}: {words}" for words in names.strangers(text))


def _runbook() -> Iterator[str]:
    entries = RUNBOOK.read_text(encoding="utf-8").split("\n## ")[1:]
    by_name = {entry.partition("\n")[0]: entry for entry in entries}
    table = _PAGE.read_text(encoding="utf-8")
    for alert in ALERTS:
        wanted = (f"{alert.name}\n\n{alert.severity.capitalize()}. ", *_ENTRY)
        missing = [part for part in wanted if part not in by_name.get(alert.name, "")]
        if missing:
            yield f"{files.RUNBOOK}: {alert.name} lacks {', '.join(missing)}"
        if f"| `{alert.name}` | {alert.severity} |" not in table:
            yield f"{_PAGE.relative_to(ROOT)}: its table lacks {alert.name}, {alert.severity}"
    for name in by_name.keys() - {alert.name for alert in ALERTS}:
        yield f"{files.RUNBOOK}: there is no alert {name}"


def _prose() -> Iterator[str]:
    for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), RUNBOOK):
        text, where = page.read_text(encoding="utf-8"), page.relative_to(ROOT)
        yield from (f"{where}: nothing exports {word}" for word in names.strangers_in_prose(text))
        yield from (f"{where}: there is no panel {name}" for name in lost_panels(text))


def lost_panels(text: str) -> list[str]:
    """Return the panels that a page speaks of, as *Board / Panel*, and that are not there.

    Panels of one latency may be named together, without what comes after the comma.
    """
    titles = [f"{board.title} / {panel.title}" for board in BOARDS for panel in board.panels]
    known = {*titles, *(title.partition(",")[0] for title in titles)}
    return [name for name in _NAMED_PANEL.findall(text) if name not in known]
