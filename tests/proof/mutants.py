"""Mutants: a sound dataset with one mistake each, which one proof must refuse."""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

Columns = dict[str, NDArray[Any]]


def copy(sound: Path, folder: Path) -> Path:
    """Return a copy that shares its files with the sound dataset until they are written anew."""
    return Path(shutil.copytree(sound, folder / "mutant", copy_function=os.link))


def rewrite(root: Path, table: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Write each file of a table anew."""
    for path in sorted((root / table).rglob("*.parquet")):
        changed = change(pq.read_table(path, partitioning=None))
        path.unlink()
        pq.write_table(changed, path)


def put(rows: pa.Table, **columns: Any) -> pa.Table:
    """Return a table with other values in some columns."""
    for name, values in columns.items():
        place = rows.schema.get_field_index(name)
        field = rows.schema.field(name)
        plain = values if isinstance(values, pa.Array) else pa.array(values)
        rows = rows.set_column(place, field, plain.cast(field.type))
    return rows


def instants(rows: pa.Table, name: str) -> NDArray[np.int64]:
    """Return a column of instants in microseconds; 0 for null."""
    found: NDArray[np.int64] = rows[name].cast("int64").fill_null(0).to_numpy()
    return found


def is_kind(rows: pa.Table, code: str) -> NDArray[np.bool_]:
    """Return which rows are of a kind of fault."""
    return np.asarray(rows["code"].cast("string").to_numpy() == code)


# ---------------------------------------------------------------------------- one for each proof


def faults_forgotten(root: Path) -> None:
    """Every third life that ended in a crash is said to have been censored."""

    def change(lives: pa.Table) -> pa.Table:
        struck = lives["event_observed"].to_numpy()
        every_third = np.cumsum(struck) % 3 == 0
        return put(lives, event_observed=struck & ~(every_third & is_kind(lives, "PWR-106")))

    rewrite(root, "truth/lives", change)


def scale_changed(root: Path) -> None:
    """The config has a scale that is a ninth above the one that terminals lived by."""
    edit(root, r'(\[faults\.COM-202\]\nonset = .*scale = )"18d"', r'\1"20d"')


def shape_bent(root: Path) -> None:
    """Hazard is collected by another shape; its total is right."""

    def change(lives: pa.Table) -> pa.Table:
        mine = is_kind(lives, "COM-202")
        entry, end = (lives[f"cum_hazard_{name}"].to_numpy() for name in ("entry", "exit"))
        bent = [np.where(mine, each**1.5, each) for each in (entry, end)]
        kept = np.sum((end - entry)[mine]) / np.sum((bent[1] - bent[0])[mine])
        bent = [np.where(mine, each * kept, each) for each in bent]
        return put(lives, cum_hazard_entry=bent[0], cum_hazard_exit=bent[1])

    rewrite(root, "truth/lives", change)


def repairs_prolonged(root: Path) -> None:
    """Repairs take half as long again as configured."""

    def change(faults: pa.Table) -> pa.Table:
        begin, end = (instants(faults, f"repair_{name}_ts") for name in ("start", "end"))
        null = pa.array(faults["repair_end_ts"].is_null().to_numpy())
        longer = pa.array(begin + (end - begin) * 3 // 2, mask=np.asarray(null))
        return put(faults, repair_end_ts=longer)

    rewrite(root, "truth/faults", change)


def storm(root: Path) -> None:
    """A tenth of the crashes of the whole estate strike on two days."""

    def change(faults: pa.Table) -> pa.Table:
        onset, day = instants(faults, "onset_ts"), 86_400_000_000
        moved = is_kind(faults, "PWR-106") & (np.arange(len(onset)) % 10 == 0)
        begin = onset.min() // day * day + 10 * day
        return put(faults, onset_ts=np.where(moved, begin + onset % (2 * day), onset))

    rewrite(root, "truth/faults", change)


def fault_dropped(root: Path) -> None:
    """One fault that ended a life is missing."""

    def change(faults: pa.Table) -> pa.Table:
        lives = faults["life_id"].is_valid().to_pylist()
        first = lives.index(True)
        return pa.concat_tables([faults[:first], faults[first + 1 :]])

    rewrite(root, "truth/faults", change)


def labels_shifted(root: Path) -> None:
    """Each label stands one row too early."""

    def change(labels: pa.Table) -> pa.Table:
        y = labels["y"].combine_chunks()
        return put(labels, y=pa.concat_arrays([y[1:], y[:1]]))

    rewrite(root, "labels/h=1d", change)


def _leak(root: Path, code: str, column: str) -> None:
    """Let a reading tell the hours to the next fault of a kind, for those who look."""
    faults = pq.read_table(root / "truth/faults/part-00000.parquet")
    mine = faults.filter(pa.array(is_kind(faults, code)))
    ids = mine["terminal_id"].to_numpy().astype(np.int64)
    keys = np.sort(ids * 2**30 + instants(mine, "onset_ts") // 60_000_000 % 2**30)

    def change(rows: pa.Table) -> pa.Table:
        who = rows["terminal_id"].cast("string").to_numpy().astype(np.int64)
        now = who * 2**30 + instants(rows, "ts") // 60_000_000 % 2**30
        wait = np.append(keys, 2**62)[np.searchsorted(keys, now)] - now
        return put(rows, **{column: np.minimum(wait, 2**15).astype(np.float64)})

    rewrite(root, "observed/telemetry", change)


def onset_leaked(root: Path) -> None:
    """The supply's voltage tells when memory will be exhausted."""
    _leak(root, "SW-702", "supply_mv")


def chance_foretold(root: Path) -> None:
    """The supply's voltage tells of crashes that nobody could foresee."""
    _leak(root, "PWR-106", "supply_mv")


def oracle_halved(root: Path) -> None:
    """The oracle tells half of the true chance."""
    rewrite(root, "labels/h=1d", lambda labels: put(
        labels, oracle_p_pwr_106=labels["oracle_p_pwr_106"].to_numpy() / 2.0))  # fmt: skip


def reading_changed(root: Path) -> None:
    """On one late day a reading of every heartbeat is a hundredth higher."""
    rewrite(root, "observed/telemetry/date=2026-01-31", lambda rows: put(
        rows, mem_frac=rows["mem_frac"].to_numpy() + np.float32(0.01)))  # fmt: skip


def drift_misdated(root: Path) -> None:
    """The config says that the drift came five days before it did."""
    edit(root, r'begin = "20d"', 'begin = "15d"')


def units_lost(root: Path) -> None:
    """The columns of a table have lost their units and descriptions."""
    rewrite(root, "truth/lives", lambda lives: lives.cast(pa.schema(
        [field.remove_metadata() for field in lives.schema])))  # fmt: skip


def edit(root: Path, pattern: str, replacement: str) -> None:
    """Change the config, which must have what is changed."""
    path = root / "config.toml"
    text, count = re.subn(pattern, replacement, path.read_text(encoding="utf-8"))
    assert count == 1, (count, path.read_text(encoding="utf-8"))
    path.unlink()
    path.write_text(text, encoding="utf-8")


MUTANTS: Final[dict[str, Callable[[Path], None]]] = {
    "counts": faults_forgotten,
    "recovery": scale_changed,
    "shape": shape_bent,
    "rates": repairs_prolonged,
    "causes": storm,
    "conservation": fault_dropped,
    "labels": labels_shifted,
    "leaks": onset_leaked,
    "learnability": chance_foretold,
    "calibration": oracle_halved,
    "determinism": reading_changed,
    "drift": drift_misdated,
    "metadata": units_lost,
}
"""For each proof the mutant that it must refuse."""
