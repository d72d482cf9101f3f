"""A mosquitto of our own, which can go down and come back at the same address."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from dashboards.prometheus import HOST, free_port

_START_S_MAX: Final = 10
_SYSTEM: Final = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))


class BrokerError(Exception):
    """The broker is not there or does not start."""


class Broker:
    """A mosquitto on a free port of loopback.

    Attributes:
        url: Where it listens.
    """

    def __init__(self, folder: Path) -> None:
        """Prepare a broker that keeps its configuration in `folder`."""
        port = free_port()
        self.url: Final = f"mqtt://{HOST}:{port}"
        self._port: Final = port
        self._config: Final = folder / "mosquitto.conf"
        self._config.write_text(
            f"listener {port} {HOST}\nallow_anonymous true\nmax_queued_messages 0\n"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Listen when this returns.

        Raises:
            BrokerError: There is no mosquitto, or it does not listen.
        """
        program = shutil.which("mosquitto", path=_SYSTEM)
        if program is None:
            msg = "mosquitto is not on the PATH; install it (Debian: apt-get install mosquitto)"
            raise BrokerError(msg)
        self._process = subprocess.Popen(
            [program, "-c", str(self._config)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + _START_S_MAX
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection((HOST, self._port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        msg = f"mosquitto does not listen on port {self._port}"
        raise BrokerError(msg)

    def stop(self) -> None:
        """Go down, as if somebody had pulled the plug; does nothing to one that is down."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def broker(folder: Path) -> Iterator[Broker]:
    """Run a broker until the block is left."""
    own = Broker(folder)
    own.start()
    try:
        yield own
    finally:
        own.stop()
