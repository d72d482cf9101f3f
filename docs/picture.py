"""Make the README's picture: run the demo in a real terminal (tmux) and keep one screen as SVG.

python docs/picture.py [SECONDS]
"""

import io
import shutil
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.text import Text

from fleet.watch.screen import to_svg

OUT = Path(__file__).parent / "pictures" / "live.svg"
SESSION = "fleet-picture"
WIDTH, HEIGHT = 100, 36


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


def main() -> None:
    """Write the picture."""
    if shutil.which("tmux") is None:
        sys.exit("tmux is not on the PATH; it is the terminal whose screen is kept")
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 47.0
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(screen(seconds).rstrip("\n")))
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(to_svg(console, "fleet run demo"), encoding="utf-8")


if __name__ == "__main__":
    main()
