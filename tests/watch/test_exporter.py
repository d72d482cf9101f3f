"""The exporter, scraped over HTTP and judged by the parsers and by promtool."""

import gc
import http.client
import shutil
import socket
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from io import StringIO

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_fd_to_metric_families

from fleet.watch.catalogue import FAMILIES
from fleet.watch.exporter import (
    AddressUnavailable,
    Exporter,
    FleetCollector,
    RunInfo,
    serve_metrics,
)
from fleet.watch.tally import Board, Tally

RUN = RunInfo(profile='corner "shop"', seed=42, version="0.1.0")
OPENMETRICS = "application/openmetrics-text; version=1.0.0"


@pytest.fixture
def exporter(tally: Tally, board: Board) -> Iterator[Exporter]:
    """An exporter of a board that has counted something."""
    tally.counts[tally.slot("fleet_connects_total", outcome="ok")] += 2
    tally.recorder("fleet_connect_duration_seconds").record(2_500)
    tally.recorder("fleet_connect_duration_seconds").record(2_501)
    tally.publish()
    with serve_metrics(board, RUN, port=0) as exporter:
        yield exporter


def scrape(exporter: Exporter, accept: str = "text/plain") -> str:
    """Return the exposition as text."""
    request = urllib.request.Request(exporter.url, headers={"Accept": accept})  # noqa: S310 - http
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - http
        text: str = answer.read().decode()
    return text


def test_every_family_is_exported_and_nothing_else(exporter: Exporter) -> None:
    """The exposition holds the declared families, in order, and no series of the process."""
    text = scrape(exporter)
    exported = [each.split()[2] for each in text.splitlines() if each.startswith("# TYPE")]
    assert exported == [family.name for family in FAMILIES]


def test_the_values_are_the_boards(exporter: Exporter) -> None:
    """Samples carry the counts, exact at the bounds, and the run's own labels."""
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for metric in text_fd_to_metric_families(StringIO(scrape(exporter)))
        for sample in metric.samples
    }
    assert samples["fleet_connects_total", "ok"] == 2
    assert samples["fleet_connect_duration_seconds_bucket", "0.0025"] == 1
    assert samples["fleet_connect_duration_seconds_bucket", "0.005"] == 2
    assert samples["fleet_connect_duration_seconds_bucket", "+Inf"] == 2
    assert samples["fleet_connect_duration_seconds_sum",] == pytest.approx(0.005001)
    assert samples["fleet_run_info", 'corner "shop"', "42", "0.1.0"] == 1


def test_openmetrics_is_served_to_those_who_ask(exporter: Exporter) -> None:
    """The strict OpenMetrics parser accepts the exposition, and it has no `_created` series."""
    text = scrape(exporter, OPENMETRICS)
    families = list(parse_openmetrics(text))  # type: ignore[no-untyped-call]
    assert len(families) == len(FAMILIES)
    assert "_created" not in text


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/", 200, '<a href="/metrics">/metrics</a>'),
        ("/metric", 404, "nothing is at /metric; the metrics are at /metrics\n"),
        ("/metrics/", 404, "the metrics are at /metrics\n"),
        ("/favicon.ico", 404, "the metrics are at /metrics\n"),
        ("/m%C3%A9triques%0A?x=1", 404, "at /m%C3%A9triques%0A; the metrics are at /metrics\n"),
    ],
)
def test_the_metrics_are_at_one_path(exporter: Exporter, path: str, status: int, told: str) -> None:
    """The root shows the way; a path that is nobody's answers 404, and where the metrics are."""
    asked = http.client.HTTPConnection(exporter.host, exporter.port, timeout=5)
    with closing(asked):
        asked.request("GET", path)
        answer = asked.getresponse()
        text = answer.read().decode()
    assert answer.status == status
    assert told in text
    assert "fleet_terminals" not in text


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not on the PATH")
def test_promtool_has_nothing_to_say(exporter: Exporter) -> None:
    """`promtool check metrics` accepts the exposition without a remark."""
    said = subprocess.run(
        ["promtool", "check", "metrics"],
        input=scrape(exporter), capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


def test_a_scrape_is_fresh(exporter: Exporter, tally: Tally) -> None:
    """Each scrape reads the board anew."""
    scrape(exporter)
    tally.counts[tally.slot("fleet_heartbeats_total")] += 7
    tally.publish()
    assert "fleet_heartbeats_total 7.0" in scrape(exporter)


@pytest.mark.filterwarnings("error::ResourceWarning")
def test_nothing_is_left_when_it_is_over(board: Board) -> None:
    """Leaving the block ends the thread and frees the port, with no resource left open."""
    before = set(threading.enumerate())
    with serve_metrics(board, RUN, port=0) as exporter:
        scrape(exporter)
    gc.collect()
    assert {each for each in threading.enumerate() if each.is_alive()} <= before
    with socket.create_server((exporter.host, exporter.port)):
        pass


def test_a_taken_port_is_told_with_the_way_out(board: Board, exporter: Exporter) -> None:
    """A second exporter at the same address says what is wrong and which option changes it."""
    wanted = rf"127.0.0.1:{exporter.port}: Address already in use; choose .* --metrics HOST:PORT"
    with (
        pytest.raises(AddressUnavailable, match=wanted),
        serve_metrics(board, RUN, port=exporter.port),
    ):
        pass


@pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 0), ("127.0.0.1", 65_536)])
def test_an_impossible_address_is_told(board: Board, host: str, port: int) -> None:
    """An address that is not this machine's, or no port, is an `AddressUnavailable`."""
    with (
        pytest.raises(AddressUnavailable, match=f"cannot serve metrics at {host}:{port}"),
        serve_metrics(board, RUN, host, port),
    ):
        pass


@pytest.mark.parametrize("accept", ["text/plain", OPENMETRICS])
def test_the_template_writes_what_the_library_would(
    tally: Tally, board: Board, exporter: Exporter, accept: str
) -> None:
    """Every line of a later scrape is that of prometheus_client, but for how numbers look."""
    scrape(exporter, accept)
    tally.counts[tally.slot("fleet_heartbeats_total")] += 2_500_000
    tally.recorder("fleet_heartbeat_ack_seconds").record(77)
    tally.publish()
    registry = CollectorRegistry(auto_describe=False)
    registry.register(FleetCollector(board, RUN))
    encoder, _ = choose_encoder(accept)
    wanted = encoder(registry).decode()
    assert [comparable(each) for each in scrape(exporter, accept).splitlines()] == [
        comparable(each) for each in wanted.splitlines()
    ]


def comparable(line: str) -> tuple[str, float]:
    """Return a line as its text and its value."""
    if line.startswith("#"):
        return line, 0.0
    text, _, value = line.rpartition(" ")
    return text, float(value)
