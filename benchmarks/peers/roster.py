"""Who there is to be compared with: each peer's program, its pacing, and whether it is here."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from benchmarks.peers.task import PeerTask
from benchmarks.program import Program

BUILT: Final = Path(__file__).parents[2] / "build" / "peers"
_MQTTJS: Final = BUILT / "node_modules" / "mqtt"
_PAHO_GO: Final = BUILT / "paho_go"


class Peer(NamedTuple):
    """A program that is many clients.

    Attributes:
        name: For people.
        command: What starts it.
        parts: Programs and files that it needs and that may not be here, with what to do then.
        timers: Whether each client has a timer of its own, as the library's users write it; else
            all are paced together like the floor, which costs less.
    """

    name: str
    command: tuple[str, ...]
    parts: tuple[tuple[str, str], ...] = ()
    timers: bool = False

    @property
    def absence(self) -> str | None:
        """Why it cannot run here, as a note for people; None if it can."""
        for part, remedy in self.parts:
            if shutil.which(part) is None and not Path(part).exists():
                return f"{self.name} is left out: {remedy}"
        return None

    @property
    def with_timers(self) -> "Peer":
        """The same with a timer for each client."""
        return self._replace(name=f"{self.name}, own timers", timers=True)


def _python(module: str) -> tuple[str, ...]:
    return (sys.executable, "-P", "-m", f"benchmarks.peers.{module}")


FLOOR: Final = Peer("floor (bare send)", _python("floor"))
FAST_LINKS: Final = Peer("fleet (FastLink)", _python("fast_links"))
GMQTT: Final = Peer("gmqtt on uvloop", _python("gmqtt_clients"))
AIOMQTT: Final = Peer("aiomqtt", _python("aiomqtt_clients"), timers=True)
MQTTJS: Final = Peer(
    "mqtt.js",
    ("node", "--expose-gc", str(Path(__file__).with_name("mqttjs_clients.js"))),
    (
        ("node", "there is no node (Debian: apt-get install nodejs npm)"),
        (str(_MQTTJS), "it is not installed (make peers)"),
    ),
)
PAHO_GO: Final = Peer(
    "paho Go", (str(_PAHO_GO),), ((str(_PAHO_GO), "it is not built (make peers; it needs go)"),)
)


def start(peer: Peer, task: PeerTask) -> Program:
    """Start a peer's program."""
    return Program(peer.name, msgspec.structs.replace(task, timers=peer.timers), peer.command)


def present(peers: Iterable[Peer]) -> list[Peer]:
    """Return those that can run here."""
    return [peer for peer in peers if peer.absence is None]


def absences(peers: Iterable[Peer]) -> list[str]:
    """Return a note for each that cannot."""
    return [peer.absence for peer in peers if peer.absence is not None]


def versions() -> dict[str, str]:
    """Return the versions of the peers that are no Python packages, and of what runs them."""
    return dict(_versions())


def _versions() -> Iterator[tuple[str, str]]:
    if MQTTJS.absence is None:
        yield "node", _said("node", "--version").removeprefix("v")
        yield (
            "mqtt.js",
            json.loads((_MQTTJS / "package.json").read_text(encoding="utf-8"))["version"],
        )
    if PAHO_GO.absence is None:
        yield from _of_go(_said(str(_PAHO_GO), "--version"))


def _of_go(text: str) -> Iterator[tuple[str, str]]:
    """Yield Go's and Paho's version out of what the program says of itself."""
    go, paho = text.split()
    yield "go", go.removeprefix("go")
    yield "paho Go", paho.removeprefix("v")


def _said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
