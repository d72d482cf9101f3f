"""What cannot be done is said in one message, with its exit code; nothing is half-written."""

from pathlib import Path

import pytest

from fleet.dataset.job import Dataset
from fleet.profile import load
from tests.cli.commands import fleet_here, refusal
from tests.dataset.datasets import PROFILE, run

TELEMETRY = "observed/telemetry/date=2026-01-02"


@pytest.fixture
def profile(tmp_path: Path) -> str:
    """The path of the tiny profile."""
    path = tmp_path / "tiny.toml"
    path.write_text(PROFILE, encoding="utf-8")
    return str(path)


def refused(code: int, *arguments: str) -> str:
    """Return what is said of a command that must fail with this exit code before it starts."""
    return " ".join(refusal(code, fleet_here("dataset", *arguments)).split())


def given_up(*arguments: str) -> str:
    """Return what is said by a process that must fail while its workers are at work."""
    return " ".join(refusal(1, run(*arguments)).split())


def test_a_profile_without_faults_is_refused(tmp_path: Path) -> None:
    """There would be nothing to learn."""
    path = tmp_path / "healthy.toml"
    path.write_text('schema = 1\nname = "healthy"\n', encoding="utf-8")
    said = refused(2, str(path), "--out", str(tmp_path / "out"))
    assert "faults: there are none" in said
    assert not list(tmp_path.glob("out*"))


def test_a_study_that_no_calendar_holds_is_refused(profile: str, tmp_path: Path) -> None:
    """Years have four digits."""
    said = refused(2, profile, "--start", "9999-12-31", "--out", str(tmp_path / "out"))
    assert "run.start: 6 days later it is past the year 9999" in said


def test_a_rehearsal_refuses_what_the_job_would(profile: str, tmp_path: Path) -> None:
    """Whoever rehearses learns of the folder before hours of work, not after."""
    (tmp_path / "out").mkdir()
    assert "exists already" in refused(1, profile, "--out", str(tmp_path / "out"), "--dry-run")


def test_the_largest_job_is_rehearsed_at_once(profile: str, tmp_path: Path) -> None:
    """Its size is told by arithmetic, not by planning each of its files."""
    size = ("--terminals", "10000000", "--days", "36500")
    done = run(profile, *size, "--out", str(tmp_path / "deep" / "out"), "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "there is room for" in done.stdout
    assert not list(tmp_path.glob("deep*"))


def test_a_folder_that_exists_is_left_alone(profile: str, tmp_path: Path) -> None:
    """Nothing is overwritten."""
    (tmp_path / "out").mkdir()
    assert "exists already" in refused(1, profile, "--out", str(tmp_path / "out"))
    assert not list((tmp_path / "out").iterdir())


def test_a_folder_that_cannot_be_made_is_named(profile: str, tmp_path: Path) -> None:
    """Its parent is a file."""
    (tmp_path / "file").touch()
    said = refused(1, profile, "--out", str(tmp_path / "file" / "out"))
    assert "cannot make the folder" in said
    assert "Not a directory" in said


def test_what_an_interrupted_job_has_left_is_not_overwritten(profile: str, tmp_path: Path) -> None:
    """Whoever means to go on says so."""
    (tmp_path / "out.partial").mkdir()
    assert "--resume" in refused(1, profile, "--out", str(tmp_path / "out"))


def test_nothing_to_resume_is_said(profile: str, tmp_path: Path) -> None:
    """There is no interrupted job."""
    said = refused(1, profile, "--out", str(tmp_path / "out"), "--resume")
    assert "there is nothing to resume" in said


def test_a_job_is_not_resumed_with_other_options(profile: str, tmp_path: Path) -> None:
    """Half of one dataset and half of another would be none."""
    Dataset(load(profile), tmp_path / "out").prepare(resume=False)
    said = refused(1, profile, "--out", str(tmp_path / "out"), "--resume", "--seed", "5")
    assert "another profile or other options" in said


def prepared(profile: str, tmp_path: Path) -> Path:
    """Return the path at which a worker is about to write, in a job that has just begun."""
    Dataset(load(profile), tmp_path / "out").prepare(resume=False)
    folder = tmp_path / "out.partial" / TELEMETRY
    folder.mkdir(parents=True)
    return folder / "part-00000.parquet.partial"


def test_a_full_disk_is_said(profile: str, tmp_path: Path) -> None:
    """The device that is always full stands in for the disk."""
    prepared(profile, tmp_path).symlink_to("/dev/full")
    said = given_up(profile, "--out", str(tmp_path / "out"), "--resume")
    assert "is full; make room, then go on with --resume" in said
    assert not (tmp_path / "out").exists()


def test_a_file_that_cannot_be_written_is_named(profile: str, tmp_path: Path) -> None:
    """A folder stands in its place."""
    prepared(profile, tmp_path).mkdir()
    said = given_up(profile, "--out", str(tmp_path / "out"), "--resume")
    assert "cannot write" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("option", "value"),
    [("--days", "0"), ("--terminals", "0"), ("--start", "soon"), ("--format", "xml"),
     ("--difficulty", "impossible"), ("--workers", "0")],
)  # fmt: skip
def test_bad_options_are_refused(profile: str, tmp_path: Path, option: str, value: str) -> None:
    """By name, before anything is made."""
    said = refused(2, profile, "--out", str(tmp_path / "out"), option, value)
    assert option in said
    assert not list(tmp_path.glob("out*"))


def test_a_dry_run_makes_nothing(profile: str, tmp_path: Path) -> None:
    """It tells what would be made."""
    done = fleet_here("dataset", profile, "--out", str(tmp_path / "out"), "--dry-run")
    assert done.returncode == 0
    assert "terminals  40" in done.stdout
    assert not list(tmp_path.glob("out*"))
