"""A real Prometheus on loopback, from the PATH: started, asked, and ended with the block.

Its data lies in a folder of its own and goes with it, unless that folder is given.
"""

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

HOST: Final = "127.0.0.1"
PORT: Final = 9090
_START_S_MAX: Final = 20
_STOP_S_MAX: Final = 10
_ASK_S_MAX: Final = 30
_MISSING: Final = (
    "prometheus is not on the PATH; install it (Debian: apt-get install prometheus), or use "
    "dashboards/stack/compose.yaml with Docker"
)


class PrometheusError(Exception):
    """Prometheus is not there, does not start, or refuses a question."""


class Target(NamedTuple):
    """What is scraped: addresses that belong to one job."""

    job: str
    addresses: tuple[str, ...]


class Series(NamedTuple):
    """One series of an answer: its labels, and its values as (seconds since 1970, value)."""

    labels: dict[str, str]
    values: list[tuple[float, float]]


class Prometheus:
    """A running Prometheus."""

    def __init__(self, url: str) -> None:
        """Ask at `url`."""
        self.url: Final = url

    def ask(self, path: str, **query: str | float) -> Any:
        """Return the data of an answer of the API.

        Raises:
            PrometheusError: It refuses the question, with what it says.
        """
        url = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        try:
            with urllib.request.urlopen(url, timeout=_ASK_S_MAX) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            said = json.loads(error.read() or b"{}").get("error", error.reason)
            msg = f"{said}: {query.get('query', path)}"
            raise PrometheusError(msg) from error
        except OSError as error:
            msg = f"prometheus does not answer: {error}"
            raise PrometheusError(msg) from error

    def range(self, query: str, start: float, end: float, step_s: float) -> list[Series]:
        """Return what a query gives over a range of seconds since 1970."""
        data = self.ask("query_range", query=query, start=start, end=end, step=step_s)
        return [
            Series(each["metric"], [(at, float(value)) for at, value in each["values"]])
            for each in data["result"]
        ]

    def labels(self, label: str, selector: str, start: float, end: float) -> list[str]:
        """Return the values of a label among the series of a selector, as a variable asks."""
        path = f"label/{label}/values"
        values: list[str] = self.ask(path, start=start, end=end, **{"match[]": selector})
        return values


def config(
    targets: Sequence[Target], interval: str = "5s", rules: Sequence[str] = (), **more: Any
) -> str:
    """Return a configuration that scrapes `targets` and evaluates the files of `rules`."""
    jobs = [
        {"job_name": each.job, "static_configs": [{"targets": list(each.addresses)}]}
        for each in targets
    ]
    settings = {
        "global": {"scrape_interval": interval, "evaluation_interval": interval},
        "rule_files": list(rules),
        "scrape_configs": jobs,
    }
    return yaml.safe_dump(settings | more, sort_keys=False)


def find() -> str:
    """Return where Prometheus is.

    Raises:
        PrometheusError: It is not on the PATH.
    """
    path = shutil.which("prometheus")
    if path is None:
        raise PrometheusError(_MISSING)
    return path


@contextmanager
def running(config_file: Path, data: Path, port: int = 0, *more: str) -> Iterator[Prometheus]:
    """Run Prometheus on loopback until the block is left.

    Args:
        config_file: Its configuration.
        data: Folder for its data, made if it is not there.
        port: 0 takes a free one.
        more: Further arguments.

    Raises:
        PrometheusError: It is not there, or does not start; with the end of what it said.
    """
    data.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    log_path = data / "prometheus.log"
    arguments = [
        f"--config.file={config_file}", f"--storage.tsdb.path={data}",
        f"--web.listen-address={HOST}:{port}", "--log.level=warn", *more,
    ]  # fmt: skip
    with log_path.open("wb") as log:
        process = subprocess.Popen([find(), *arguments], stdout=log, stderr=log)
    try:
        _wait_until_ready(process, f"http://{HOST}:{port}", log_path)
        yield Prometheus(f"http://{HOST}:{port}")
    finally:
        _end(process)


def free_port() -> int:
    """Return a port of loopback that is free at this moment."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + _START_S_MAX
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/-/ready", timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    said = log.read_text(errors="replace").strip().splitlines()[-3:]
    msg = f"prometheus does not start at {url}: {' / '.join(said) or 'it says nothing'}"
    raise PrometheusError(msg)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_S_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
