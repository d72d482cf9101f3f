"""For the tests of runs."""

import socket

import pytest


@pytest.fixture
def free_port() -> int:
    """Return a port of loopback that is free at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
