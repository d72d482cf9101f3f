"""The content hash can be recomputed from the files alone, by the recipe in `content.py`."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fleet.dataset.chunk import ColumnChunk
from fleet.dataset.content import Content


def recomputed(path: Path) -> str:
    """Return the content hash of a file as anybody would compute it."""
    digests = []
    for column in pq.read_table(path).columns:
        values = column.combine_chunks()
        null = np.array(values.is_null().to_pylist(), bool)
        changes = np.flatnonzero(np.diff(null, prepend=False))
        digests.append(hashlib.sha256(changes.astype("<i8").tobytes()).digest())
        digests += _digests(values.drop_null())
    return hashlib.sha256(b"".join(digests)).hexdigest()


def _digests(values: pa.Array) -> list[bytes]:
    if pa.types.is_dictionary(values.type):
        values = values.cast(pa.string())
    if not pa.types.is_string(values.type):
        if pa.types.is_timestamp(values.type):
            values = values.cast(pa.int64())
        if pa.types.is_boolean(values.type) or pa.types.is_float64(values.type):
            return _runs(values)
        return [hashlib.sha256(values.to_numpy().tobytes()).digest()]
    codes: dict[str, int] = {}
    runs: list[tuple[int, int]] = []
    for place, text in enumerate(values.to_pylist()):
        code = codes.setdefault(text, len(codes))
        if not runs or runs[-1][1] != code:
            runs.append((place, code))
    places, found = np.array(runs, np.int64).reshape(-1, 2).T
    words = [text.encode() for text in codes]
    told = b"".join(len(word).to_bytes(4, "little") + word for word in words)
    parts = (places.astype("<i8").tobytes(), found.astype("<i4").tobytes(), told)
    return [hashlib.sha256(part).digest() for part in parts]


def _runs(values: pa.Array) -> list[bytes]:
    width = 1 if pa.types.is_boolean(values.type) else 8
    whole = values.cast(pa.uint8()) if width == 1 else values
    bits = whole.to_numpy().tobytes()
    told = [bits[at : at + width] for at in range(0, len(bits), width)]
    places = [at for at in range(len(told)) if not at or told[at] != told[at - 1]]
    parts = (np.array(places, "<i8").tobytes(), b"".join(told[at] for at in places))
    return [hashlib.sha256(part).digest() for part in parts]


def test_the_manifest_can_be_checked_from_the_files(tiny: Path) -> None:
    """The hash of every table follows from its files, in the order of their paths."""
    manifest = json.loads((tiny / "manifest.json").read_text("utf-8"))
    for name, said in manifest["tables"].items():
        paths = sorted(each["path"] for each in manifest["files"] if each["table"] == name)
        digest = hashlib.sha256()
        for path in paths:
            digest.update(bytes.fromhex(recomputed(tiny / path)))
        assert digest.hexdigest() == said["content_sha256"], name


def test_batches_change_nothing() -> None:
    """Rows have one hash, in however many batches, with whatever dictionaries, they come."""
    text = ["a", "a", None, None, "b", "a", "b", "b", None, "c", "c", "a"]
    schema = pa.schema([("x", pa.string()), ("y", pa.float32()), ("z", pa.float64())])
    number = pa.array([None if each is None else 0.5 for each in text], pa.float32())
    chance = pa.array(
        [None if each is None else len(each) + (each == "c") for each in text], pa.float64()
    )
    hashes = set()
    for size in (1, 2, 3, 5, 12):
        for told in (pa.array(text), pa.array(text).dictionary_encode()):
            content = Content(schema)
            rows = pa.Table.from_arrays([told, number, chance], names=["x", "y", "z"])
            for batch in rows.to_batches(max_chunksize=size):
                for place, column in enumerate(batch.columns):
                    content.add(place, ColumnChunk.of(column))
            hashes.add(content.hexdigest())
    for at in range(1, 11):
        content = Content(schema)
        for part in (slice(0, at), slice(at, None)):
            arrays = [pa.array(text[part]).dictionary_encode(), number[part], chance[part]]
            for place, column in enumerate(arrays):
                content.add(place, ColumnChunk.of(column))
        hashes.add(content.hexdigest())
    assert len(hashes) == 1
