"""Small datasets as a user makes them, for the tests to look into."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds

from tests.cli.commands import environment

LIMIT_S = 100
# Faults so often that a few terminals and days hold some of each kind.
PROFILE = """
schema = 1
name = "tiny"
[run]
start = 2026-01-01T00:00:00
[estate]
terminals = 40
[[estate.models]]
name = "desk"
share = 0.5
link = "ethernet"
printer = true
[[estate.models]]
name = "pocket"
share = 0.5
battery = true
link = "cellular"
printer = false
[[estate.regions]]
name = "north"
share = 0.5
[[estate.regions]]
name = "south"
share = 0.5
[heartbeat]
interval = "1h"
[faults.PWR-106]
onset = { law = "exponential", mean = "4d" }
repair = "30m"
[faults.RDR-402]
onset = { law = "weibull", shape = 2.0, scale = "5d" }
repair = "3h"
precursor = "1d"
[dataset]
days = 6
horizons = ["1d", "2d"]
[[dataset.drifts]]
name = "hot"
channel = "temp_c"
shift = 5.0
begin = "3d"
lasts = "1d"
regions = ["north"]
[[campaigns]]
name = "spring"
version = "2.0.0"
at = "2d"
[[orders]]
at = "3d"
order = "reboot"
"""


def make(
    folder: Path, *options: str, profile: str = PROFILE, name: str = "data", **more: str
) -> Path:
    """Make a dataset of a profile's text, and return its folder."""
    source = folder / f"{name}.toml"
    source.write_text(profile, encoding="utf-8")
    done = run(str(source), "--out", str(folder / name), *options, **more)
    assert done.returncode == 0, done.stderr
    return folder / name


def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run `fleet dataset`."""
    return subprocess.run(
        [sys.executable, "-m", "fleet", "dataset", *arguments],
        check=False, capture_output=True, text=True, timeout=LIMIT_S, env=environment(**more),
    )  # fmt: skip


def table(root: Path, name: str) -> pa.Table:
    """Read a table as a whole, in the order of its files; words as plain text."""
    found = ds.dataset(sorted((root / name).rglob("*.parquet")), format="parquet").to_table()
    plain = [
        field.with_type(pa.string()) if pa.types.is_dictionary(field.type) else field
        for field in found.schema
    ]
    return found.cast(pa.schema(plain))


def hashes(root: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a dataset, by path."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }
