"""The view after NASA's turbofan set: units run to failure, and those for the test are cut off."""

import itertools
import math
from pathlib import Path

import pandas as pd
import pytest

from tests.dataset.datasets import table
from tests.dataset.views.readings import Readings, agree, by_sql

# Constant in NASA's own FD001, and dropped by those who work with it.
CONSTANT = (1, 5, 10, 16, 18, 19)
MEASURED = [f"s{n}" for n in range(1, 22) if n not in CONSTANT]
Units = list[list[list[float | None]]]


def units(root: Path, part: str) -> pd.DataFrame:
    """Read a file as its notebooks do, two empty columns and all."""
    rows = pd.read_csv(root / "views" / "cmapss" / f"{part}_FD001.txt", sep=" ", header=None)
    rows = rows.drop(columns=rows.columns[[26, 27]])
    settings, sensors = [f"setting{n}" for n in (1, 2, 3)], [f"s{n}" for n in range(1, 22)]
    rows.columns = pd.Index(["unit", "cycle", *settings, *sensors])
    return rows


def remaining(root: Path) -> list[int]:
    """Read the remaining lives as its notebooks do."""
    told = pd.read_csv(root / "views" / "cmapss" / "RUL_FD001.txt", sep=" ", header=None)
    return list(told.drop(columns=told.columns[1])[0])


def failed(root: Path, *, tested: bool) -> Units:
    """Return, of lives that failed, the readings of all days on which they were heard, by SQL."""
    parts = {row["terminal_id"]: row["unit_split"] for row in table(root, "splits").to_pylist()}
    lives = [
        life["life_id"]
        for life in table(root, "truth/lives").to_pylist()
        if life["event_observed"] and (parts[life["terminal_id"]] == "test") == tested
    ]
    days = sorted(by_sql(root).items(), key=lambda item: item[0])
    heard = {life: [values for _, values in group]
             for life, group in itertools.groupby(days, key=lambda item: item[0][0])}  # fmt: skip
    return [heard[life] for life in lives if len(heard.get(life, [])) > tested]


def numbered(lives: Units) -> Readings:
    """Return readings by unit and cycle, both from 1."""
    return {
        (unit, cycle): values
        for unit, life in enumerate(lives, 1)
        for cycle, values in enumerate(life, 1)
    }


def read(rows: pd.DataFrame) -> Readings:
    """Return what a file holds, by unit and cycle."""
    return {
        (int(row[0]), int(row[1])): list(row[2:])
        for row in rows[["unit", "cycle", *MEASURED]].itertuples(index=False, name=None)
    }


@pytest.mark.parametrize("part", ["train", "test"])
def test_rows_are_laid_out_as_nasa_has_them(seen: Path, part: str) -> None:
    """A unit, a cycle, three settings and 21 sensors, of which six are constant."""
    text = (seen / "views" / "cmapss" / f"{part}_FD001.txt").read_text(encoding="utf-8")
    assert all(len(line.split()) == 26 and line.endswith("  ") for line in text.splitlines())
    rows = units(seen, part)
    assert (rows.groupby("unit")["cycle"].diff().dropna() == 1).all()
    assert list(rows["unit"].unique()) == list(range(1, rows["unit"].max() + 1))
    constant = [f"s{n}" for n in CONSTANT] + ["setting1", "setting2", "setting3"]
    assert (rows[constant] == 0.0).all(axis=None)
    assert (rows[["s2", "s3"]].nunique() > 9).all()


def test_a_unit_for_training_runs_to_its_failure(seen: Path) -> None:
    """Late records belong to their day, and no reading after the fault is told of its unit."""
    lives = failed(seen, tested=False)
    assert len(lives) > 20
    agree(read(units(seen, "train")), numbered(lives))


def test_a_unit_for_the_test_is_cut_off_before_its_failure(seen: Path) -> None:
    """What is shown is what was sent by then, and what is told is how many cycles were to come."""
    lives, left = failed(seen, tested=True), remaining(seen)
    assert len(lives) == len(left) > 4
    assert min(left) >= 1
    shown = [life[: len(life) - gone] for life, gone in zip(lives, left, strict=True)]
    assert all(shown)
    agree(read(units(seen, "test")), numbered(shown))


def test_units_are_cut_off_at_any_cycle(seen: Path) -> None:
    """Where, is drawn: some early, some late."""
    cut = zip(failed(seen, tested=True), remaining(seen), strict=True)
    parts = [gone / (len(life) - 1) for life, gone in cut if len(life) > 3]
    assert min(parts) < 0.5 < max(parts)


def test_no_terminal_is_in_both_parts(seen: Path) -> None:
    """A notebook that learns from the one file has seen nothing of who is in the other."""
    whole = read(units(seen, "train")).values()
    known = {tuple(values[:2]) for values in whole}
    assert not known & {tuple(values[:2]) for values in read(units(seen, "test")).values()}


def test_what_cannot_be_read_is_no_number(seen: Path) -> None:
    """A terminal on a cable has no field strength, and not one of 0 dBm."""
    signal = units(seen, "train")["s4"]
    assert signal.isna().any()
    assert (signal.dropna() < 0.0).all()
    assert not math.isnan(signal.max())
