"""The view after Microsoft's set is what its notebooks load, and holds the dataset's own rows."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.compute as pc

from tests.dataset.datasets import table


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
