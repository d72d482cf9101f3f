"""The folder of a run that is gone with it, and those that others left behind."""

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from fleet.run.scratch import scratch_folder, sweep


def test_it_is_ours_alone_and_gone_after_the_block(tmp_path: Path) -> None:
    """Nobody else may look into the folder, and it is removed when left."""
    with scratch_folder(tmp_path) as folder:
        (folder / "shard-0").touch()
        assert folder.parent == tmp_path
        assert folder.name.startswith("fleet-run-")
        assert folder.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == []


def test_a_killed_run_s_folder_is_removed_by_the_next(tmp_path: Path) -> None:
    """What `kill -9` leaves is gone as soon as another run begins; a living run's folder stays.

    A process that has the number of the dead one by then does not matter: numbers are not asked.
    """
    program = (
        "import pathlib, sys, time\n"
        "from fleet.run.scratch import scratch_folder\n"
        "with scratch_folder(pathlib.Path(sys.argv[1])) as folder:\n"
        "    (folder / 'shard-0').write_bytes(bytes(20_000))\n"
        "    print(folder, flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, tmp_path], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        left = Path(other.stdout.readline().strip())
        with scratch_folder(tmp_path):
            assert (left / "shard-0").exists()
        other.send_signal(signal.SIGKILL)
    assert left.exists()
    with scratch_folder(tmp_path) as folder:
        assert list(tmp_path.iterdir()) == [folder]


def test_a_folder_that_is_swept_before_it_is_locked_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that begins at the same instant may think a new folder nobody's: no harm is done."""
    made: list[Path] = []
    lock = fcntl.flock

    def make(prefix: str, dir: Path) -> str:  # noqa: A002 - as in tempfile
        made.append(folder := dir / f"{prefix}{len(made)}")
        folder.mkdir()
        if len(made) == 1:
            sweep(dir)
        return str(folder)

    def take(descriptor: int, how: int) -> None:
        lock(descriptor, how)
        if len(made) == 2 and not how & fcntl.LOCK_NB:
            made[-1].rmdir()

    monkeypatch.setattr(tempfile, "mkdtemp", make)
    monkeypatch.setattr(fcntl, "flock", take)
    with scratch_folder(tmp_path) as folder:
        monkeypatch.undo()
        sweep(tmp_path)
        assert list(tmp_path.iterdir()) == [folder] == made[2:]


@pytest.mark.parametrize("name", ["fleet-run", "fleet-run-", "fleet-run-a b", "x-fleet-run-a"])
def test_other_names_are_none_of_our_business(tmp_path: Path, name: str) -> None:
    """A folder whose name is not of our making is let alone."""
    (tmp_path / name).mkdir()
    sweep(tmp_path)
    assert len(list(tmp_path.iterdir())) == 1


def test_files_links_and_folders_of_others_are_let_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a folder is removed, never where a link leads, nor what belongs to another user."""
    target = tmp_path / "target"
    target.mkdir()
    (target / "precious").touch()
    (tmp_path / "fleet-run-link").symlink_to(target)
    (tmp_path / "fleet-run-file").touch()
    (tmp_path / "fleet-run-theirs").mkdir()
    with monkeypatch.context() as patch:
        patch.setattr("os.getuid", lambda: os.geteuid() + 1)
        sweep(tmp_path)
    assert len(list(tmp_path.iterdir())) == 4
    sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        "target", "fleet-run-link", "fleet-run-file",
    }  # fmt: skip
    assert (target / "precious").exists()
