"""The life events of a run: written by each shard as they happen, merged into one Parquet file.

Theory of operation
-------------------
A shard appends its steps to a list and writes every thousand of them as one record batch of an
Arrow stream: small enough that the pause (about 0.5 ms) delays no heartbeat, and a stream is
readable up to its last whole batch even if the shard was killed in the middle.

Merging sorts by (ts, terminal, number) in bounded memory. The timestamps alone, 8 bytes a row, are
held at once; they say where to cut the run into windows of about half a million rows, and each
window is gathered from the parts that overlap it, sorted, and becomes one row group. The cuts
depend on the rows alone, so equal events give equal bytes however shards and batches held them.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from msgspec.structs import astuple
from numpy.typing import NDArray

from fleet.life.states import Event, State, Step

BATCH_ROWS: Final = 1_024
ROW_GROUP_ROWS: Final = 500_000

_EVENTS: Final[dict[str, int]] = {event: index for index, event in enumerate(Event)}
_STATES: Final[dict[str, int]] = {state: index for index, state in enumerate(State)}
_EVENT_WORDS: Final = pa.array([event.value for event in Event])
_STATE_WORDS: Final = pa.array([state.value for state in State])
_WORD: Final = pa.dictionary(pa.int8(), pa.string())


def _field(name: str, kind: pa.DataType, description: str, unit: str = "") -> pa.Field:
    metadata = {"description": description} | ({"unit": unit} if unit else {})
    return pa.field(name, kind, nullable=False, metadata=metadata)


SCHEMA: Final = pa.schema([
    _field("ts", pa.timestamp("us", tz="UTC"), "instant on the business clock", "us since 1970"),
    _field("terminal", pa.string(), "terminal id"),
    _field("number", pa.int32(), "the terminal's own count of steps, from 1", "steps"),
    _field("event", _WORD, "what happened"),
    _field("from_state", _WORD, "primary state before"),
    _field("to_state", _WORD, "primary state after"),
    _field("code", pa.string(), "fault, components, versions or response code; else empty"),
    _field("duration_ms", pa.int64(), "how long it took, business time; 0 if no time", "ms"),
])  # fmt: skip
_SORT_KEY: Final = [(name, "ascending") for name in ("ts", "terminal", "number")]


class EventWriter:
    """Writes a shard's life events into a part: an Arrow stream file."""

    def __init__(self, path: Path, epoch_ms: int, batch_rows: int = BATCH_ROWS) -> None:
        """Create the part.

        Args:
            path: Of a file that does not exist; a restarted shard starts a new one.
            epoch_ms: Business instant of the run's epoch, in ms since the Unix epoch.
            batch_rows: Steps held in memory at most.

        Raises:
            FileExistsError: The file exists.
        """
        self._file = path.open("xb")
        self._stream = pa.ipc.new_stream(self._file, SCHEMA)
        self._epoch_ms = epoch_ms
        self._batch_rows = batch_rows
        self._terminals: list[str] = []
        self._steps: list[Step] = []

    def add(self, terminal: str, step: Step) -> None:
        """Note a step; about 0.3 us, and 0.5 ms when it completes a batch."""
        self._terminals.append(terminal)
        self._steps.append(step)
        if len(self._steps) >= self._batch_rows:
            self.flush()

    def flush(self) -> None:
        """Write what is held, so that it outlives the process."""
        if self._steps:
            self._stream.write_batch(_to_batch(self._terminals, self._steps, self._epoch_ms))
            self._terminals.clear()
            self._steps.clear()
            self._file.flush()

    def close(self) -> None:
        """Write what is held and end the part."""
        self.flush()
        self._stream.close()
        self._file.close()


def _to_batch(terminals: list[str], steps: list[Step], epoch_ms: int) -> pa.RecordBatch:
    at_ms, numbers, events, sources, targets, codes, durations_ms = zip(
        *map(astuple, steps), strict=True
    )
    ts_us = (np.array(at_ms, dtype=np.int64) + epoch_ms) * 1000
    columns = [
        pa.array(ts_us, SCHEMA.field("ts").type),
        pa.array(terminals, pa.string()),
        pa.array(numbers, pa.int32()),
        _to_words(events, _EVENTS, _EVENT_WORDS),
        _to_words(sources, _STATES, _STATE_WORDS),
        _to_words(targets, _STATES, _STATE_WORDS),
        pa.array(codes, pa.string()),
        pa.array(durations_ms, pa.int64()),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def _to_words(values: Sequence[str], index: dict[str, int], words: pa.Array) -> pa.DictionaryArray:
    indices = pa.array([index[value] for value in values], pa.int8())
    return pa.DictionaryArray.from_arrays(indices, words)


class _Chunk(NamedTuple):
    """A batch of a part, and the span of its timestamps, both ends included."""

    batch: pa.RecordBatch
    ts_us: NDArray[np.int64]
    first_us: int
    last_us: int


def merge_events(parts: Iterable[Path], out: Path, row_group_rows: int = ROW_GROUP_ROWS) -> int:
    """Merge parts into one Parquet file, sorted by (ts, terminal, number).

    Args:
        parts: As written by `EventWriter`; a part cut short is read up to its last whole batch.
        out: The file; it appears only when it is complete.
        row_group_rows: About how many rows a row group holds.

    Returns:
        Number of events.
    """
    chunks = [chunk for part in parts for chunk in _read_chunks(part)]
    partial = out.with_name(out.name + ".partial")
    with pq.ParquetWriter(partial, SCHEMA, compression="zstd") as writer:
        for start_us, end_us in _windows(chunks, row_group_rows):
            table = _gather(chunks, start_us, end_us)
            writer.write_table(table.sort_by(_SORT_KEY), row_group_size=table.num_rows)
    partial.replace(out)
    return sum(chunk.batch.num_rows for chunk in chunks)


def _read_chunks(part: Path) -> Iterator[_Chunk]:
    # Arrow says OSError of a batch that breaks off, and ArrowInvalid of a schema that does.
    with pa.memory_map(str(part)) as source, suppress(pa.ArrowInvalid, OSError):
        for batch in pa.ipc.open_stream(source):
            ts_us = batch.column("ts").cast(pa.int64()).to_numpy()
            yield _Chunk(batch, ts_us, int(ts_us.min()), int(ts_us.max()))


def _windows(chunks: list[_Chunk], rows: int) -> Iterator[tuple[int, int]]:
    if not chunks:
        return
    ts_us = np.concatenate([chunk.ts_us for chunk in chunks])
    ts_us.sort()
    cuts = np.unique(ts_us[::rows])
    yield from zip(cuts.tolist(), [*cuts[1:].tolist(), int(ts_us[-1]) + 1], strict=True)


def _gather(chunks: list[_Chunk], start_us: int, end_us: int) -> pa.Table:
    """Return the rows with start_us <= ts < end_us."""
    batches = []
    for chunk in chunks:
        if start_us <= chunk.first_us and chunk.last_us < end_us:
            batches.append(chunk.batch)
        elif chunk.first_us < end_us and chunk.last_us >= start_us:
            inside = (chunk.ts_us >= start_us) & (chunk.ts_us < end_us)
            batches.append(chunk.batch.filter(pa.array(inside)))
    return pa.Table.from_batches(batches, SCHEMA)
