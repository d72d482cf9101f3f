"""Hashed noise: golden values, independence from grouping, uniformity."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.chance import noise


def _column(values: range | list[int]) -> noise.Words:
    return np.array(values, np.uint64)


def test_levels_are_golden() -> None:
    """These very levels come from seed 7, terminals 0 and 42, in every release."""
    got = noise.levels(7, _column([0, 42]), _column([0, 9]), 6)
    assert got.tolist() == GOLDEN_LEVELS


rows = st.lists(st.tuples(st.integers(0, 2**32), st.integers(0, 2**32)), min_size=1, max_size=30)


@given(rows, st.integers(0, 2**64 - 1), st.integers(1, 13), st.randoms(use_true_random=False))
def test_grouping_does_not_matter(
    pairs: list[tuple[int, int]], seed: int, k: int, shuffler: random.Random
) -> None:
    """A row's noise is the same alone, in company, and in any order."""
    serial, seq = (_column([pair[i] for pair in pairs]) for i in (0, 1))
    together = noise.levels(seed, serial, seq, k)
    alone = [noise.levels(seed, serial[i : i + 1], seq[i : i + 1], k)[0] for i in range(len(pairs))]
    order = list(range(len(pairs)))
    shuffler.shuffle(order)
    assert np.array_equal(together, np.array(alone))
    assert np.array_equal(noise.levels(seed, serial[order], seq[order], k), together[order])


def test_more_lanes_keep_the_first() -> None:
    """A new channel at the end leaves the others as they were."""
    serial, seq = _column(range(50)), _column(range(50))
    assert np.array_equal(noise.levels(7, serial, seq, 13)[:, :5], noise.levels(7, serial, seq, 5))


def _samples() -> dict[str, noise.Levels]:
    n = 40_000
    many, one = _column(range(n)), np.zeros(n, np.uint64)
    return {
        "serials": noise.levels(7, many, one, 8),
        "sequence": noise.levels(7, one, many, 8),
        "diagonal": noise.levels(7, many, many, 8),
        "seeds": np.concatenate([noise.levels(s, one[:10], many[:10], 8) for s in range(4_000)]),
    }


@pytest.mark.parametrize(("name", "sample"), _samples().items(), ids=_samples())
def test_every_lane_is_uniform(name: str, sample: noise.Levels) -> None:
    """Chi-square over 256 bins of each lane, upper and lower bytes, stays under p = 1e-5."""
    for lane in range(sample.shape[1]):
        for byte in (sample[:, lane] >> 8, sample[:, lane] & 255):
            expected = len(sample) / 256
            chi2 = ((np.bincount(byte, minlength=256) - expected) ** 2 / expected).sum()
            assert chi2 < 362.0, (name, lane)


@pytest.mark.parametrize(("name", "sample"), _samples().items(), ids=_samples())
def test_lanes_and_neighbours_are_uncorrelated(name: str, sample: noise.Levels) -> None:
    """No lane tells of another lane, nor of the row before: |r| < 5 / sqrt(n)."""
    bound = 5.0 / np.sqrt(len(sample))
    across = np.corrcoef(sample, rowvar=False) - np.eye(sample.shape[1])
    assert abs(across).max() < bound, name
    lagged = np.asarray(np.corrcoef(np.hstack([sample[1:], sample[:-1]]), rowvar=False))[:8, 8:]
    assert abs(lagged).max() < bound, name


def test_one_bit_of_the_key_turns_half_the_bits() -> None:
    """Avalanche: flipping any bit of serial or sequence flips each output bit half the time."""
    base = _column(range(2_000))
    for bit in range(0, 40, 3):
        flipped = base ^ np.uint64(1 << bit)
        for serial, seq in ((flipped, base), (base, flipped)):
            turned = noise.levels(7, base, base, 4) ^ noise.levels(7, serial, seq, 4)
            assert abs(np.unpackbits(turned.view(np.uint8)).mean() - 0.5) < 0.01


def test_uniforms_stay_inside() -> None:
    """Neither 0 nor 1 can come, so logarithms and quantiles are safe."""
    extremes = noise.as_uniforms(np.array([0, 65_535], np.uint16))
    assert 0.0 < extremes[0] < extremes[1] < 1.0


def test_normals_are_normal() -> None:
    """Mean 0, variance 1, and the quantile of each level is the right one."""
    levels = np.arange(65_536).astype(np.uint16)
    table = noise.as_normals(levels)
    assert table.mean() == pytest.approx(0.0, abs=1e-6)
    assert table.var() == pytest.approx(1.0, abs=1e-3)
    assert np.all(np.diff(table) > 0)
    assert table[65_535] == -table[0] == pytest.approx(4.32, abs=0.01)


def test_shortcuts_are_the_two_steps_in_one() -> None:
    """``lanes`` and ``normals`` are the levels, turned."""
    serial, seq = _column(range(9)), _column(range(9))
    levels = noise.levels(7, serial, seq, 3)
    assert np.array_equal(noise.lanes(7, serial, seq, 3), noise.as_uniforms(levels))
    assert np.array_equal(noise.normals(7, serial, seq, 3), noise.as_normals(levels))


GOLDEN_LEVELS = [
    [59271, 42608, 40760, 46987, 48463, 19466],
    [23206, 59642, 56193, 40030, 6208, 39057],
]
