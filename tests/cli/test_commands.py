"""Commands that do something: help, version, profiles, rehearsal."""

import json
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import fleet
from tests.cli.commands import environment, fleet_command, fleet_here

RUN_OPTIONS = (
    "--broker", "--tms / --no-tms", "--terminals", "--seed", "--duration", "--speed", "--shards",
    "--metrics", "--out", "--live / --no-live", "--username", "--password-file", "--ca-file",
    "--cert-file", "--key-file", "--insecure", "--dry-run", "--slo", "--abort-on-slo",
    "--junit", "--hdr", "--source", "--report / --no-report",
)  # fmt: skip


def said(*arguments: str | Path, **more: str) -> str:
    """Return the output of a command that must succeed silently."""
    done = fleet_here(*arguments, **more)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_version() -> None:
    """`fleet --version` names the version of the package."""
    told = f"fleet, version {fleet.__version__}\n"
    assert said("--version") == fleet_command("--version").stdout == told


@pytest.mark.parametrize(
    "command",
    [(), ("run",), ("profile",), ("profile", "list"), ("profile", "show"), ("profile", "check"),
     ("profile", "schema"), ("tms",)],
)  # fmt: skip
def test_every_command_explains_itself(command: tuple[str, ...]) -> None:
    """`--help` and `-h` say the same, with a usage line and a sentence."""
    told = said(*command, "--help")
    assert told == said(*command, "-h")
    assert told.startswith(f"Usage: fleet{''.join(f' {word}' for word in command)} ")


def test_run_offers_what_the_contract_names_and_no_more() -> None:
    """The options of `fleet run` are those of its contract."""
    told = said("run", "--help")
    offered = {line.split("  ")[1] for line in told.splitlines() if line.startswith("  -")}
    names = {" / ".join(part.split()[0] for part in each.split(" / ")) for each in offered}
    assert names == {*RUN_OPTIONS, "-h,"}


def test_the_list_holds_every_profile_with_its_title() -> None:
    """`fleet profile list` has a line for each profile."""
    lines = said("profile", "list").splitlines()
    assert any(line.startswith("demo ") and len(line.split()) > 2 for line in lines)


def test_what_is_shown_is_a_profile_again(tmp_path: Path) -> None:
    """`fleet profile show` prints TOML that is a profile, and the same one."""
    shown = said("profile", "show", "demo")
    assert tomllib.loads(shown)["name"] == "demo"
    path = tmp_path / "copy.toml"
    path.write_text(shown)
    assert said("profile", "show", path) == shown
    assert said("profile", "check", path) == f"{path}: fine\n"


def test_the_schema_is_json() -> None:
    """`fleet profile schema` prints a JSON Schema that knows the profile's sections."""
    schema = json.loads(said("profile", "schema"))
    assert {"run", "estate", "heartbeat", "mqtt"} <= set(schema["properties"])


def test_a_rehearsal_tells_what_would_run_and_leaves_no_trace(tmp_path: Path) -> None:
    """`--dry-run` tells the plan with all wishes applied, and creates nothing."""
    out = tmp_path / "record"
    told = said(
        "run", "steady", "--dry-run", "--terminals", "3000", "--duration", "90s", "--seed", "7",
        "--speed", "2", "--shards", "3", "--metrics", "127.0.0.1:0", "--out", out,
        "--slo", "sign_in.p99 < 2s", "--slo", "heartbeat.loss == 0",
    )  # fmt: skip
    for words in (
        "steady",
        "3,000 in 3 processes",
        "seed       7",
        "1m30s",
        "x2",
        "reference TMS",
        str(out),
        "objective  sign_in.p99 < 2s\nobjective  heartbeat.loss == 0\n",
    ):
        assert words in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("objective", "wishes", "notes"),
    [
        ("sign_in.failures < 1%", "", 1),
        ("sign_in.failures <= 2%", "", 0),
        ("sign_in.failures < 1%", "tms.sign_in_malfunction = 0.0\n", 0),
        ("sign_in.p99 < 1s", "", 0),
    ],
)
def test_an_objective_that_our_own_tms_breaks_on_purpose_is_told(
    objective: str, wishes: str, notes: int, tmp_path: Path
) -> None:
    """Before the run, with the key that would change it."""
    path = tmp_path / "mine.toml"
    path.write_text(f'schema = 1\nname = "mine"\nextends = "steady"\n{wishes}', encoding="utf-8")
    told = said("run", path, "--dry-run", "--metrics", "off", "--slo", objective)
    assert told.count("set tms.sign_in_malfunction = 0.0") == notes
    assert told.count("answers 2 % of sign-ins") == notes


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_an_encoding_that_knows_less_costs_no_verdict(encoding: str) -> None:
    """Where blocks and dots cannot be written, there is a "?"; exit code 0, and nothing else."""
    done = fleet_command(
        "plan", "steady", "--terminals", "5", "--duration", "10s", PYTHONIOENCODING=encoding
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "messages from terminals" in done.stdout


def test_a_reader_that_leaves_early_is_no_bug() -> None:
    """`fleet profile show demo | head -1` ends quietly."""
    with subprocess.Popen(
        [sys.executable, "-m", "fleet", "profile", "schema"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) in {0, 1}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_before_all_is_there(tmp_path: Path, number: signal.Signals) -> None:
    """A signal while modules are still imported is an interruption, told in one word; exit 130."""
    (tmp_path / "click.py").write_text(f"import os; os.kill(os.getpid(), {int(number)})\n")
    done = fleet_command("run", PYTHONPATH=f"{tmp_path}:{Path(fleet.__file__).parents[1]}")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "interrupted\n")


def test_version_needs_no_heavy_import() -> None:
    """Quick commands stay quick: `--version` imports neither trio nor numpy."""
    program = "import sys, fleet.cli; print({'trio', 'numpy', 'pydantic'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30,
        env=environment(), check=True,
    )  # fmt: skip
    assert done.stdout == "set()\n"
