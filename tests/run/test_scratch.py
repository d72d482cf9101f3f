"""The folder of a run that is gone with it, and those that others left behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fleet.run.scratch import scratch_folder, sweep


def dead_pid() -> int:
    """Return the number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait(30)
    return process.pid


def test_it_is_ours_alone_and_gone_after_the_block(tmp_path: Path) -> None:
    """The folder bears our number, nobody else may look into it, and it is removed when left."""
    with scratch_folder(tmp_path) as folder:
        (folder / "shard-0").touch()
        assert folder.parent == tmp_path
        assert folder.name.startswith(f"fleet-{os.getpid()}-")
        assert folder.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == []


def test_a_killed_run_s_folder_is_removed_by_the_next(tmp_path: Path) -> None:
    """What `kill -9` leaves is gone as soon as another run begins; a living run's folder stays."""
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


@pytest.mark.parametrize("name", ["fleet-{pid}", "fleet-x-{pid}", "fleet-{pid}-a b", "x-{pid}-a"])
def test_other_names_are_none_of_our_business(tmp_path: Path, name: str) -> None:
    """A folder whose name is not of our making is let alone."""
    (tmp_path / name.format(pid=dead_pid())).mkdir()
    sweep(tmp_path)
    assert len(list(tmp_path.iterdir())) == 1


def test_files_links_and_folders_of_others_are_let_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a folder is removed, never where a link leads, nor what belongs to another user."""
    pid, target = dead_pid(), tmp_path / "target"
    target.mkdir()
    (target / "precious").touch()
    (tmp_path / f"fleet-{pid}-link").symlink_to(target)
    (tmp_path / f"fleet-{pid}-file").touch()
    (tmp_path / f"fleet-{pid}-theirs").mkdir()
    with monkeypatch.context() as patch:
        patch.setattr("os.getuid", lambda: os.geteuid() + 1)
        sweep(tmp_path)
    assert len(list(tmp_path.iterdir())) == 4
    sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        "target", f"fleet-{pid}-link", f"fleet-{pid}-file",
    }  # fmt: skip
    assert (target / "precious").exists()
