"""The page: all boards with all panels, laid out as in Grafana, without a script or a network."""

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final

from dashboards.boards import BOARDS
from dashboards.gallery.draw import draw
from dashboards.gallery.record import Recording, Shot
from dashboards.panels import Board, Panel

PAGE: Final = Path(__file__).parent / "index.html"
_STYLE: Final = """
:root{color-scheme:light dark;--ink:#222;--dim:#666;--paper:#f4f5f5;--card:#fff;--rule:#d8d8d8;
--bad:#b00}
@media(prefers-color-scheme:dark){:root{--ink:#d8d9da;--dim:#9a9da3;--paper:#111217;--card:#181b1f;
--rule:#34373c;--bad:#ff7383}}
body{font:14px/1.4 system-ui,"Noto Sans CJK SC",sans-serif;color:var(--ink);
background:var(--paper);margin:0}
main,header{max-width:1500px;margin:auto;padding:0 16px}
header p{max-width:75ch}
h1{margin-bottom:0}
h2{margin:32px 0 0;border-top:2px solid var(--rule);padding-top:16px}
h3{font-size:15px;margin:18px 0 6px;color:var(--dim)}
section{display:grid;grid-template-columns:repeat(24,minmax(0,1fr));gap:8px}
figure{background:var(--card);border:1px solid var(--rule);border-radius:3px;margin:0;padding:6px}
figure b{font-size:13px;font-weight:600}
figure svg{width:100%;height:auto;display:block}
figcaption{font-size:11px;color:var(--dim)}
.rare b::after{content:" bad day";color:var(--bad);font-weight:400;font-size:11px;
white-space:nowrap}
nav a{color:inherit;margin-right:18px}
@media(max-width:900px){figure{grid-column:span 24!important;overflow-x:auto}
figure svg{min-width:480px}
figure[style*="span 4"]{grid-column:span 12!important}
figure[style*="span 4"] svg{min-width:0}}
"""
_HEADER: Final = """\
<h1>Dashboards, a preview <span lang="zh">预览</span></h1>
<p><strong>This is not Grafana.</strong> The panels are drawn with matplotlib, from a recorded run
and with the very queries that the dashboards ask of Prometheus, all variables set to <em>All</em>.
Colours, legends and scales are Grafana's own there. The run is the profile <code>demo</code>, a
shop day of eleven hours in {seconds:.0f} seconds of wall clock with 300 terminals; panels marked
<span style="color:var(--bad)">bad day</span> show what a good day lacks, from
<code>dashboards/profiles/rare.toml</code>, which loses a shard
half-way and its broker at 70 %.</p>
<nav>{boards}</nav>
"""


def page(recording: Recording, boards: Sequence[Board] = BOARDS) -> str:
    """Return the page of these boards, all of whose panels were recorded."""
    shots = {(shot.board, shot.panel): shot for shot in recording.shots}
    parts = "\n".join(_board(board, shots, recording.seconds) for board in boards)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>fleet: dashboards, a preview'
        f"</title><style>{_STYLE}</style></head><body><header>"
        f"{_HEADER.format(seconds=recording.seconds, boards=_links(boards))}</header>"
        f"<main>{parts}</main></body></html>\n"
    )


def _links(boards: Sequence[Board]) -> str:
    return "".join(f'<a href="#{board.uid}">{escape(board.title)}</a>' for board in boards)


def _board(board: Board, shots: dict[tuple[str, str], Shot], seconds: float) -> str:
    parts = [f'<h2 id="{board.uid}">{escape(board.title)}</h2><p>{escape(board.description)}</p>']
    for row in board.rows:
        panels = "\n".join(
            _panel(board, panel, shots[board.uid, panel.title], seconds) for panel in row.panels
        )
        parts.append(f"<h3>{escape(row.title)}</h3><section>{panels}</section>")
    return "\n".join(parts)


def _words(text: str) -> str:
    return re.sub("`([^`]*)`", r"<code>\1</code>", escape(text))


def _panel(board: Board, panel: Panel, shot: Shot, seconds: float) -> str:
    kind = ' class="rare"' if panel.rare else ""
    return (
        f'<figure{kind} style="grid-column:span {panel.span}"><b>{escape(panel.title)}</b>'
        f"{draw(panel, shot, seconds)}"
        f"<figcaption>{_words(board.describe(panel))}</figcaption></figure>"
    )
