"""Network namespaces of our own: real limits and real wires that are nobody else's."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fleet.run.broker import find_mosquitto
from tests.processes import leashed

PORT = 1883
_HELD_S = 600


class Side:
    """A network namespace, held by a process that does nothing."""

    def __init__(self) -> None:
        self.holder = subprocess.Popen(leashed("unshare", "-n", "sleep", str(_HELD_S)))
        own = Path("/proc/self/ns/net").readlink()
        while Path(f"/proc/{self.holder.pid}/ns/net").readlink() == own:
            assert self.holder.poll() is None
        self.do("ip link set lo up")

    def command(self, *words: str) -> list[str]:
        """Return a command that is run inside."""
        return ["nsenter", "-t", str(self.holder.pid), "-n", *words]

    def do(self, line: str) -> None:
        """Run a shell's line inside, to its end."""
        subprocess.run(self.command("sh", "-c", line), check=True)

    def end(self) -> None:
        """Let it go."""
        self.holder.kill()
        self.holder.wait()


@contextmanager
def broker(side: Side, folder: Path) -> Iterator[None]:
    """Run mosquitto inside."""
    settings = folder / "mosquitto.conf"
    settings.write_text(
        f"listener {PORT} 0.0.0.0\nallow_anonymous true\nset_tcp_nodelay true\nuser root\n"
    )
    command = side.command(str(find_mosquitto()), "-c", str(settings))
    with subprocess.Popen(leashed(*command), stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


def possible(tried: str) -> bool:
    """Return whether there are namespaces here, with mosquitto, and a shell's line works inside."""
    if find_mosquitto() is None or not all(map(shutil.which, ("unshare", "nsenter", "ip", "tc"))):
        return False
    command = ["unshare", "-n", "sh", "-c", tried]
    return not subprocess.run(command, check=False, capture_output=True).returncode
