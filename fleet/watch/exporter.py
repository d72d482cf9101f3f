"""Serves the board to Prometheus.

The collector makes its samples from the board at scrape time, so that nothing is done between
scrapes and terminals pay nothing for being watched. It has a registry of its own: the process's
default one would add figures of the Python process, which say nothing about the estate.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from prometheus_client import CollectorRegistry, make_wsgi_app, start_http_server
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from fleet.watch.exposition import PATH, make_app
from fleet.watch.family import Family, Kind
from fleet.watch.tally import Board, Reading

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 9464
_US_PER_S: Final = 1_000_000


class AddressUnavailable(Exception):
    """The metrics cannot be served at the address that was asked for."""


class RunInfo(NamedTuple):
    """What `fleet_run_info` says of a run."""

    profile: str
    seed: int
    version: str


class FleetCollector(Collector):
    """Makes Prometheus's samples of a board."""

    def __init__(self, board: Board, run: RunInfo) -> None:
        """Collect from `board`, on behalf of `run`."""
        self._board = board
        self._run = {label: str(value) for label, value in run._asdict().items()}

    def describe(self) -> Iterable[Metric]:
        """Return nothing: without it, registering would read the board."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Yield every family, all from one reading."""
        reading = self._board.read()
        for family in reading.layout.families:
            if family.kind is Kind.INFO:
                name = family.name.removesuffix("_info")
                yield InfoMetricFamily(name, family.help, self._run)
            else:
                yield _METRICS[family.kind](family, reading)


def _plain(family: Family, reading: Reading) -> Metric:
    make = CounterMetricFamily if family.kind is Kind.COUNTER else GaugeMetricFamily
    metric = make(family.name, family.help, labels=[label.name for label in family.labels])
    for values, value in reading.samples(family).items():
        metric.add_metric(values, value)
    return metric


def _histogram(family: Family, reading: Reading) -> Metric:
    distribution = reading.distribution(family.name)
    bounds = [str(us / _US_PER_S) for us in family.bounds_us]
    cumulative = distribution.cumulative(family.bounds_us)
    buckets = [*zip(bounds, cumulative, strict=True), ("+Inf", distribution.count)]
    metric = HistogramMetricFamily(family.name, family.help)
    metric.add_metric([], buckets, distribution.sum_us / _US_PER_S)
    return metric


_METRICS: Final[dict[Kind, Callable[[Family, Reading], Metric]]] = {
    Kind.COUNTER: _plain,
    Kind.GAUGE: _plain,
    Kind.HISTOGRAM: _histogram,
}


class Exporter(NamedTuple):
    """Where the metrics are served."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address to scrape."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}{PATH}"


@contextmanager
def serve_metrics(
    board: Board, run: RunInfo, host: str = DEFAULT_HOST, port: int = DEFAULT_PORT
) -> Iterator[Exporter]:
    """Serve the metrics over HTTP until the block is left; a thread waits for scrapes.

    Args:
        board: What to serve.
        run: For `fleet_run_info`.
        host: Address to listen at.
        port: 0 lets the system choose one.

    Raises:
        AddressUnavailable: The port is taken, or the host is none of this machine's.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(FleetCollector(board, run))
    try:
        server, thread = start_http_server(port, host, registry)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        msg = (
            f"cannot serve metrics at {host}:{port}: {reason}; "
            "choose another address with --metrics HOST:PORT (port 0 takes a free one)"
        )
        raise AddressUnavailable(msg) from error
    server.set_app(make_app(board, registry, make_wsgi_app(registry)))
    try:
        yield Exporter(host, server.server_port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
