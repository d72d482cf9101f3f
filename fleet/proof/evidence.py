"""A dataset as its proofs see it: its own config, its manifest, and its files as SQL tables.

DuckDB streams the Parquet files, so that a dataset need not fit into memory. `observed/telemetry`
is the table `telemetry`, `labels/h=1d` is `labels_1d`.
"""

import json
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from fleet.dataset.calendar import Calendar
from fleet.dataset.errors import DatasetError
from fleet.dataset.hazards import Hazards
from fleet.dataset.summary import label_tables
from fleet.life.faults.slate import Risk, slate_of
from fleet.profile import ProfileError
from fleet.profile.members import pairs
from fleet.profile.profile import Profile
from fleet.profile.store import parse

T = TypeVar("T")
Columns = dict[str, NDArray[Any]]
MISSING: Final = "proofs need {}, which is not installed: pip install '.[proof]' in a clone"
MEMORY: Final = "1GB"


class Evidence:
    """A dataset.

    Attributes:
        root: Its folder.
        profile: Its config.
        calendar: Its days.
        manifest: What its manifest says.
    """

    def __init__(self, root: Path) -> None:
        """Open a dataset.

        Args:
            root: Its folder.

        Raises:
            DatasetError: It is none, a part of it is missing or damaged, or DuckDB is; or some of
                its terminals share an identity.
        """
        self.root = root
        self.manifest = _manifest(root)
        self.profile = _config(root)
        _require_identities(root, self.profile)
        self.calendar = Calendar.of(self.profile, self.profile.dataset.days)
        self._sql = _connection(root, list(self.manifest["tables"]), self.profile.dataset.format)
        self._kept: dict[str, Any] = {}

    def ask(self, sql: str) -> Columns:
        """Return the answer to a question in SQL, column by column.

        Raises:
            DatasetError: A file cannot be read.
        """
        import duckdb  # noqa: PLC0415 - an extra

        try:
            answer = self._sql.execute(sql).fetchnumpy()
        except duckdb.Error as error:
            msg = f"{self.root} is damaged: {str(error).splitlines()[0]}"
            raise DatasetError(msg) from None
        return {name: np.ma.filled(column, _null(column)) for name, column in answer.items()}

    def number(self, sql: str) -> float:
        """Return the single number that answers a question; 0 for null."""
        (column,) = self.ask(f"SELECT coalesce(({sql}), 0)::DOUBLE AS n").values()
        return float(column[0])

    def once(self, name: str, make: Callable[[], T]) -> T:
        """Return what several proofs need, made when it is first asked for."""
        if name not in self._kept:
            self._kept[name] = make()
        kept: T = self._kept[name]
        return kept

    def close(self) -> None:
        """Let the files go."""
        self._kept.clear()
        self._sql.close()

    @cached_property
    def risks(self) -> dict[str, Risk]:
        """What may strike, by its code, as the config has it."""
        return {risk.kind.code: risk for risk in slate_of(self.profile).risks}

    @property
    def targets(self) -> list[str]:
        """Kinds of fault that have labels of their own."""
        columns = self.ask(f"SELECT * FROM {self.labels[0]} LIMIT 0")
        words = {name.removeprefix("y_"): name for name in columns if name.startswith("y_")}
        return [code for code in sorted(self.risks) if code.lower().replace("-", "_") in words]

    @property
    def labels(self) -> list[str]:
        """SQL names of the tables of labels, in the order of the config's horizons."""
        return [sql_name(table.name) for table in label_tables(self.profile)]

    @cached_property
    def hazards(self) -> Hazards:
        """The true hazard of all lives; `row` is a terminal's place by its id."""
        import pyarrow as pa  # noqa: PLC0415 - beside its use

        lives = pa.table(self.ask(_LIVES.format(origin=self.calendar.origin_ms)))
        oldest_h = float(lives["exit_age_h"].to_numpy().max(initial=1.0))
        return Hazards(lives, self.profile, oldest_h)


_LIVES: Final = """
    SELECT place AS row, code, epoch_ms(start_ts) - {origin} AS start_at,
           epoch_ms(end_ts) - {origin} AS end_at, entry_age_h, exit_age_h,
           cum_hazard_entry, cum_hazard_exit, frailty
    FROM lives JOIN (SELECT terminal_id, row_number() OVER (ORDER BY terminal_id) - 1 AS place
                     FROM terminals) USING (terminal_id)
    ORDER BY place, code, start_at
"""


def sql_name(table: str) -> str:
    """Return the SQL name of a table of a dataset."""
    return table.replace("/h=", "_").rpartition("/")[2]


def _null(column: Any) -> Any:
    return np.nan if np.issubdtype(column.dtype, np.floating) else None


def _manifest(root: Path) -> dict[str, Any]:
    path = root / "manifest.json"
    if not path.is_file():
        msg = f"{root} is no dataset: it has no manifest.json; make one with fleet dataset"
        raise DatasetError(msg)
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        manifest["tables"], manifest["files"], manifest["texts"]
    except (ValueError, KeyError, TypeError) as error:
        msg = f"{path} is damaged: {type(error).__name__}: {error}"
        raise DatasetError(msg) from None
    return manifest


def _config(root: Path) -> Any:
    path = root / "config.toml"
    if not path.is_file():
        msg = f"{path} is missing: without it nothing can be proven"
        raise DatasetError(msg)
    try:
        return parse(path.read_text(encoding="utf-8"))
    except (ProfileError, ValueError) as error:
        msg = f"{path} is damaged: {error}"
        raise DatasetError(msg) from None


def _require_identities(root: Path, profile: Profile) -> None:
    if count := pairs(profile.estate, profile.dataset.seed):
        msg = (
            f"{root} has pairs of terminals that share a terminal_id ({count}), by which its "
            "tables are joined; only a dataset without estate.duplicate_tids can be judged"
        )
        raise DatasetError(msg)


def _connection(root: Path, tables: list[str], kind: str) -> Any:
    try:
        import duckdb  # noqa: PLC0415 - an extra
    except ImportError:
        raise DatasetError(MISSING.format("duckdb")) from None
    if kind != "parquet":
        msg = (
            f"{root} is of {kind} files; proofs and reports read Parquet: make it with "
            "--format parquet"
        )
        raise DatasetError(msg)
    sql = duckdb.connect(config={"threads": 2, "memory_limit": MEMORY})
    sql.execute("SET enable_progress_bar = false")  # it would be drawn into what is said
    for table in tables:
        files = sorted(map(str, (root / table).rglob("*.parquet")))
        if not files:
            msg = f"{root / table} is missing, or has no Parquet file"
            raise DatasetError(msg)
        try:
            sql.read_parquet(files).create_view(sql_name(table))
        except duckdb.Error as error:
            msg = f"{root / table} is damaged: {str(error).splitlines()[0]}"
            raise DatasetError(msg) from None
    return sql
