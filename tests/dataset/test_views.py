"""The views are what notebooks of known datasets load, and hold the dataset's own rows."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.compute as pc
import pytest

from tests.dataset.datasets import make, table


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset with all views."""
    views = ("azure_pdm", "cmapss", "scania_tte")
    options = [word for view in views for word in ("--views", view)]
    return make(tmp_path_factory.mktemp("views"), *options)


def rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_azure_pdm_has_its_five_tables(seen: Path) -> None:
    """Telemetry row by row, machines, errors, maintenance, failures."""
    folder = seen / "views" / "azure_pdm"
    telemetry = rows(folder / "PdM_telemetry.csv")
    assert len(telemetry) == len(table(seen, "observed/telemetry"))
    assert {"datetime", "machineID", "volt", "rotate", "pressure", "vibration"} == set(telemetry[0])
    assert len(rows(folder / "PdM_machines.csv")) == 40
    ended = table(seen, "truth/faults").filter(pc.field("life_id").is_valid())
    failures = rows(folder / "PdM_failures.csv")
    assert len(failures) == len(ended) > 20
    assert {row["failure"] for row in failures} == set(ended["code"].to_pylist())
    assert rows(folder / "PdM_errors.csv")
    assert rows(folder / "PdM_maint.csv")


def test_azure_pdm_is_written_as_its_notebooks_read_it(seen: Path) -> None:
    """Instants have neither zone nor fraction, and machines are numbers."""
    for path in sorted((seen / "views" / "azure_pdm").glob("*.csv")):
        for row in rows(path)[:50]:
            assert row["machineID"].isdigit()
            if "datetime" in row:
                assert datetime.strptime(row["datetime"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


def test_cmapss_has_a_unit_for_each_failed_life(seen: Path) -> None:
    """Units count up, cycles from 1, three settings and twelve sensors."""
    text = (seen / "views" / "cmapss" / "train_FD001.txt").read_text(encoding="utf-8")
    lines = [line.split() for line in text.splitlines()]
    assert {len(line) for line in lines} == {2 + 3 + 12}
    failed = sum(table(seen, "truth/lives")["event_observed"].to_pylist())
    assert int(lines[-1][0]) <= failed
    assert {line[1] for line in lines if line[0] == "1"} >= {"1"}


def test_scania_has_a_duration_for_each_life(seen: Path) -> None:
    """Censored or not, as truth/lives says."""
    found = rows(seen / "views" / "scania_tte" / "train_tte.csv")
    lives = table(seen, "truth/lives").to_pylist()
    assert {(row["vehicle_id"], row["in_study_repair"]) for row in found} == {
        (str(life["life_id"]), str(int(life["event_observed"]))) for life in lives
    }
