"""What is written down of a block of terminals while it lives, some days at a time.

Notes are tuples in lists, so that memory holds some days of a block at most. At their end each list
becomes one record batch of an Arrow file for each day, and whoever writes the tables later reads
the batches of its day and nothing else. Truths, which are read all at once, are not divided.
"""

from collections.abc import Container, Iterable, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from msgspec import Struct
from msgspec.structs import astuple, fields

from fleet.dataset.calendar import Day
from fleet.dataset.heard import READINGS
from fleet.life.pulse import Pulse
from fleet.life.states import Step
from fleet.life.truth import FaultTruth, LifeTruth, Ticket, Truth
from fleet.life.vitals import Vitals
from fleet.units import Millis
from fleet.wire.messages import Message
from fleet.worlds.stretches import FIELDS, Stretches

_INSTANT: Final = pa.int64()  # ms since the study's epoch


def _record(kind: type[Struct], words: Sequence[str], numbers: dict[str, pa.DataType]) -> pa.Schema:
    """Return the schema of a truth: its terminal's row, and its own fields."""
    names = [field.name for field in fields(kind)]
    types = [pa.string() if name in words else numbers.get(name, _INSTANT) for name in names]
    return pa.schema([("row", pa.int64()), *zip(names, types, strict=True)])


_F64, _BOOL = pa.float64(), pa.bool_()
FAULTS: Final = _record(
    FaultTruth,
    ("serial_no", "code", "component", "fault_class", "severity", "mechanism", "cause"),
    {"has_precursor": _BOOL, "observable": _BOOL},
)
LIVES: Final = _record(
    LifeTruth,
    ("serial_no", "code", "component", "clock", "end_reason"),
    {"event_observed": _BOOL} | dict.fromkeys(
        ("entry_age_h", "exit_age_h", "shape", "scale_h", "frailty", "cum_hazard_entry",
         "cum_hazard_exit"), _F64),
)  # fmt: skip
TICKETS: Final = _record(
    Ticket, ("serial_no", "kind", "channel", "component", "diagnosis", "parts_replaced"), {}
)
EVENTS: Final = pa.schema([
    ("row", pa.int64()), ("seq", pa.int64()), ("ts", _INSTANT), ("heard", _INSTANT),
    ("boot", pa.int64()), ("code", pa.string()), ("component", pa.string()),
    ("severity", pa.int8()), ("value", pa.float32()),
])  # fmt: skip
STEPS: Final = pa.schema([
    ("row", pa.int64()), ("at", _INSTANT), ("number", pa.int64()), ("event", pa.string()),
    ("source", pa.string()), ("target", pa.string()), ("code", pa.string()),
    ("duration", pa.int64()),
])  # fmt: skip

_Rows = list[tuple[Any, ...]]
_row: Final = itemgetter(0)
_HEARD, _AT = EVENTS.get_field_index("heard"), STEPS.get_field_index("at")
_TRUTHS: Final = {FaultTruth: "faults", LifeTruth: "lives", Ticket: "tickets"}


class Chronicle:
    """Writes down a block's days; see `fleet.worlds.virtual.Chronicle`."""

    heeded: Container[type[Message]] = READINGS

    def __init__(self, folder: Path, vitals: Vitals, origin_ms: int) -> None:
        """Open the files of a block.

        Args:
            folder: An empty folder.
            vitals: The block's terminals.
            origin_ms: Unix time of the study's epoch.
        """
        self._stretches = Stretches(vitals)
        self._origin_ms = origin_ms
        self._steps: list[tuple[Any, ...]] = []
        self._events: list[tuple[Any, ...]] = []
        self._truths: dict[str, list[tuple[Any, ...]]] = {name: [] for name in _TRUTHS.values()}
        self._numbers = [0] * len(vitals.serials)
        tables = vitals.tables()
        versions = [f"version_{number}" for number in range(len(tables))]
        stretches = pa.schema([(name, pa.int64()) for name in (*FIELDS, *versions)])
        of_tables = {
            f"table_{number}": pa.schema([("version", pa.binary(table[:1].nbytes))])
            for number, table in enumerate(tables)
        }
        self._files = {
            name: _File(folder / f"{name}.arrow", schema)
            for name, schema in (
                ("stretches", stretches), ("events", EVENTS), *of_tables.items(),
                ("steps", STEPS), ("faults", FAULTS), ("lives", LIVES), ("tickets", TICKETS),
            )
        }  # fmt: skip

    # ------------------------------------------------------------------ what worlds tell

    def step(self, pulse: Pulse, step: Step) -> None:  # noqa: D102 - the protocol says it
        self._steps.append((pulse.index, *astuple(step)))

    def note(self, pulse: Pulse, truth: Truth) -> None:  # noqa: D102
        self._truths[_TRUTHS[type(truth)]].append((pulse.index, *astuple(truth)))

    def beaten(  # noqa: D102
        self, pulse: Pulse, begin: Millis, every: Millis, count: int
    ) -> None:
        self._stretches.add(pulse, begin, every, count)

    def heard(self, pulse: Pulse, at: Millis, message: Message) -> None:  # noqa: D102
        reading = READINGS.get(type(message))
        if reading is None:
            return
        row = pulse.index
        ts = getattr(message, "ts", self._origin_ms + at) - self._origin_ms
        for event in reading(message):
            self._numbers[row] += 1
            self._events.append((row, self._numbers[row], ts, at, pulse.boot, *event))

    # ------------------------------------------------------------------ days

    def end_days(self, days: Sequence[Day]) -> None:
        """Write what these days brought, and forget it."""
        files, ends = self._files, [day.end for day in days]
        for collected in self._stretches.take(ends):
            files["stretches"].write_columns(collected.stretches.T)
            for number, table in enumerate(collected.tables):
                files[f"table_{number}"].write_columns([_binary(table)])
        for name, notes, place in (("events", self._events, _HEARD), ("steps", self._steps, _AT)):
            files[name].write_days(notes, place, ends)
            notes.clear()
        for name, truths in self._truths.items():
            truths.sort(key=_row)
            files[name].write_rows(truths)
            truths.clear()

    def close(self) -> list[str]:
        """End the files; return the versions of the firmware, in the order of their numbers."""
        for file in self._files.values():
            file.close()
        return list(self._stretches.firmware)


def _binary(table: np.ndarray[Any, Any]) -> pa.Array:
    size = table[:1].nbytes or table.dtype.itemsize * int(np.prod(table.shape[1:]))
    buffer = pa.py_buffer(np.ascontiguousarray(table).tobytes())
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(size), len(table), [None, buffer])


class _File:
    """An Arrow file of record batches."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._schema = schema
        self._file = path.open("wb")
        self._writer = pa.ipc.new_file(self._file, schema)

    def write_columns(self, columns: Iterable[Any]) -> None:
        self._writer.write_batch(self._batch(columns))

    def write_rows(self, rows: _Rows) -> None:
        self.write_columns(self._columns(rows))

    def write_days(self, rows: _Rows, place: int, ends: Sequence[Millis]) -> None:
        """Write a batch for each day, by terminal; `place` is that of the instant in a row."""
        terminals, instants = (
            np.fromiter(map(itemgetter(n), rows), np.int64, len(rows)) for n in (0, place)
        )
        days = np.searchsorted(ends, instants, side="right")
        order = np.lexsort((terminals, days)).tolist()
        batch, begin = self._batch(self._columns([rows[n] for n in order])), 0
        counts = np.bincount(days, minlength=len(ends)).tolist()
        for count, _ in zip(counts, ends, strict=True):
            self._writer.write_batch(batch.slice(begin, count))
            begin += count

    def _columns(self, rows: _Rows) -> Iterable[Any]:
        return zip(*rows, strict=True) if rows else [()] * len(self._schema)

    def _batch(self, columns: Iterable[Any]) -> pa.RecordBatch:
        arrays = [pa.array(column, field.type)
                  for column, field in zip(columns, self._schema, strict=True)]  # fmt: skip
        return pa.RecordBatch.from_arrays(arrays, schema=self._schema)

    def close(self) -> None:
        self._writer.close()
        self._file.close()
