"""Settings of brokers that do not let everybody in, or listen in another way."""

import contextlib
import socket
import subprocess
import time
from pathlib import Path

import pytest
import trustme

from fleet.run.broker import find_mosquitto

needs_mosquitto = pytest.mark.skipif(find_mosquitto() is None, reason="mosquitto is not there")


def wait_for_port(port: int) -> None:
    """Wait until something listens on a port of loopback; a broker opens them one by one."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    pytest.fail(f"nothing listens on port {port}")


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


def self_signed(folder: Path) -> tuple[str, ...]:
    """Return the settings of a broker whose certificate nobody but itself vouches for."""
    authority = trustme.CA()
    key, certificate = folder / "own-key.pem", folder / "own.pem"
    authority.private_key_pem.write_to_path(key)
    authority.cert_pem.write_to_path(certificate)
    return (f"keyfile {key}", f"certfile {certificate}")
