"""A column of a row group: which values are there, and those."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


class Column(NamedTuple):
    """A column of a row group.

    Attributes:
        array: As it came.
        rows: How many.
        there: Which are not null; None for all.
        values: Those.
    """

    array: pa.Array
    rows: int
    there: NDArray[np.bool_] | None
    values: pa.Array

    @classmethod
    def of(cls, array: pa.Array) -> "Column":
        """Return a column of a row group."""
        there = _present(array)
        return cls(array, len(array), there, array if there is None else array.drop_null())


def _present(array: pa.Array) -> NDArray[np.bool_] | None:
    """Return which values of an array are not null; None for all."""
    if not array.null_count:
        return None
    bits = np.frombuffer(array.buffers()[0], np.uint8)
    flags = np.unpackbits(bits, count=array.offset + len(array), bitorder="little")
    return flags[array.offset :].view(np.bool_)
