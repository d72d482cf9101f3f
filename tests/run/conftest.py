"""For the tests of runs."""

import socket
from pathlib import Path

import pytest

from tests.run.runs import PROFILE


@pytest.fixture
def free_port() -> int:
    """Return a port of loopback that is free at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """Write the profile of a small run, and return its path."""
    path = tmp_path / "tiny.toml"
    path.write_text(PROFILE)
    return path
