"""Make the READMEs' pictures, each from the real thing, into docs/pictures.

python docs/pictures.py live             # the demo in a real terminal (tmux), as a film
python docs/pictures.py capacity SEARCH  # the curve of a `fleet capacity --out SEARCH`
python docs/pictures.py dataset DIR      # a fault that shows beforehand, of `fleet dataset`
python docs/pictures.py dashboards       # panels of the gallery, as chromium shows them
"""

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
from film import film

from fleet.report.charts import Axis, Band, Line, lines

DOCS = Path(__file__).parent
OUT = DOCS / "pictures"
SESSION = "fleet-picture"
WIDTH, HEIGHT = 100, 36
FIRST_S, EVERY_S, SCREENS = 3.0, 8.0, 15
CODE, DAYS = "SW-702", 8
PANELS = (
    "Terminals by state", "Sign-ins by outcome",
    "Payments by outcome", "Faults raised by class", "Settlements by outcome",
)  # fmt: skip
SIDE_BY_SIDE = (
    "section{padding:8px}figcaption{display:none}"
    "figure{padding:10px}figure svg{margin-top:8px}.rare b::after{content:none}"
)


def main() -> None:
    """Make one picture."""
    kinds = {"live": live, "capacity": capacity, "dataset": dataset, "dashboards": dashboards}
    if len(sys.argv) < 2 or sys.argv[1] not in kinds:  # noqa: PLR2004 - the kind
        sys.exit(__doc__)
    OUT.mkdir(exist_ok=True)
    kinds[sys.argv[1]](*sys.argv[2:])


def live() -> None:
    """Film the demo: a screen every few seconds, and the summary, as one SVG that moves."""
    need("tmux")
    (OUT / "live.svg").write_text(film(screens(), "fleet run demo", WIDTH), encoding="utf-8")


def need(program: str) -> None:
    """Leave with a word if a program is not there."""
    if shutil.which(program) is None:
        sys.exit(f"{program} is not on the PATH, and this picture needs it")


def tmux(*arguments: str) -> str:
    """Run a tmux command and return what it prints."""
    return subprocess.run(
        ["tmux", "-L", SESSION, *arguments], check=True, capture_output=True, text=True
    ).stdout


def screens() -> list[str]:
    """Return screens of a whole demo run, and what it leaves behind, with their colours."""
    command = f"{sys.executable} -m fleet run demo --seed 7; sleep 60"
    tmux("new-session", "-d", "-x", str(WIDTH), "-y", str(HEIGHT), command)
    try:
        return [*seen(FIRST_S, EVERY_S, SCREENS), summary()]
    finally:
        subprocess.run(["tmux", "-L", SESSION, "kill-server"], check=False, capture_output=True)


def seen(first_s: float, every_s: float, number: int) -> list[str]:
    """Return so many screens of the session, at even intervals from when the run is seen."""
    while "business clock" not in tmux("capture-pane", "-p"):
        time.sleep(0.1)
    begun = time.monotonic()
    shown = []
    for each in range(number):
        time.sleep(max(0.0, begun + first_s + each * every_s - time.monotonic()))
        shown.append(tmux("capture-pane", "-e", "-p"))
    return shown


def summary() -> str:
    """Return the first screenful of what the ended run has printed."""
    while "durations" not in (printed := tmux("capture-pane", "-e", "-p", "-S", "-")):
        time.sleep(1)
    lines = printed.splitlines()
    headline = next(n for n, line in enumerate(lines) if "terminals ·" in line)
    return "\n".join(lines[headline : headline + HEIGHT])


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
    """Photograph some panels of the gallery side by side, without the words below them."""
    need("chromium")
    page = (DOCS.parent / "dashboards" / "gallery" / "index.html").read_text(encoding="utf-8")
    head = page[: page.index("</style>")]
    wanted = "\n".join(panel(page, title) for title in PANELS)
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.html"
        bare.write_text(f"{head}{SIDE_BY_SIDE}</style><section>{wanted}</section>", "utf-8")
        subprocess.run(
            [
                "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                "--window-size=1300,624", f"--screenshot={OUT / 'dashboards.png'}", bare.as_uri(),
            ],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip


def panel(page: str, title: str) -> str:
    """Return the first panel of the gallery with a title."""
    begin = page.rindex("<figure", 0, page.index(f"<b>{title}</b>"))
    return page[begin : page.index("</figure>", begin)] + "</figure>"


if __name__ == "__main__":
    main()
