"""A row group that is being filled, column by column, in memory that is used again and again.

Rows come in chunks small enough for the processor's cache and leave in groups large enough for
Parquet. Each value is written once, in its final type, to where the writer will find it.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fleet.dataset.files import ROW_GROUP
from fleet.dataset.schema import Table


class Picked(NamedTuple):
    """A column whose values are picked from a few: `values[at]`."""

    values: NDArray[np.generic]
    at: NDArray[np.int64]


class Scaled(NamedTuple):
    """A column of readings that were counted in steps: `steps / per`."""

    steps: NDArray[np.float32]
    per: np.float32


Source = NDArray[np.generic] | Picked | Scaled


class Sheet:
    """Columns of a table, up to a row group long."""

    def __init__(
        self,
        table: Table,
        words: dict[str, pa.Array],
        null: dict[str, NDArray[np.bool_]],
    ) -> None:
        """Make room.

        Args:
            table: Whose columns; its first names the terminal.
            words: For each column of words what its numbers mean.
            null: For each column that some terminals do not have, who does not, bool[terminals].
        """
        self._schema: Final = table.schema
        self._words, self._null = words, null
        self._columns = [np.empty(ROW_GROUP, _storage(field.type)) for field in self._schema]
        self._filled = 0

    def add(self, sources: list[Source]) -> Iterator[pa.RecordBatch]:
        """Add rows, and yield each row group that is full: good until the next is asked for."""
        count, begin = _length(sources[0]), 0
        while begin < count:
            end = min(count, begin + ROW_GROUP - self._filled)
            rows = slice(self._filled, self._filled + end - begin)
            for column, source in zip(self._columns, sources, strict=True):
                _put(column[rows], source, slice(begin, end))
            self._filled, begin = rows.stop, end
            if self._filled == ROW_GROUP:
                yield from self.rest()

    def rest(self) -> Iterator[pa.RecordBatch]:
        """Yield what there is, if anything, and begin anew."""
        if self._filled:
            yield pa.RecordBatch.from_arrays(
                [self._array(number) for number in range(len(self._columns))], schema=self._schema
            )
            self._filled = 0

    def _array(self, number: int) -> pa.Array:
        field, values = self._schema.field(number), self._columns[number][: self._filled]
        if field.name in self._words:
            indices = pa.array(values)
            return pa.DictionaryArray.from_arrays(indices, self._words[field.name], safe=False)
        valid, nulls = None, 0
        if field.name in self._null:
            missing = self._null[field.name][self._columns[0][: self._filled]]
            nulls = int(np.count_nonzero(missing))
            if nulls:
                valid = pa.py_buffer(np.packbits(~missing, bitorder="little"))
        buffers = [valid, pa.py_buffer(values)]
        return pa.Array.from_buffers(field.type, len(values), buffers, null_count=nulls)


def _storage(kind: pa.DataType) -> np.dtype[np.generic]:
    if pa.types.is_dictionary(kind):
        kind = kind.index_type
    return np.dtype(np.int64 if pa.types.is_timestamp(kind) else kind.to_pandas_dtype())


def _length(source: Source) -> int:
    match source:
        case Picked(_, at):
            return len(at)
        case Scaled(steps, _):
            return len(steps)
        case _:
            return len(source)


def _put(target: NDArray[np.generic], source: Source, rows: slice) -> None:
    match source:
        case Picked(values, at):
            # "clip" spares numpy a copy; no index lies outside.
            np.take(values, at[rows], out=target, mode="clip")
        case Scaled(steps, per):
            np.divide(steps[rows], per, out=target)
        case _:
            target[:] = source[rows]
