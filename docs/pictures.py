"""Make the READMEs' pictures, each from the real thing, into docs/pictures.

python docs/pictures.py live [SECONDS]   # a screen of the demo, run in a real terminal (tmux)
python docs/pictures.py capacity SEARCH  # the curve of a `fleet capacity --out SEARCH`
python docs/pictures.py dataset DIR      # a fault that shows beforehand, of `fleet dataset`
python docs/pictures.py dashboards       # the gallery's first board, as chromium shows it
"""

import io
import re
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.dataset as ds
from rich.console import Console
from rich.text import Text

from fleet.report.charts import Axis, Band, Line, lines

DOCS = Path(__file__).parent
OUT = DOCS / "pictures"
SESSION = "fleet-picture"
WIDTH, HEIGHT = 100, 36
WEB_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
CODE, DAYS = "SW-702", 8


def main() -> None:
    """Make one picture."""
    kinds = {"live": live, "capacity": capacity, "dataset": dataset, "dashboards": dashboards}
    if len(sys.argv) < 2 or sys.argv[1] not in kinds:  # noqa: PLR2004 - the kind
        sys.exit(__doc__)
    OUT.mkdir(exist_ok=True)
    kinds[sys.argv[1]](*sys.argv[2:])


def live(seconds: str = "47") -> None:
    """Keep a screen of the demo as SVG."""
    need("tmux")
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(screen(float(seconds)).rstrip("\n")))
    (OUT / "live.svg").write_text(svg_of(console, "fleet run demo"), encoding="utf-8")


def svg_of(console: Console, title: str) -> str:
    """Return what a recording console has printed as SVG that fetches nothing."""
    svg = console.export_svg(title=title, unique_id="fleet")
    return WEB_FONTS.sub("", svg).replace("<svg ", '<svg xml:space="preserve" ', 1)


def need(program: str) -> None:
    """Leave with a word if a program is not there."""
    if shutil.which(program) is None:
        sys.exit(f"{program} is not on the PATH, and this picture needs it")


def tmux(*arguments: str) -> str:
    """Run a tmux command and return what it prints."""
    return subprocess.run(
        ["tmux", "-L", SESSION, *arguments], check=True, capture_output=True, text=True
    ).stdout


def screen(seconds: float) -> str:
    """Return the screen of a demo run after so many seconds, with its colours."""
    command = f"{sys.executable} -m fleet run demo --seed 7"
    tmux("new-session", "-d", "-x", str(WIDTH), "-y", str(HEIGHT), command)
    try:
        time.sleep(seconds)
        return tmux("capture-pane", "-e", "-p")
    finally:
        tmux("send-keys", "C-c")
        time.sleep(3)
        subprocess.run(["tmux", "-L", SESSION, "kill-server"], check=False, capture_output=True)


def capacity(search: str) -> None:
    """Take over the curve of a search."""
    shutil.copyfile(Path(search) / "curve.svg", OUT / "capacity.svg")


def dataset(folder: str) -> None:
    """Draw a reading of one terminal, its hidden faults shaded, about a fault of one kind."""
    faults = ds.dataset(f"{folder}/truth/faults").to_table(filter=pc.field("life_id").is_valid())
    faults = faults.sort_by([("terminal_id", "ascending"), ("onset_ts", "ascending")])
    onset, terminal = alone(faults.to_pylist())
    since, until = onset - timedelta(days=DAYS / 2), onset + timedelta(days=DAYS / 2)
    bands = [
        Band(day(begin, since), day(fault["repair_end_ts"] or begin, since), fault["code"])
        for fault in faults.filter(pc.field("terminal_id") == terminal).to_pylist()
        if since <= (begin := fault["precursor_ts"] or fault["onset_ts"]) < until
    ]
    wanted = (pc.field("terminal_id") == terminal) & (pc.field("ts") >= since)
    rows = ds.dataset(f"{folder}/observed/telemetry").to_table(
        columns=["ts", "mem_frac"], filter=wanted & (pc.field("ts") < until)
    )
    rows = rows.sort_by("ts").to_pydict()
    curve = Line(
        "memory in use", np.array([day(ts, since) for ts in rows["ts"]]),
        100.0 * np.array(rows["mem_frac"], float),
    )  # fmt: skip
    svg = lines([curve], Axis(f"days of terminal {terminal}", "memory in use, %"), bands)
    (OUT / "dataset.svg").write_text(on_paper(svg), encoding="utf-8")


def alone(faults: list[dict[str, Any]]) -> tuple[datetime, str]:
    """Return the instant and the terminal of the fault of CODE that is farthest from any other."""
    gaps = [
        (min(fault["onset_ts"] - before["onset_ts"], after["onset_ts"] - fault["onset_ts"]), fault)
        for before, fault, after in zip(faults, faults[1:], faults[2:], strict=False)
        if before["terminal_id"] == fault["terminal_id"] == after["terminal_id"]
        and fault["code"] == CODE
    ]
    _, fault = max(gaps, key=lambda gap: gap[0])
    return fault["onset_ts"], fault["terminal_id"]


def day(instant: datetime, since: datetime) -> float:
    """Return an instant as days since another."""
    return (instant - since) / timedelta(days=1)


def on_paper(svg: str) -> str:
    """Return a chart that takes its page's colours with a page's colours of its own."""
    style = (
        "<style>svg:root{color:#1d2430;background:#fff;--rule:#d9dde3;--curve:#0072b2}"
        "@media(prefers-color-scheme:dark){svg:root{color:#e6e9ee;background:#14181f;--rule:#343c48;"
        "--curve:#3f97dd}}</style>"
    )
    head, rest = svg.split(">", 1)
    return f"{head}>{style}{rest}"


def dashboards() -> None:
    """Photograph the first board of the gallery, without the page's own words above it."""
    need("chromium")
    page = (DOCS.parent / "dashboards" / "gallery" / "index.html").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.html"
        bare.write_text(page.replace("</style>", "header{display:none}</style>", 1), "utf-8")
        subprocess.run(
            [
                "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                "--window-size=1300,720", f"--screenshot={OUT / 'dashboards.png'}", bare.as_uri(),
            ],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip


if __name__ == "__main__":
    main()
