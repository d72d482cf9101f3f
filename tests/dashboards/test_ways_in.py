"""Other ways of figures to Prometheus: OpenMetrics, remote write, the Pushgateway; all for real."""

import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from dashboards import cost, prometheus, runs
from dashboards.runs import Run
from fleet.watch.catalogue import FAMILIES

EXAMPLES = Path(cost.__file__).parent / "examples"
LIMIT_S = 20
TINY = ("--terminals", "20", "--speed", "60", "--duration", "10m")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A small run; the last of the tests that look at it ends it."""
    with runs.running("demo", tmp_path_factory.mktemp("run") / "run.log", *TINY) as run:
        yield run


def get(url: str, accept: str = "*/*") -> tuple[str, str]:
    """Return the kind and the text of an answer."""
    request = urllib.request.Request(url, headers={"Accept": accept})  # noqa: S310 - http
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - http
        return answer.headers["Content-Type"], answer.read().decode()


@pytest.mark.slow
def test_a_scrape_is_cheap_and_names_no_terminal(run: Run) -> None:
    """Both formats are negotiated; no sample names a terminal; a scrape stays under 5 ms of CPU."""
    url = f"http://{run.address}/metrics"
    kind, text = get(url)
    assert kind.startswith("text/plain; version=0.0.4")
    modern, more = get(url, "application/openmetrics-text; version=1.0.0, text/plain;q=0.5")
    assert modern.startswith("application/openmetrics-text; version=1.0.0")
    assert more.endswith("# EOF\n")
    labels = {label.name for family in FAMILIES for label in family.labels} | {"le"}
    samples = [line for line in text.splitlines() if not line.startswith("#")]
    used = {
        pair.partition("=")[0]
        for line in samples
        if "{" in line
        for pair in line[line.index("{") + 1 : line.rindex("}")].split('",')
    }
    assert used <= labels
    # Terminals of this profile are numbered from 10,000,000, serial numbers begin with FL.
    assert not [line for line in samples if '"100000' in line or '"FL0' in line]
    spent = cost.measure(run, 40)
    assert spent.cpu_s < cost.LIMIT_S, spent


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("prometheus") is None, reason="prometheus is not on the PATH")
def test_remote_write_arrives(run: Run, tmp_path: Path) -> None:
    """The example's agent writes a run's figures to another Prometheus, its label with them."""
    (tmp_path / "server.yml").write_text("{}\n")
    settings = yaml.safe_load((EXAMPLES / "remote-write.yml").read_text())
    settings["global"]["scrape_interval"] = "1s"
    settings["scrape_configs"][0]["static_configs"][0]["targets"] = [run.address]
    receive = "--web.enable-remote-write-receiver"
    with prometheus.running(tmp_path / "server.yml", tmp_path / "a", 0, receive) as server:
        settings["remote_write"][0]["url"] = f"{server.url}/api/v1/write"
        (tmp_path / "agent.yml").write_text(yaml.safe_dump(settings))
        with agent(tmp_path):
            query = 'sum(fleet_terminals{job="fleet", site="laboratory"})'
            deadline = time.monotonic() + LIMIT_S
            while not (found := server.ask("query", query=query)["result"]):
                assert time.monotonic() < deadline, "nothing arrived"
                time.sleep(0.2)
    assert found[0]["value"][1] == "20"


def agent(folder: Path) -> "subprocess.Popen[bytes]":
    """Start Prometheus as an agent; it ends with its block."""

    class Ending(subprocess.Popen[bytes]):
        def __exit__(self, *ending: object) -> None:
            self.terminate()
            self.wait(10)

    return Ending(
        ["prometheus", "--enable-feature=agent", f"--config.file={folder / 'agent.yml'}",
         f"--storage.agent.path={folder / 'agent'}", "--log.level=error",
         f"--web.listen-address=127.0.0.1:{prometheus.free_port()}"],
    )  # fmt: skip


@contextmanager
def relayed(run: Run) -> Iterator[tuple[str, threading.Event]]:
    """Pass a run's figures on for as long as there are any; yield where, and what tells of it."""
    passed = threading.Event()

    class Relay(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                figures = get(f"http://{run.address}{self.path}")[1].encode()
            except OSError:
                self.send_error(502)
                return
            self.send_response(200)
            self.end_headers()
            self.wfile.write(figures)
            passed.set()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Relay) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", passed
        finally:
            server.shutdown()


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("prometheus-pushgateway") is None,
    reason="prometheus-pushgateway is not on the PATH",
)
def test_a_short_run_is_pushed(run: Run, tmp_path: Path) -> None:
    """When a run is over, the example hands its last figures to a real Pushgateway."""
    port = prometheus.free_port()
    gateway = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        ["prometheus-pushgateway", f"--web.listen-address=127.0.0.1:{port}",
         "--persistence.file=", "--log.level=error"],  # Debian's remembers the last test's
        cwd=tmp_path,
    ) as server:  # fmt: skip
        try:
            with relayed(run) as (url, passed), subprocess.Popen(
                [sys.executable, str(EXAMPLES / "push.py"), url, gateway, "fleet-short"],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            ) as pusher:  # fmt: skip
                assert passed.wait(LIMIT_S)
                run.end()
                out, err = pusher.communicate(timeout=LIMIT_S)
            assert (pusher.returncode, err) == (0, "")
            assert "bytes pushed" in out
            held = get(f"{gateway}/metrics")[1]
        finally:
            server.terminate()
    assert 'fleet_run_info{instance="",job="fleet-short",profile="demo"' in held


def test_nobody_to_push_to_is_told() -> None:
    """Without a gateway the example says which one, and ends with 1."""
    program = (
        f"import sys; sys.path.insert(0, {str(EXAMPLES)!r}); import push; "
        "push.last_figures = lambda run: b'x 1\\n'; "
        "sys.exit(push.main(['http://r', 'http://127.0.0.1:9', 'j']))"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=False
    )
    assert said.returncode == 1
    assert said.stderr.startswith("Error: http://127.0.0.1:9 did not take the figures")
