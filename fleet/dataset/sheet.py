"""A row group that is being filled, column by column, in memory that is used again and again.

Rows come in chunks small enough for the processor's cache and leave in groups large enough for
Parquet. Each value is written once, in its final type, to where the writer will find it.
"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fleet.dataset.files import ROW_GROUP
from fleet.dataset.table import Table

Numbers = NDArray[Any]


class Sheet:
    """Columns of a table, up to a row group long."""

    def __init__(
        self,
        table: Table,
        words: dict[str, pa.Array],
        per: dict[str, float],
        null: dict[str, NDArray[np.bool_]],
    ) -> None:
        """Make room.

        Args:
            table: Whose columns; its first names the terminal.
            words: For each column of words what its numbers mean.
            per: For each column of fractions how many of the whole steps that come make up one.
            null: For each column that some terminals do not have, who does not, bool[terminals].
        """
        self._schema: Final = table.schema
        self._words, self._per, self._null = words, per, null
        self._columns = [
            np.empty(ROW_GROUP, np.int32 if field.name in per else _storage(field.type))
            for field in self._schema
        ]
        self._filled = 0

    def add(self, sources: list[Numbers]) -> Iterator[pa.RecordBatch]:
        """Add rows, and yield each row group that is full: good until the next is asked for."""
        count, begin = len(sources[0]), 0
        while begin < count:
            end = min(count, begin + ROW_GROUP - self._filled)
            rows = slice(self._filled, self._filled + end - begin)
            for column, source in zip(self._columns, sources, strict=True):
                column[rows] = source[begin:end]
            self._filled, begin = rows.stop, end
            if self._filled == ROW_GROUP:
                yield from self.rest()

    def rest(self) -> Iterator[pa.RecordBatch]:
        """Yield what there is, if anything, and begin anew."""
        if self._filled:
            arrays = [
                self._array(field, column[: self._filled])
                for field, column in zip(self._schema, self._columns, strict=True)
            ]
            self._filled = 0
            yield pa.RecordBatch.from_arrays(arrays, schema=self._schema)

    def _array(self, field: pa.Field, values: NDArray[Any]) -> pa.Array:
        """Return a column."""
        if field.name in self._words:
            indices = pa.array(values)
            return pa.DictionaryArray.from_arrays(indices, self._words[field.name], safe=False)
        if field.name in self._per:
            values = values.astype(np.float32) / np.float32(self._per[field.name])
        buffers = [self._valid(field.name), pa.py_buffer(values)]
        return pa.Array.from_buffers(field.type, len(values), buffers)

    def _valid(self, name: str) -> pa.Buffer | None:
        """Return which rows have this column, a bit each; None for all."""
        if name not in self._null:
            return None
        missing = self._null[name].take(self._columns[0][: self._filled])
        return pa.py_buffer(np.packbits(~missing, bitorder="little")) if missing.any() else None


def _storage(kind: pa.DataType) -> np.dtype[np.generic]:
    if pa.types.is_dictionary(kind):
        kind = kind.index_type
    return np.dtype(np.int64 if pa.types.is_timestamp(kind) else kind.to_pandas_dtype())
