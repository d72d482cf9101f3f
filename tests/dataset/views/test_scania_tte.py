"""The view after SCANIA's Component X has a duration for each life, and readouts on the way."""

import math
from pathlib import Path

import pandas as pd

from tests.dataset.datasets import table
from tests.dataset.views.readings import agree, by_sql


def read(root: Path, name: str) -> pd.DataFrame:
    """Read one of its tables as its notebooks do."""
    return pd.read_csv(root / "views" / "scania_tte" / f"{name}.csv")


def test_a_duration_is_that_of_a_life(seen: Path) -> None:
    """From its start to its end, in days, censored or not, as truth/lives says."""
    found = read(seen, "train_tte").set_index("vehicle_id")
    lives = table(seen, "truth/lives").to_pylist()
    assert len(found) == len(lives)
    for life in lives:
        days, repaired = found.loc[life["life_id"]]
        lasted_days = (life["end_ts"] - life["start_ts"]).total_seconds() / 86_400.0
        assert math.isclose(days, lasted_days, abs_tol=1e-4)
        assert repaired == life["event_observed"]
    assert 0.0 < found["in_study_repair"].mean() < 1.0


def test_readouts_are_what_was_sent_while_a_life_lasted(seen: Path) -> None:
    """Time steps are its days from 0; what could not be read is empty."""
    rows = read(seen, "train_operational_readouts")
    found = {
        (int(row[0]), int(row[1])): list(row[2:]) for row in rows.itertuples(index=False, name=None)
    }
    agree(found, by_sql(seen))
    assert rows["signal_dbm"].isna().any()
    assert rows["signal_dbm"].max() < 0.0


def test_specifications_tell_the_terminal_and_its_kind_of_fault(seen: Path) -> None:
    """One row for each vehicle."""
    found = read(seen, "train_specifications")
    lives = table(seen, "truth/lives").to_pylist()
    assert set(found.itertuples(index=False, name=None)) == {
        (life["life_id"], int(life["terminal_id"]), life["code"]) for life in lives
    }
