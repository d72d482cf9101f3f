"""The content hash of a file: of its values alone, whatever format, pyarrow or zstd wrote them.

Anybody can compute it from the file. It is the SHA-256 of all digests of its columns, one after the
other; those of a column are SHA-256 hashes of

    nulls    int64: numbers of the rows, from 0, at which nulls begin or end, in turn
    values   all values that are not null: numbers in the width of their type, little-endian (an
             instant as int64, microseconds)

Truth values and 64-bit floats often come many times over. Of them, nulls left out, two things:

    places   int64: numbers of the values that are another than the one before, and 0
    values   those: a truth value as one byte

and of a column of text three:

    places   as above
    codes    int32: at each of those places, which text: 0 for the first that came, and so on
    text     every text in the order in which it came, as UTF-8 behind its length as int32

`tests/dataset/test_content.py` does it with what pyarrow reads.
"""

import hashlib
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from fleet.dataset.chunk import ColumnChunk

Numbers = NDArray[Any]
Codes = NDArray[np.int32]
_NEW: Final = -1


class Content:
    """The content hash of rows that come some at a time."""

    def __init__(self, schema: pa.Schema) -> None:
        self._columns = [_kind(field.type)() for field in schema]
        self._nulls = [_Nulls() for _ in schema]

    def add(self, number: int, chunk: ColumnChunk) -> None:
        """Take a column's next rows."""
        self._nulls[number].add(chunk)
        self._columns[number].add(chunk.values)

    def hexdigest(self) -> str:
        """Return the hash."""
        digest = hashlib.sha256()
        for column, nulls in zip(self._columns, self._nulls, strict=True):
            digest.update(nulls.digest())
            digest.update(column.digest())
        return digest.hexdigest()


class _Nulls:
    """Where nulls begin and end."""

    def __init__(self) -> None:
        self._rows, self._null = 0, False
        self._hash = hashlib.sha256()

    def add(self, chunk: ColumnChunk) -> None:
        there = chunk.there
        if there is not None or (self._null and chunk.rows):
            null = np.zeros(chunk.rows, np.bool_) if there is None else ~there
            changes = _starts(null)
            if bool(null[0]) == self._null:
                changes = changes[1:]
            self._hash.update((changes + self._rows).astype("<i8").data)
            self._null = bool(null[-1])
        self._rows += chunk.rows

    def digest(self) -> bytes:
        return self._hash.digest()


class _Values:
    """Numbers and instants."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, array: pa.Array) -> None:
        values = array.view(pa.int64()) if pa.types.is_timestamp(array.type) else array
        self._hash.update(values.to_numpy().data)

    def digest(self) -> bytes:
        return self._hash.digest()


class _Runs:
    """Truth values and 64-bit floats, told apart bit by bit."""

    def __init__(self) -> None:
        self._places, self._values = hashlib.sha256(), hashlib.sha256()
        self._last, self._rows = b"", 0

    def add(self, array: pa.Array) -> None:
        if not len(array):
            return
        values = array.to_numpy()
        if pa.types.is_float64(array.type):
            values = values.view(np.int64)
        starts = _starts(values)
        if values[0].tobytes() == self._last:
            starts = starts[1:]
        self._last = values[-1].tobytes()
        self._places.update((starts + self._rows).astype("<i8").data)
        self._values.update(values.take(starts).data)
        self._rows += len(array)

    def digest(self) -> bytes:
        return self._places.digest() + self._values.digest()


class _Text:
    """Words."""

    def __init__(self) -> None:
        self._places, self._codes, self._text = (hashlib.sha256() for _ in range(3))
        self._last, self._rows = _NEW, 0
        self._known = pa.array([], pa.string())
        self._words: pa.Array | None = None
        self._code_of = np.zeros(0, np.int32)

    def add(self, array: pa.Array) -> None:
        if not len(array):
            return
        words = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
        numbers = words.indices.to_numpy()
        starts = _starts(numbers)
        codes = self._codes_of(numbers[starts], words.dictionary)
        if codes[0] == self._last:
            starts, codes = starts[1:], codes[1:]
        if len(codes):
            self._last = int(codes[-1])
        self._places.update((starts + self._rows).astype("<i8").data)
        self._codes.update(codes.data)
        self._rows += len(array)

    def digest(self) -> bytes:
        return b"".join(each.digest() for each in (self._places, self._codes, self._text))

    def _codes_of(self, numbers: Numbers, words: pa.Array) -> Codes:
        """Return the codes of words of a dictionary; those that are new get the next."""
        if self._words is None or not self._words.equals(words):
            self._words = words
            found = pc.index_in(words, value_set=self._known).fill_null(_NEW)
            self._code_of = found.to_numpy().astype("<i4")
        first = np.full(len(words), len(numbers))
        first[numbers[::-1]] = np.arange(len(numbers))[::-1]
        (new,) = np.nonzero((first < len(numbers)) & (self._code_of == _NEW))
        if len(new):
            new = new[np.argsort(first[new])]
            self._code_of[new] = len(self._known) + np.arange(len(new))
            came = words.take(pa.array(new))
            self._text.update(_spelled(came))
            self._known = pa.concat_arrays([self._known, came])
        return self._code_of.take(numbers)


def _kind(kind: pa.DataType) -> Callable[[], "_Text | _Runs | _Values"]:
    if pa.types.is_dictionary(kind) or pa.types.is_string(kind):
        return _Text
    return _Runs if pa.types.is_boolean(kind) or pa.types.is_float64(kind) else _Values


def _starts(values: Numbers) -> NDArray[np.int64]:
    """Return the places of values that are another than the one before, and 0."""
    others = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=others[1:])
    return np.flatnonzero(others)


def _spelled(words: pa.Array) -> bytes:
    """Return words one after the other, each behind its length in four bytes."""
    text = words.cast(pa.binary())
    edges = np.frombuffer(text.buffers()[1], np.int32)[text.offset : text.offset + len(text) + 1]
    lengths = np.diff(edges).astype("<i4")
    if not edges[-1] > edges[0]:
        return lengths.tobytes()
    letters = np.frombuffer(text.buffers()[2], np.uint8)[edges[0] : edges[-1]]
    if (lengths == lengths[0]).all():  # as of terminals, of which there are thousands
        of_length = lengths.view(np.uint8).reshape(-1, 4)
        return np.hstack([of_length, letters.reshape(len(text), -1)]).tobytes()
    before = np.repeat(edges[:-1] - edges[0], 4)
    return np.insert(letters, before, lengths.view(np.uint8)).tobytes()
