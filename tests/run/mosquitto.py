"""A real mosquitto with settings of one's own, for as long as a block."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from fleet.run.broker import find_mosquitto

UP_S = 10.0
needs_mosquitto = pytest.mark.skipif(find_mosquitto() is None, reason="mosquitto is not there")


def free_port() -> int:
    """Return a port of loopback that is free at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def mosquitto(folder: Path, *settings: str) -> Iterator[int]:
    """Run mosquitto with some settings; yield its port."""
    program, port = find_mosquitto(), free_port()
    assert program is not None
    lines = [f"listener {port} 127.0.0.1", "persistence false", *settings]
    lines += ["user root"] if os.geteuid() == 0 else []
    config = folder / f"mosquitto-{port}.conf"
    config.write_text("\n".join(lines))
    with subprocess.Popen([program, "-c", config], stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(port)
            yield port
        finally:
            process.terminate()


def wait_for(port: int) -> None:
    """Wait until something listens on a port of loopback."""
    deadline = time.monotonic() + UP_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=UP_S).close()
        except OSError:
            assert time.monotonic() < deadline, f"nothing listens on port {port}"
            time.sleep(0.02)
        else:
            return


def with_password(folder: Path, user: str, password: str) -> tuple[str, ...]:
    """Return the settings that let one user in."""
    file = folder / "passwords"
    file.write_text("")
    file.chmod(0o600)
    subprocess.run(["mosquitto_passwd", "-b", file, user, password], check=True, timeout=10)
    return ("allow_anonymous false", f"password_file {file}")


def with_tls(folder: Path, name: str) -> tuple[tuple[str, ...], Path]:
    """Return the settings of a broker certified for `name`, and its authority's file."""
    authority = trustme.CA()
    certificate = authority.issue_cert(name)
    key, chain, ca = folder / "key.pem", folder / "chain.pem", folder / "ca.pem"
    certificate.private_key_pem.write_to_path(key)
    certificate.cert_chain_pems[0].write_to_path(chain)
    authority.cert_pem.write_to_path(ca)
    return ("allow_anonymous true", f"keyfile {key}", f"certfile {chain}"), ca
