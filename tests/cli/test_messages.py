"""What a user is told when something is wrong, and the exit code that goes with it."""

import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.brokers import Mosquitto
from tests.cli.commands import Done, fleet_command, fleet_here, refusal, refused
from tests.run.settings import needs_mosquitto, with_password, with_tls

Start = Callable[[Sequence[str]], Mosquitto]
Command = Callable[..., Done]

QUICK = ("--metrics", "off", "--duration", "1s", "--terminals", "1", "--no-live")


@pytest.mark.parametrize("by", [fleet_command, fleet_here])
def test_an_unknown_profile(by: Command) -> None:
    """A name that is none is told with the names there are; exit code 2."""
    told = refusal(2, by("run", "demmo"))
    assert told == "Error: demmo: there is no such profile; did you mean 'demo'?\n"


def test_a_malformed_profile_gets_all_its_complaints(tmp_path: Path) -> None:
    """Every mistake of a profile is told at once, each with its path; exit code 2."""
    profile = tmp_path / "mine.toml"
    profile.write_text(
        'schema = 1\nname = "mine"\n[run]\nduration = 5\n[estate]\nterminals = 0\nterminal = 3\n'
    )
    for command in (("run",), ("profile", "check"), ("profile", "show")):
        told = refused(2, *command, profile)
        assert len(told.splitlines()) == 3
        for path in ("run.duration", "estate.terminals", "estate.terminal:"):
            assert f"Error: {profile}: {path}" in told


def test_every_profile_is_checked(tmp_path: Path) -> None:
    """A profile with mistakes does not hide those after it, nor those that are fine."""
    bad = [tmp_path / name for name in ("a.toml", "b.toml")]
    for path in bad:
        path.write_text("schema = = 1\n")
    done = fleet_here("profile", "check", bad[0], "demo", bad[1])
    assert done.returncode == 2
    assert done.stdout == "demo: fine\n"
    assert [f"Error: {path}" in done.stderr for path in bad] == [True, True]


def test_a_profile_that_is_no_toml(tmp_path: Path) -> None:
    """A file that is not TOML is told with the place of the mistake; exit code 2."""
    profile = tmp_path / "mine.toml"
    profile.write_text("schema = = 1\n")
    assert "this is not TOML" in refused(2, "run", profile)


def test_a_profile_that_is_not_there(tmp_path: Path) -> None:
    """A path without a file is told with the path; exit code 2."""
    assert "No such file" in refused(2, "run", tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--duration", "soon", "'soon' is not a duration"),
        ("--duration", "0s", "is not above 0"),
        ("--shards", "0", "neither a number from 1 to 9999 nor 'auto'"),
        ("--shards", "many", "neither a number"),
        ("--metrics", "9464", "is not HOST:PORT"),
        ("--metrics", "localhost:99999", "is not HOST:PORT"),
        ("--terminals", "0", "--terminals"),
        ("--seed", "-1", "--seed"),
        ("--speed", "0", "--speed"),
        ("--speed", "nan", "run.speed"),
        ("--broker", "localhost:1883", "has no scheme"),
        ("--broker", "http://localhost", "unknown scheme 'http'"),
        ("--password-file", "/nonexistent/file", "--password-file"),
        ("--colour", "red", "No such option"),
        ("--slo", "signin.p99 < 2s", "did you mean 'sign_in.p99'?"),
        ("--slo", "sign_in.p99 2s", "write INDICATOR COMPARISON VALUE"),
        ("--source", "127.0.0.9-127.0.0.1", "is no IPv4 address nor range"),
        ("--source", "localhost", "is no IPv4 address nor range"),
    ],
)
def test_a_wrong_option(option: str, value: str, words: str) -> None:
    """An option with a value that it cannot have is told as usage; exit code 2."""
    assert words in refused(2, "run", *QUICK, f"{option}={value}")


def test_every_wrong_objective_is_told_at_once() -> None:
    """Who has misspelt three objectives need not run three times to learn it; exit code 2."""
    wrong = ("--slo", "signin.p99 < 2s", "--slo", "sign_in.p99 2s", "--slo", "update.p50 < 1")
    told = refused(2, "run", *QUICK, "--slo", "sign_in.p50 < 1s", *wrong)
    for words in ("did you mean 'sign_in.p99'?", "write INDICATOR", "'1' does not fit update.p50"):
        assert words in told
    assert "sign_in.p50" not in told


def test_a_secret_in_the_url_is_refused_unrepeated() -> None:
    """A password in a URL is refused, and never shown again; exit code 2."""
    told = refused(2, "run", "--broker", "mqtt://user:hunter2@localhost", *QUICK)
    assert "must not carry" in told
    assert "hunter2" not in told


def test_options_that_contradict_each_other(tmp_path: Path) -> None:
    """Credentials for the embedded broker, and a password without a user, are usage errors."""
    file = tmp_path / "file"
    file.write_text("secret\n")
    url = ("--broker", "mqtt://127.0.0.1:1")
    assert "needs a broker of your own" in refused(2, "run", "--username", "u", *QUICK)
    assert "needs --username" in refused(2, "run", *url, "--password-file", file, *QUICK)
    assert "not both" in refused(2, "run", *url, "--broker", "embedded", *QUICK)
    assert "has no TLS" in refused(2, "run", *url, "--ca-file", file, *QUICK)
    assert "'embedded' is for" in refused(2, "tms", "--broker", "embedded")
    assert "no objective to watch" in refused(2, "run", "steady", "--abort-on-slo", *QUICK)


def test_a_password_file_without_a_password(tmp_path: Path) -> None:
    """An empty password file is told with its name, before anything is started; exit code 2."""
    file = tmp_path / "empty"
    file.touch()
    options = ("--broker", "mqtt://127.0.0.1:1", "--username", "u", "--password-file", file)
    told = refused(2, "run", "steady", *options, *QUICK)
    assert told == (
        f"Error: the password file {file} is empty: its first line must be the password\n"
    )


def test_an_unreachable_broker() -> None:
    """A broker that is not there is told with its URL; exit code 1."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"mqtt://127.0.0.1:{bound.getsockname()[1]}"
        for dry in ((), ("--dry-run",)):
            told = refusal(1, fleet_command("run", "--broker", url, *QUICK, *dry))
            assert f"cannot reach the broker {url}: Connection refused" in told


def test_a_source_that_is_none_of_this_machine_s() -> None:
    """Before anything is started, also in a dry run; else each connect would fail; exit code 1."""
    url = ("--broker", "mqtt://127.0.0.1:1", "--source", "127.0.0.2", "--source", "192.0.2.1")
    for more in ((), ("--dry-run",)):
        told = refused(1, "run", "steady", *QUICK, *url, *more)
        assert "cannot connect from 192.0.2.1: Cannot assign requested address; name" in told


def test_refused_credentials(tmp_path: Path, start_mosquitto: Start) -> None:
    """A wrong password is told as refused, and not shown; exit code 1."""
    broker = start_mosquitto(with_password(tmp_path, "alice", "right"))
    url = f"mqtt://127.0.0.1:{broker.port}"
    wrong = {"FLEET_MQTT_PASSWORD": "hunter2"}
    told = refused(1, "run", "--broker", url, "--username", "alice", *QUICK, **wrong)
    assert "refuses user 'alice'" in told
    assert "hunter2" not in told


def test_a_wrong_tls_name(tmp_path: Path, start_mosquitto: Start) -> None:
    """A certificate for another name is told as such; exit code 1."""
    settings, ca = with_tls(tmp_path, "broker.example.org")
    url = f"mqtts://127.0.0.1:{start_mosquitto(settings).port}"
    told = refused(1, "run", "--broker", url, "--ca-file", ca, *QUICK)
    assert "is for another name" in told


def test_a_port_in_use() -> None:
    """A port for metrics that is taken is told with the way out; exit code 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        for dry in ((), ("--dry-run",)):
            told = refused(1, "run", *QUICK, "--metrics", address, *dry)
            assert f"cannot serve metrics at {address}: Address already in use" in told
            assert "--metrics HOST:PORT" in told


def test_an_output_folder_that_is_not_empty(tmp_path: Path) -> None:
    """A record is never mixed with other files; exit code 1, and nothing is touched."""
    (tmp_path / "precious.txt").write_text("mine")
    for dry in ((), ("--dry-run",)):
        told = refused(1, "run", *QUICK, "--out", tmp_path, *dry)
        assert f"{tmp_path} is not empty (it holds precious.txt)" in told
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


def test_an_output_folder_that_is_a_file(tmp_path: Path) -> None:
    """A file in the folder's place is told; exit code 1."""
    file = tmp_path / "file"
    file.write_text("mine")
    for dry in ((), ("--dry-run",)):
        assert f"cannot write the run record to {file}" in refused(
            1, "run", *QUICK, "--out", file, *dry
        )


@pytest.mark.parametrize("below", ["file/record", "proc"])
def test_an_output_folder_that_cannot_be_made(tmp_path: Path, below: str) -> None:
    """A path on which no folder can be made is told by run and rehearsal; exit code 1."""
    (tmp_path / "file").write_text("mine")
    out = Path("/proc/record") if below == "proc" else tmp_path / below
    for dry in ((), ("--dry-run",)):
        told = refused(1, "run", *QUICK, "--out", out, *dry)
        assert f"cannot write the run record to {out}" in told


@needs_mosquitto
def test_more_terminals_than_descriptors() -> None:
    """An estate that does not fit this machine is refused at once, with the ways out."""
    told = refused(1, "run", "--terminals", "9000000", "--shards", "auto")
    assert "do not fit into the embedded broker" in told
    assert "ulimit -Hn 9000100 as root" in told
    assert "--broker mqtt://HOST:PORT" in told
    url = ("--broker", "mqtt://127.0.0.1:1")
    assert "run with --shards" in refused(1, "run", "--terminals", "9000000", *url)


def test_a_broker_that_is_not_installed() -> None:
    """A broker forced by the environment that is not there is told; exit code 1."""
    assert "names no broker" in refused(1, "run", *QUICK, FLEET_BROKER="rabbit")


def test_a_bug_is_one_line_and_where_to_report_it(tmp_path: Path) -> None:
    """An unexpected exception is called a bug; FLEET_TRACEBACK=1 alone shows the traceback."""
    (tmp_path / "sitecustomize.py").write_text(
        "import fleet.profile.store as store\n"
        "def load(*_): raise ZeroDivisionError('the bug')\n"
        "store.load = load\n"
        "import fleet.profile\n"
        "fleet.profile.load = load\n"
    )
    ours = fleet_command("--version")
    assert ours.returncode == 0
    path = {"PYTHONPATH": f"{tmp_path}:{Path(__file__).parents[2]}"}
    done = fleet_command("profile", "show", "demo", **path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    assert "ZeroDivisionError: the bug" in done.stderr
    assert "FLEET_TRACEBACK=1" in done.stderr
    shown = fleet_command("profile", "show", "demo", FLEET_TRACEBACK="1", **path)
    assert "Traceback (most recent call last)" in shown.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--from", "500", "--to", "100", "--slo", "sign_in.p99 < 1s"), "--from 100 --to 500"),
        (("--from", "1", "--to", "2"), "name one, such as --slo 'sign_in.p99 < 2s'"),
        (("--from", "1", "--to", "2", "--slo", "x.p99 < 1s"), "there is no indicator 'x.p99'"),
        (("--from", "1", "--to", "2", "--precision", "0"), "write it as '5%' or '0.05'"),
        (("--from", "0", "--to", "2"), "--from"),
        (("--to", "2"), "Missing option '--from'"),
        (("--from", "1", "--to", "2", "--warm-up", "-5s"), "'-5s' is below 0"),
        (("--from", "1", "--to", "2", "--hold", "0s"), "'0s' is not above 0"),
        (("--from", "1", "--to", "2", "--warm-up", "0s"), "name one, such as --slo"),
    ],
)
def test_a_search_that_cannot_be(options: tuple[str, ...], words: str) -> None:
    """A range upside down, no objective, or one that is none: exit code 2, what would be right."""
    assert words in refused(2, "capacity", "steady", *options)


def test_a_search_overwrites_nothing_of_others(tmp_path: Path) -> None:
    """The folder of a run is no place for a search: its page would be gone; exit code 1."""
    page = tmp_path / "report.html"
    page.write_text("of a run")
    options = ("--from", "1", "--to", "2", "--slo", "sign_in.p99 < 1s", "--out", tmp_path)
    told = refused(1, "capacity", "steady", *options)
    assert f"{tmp_path} is not empty (it holds report.html) and no search's" in told
    assert page.read_text() == "of a run"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the folder is Linux's")
def test_a_search_that_cannot_keep_its_folder() -> None:
    """Where no folder can be made, it is said of which, and which option changes it; exit 1."""
    out = "/proc/nowhere"
    options = ("--from", "1", "--to", "2", "--slo", "sign_in.p99 < 1s", "--out", out)
    told = refused(1, "capacity", "steady", *options)
    assert told == (
        f"Error: cannot keep the search in {out}: No such file or directory; choose another --out\n"
    )


@pytest.mark.parametrize("option", ["--junit", "--hdr"])
def test_a_file_that_cannot_be_written_is_told_before_the_run(tmp_path: Path, option: str) -> None:
    """Who learns it at the end has lost the run; exit code 1, and no record is begun."""
    out, lost = tmp_path / "out", tmp_path / "none" / "file"
    for more in ((), ("--dry-run",)):
        told = refused(1, "run", "steady", *QUICK, "--out", out, option, lost, *more)
        assert told == (
            f"Error: cannot write {lost}: No such file or directory; choose another file with "
            f"{option}\n"
        )
    assert not list(tmp_path.iterdir())
