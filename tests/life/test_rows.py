"""Rows of a structured array, read and copied one at a time, are those of the array."""

import numpy as np
import pytest

from fleet.life.rows import Rows

_KIND = np.dtype([("at", np.int64), ("level", np.float32), ("flows", np.int32, 2), ("n", np.int8)])


def test_a_row_is_read_as_it_stands() -> None:
    """All its numbers in order, those of an inner array too, as they are in the array by then."""
    table = np.zeros(3, _KIND)
    rows = Rows(table)
    table[1] = (7, 0.1, (3, -4), 5)
    assert rows.read(1) == (7, float(np.float32(0.1)), 3, -4, 5)
    assert rows.read(0) == rows.read(2) == (0, 0.0, 0, 0, 0)
    table[2]["level"] = 2.5
    assert rows.read(2) == (0, 2.5, 0, 0, 0)


@pytest.mark.parametrize("shape", [(3,), (3, 4)])
def test_a_copy_is_the_memory_of_the_row(shape: tuple[int, ...]) -> None:
    """A row may be several structures, or plain numbers."""
    for kind in (_KIND, np.dtype(np.float32)):
        table = np.zeros(shape, kind)
        table.view(np.uint8).reshape(3, -1)[:] = np.arange(3, dtype=np.uint8)[:, None]
        assert [Rows(table).copy(n) for n in range(3)] == [table[n].tobytes() for n in range(3)]


def test_rows_that_do_not_lie_together_are_refused() -> None:
    """A view of them would be a copy, and not see what changes."""
    with pytest.raises(ValueError, match="one after the other"):
        Rows(np.zeros((3, 4), order="F"))
