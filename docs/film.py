"""Screens of a terminal as one SVG that moves, without a script and without a font to fetch.

Each screen is a group that is visible for its share of the time. One of them, the poster, is what
is seen where nothing moves: by readers who asked for less motion, and by programs that know no
animation.
"""

import io
import re
from typing import Final, NamedTuple

from rich.console import Console
from rich.text import Text

_WEB_FONTS: Final = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_LINE_CLIPS: Final = re.compile(r'<clipPath id="film-line-\d+">.*?</clipPath>\s*', re.DOTALL)
_CLIPPED: Final = re.compile(r' clip-path="url\(#[\w-]+-line-\d+\)"')
_LINE_ENDS: Final = re.compile(
    r'<text class="[\w-]+" x="[\d.]+" y="[\d.]+" textLength="12.2">\s</text>'
)
_COLOURS: Final = re.compile(r"\.[\w-]+-r\d+ \{.*?\}")
_SCREEN: Final = re.compile(
    r'(\s*(?:<rect [^>]*shape-rendering[^>]*/>)*\s*<g class="film\d*-matrix">.*?</g>)', re.DOTALL
)
_SECONDS: Final = 2.0
_LAST: Final = 3
"""Turns for which the last screen stays, for it has the most to read."""


class _Screen(NamedTuple):
    """A screen's colours, and its own part of a picture."""

    colours: str
    drawn: str


def film(screens: list[str], title: str, width: int) -> str:
    """Return an SVG that shows screens, given with their escape sequences, in turn for ever."""
    lines = max(each.rstrip("\n").count("\n") for each in screens)
    frame = _svg("\n" * lines + "-", title, width, "film")
    parts = [_parts(_svg(each, title, width, f"film{n}")) for n, each in enumerate(screens)]
    turns = len(parts) + _LAST - 1
    style = "\n".join([_moves(len(parts), turns), *(part.colours for part in parts)])
    groups = "\n".join(f'<g class="s s{n}">{part.drawn}</g>' for n, part in enumerate(parts))
    whole = _SCREEN.sub(lambda _: groups, frame, count=1)
    return whole.replace("</style>", f"{style}\n</style>", 1).replace("film0-matrix", "film-matrix")


def _svg(screen: str, title: str, width: int, name: str) -> str:
    console = Console(record=True, width=width, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(screen.rstrip("\n")))
    svg = console.export_svg(title=title, unique_id=name)
    bare = _LINE_CLIPS.sub("", _CLIPPED.sub("", _WEB_FONTS.sub("", svg)))
    return _LINE_ENDS.sub("", bare).replace("<svg ", '<svg xml:space="preserve" ', 1)


def _parts(svg: str) -> _Screen:
    found = _SCREEN.search(svg)
    drawn = found.group(1) if found else ""
    return _Screen("".join(_COLOURS.findall(svg)), re.sub(r"film\d+-matrix", "film-matrix", drawn))


def _moves(screens: int, turns: int) -> str:
    """Return the rules by which each screen is visible in its turn, and the poster without any."""
    whole, share = turns * _SECONDS, 100.0 / turns
    rules = [
        ".s{visibility:hidden}",
        f".s{screens // 2}{{visibility:visible}}",
        f"@keyframes turn{{0%{{visibility:visible}}{share:.3f}%,to{{visibility:hidden}}}}",
        f"@keyframes stay{{0%{{visibility:visible}}{_LAST * share:.3f}%,to{{visibility:hidden}}}}",
        "@media(prefers-reduced-motion:no-preference){",
        f".s{{animation:turn {whole:g}s step-end infinite}}",
        f".s{screens - 1}{{animation-name:stay}}",
    ]
    rules += [f".s{n}{{animation-delay:-{whole - n * _SECONDS:g}s}}" for n in range(screens)]
    return "\n".join([*rules, "}"])
