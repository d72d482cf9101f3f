"""What terminals lived in a run, and whether they would have lived the same in virtual time."""

from pathlib import Path
from typing import Any, TypeAlias

import pyarrow.parquet as pq
from msgspec.structs import astuple

from fleet.profile import load
from tests.dataset.stories import stories
from tests.run.runs import SEED

Lived: TypeAlias = dict[str, list[tuple[Any, ...]]]


def lived(out: Path) -> Lived:
    """Return the steps of each terminal of a run that began at eight."""
    rows = pq.read_table(out / "events.parquet").to_pylist()
    start = rows[0]["ts"].replace(hour=8, minute=0, second=0, microsecond=0)
    steps: Lived = {}
    for row in rows:
        at_ms = round((row["ts"] - start).total_seconds() * 1_000)
        step = (at_ms, row["number"], row["event"], row["from_state"], row["to_state"],
                row["code"], row["duration_ms"])  # fmt: skip
        steps.setdefault(row["terminal"], []).append(step)
    return steps


def assert_virtual_is_the_same(live: Lived, profile: Path, until_ms: int) -> None:
    """Each step of a live run is one of virtual time; until then none is missing."""
    virtual = stories(load(profile), SEED, days=1)
    assert set(live) == set(virtual)
    for terminal, steps in live.items():
        assert steps == [astuple(step) for step in virtual[terminal][: len(steps)]], terminal
        beyond = virtual[terminal][len(steps) :]
        assert not beyond or beyond[0].at_ms >= until_ms, terminal
