"""The text of a scrape, from a template: of its 30 KiB nothing but the values ever changes.

prometheus_client knows how each format is written, but looks at every name and label anew for every
scrape, which costs twenty times as much as all the rest. So it writes each format once, and from
then on the values are put where it had put them: samples stand in the order of their families.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import quote
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import CollectorRegistry

from fleet.watch.samples import Samples
from fleet.watch.tally import Board

_USUAL: Final = ("", "application/openmetrics-text; version=1.0.0")
"""What scrapers ask for: Prometheus's text format, or OpenMetrics."""
PATH: Final = "/metrics"
_SIGNPOST: Final = f"""<!doctype html>
<html lang="en"><title>fleet</title>
<p>A run of fleet; its metrics are at <a href="{PATH}">{PATH}</a>.</p></html>
"""


class Template:
    """A format's text without its values."""

    def __init__(self, text: str) -> None:
        """Take a text whose every line is a comment or a sample that ends in its value."""
        self._heads: Final[list[str]] = []
        head = ""
        for line in text.splitlines(keepends=True):
            if line.startswith("#"):
                head += line
            else:
                self._heads.append(f"{head}{line.rpartition(' ')[0]} ")
                head = ""
        self._tail: Final = head

    def fill(self, values: Iterable[float]) -> str:
        """Return the text with these values.

        Raises:
            ValueError: There are more or fewer than the text has samples.
        """
        lines = (f"{head}{value}\n" for head, value in zip(self._heads, values, strict=True))
        return "".join(lines) + self._tail


def make_app(board: Board, registry: CollectorRegistry, others: WSGIApplication) -> WSGIApplication:
    """Return what answers scrapes.

    Args:
        board: Of the values.
        registry: That holds nothing but a collector of this board; writes the templates.
        others: Answers whatever is no plain scrape, but asks for the metrics.
    """
    templates: dict[str, Template] = {}
    samples = Samples(board.layout)

    def template(accept: str) -> tuple[str, Template]:
        encoder: Callable[[Any], bytes]
        encoder, kind = choose_encoder(accept)
        if kind not in templates:
            templates[kind] = Template(encoder(registry).decode())
        return kind, templates[kind]

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path != PATH:
            return _astray(path, start_response)
        if environ["REQUEST_METHOD"] != "GET" or environ.get("QUERY_STRING"):
            return others(environ, start_response)
        kind, written = template(environ.get("HTTP_ACCEPT", ""))
        text = written.fill(samples.values(board.read()))
        start_response("200 OK", [("Content-Type", kind)])
        return [text.encode()]

    for accept in _USUAL:
        template(accept)  # so that not even the first scrape waits for it
    return app


def _astray(path: str, start_response: StartResponse) -> Iterable[bytes]:
    """Tell a visitor of any other path where the metrics are."""
    if path in {"", "/"}:
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [_SIGNPOST.encode()]
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    asked = quote(path.encode("latin-1"))  # as it was before WSGI decoded it
    return [f"nothing is at {asked}; the metrics are at {PATH}\n".encode()]
