"""The view after NASA's turbofan set has a unit for each failed life, up to its failure."""

import math
from pathlib import Path

import pandas as pd

from tests.dataset.datasets import table
from tests.dataset.views.readings import agree, by_sql


def units(root: Path) -> pd.DataFrame:
    """Read the file as its notebooks do."""
    path = root / "views" / "cmapss" / "train_FD001.txt"
    names = ["unit", "cycle", "setting_1", "setting_2", "setting_3"]
    return pd.read_csv(path, sep=" ", header=None).rename(columns=dict(enumerate(names)))


def failed(root: Path) -> list[dict[str, object]]:
    """Return the lives that failed, in their order."""
    return [life for life in table(root, "truth/lives").to_pylist() if life["event_observed"]]


def test_a_row_is_a_unit_a_cycle_three_settings_and_twelve_sensors(seen: Path) -> None:
    """Units count up, cycles rise from day to day, and there are no settings."""
    rows = units(seen)
    assert rows.shape[1] == 2 + 3 + 12
    assert rows["unit"].is_monotonic_increasing
    assert 20 < rows["unit"].nunique() <= len(failed(seen)) == rows["unit"].max()
    assert (rows.groupby("unit")["cycle"].diff().dropna() > 0).all()
    assert (rows[["setting_1", "setting_2", "setting_3"]] == 0.0).all(axis=None)


def test_a_cycle_holds_what_was_sent_that_day_before_the_fault(seen: Path) -> None:
    """Late records belong to their day, and no reading after the fault is told of its unit."""
    ids = [int(str(life["life_id"])) for life in failed(seen)]
    found = {
        (ids[int(row[0]) - 1], int(row[1]) - 1): list(row[5:])
        for row in units(seen).itertuples(index=False, name=None)
    }
    agree(found, {key: values for key, values in by_sql(seen).items() if key[0] in set(ids)})


def test_what_cannot_be_read_is_no_number(seen: Path) -> None:
    """A terminal on a cable has no field strength, and not one of 0 dBm."""
    signal = units(seen)[5 + 2]
    assert signal.isna().any()
    assert (signal.dropna() < 0.0).all()
    assert not math.isnan(signal.max())
