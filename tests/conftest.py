"""For all tests: real brokers, signals as in a terminal, and a hypothesis that draws the same."""

import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import settings

from tests.brokers import Mosquitto, launch_mosquitto

settings.register_profile("deterministic", derandomize=True, deadline=None)
settings.load_profile("deterministic")

# Started in the background, a shell has its programs ignore the keyboard's signals, and theirs too.
# A handler that does nothing ignores as well, but those we start do not inherit it.
for number in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, lambda *_: None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take long, so that no process is left with one at the end."""
    long = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(scope="session")
def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """A mosquitto which all tests share; use topics and client ids of your own."""
    broker = launch_mosquitto(tmp_path_factory.mktemp("mosquitto"))
    yield broker
    broker.stop()


@pytest.fixture
def start_mosquitto(tmp_path: Path) -> Iterator[Callable[[Sequence[str]], Mosquitto]]:
    """Start as many brokers as a test needs, each with configuration lines of its own."""
    brokers: list[Mosquitto] = []

    def start(config_lines: Sequence[str] = ()) -> Mosquitto:
        folder = tmp_path / f"broker-{len(brokers)}"
        folder.mkdir()
        brokers.append(launch_mosquitto(folder, config_lines))
        return brokers[-1]

    yield start
    for broker in brokers:
        broker.stop()
