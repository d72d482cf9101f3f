"""The bytes of a dataset depend on profile and seed, and on nothing else."""

from pathlib import Path

import pyarrow.compute as pc
import pytest

from tests.dataset.datasets import PROFILE, hashes, make, table

OBSERVED = ("observed/telemetry", "observed/events")


@pytest.mark.slow
def test_eight_workers_change_no_byte(tiny: Path, tmp_path: Path) -> None:
    """One worker and eight make the same files, the manifest among them."""
    assert hashes(make(tmp_path, "--workers", "8")) == hashes(tiny)


def test_workers_time_zone_and_hash_seed_change_no_byte(tiny: Path, tmp_path: Path) -> None:
    """Nor do two of them, where and by whom it is made."""
    other = make(tmp_path, "--workers", "2", TZ="Asia/Kolkata", PYTHONHASHSEED="7", LC_ALL="C")
    assert hashes(other) == hashes(tiny)


def test_another_seed_is_another_dataset(tiny: Path, tmp_path: Path) -> None:
    """Telemetry, events and labels all differ."""
    mine, other = hashes(tiny), hashes(make(tmp_path, "--seed", "2"))
    same = {path for path in mine if mine[path] == other.get(path)}
    must_differ = ("observed/telemetry", "observed/events", "labels")
    assert not [path for path in same if path.startswith(must_differ)]


def test_a_dataset_can_be_made_again_from_its_config(tiny: Path, tmp_path: Path) -> None:
    """`config.toml` alone, and every byte is back."""
    config = (tiny / "config.toml").read_text(encoding="utf-8")
    assert hashes(make(tmp_path, profile=config)) == hashes(tiny)


def test_a_subset_of_terminals_lives_the_same(tiny: Path, tmp_path: Path) -> None:
    """The first ten of forty are the ten of ten, row by row."""
    few = make(tmp_path, "--terminals", "10")
    tids = table(few, "observed/terminals")["terminal_id"]
    for name in (*OBSERVED, "truth/faults", "truth/lives", "truth/missingness"):
        whole = table(tiny, name)
        part = whole.filter(pc.is_in(whole["terminal_id"], tids.combine_chunks()))
        assert part.equals(table(few, name)), name


def test_a_prefix_of_time_is_lived_the_same(tiny: Path, tmp_path: Path) -> None:
    """The first four days of six are the four of four."""
    short = make(tmp_path, "--days", "4")
    for name in OBSERVED:
        for day in (1, 2, 3):
            file = f"{name}/date=2026-01-0{day}/part-00000.parquet"
            assert (short / file).read_bytes() == (tiny / file).read_bytes(), file


def test_the_profile_of_the_test_has_what_it_tests() -> None:
    """Drifts, campaigns and orders are in it."""
    assert all(word in PROFILE for word in ("dataset.drifts", "campaigns", "orders"))
