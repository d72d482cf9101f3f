"""Numbers of faults, lives and tickets that are the same in an estate of any size.

A terminal counts its own. In the tables a number is the terminal's place in the estate, times a
million, plus that count: a subset of the terminals keeps its numbers.
"""

from typing import Final

import numpy as np
import pyarrow as pa

from fleet.dataset.bucket import Bucket

PER_TERMINAL: Final = 1_000_000


def global_numbers(notes: pa.Table, column: str, bucket: Bucket) -> pa.Array:
    """Return a terminal's own numbers as numbers of the dataset; 0, which is none, becomes null."""
    own = notes[column].to_numpy().astype(np.uint64)
    index = bucket.serials[notes["row"].to_numpy()]
    return pa.array(index * np.uint64(PER_TERMINAL) + own, pa.uint64(), mask=own == 0)
