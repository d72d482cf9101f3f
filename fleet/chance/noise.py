"""Stateless noise for telemetry: hashed from (seed, serial, sequence number), row by row.

A row's noise depends on nothing but its own three numbers, so it is the same however rows are
grouped: sent one by one in a live run, or expanded a million at once. Such a hash is called once
per tick over some fifty rows, where the overhead of numpy's calls is all that counts; hence one
64-bit hash is cut into four lanes of 16 bits.

The hash is the finaliser of SplitMix64 in Stafford's variant 13 (Steele, Lea, Flood, Fast
Splittable Pseudorandom Number Generators, OOPSLA 2014) over a sum of the three numbers, each times
an odd constant of its own. Only integer operations reach the result, so it is the same on every
processor. 65,536 levels are finer than any sensor that the noise is added to.
"""

import functools
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Levels = NDArray[np.uint16]

_LANES_PER_WORD: Final = 4
_LEVELS: Final = 2**16
_MASK: Final = 2**64 - 1
_STEP, _HALF_STEP = np.float32(1.0 / _LEVELS), np.float32(0.5 / _LEVELS)

# 2**64 over the golden ratio, and over g and g**2 for its kin in three dimensions, g**4 = g + 1,
# each made odd: multiples of such numbers spread evenly, in company too.
_WORD_STEP: Final = 0x9E3779B97F4A7C15
_SERIAL_STEP: Final = np.uint64(0xD1B54A32D192ED03)
_SEQ_STEP: Final = np.uint64(0xABC98388FB8FAC03)
_MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2: Final = np.uint64(0x94D049BB133111EB)
_30, _27, _31 = np.uint64(30), np.uint64(27), np.uint64(31)


def levels(seed: int, serial: Words, seq: Words, k: int) -> Levels:
    """Hash rows to ``k`` lanes of 16 bits.

    Args:
        seed: the run's, 0 to 2**64 - 1.
        serial: terminal numbers, shape (n,).
        seq: sequence numbers, shape (n,).
        k: lanes per row, 1 or more.

    Returns:
        Uniform integers from 0 to 65,535, shape (n, k). A row's first lanes do not depend on k.
    """
    words = serial * _SERIAL_STEP
    words += seq * _SEQ_STEP
    mixed = words[:, None] + _offsets(seed, -(-k // _LANES_PER_WORD))
    _mix_in_place(mixed)
    return mixed.view(np.uint16)[:, :k]


def planes(seed: int, serial: Words, seq: Words, k: int) -> Levels:
    """Hash rows to the same lanes as ``levels``, laid out for who works lane by lane.

    Args:
        seed: the run's, 0 to 2**64 - 1.
        serial: terminal numbers, shape (n,).
        seq: sequence numbers, shape (n,).
        k: lanes per row, 1 or more.

    Returns:
        Uniform integers from 0 to 65,535, shape (words, n, 4), where lane c of row i stands at
        ``[c // 4, i, c % 4]``; see ``lane_of``.
    """
    words = serial * _SERIAL_STEP
    words += seq * _SEQ_STEP
    mixed = words + _offsets(seed, -(-k // _LANES_PER_WORD))[:, None]
    _mix_in_place(mixed)
    return mixed.view(np.uint16).reshape(len(mixed), len(words), _LANES_PER_WORD)


def lane_of(noise: Levels, lane: int) -> Levels:
    """Return one lane of ``planes``, shape (n,)."""
    return noise[lane // _LANES_PER_WORD, :, lane % _LANES_PER_WORD]


def _mix_in_place(mixed: Words) -> None:
    mixed ^= mixed >> _30
    mixed *= _MIX_1
    mixed ^= mixed >> _27
    mixed *= _MIX_2
    mixed ^= mixed >> _31


def lane_levels(seed: int, serial: int, seq: int, k: int) -> list[int]:
    """Hash one row to ``k`` lanes, as ``levels`` does: cheaper for a single one."""
    words = serial * int(_SERIAL_STEP) + seq * int(_SEQ_STEP)
    lanes: list[int] = []
    for offset in _offsets(seed, -(-k // _LANES_PER_WORD)).tolist():
        word = (words + offset) & _MASK
        word = ((word ^ (word >> 30)) * int(_MIX_1)) & _MASK
        word = ((word ^ (word >> 27)) * int(_MIX_2)) & _MASK
        word ^= word >> 31
        lanes += (word >> shift & _LEVELS - 1 for shift in (0, 16, 32, 48))
    return lanes[:k]


def uniform_of(lane: int) -> float:
    """Turn one level into a number in (0, 1); see ``as_uniforms``."""
    return (lane + 0.5) / _LEVELS


def normal_of(lane: int) -> float:
    """Turn one level into a standard normal number; see ``as_normals``."""
    return float(_normals()[lane])


def as_uniforms(noise: Levels) -> NDArray[np.float32]:
    """Turn levels into numbers in (0, 1): the middles of 65,536 equal steps."""
    middles = noise.astype(np.float32)  # all of this is exact, and quicker than to look it up
    middles *= _STEP
    middles += _HALF_STEP
    return middles


def as_normals(noise: Levels) -> NDArray[np.float32]:
    """Turn levels into standard normal numbers, which end at +-4.32."""
    return np.take(_normals(), noise)


def normals_at(noise: Levels, lane: NDArray[np.intp], row: NDArray[np.intp]) -> NDArray[np.float32]:
    """Return standard normal numbers of single lanes and rows of ``planes``."""
    return as_normals(noise[lane // _LANES_PER_WORD, row, lane % _LANES_PER_WORD])


def lanes(seed: int, serial: Words, seq: Words, k: int) -> NDArray[np.float32]:
    """Hash rows to ``k`` uniform numbers; arguments as of ``levels``."""
    return as_uniforms(levels(seed, serial, seq, k))


def normals(seed: int, serial: Words, seq: Words, k: int) -> NDArray[np.float32]:
    """Hash rows to ``k`` standard normal numbers; arguments as of ``levels``."""
    return as_normals(levels(seed, serial, seq, k))


@functools.lru_cache(maxsize=64)
def _offsets(seed: int, words: int) -> Words:
    start = int(_mix(np.array([seed], np.uint64))[0])
    return np.array([(start + i * _WORD_STEP) & _MASK for i in range(words)], np.uint64)


def _mix(words: Words) -> Words:
    words = (words ^ (words >> _30)) * _MIX_1
    words = (words ^ (words >> _27)) * _MIX_2
    return words ^ (words >> _31)


@functools.cache
def _normals() -> NDArray[np.float32]:
    inverse = NormalDist().inv_cdf
    half = _LEVELS // 2  # not as a list: what a process frees at its start it seldom gives back
    upper = np.fromiter((inverse((half + i + 0.5) / _LEVELS) for i in range(half)), float, half)
    return np.concatenate([-upper[::-1], upper]).astype(np.float32)
