"""A bucket of terminals: the blocks that were lived, read back for those who write the tables."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fleet.dataset.lives import BLOCK
from fleet.life.vitals import Vitals
from fleet.profile.members import Member
from fleet.units import Millis
from fleet.worlds.stretches import FIELDS

_ROW, _FW = (FIELDS.index(name) for name in ("row", "fw"))


class Bucket:
    """The terminals of one bucket and what was written down of them.

    Attributes:
        number: From 0.
        members: Its terminals.
        seed: The study's.
    """

    def __init__(
        self, seed: int, number: int, members: list[Member], blocks: Sequence[Path]
    ) -> None:
        """Open a bucket.

        Args:
            seed: The study's.
            number: Which bucket, from 0.
            members: Its terminals.
            blocks: The folders of its blocks, in which they live in this order.
        """
        self.number = number
        self.seed = seed
        self.members = members
        self._open: dict[str, list[pa.ipc.RecordBatchFileReader]] = {}
        self._folders = blocks

    @cached_property
    def serials(self) -> NDArray[np.uint64]:
        """Numbers of its terminals in the estate, uint64[terminals]."""
        return np.array([each.index for each in self.members], np.uint64)

    @cached_property
    def tids(self) -> pa.Array:
        """Ids of its terminals, the words of every column `terminal_id`."""
        return pa.array([each.tid for each in self.members], pa.string())

    @cached_property
    def lacking(self) -> dict[str, NDArray[np.bool_]]:
        """For each column of telemetry that some of its terminals do not have, who does not."""
        lacking = {
            "battery_frac": np.array([not each.model.battery for each in self.members]),
            "paper_frac": np.array([not each.model.printer for each in self.members]),
            "signal_dbm": np.array([each.model.link == "ethernet" for each in self.members]),
        }
        return {name: who for name, who in lacking.items() if who.any()}

    @cached_property
    def _firmware(self) -> list[list[str]]:
        return [(folder / "firmware.txt").read_text("utf-8").split("\n")
                for folder in self._folders]  # fmt: skip

    @cached_property
    def firmware(self) -> list[str]:
        """Versions that were met anywhere in it, in order."""
        return sorted({word for words in self._firmware for word in words})

    def notes(self, name: str, day: int | None = None) -> pa.Table:
        """Return what was noted of a kind, on a day or on all days; `row` counts in the bucket."""
        return pa.concat_tables(self.notes_by_block(name, day))

    def notes_by_block(self, name: str, day: int | None = None) -> Iterator[pa.Table]:
        """Yield the same block by block, so that not all of it is held at once."""
        for number, reader in enumerate(self._readers(name)):
            days = range(reader.num_record_batches) if day is None else (day,)
            table = pa.Table.from_batches([reader.get_batch(each) for each in days], reader.schema)
            row = pa.array(table["row"].to_numpy() + number * BLOCK)
            yield table.set_column(0, "row", row)

    def stretches(self, day: int) -> tuple[NDArray[np.int64], list[NDArray[Any]]]:
        """Return the stretches of a day, by terminal and time, and the tables of their versions.

        Stretches stand field by field, int64[fields and versions, stretches]; the firmware's number
        is one of `firmware`.
        """
        like = Vitals(0, np.zeros(1, np.uint64)).tables()
        kept = [
            [_numbers(reader.get_batch(day).column(0), table) for reader in self._readers(name)]
            for name, table in ((f"table_{number}", table) for number, table in enumerate(like))
        ]
        blocks = [reader.get_batch(day) for reader in self._readers("stretches")]
        cuts = np.cumsum([0, *(block.num_rows for block in blocks)])
        stretches = np.empty((blocks[0].num_columns, cuts[-1]), np.int64)
        for number, block in enumerate(blocks):
            own = stretches[:, cuts[number] : cuts[number + 1]]
            for place, column in enumerate(block.columns):
                own[place] = column.to_numpy()
            own[_ROW] += number * BLOCK
            words = [self.firmware.index(word) for word in self._firmware[number]]
            own[_FW] = np.array(words, np.int64)[own[_FW]]
            for place, parts in enumerate(kept, len(FIELDS)):
                own[place] += sum(len(part) for part in parts[:number])
        return stretches, [np.concatenate(parts) for parts in kept]

    def _readers(self, name: str) -> list[pa.ipc.RecordBatchFileReader]:
        if name not in self._open:
            self._open[name] = [pa.ipc.open_file(pa.memory_map(str(folder / f"{name}.arrow")))
                                for folder in self._folders]  # fmt: skip
        return self._open[name]


def _numbers(column: pa.Array, like: NDArray[Any]) -> NDArray[Any]:
    """Return the rows of a table that were kept as bytes."""
    buffer = column.buffers()[1]
    size = like[:1].nbytes
    start = column.offset * size
    raw = b"" if buffer is None else memoryview(buffer)[start : start + len(column) * size]
    return np.frombuffer(raw, like.dtype).reshape(-1, *like.shape[1:])


def ms_to_instants(ms: Any, origin_ms: Millis) -> pa.Array:
    """Return instants since the study's epoch, in ms, as UTC timestamps; None and masked stay null.

    Args:
        ms: An Arrow array of int64, or a numpy one.
        origin_ms: Unix time of the epoch.
    """
    if isinstance(ms, pa.ChunkedArray):
        ms = ms.combine_chunks()
    if isinstance(ms, pa.Array):
        mask = np.asarray(ms.is_null())
        numbers = ms.fill_null(0).to_numpy(zero_copy_only=False)
    else:
        mask, numbers = None, ms
    us = (numbers + origin_ms) * 1_000
    return pa.array(us, pa.int64(), mask=mask).cast(pa.timestamp("us", tz="UTC"))


def to_words(values: Any) -> pa.Array:
    """Return a column of text as a dictionary whose words are in order, whatever came first."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    text = values if isinstance(values, pa.Array) else pa.array(values, pa.string())
    words = sorted(word for word in text.unique().to_pylist() if word is not None)
    found = pa.compute.index_in(text, value_set=pa.array(words, pa.string()))
    return pa.DictionaryArray.from_arrays(found.cast(pa.int16()), pa.array(words, pa.string()))


def of_terminals(rows: NDArray[np.int64], bucket: Bucket) -> pa.Array:
    """Return the column `terminal_id` of rows of a bucket."""
    return pa.DictionaryArray.from_arrays(pa.array(rows.astype(np.int32)), bucket.tids)
