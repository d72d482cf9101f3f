"""The stack: what Docker would start, by schema and by name; what `make stack` starts, for real."""

import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboards import prometheus
from dashboards.grafana import FOLDER
from dashboards.stack import local

STACK = Path(local.__file__).parent
COMPOSE = STACK / "compose.yaml"


def read(name: str) -> Any:
    """Return a YAML file of the stack."""
    return yaml.safe_load((STACK / name).read_text())


@pytest.fixture
def services() -> dict[str, Any]:
    """The services of the compose file."""
    found: dict[str, Any] = read("compose.yaml")["services"]
    return found


def mounts(service: dict[str, Any]) -> dict[str, Path]:
    """Return what a service mounts: the file or folder here by its path there."""
    parts = [each.split(":") for each in service.get("volumes", ())]
    return {there: (STACK / here).resolve() for here, there, *_ in parts}


def test_the_compose_file_follows_its_schema() -> None:
    """check-jsonschema accepts it as a compose file."""
    said = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec",
         str(COMPOSE)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stdout + said.stderr


def test_the_compose_file_names_what_there_is(services: dict[str, Any]) -> None:
    """Whatever a service depends on or mounts is there, and nothing listens beyond loopback."""
    for service in services.values():
        assert set(service.get("depends_on", ())) <= set(services)
        assert all(path.exists() for path in mounts(service).values())
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    build = services["fleet"]["build"]
    root = (STACK / build["context"]).resolve()
    assert (root / build["dockerfile"]).exists()
    copied = [
        word
        for line in (root / build["dockerfile"]).read_text().splitlines()
        if line.startswith("COPY ")
        for word in line.split()[1:-1]
    ]
    assert all((root / word).exists() for word in copied)


def test_the_parts_find_each_other(services: dict[str, Any]) -> None:
    """Broker, targets, data source and folders are named alike on both sides."""
    options = dict(
        word.removeprefix("--").split("=") for word in services["fleet"]["command"] if "=" in word
    )
    assert options["broker"] == "mqtt://mosquitto:1883"
    assert "listener 1883" in (STACK / "mosquitto.conf").read_text().splitlines()
    (job,) = read("prometheus.yml")["scrape_configs"]
    assert job["static_configs"][0]["targets"] == [f"fleet:{options['metrics'].split(':')[1]}"]
    source = read("grafana/provisioning/datasources/prometheus.yml")["datasources"][0]
    assert source["url"] == "http://prometheus:9090"
    assert source["jsonData"]["timeInterval"] == read("prometheus.yml")["global"]["scrape_interval"]
    provider = read("grafana/provisioning/dashboards/fleet.yml")["providers"][0]
    inside = mounts(services["grafana"])
    assert inside[provider["options"]["path"]] == FOLDER
    home = services["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert (FOLDER / Path(home).name).exists()
    rules = mounts(services["prometheus"])
    assert set(read("prometheus.yml")["rule_files"]) <= set(rules)


def test_the_command_of_the_container_is_one(services: dict[str, Any]) -> None:
    """`fleet run` understands what the compose file says, but for the broker's name."""
    words = [word for word in services["fleet"]["command"] if not word.startswith("--broker")]
    said = subprocess.run(
        [sys.executable, "-m", "fleet", *words, "--dry-run"],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not on the PATH")
def test_prometheus_accepts_the_configurations(tmp_path: Path) -> None:
    """Promtool checks what `make stack` writes, and what the compose file mounts."""
    (tmp_path / "own.yml").write_text(local.config(["127.0.0.1:9464"]))
    there = (STACK / "prometheus.yml").read_text()
    for name in ("fleet.rules.yml", "targets"):
        there = there.replace(f"/etc/prometheus/{name}", str(tmp_path / name))
    (tmp_path / "compose.yml").write_text(there)
    shutil.copy(STACK.parent / "rules" / "fleet.rules.yml", tmp_path)
    (tmp_path / "targets").mkdir()
    readme = (STACK / "targets" / "README.md").read_text()
    example = readme.split("```yaml\n")[1].split("```")[0]
    (tmp_path / "targets" / "three.yml").write_text(example)
    for name in ("own.yml", "compose.yml"):
        said = subprocess.run(
            ["promtool", "check", "config", str(tmp_path / name)],
            capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
        assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.skipif(shutil.which("prometheus") is None, reason="prometheus is not on the PATH")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_stack_ends_cleanly(number: signal.Signals) -> None:
    """Ctrl-C ends Prometheus with the verb, which exits with 0 and leaves nothing behind."""
    port = prometheus.free_port()
    program = f"from dashboards.stack.local import stack; stack(['127.0.0.1:1'], {port})"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        told = re.search(r"http://127\.0\.0\.1:\d+\S*", process.stdout.readline())
        assert told is not None
        with urllib.request.urlopen(told[0], timeout=5) as answer:  # noqa: S310 - http
            assert str(port) in answer.url
            assert b"Prometheus" in answer.read()
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")
    assert "has ended" in out
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=1)


def test_a_stack_without_prometheus_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without prometheus the user hears how to get it, or of the compose file."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(prometheus.PrometheusError, match=r"apt-get install .*compose\.yaml"):
        local.stack()
