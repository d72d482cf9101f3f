"""Numbers written by the thousand read like numbers written one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.wire.digits import texts, write_whole


@given(st.lists(st.integers(0, 10**13 - 1) | st.integers(0, 10**5), min_size=1, max_size=9))
def test_whole_numbers_stand_flush_right(values: list[int]) -> None:
    """Each row is its number, filled up with spaces in front, whatever the others are."""
    out = np.zeros((len(values), 13), np.uint8)
    write_whole(out, np.array(values, np.int64))
    assert [bytes(row).decode() for row in out] == [f"{value:13}" for value in values]


@pytest.mark.parametrize("values", [[0, 0], [10_000, 10_000], [99_999_999, 100_000_000], [7]])
def test_numbers_at_the_edge_of_a_group(values: list[int]) -> None:
    """Zeros, equal numbers and a carry into the next four digits are written right."""
    out = np.zeros((len(values), 9), np.uint8)
    write_whole(out, np.array(values, np.int64))
    assert [bytes(row).decode() for row in out] == [f"{value:9}" for value in values]


def test_a_table_of_texts() -> None:
    """A bounded quantity is looked up: one text of equal width for each of its values."""
    assert [text.decode() for text in texts(-2, 10, tenths=False)[[0, 2, 12]].tolist()] == [
        "-2", " 0", "10",
    ]  # fmt: skip
    assert texts(-200, 950, tenths=True)[0].item() == b"-20.0"
