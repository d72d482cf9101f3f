"""Views: a dataset as the tables of datasets that people know, for the notebooks they have.

    view          after                                   a unit is        files
    azure_pdm     Microsoft, Azure predictive maintenance a terminal       PdM_*.csv
    cmapss        NASA, turbofan degradation              a failed life    train_FD001.txt
    scania_tte    SCANIA, component X                     a life           train_*.csv

A view is made of the dataset's own files, a file at a time, and leaves out what its model has no
place for: it is a way in, not the dataset. Readings stand in the columns that those notebooks
expect, as `_AZURE` says; a life's readings are means by day.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

_AZURE: Final = {
    "datetime": "ts", "machineID": "terminal_id", "volt": "supply_mv", "rotate": "rtt_ms",
    "pressure": "temp_cel", "vibration": "mem_frac",
}  # fmt: skip
_SENSORS: Final = (
    "temp_cel", "supply_mv", "signal_dbm", "rtt_ms", "cpu_frac", "mem_frac", "flash_wear_frac",
    "card_reads", "card_read_err", "txn_ok", "txn_fail", "net_retry",
)  # fmt: skip
_DAY_US: Final = 86_400_000_000
_KEYS: Final = ["terminal_id", "day"]

Integers = np.ndarray[Any, np.dtype[np.int64]]


def write_views(names: Iterable[str], root: Path, kind: str) -> list[Path]:
    """Write views into `views/NAME`.

    Args:
        names: Of `VIEWS`.
        root: The dataset's folder, its tables complete.
        kind: Format of the tables.

    Returns:
        The files, in order.
    """
    for name in names:
        folder = root / "views" / name
        folder.mkdir(parents=True, exist_ok=True)
        VIEWS[name](_Source(root, kind), folder)
    return sorted((root / "views").rglob("*.*")) if (root / "views").exists() else []


class _Source:
    """The tables that a view is made of."""

    def __init__(self, root: Path, kind: str) -> None:
        self._root, self._kind = root, kind

    def table(self, name: str, columns: list[str]) -> pa.Table:
        """Return some columns of a table as a whole, words as text."""
        parts = list(self.parts(name, columns))
        return pa.concat_tables(parts)

    def parts(self, name: str, columns: list[str]) -> Iterator[pa.Table]:
        """Yield them file by file."""
        import pyarrow.dataset as pds  # noqa: PLC0415 - it brings pandas along, if that is there

        for path in sorted((self._root / name).rglob(f"*.{self._kind}")):
            rows = pds.dataset(path, format=self._kind).to_table(columns)
            words = [field.with_type(pa.string()) if _is_word(field.type) else field
                     for field in rows.schema]  # fmt: skip
            yield rows.cast(pa.schema(words))


def _is_word(kind: pa.DataType) -> bool:
    return bool(pa.types.is_dictionary(kind))


def _azure_pdm(source: _Source, folder: Path) -> None:
    """Failures are those that end a life, by code: tickets know but the few that need a desk."""
    columns = list(dict.fromkeys(_AZURE.values()))
    _write(folder / "PdM_telemetry.csv", _AZURE, source.parts("observed/telemetry", columns))
    machines = {"machineID": "terminal_id", "model": "model", "age": "age_at_entry_h"}
    _write(folder / "PdM_machines.csv", machines, source.parts(
        "observed/terminals", [*machines.values()]))  # fmt: skip
    errors = {"datetime": "ts", "machineID": "terminal_id", "errorID": "event_code"}
    events = source.parts("observed/events", [*errors.values(), "severity"])
    bad = (part.filter(pc.greater(part["severity"].cast(pa.int8()), 9)) for part in events)
    _write(folder / "PdM_errors.csv", errors, bad)
    maintenance = {"datetime": "start_ts", "machineID": "terminal_id", "comp": "component"}
    _write(folder / "PdM_maint.csv", maintenance, source.parts(
        "observed/maintenance", [*maintenance.values()]))  # fmt: skip
    failures = {"datetime": "onset_ts", "machineID": "terminal_id", "failure": "code"}
    faults = source.parts("truth/faults", [*failures.values(), "life_id"])
    ended = (part.filter(part["life_id"].is_valid()) for part in faults)
    _write(folder / "PdM_failures.csv", failures, ended)


def _cmapss(source: _Source, folder: Path) -> None:
    """One unit for each life that failed; a cycle is a day; the last is that of the fault."""
    lives, days = _lives(source), _Days(source)
    with (folder / "train_FD001.txt").open("w", encoding="utf-8") as file:
        for unit, life in enumerate((one for one in lives if one["event_observed"]), 1):
            for cycle, readings in enumerate(days.of(life), 1):
                values = " ".join(f"{value:.4f}" for value in readings)
                file.write(f"{unit} {cycle} 0.0 0.0 0.0 {values}\n")


def _scania_tte(source: _Source, folder: Path) -> None:
    """One vehicle for each life, failed or not."""
    lives, days = _lives(source), _Days(source)
    with (folder / "train_tte.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("vehicle_id", "length_of_study_time_step", "in_study_repair"))
        for life in lives:
            steps = (life["end_us"] - life["start_us"]) / _DAY_US
            writer.writerow((life["life_id"], f"{steps:.4f}", int(life["event_observed"])))
    with (folder / "train_operational_readouts.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("vehicle_id", "time_step", *_SENSORS))
        for life in lives:
            for step, readings in enumerate(days.of(life)):
                row = [f"{value:.4f}" for value in readings]
                writer.writerow((life["life_id"], step, *row))
    specs = {"vehicle_id": "life_id", "terminal": "terminal_id", "Spec_0": "code"}
    _write(folder / "train_specifications.csv", specs, source.parts(
        "truth/lives", [*specs.values()]))  # fmt: skip


class _Days:
    """The mean of each reading by terminal and day."""

    def __init__(self, source: _Source) -> None:
        sums: dict[tuple[str, int], list[float]] = {}
        for part in source.parts("observed/telemetry", ["terminal_id", "ts", *_SENSORS]):
            day = pa.array(_us(part["ts"]) // _DAY_US)
            grouped = part.append_column("day", day).group_by(
                ["terminal_id", "day"], use_threads=False
            )
            means = grouped.aggregate([(name, "mean") for name in _SENSORS]).to_pylist()
            for row in means:
                found = [row[f"{name}_mean"] for name in _SENSORS]
                sums[row["terminal_id"], row["day"]] = [0.0 if x is None else x for x in found]
        self._means = sums

    def of(self, life: dict[str, Any]) -> Iterator[list[float]]:
        """Yield the days of a life on which its terminal was heard."""
        for day in range(life["start_us"] // _DAY_US, life["end_us"] // _DAY_US + 1):
            if (found := self._means.get((life["terminal_id"], day))) is not None:
                yield found


def _lives(source: _Source) -> list[dict[str, Any]]:
    names = ["life_id", "terminal_id", "start_ts", "end_ts", "event_observed"]
    rows = source.table("truth/lives", names)
    rows = rows.append_column("start_us", pa.array(_us(rows["start_ts"])))
    rows = rows.append_column("end_us", pa.array(_us(rows["end_ts"])))
    plain: list[dict[str, Any]] = rows.drop_columns(["start_ts", "end_ts"]).to_pylist()
    for row in plain:
        row["terminal_id"] = str(row["terminal_id"])
    return plain


def _us(column: pa.ChunkedArray) -> Integers:
    instants: Integers = column.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_numpy()
    return instants


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return instants as `2015-01-01 06:00:00`, in UTC, as those tables have them."""
    if not pa.types.is_timestamp(column.type):
        return column
    seconds = column.cast(pa.timestamp("s", tz="UTC"), safe=False)
    return pc.strftime(seconds, format="%Y-%m-%d %H:%M:%S")


def _write(path: Path, columns: Mapping[str, str], parts: Iterable[pa.Table]) -> None:
    """Write columns under other names, part by part."""
    writer = None
    for part in parts:
        rows = pa.table({name: _plain(part[column]) for name, column in columns.items()})
        writer = writer or pacsv.CSVWriter(path, rows.schema)
        writer.write_table(rows)
    if writer is not None:
        writer.close()


VIEWS: Final[Mapping[str, Callable[[_Source, Path], None]]] = {
    "azure_pdm": _azure_pdm,
    "cmapss": _cmapss,
    "scania_tte": _scania_tte,
}
