"""Poisson counts by the million: a table of quantiles, and a coin for what lies between its rows.

A count is drawn from noise of 10 bits by looking it up in the row of the greatest tabled mean that
does not exceed the wanted one; the rest, at most a fraction of the standard deviation, is rounded
up or down at random. So means hold exactly, however small they are, and variances to 3 %.

The tabled means are squares: the standard deviation grows by the same step from row to row.
"""

import functools
import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fleet.chance.noise import Levels
from fleet.chance.special import normal_quantile

MEAN_MAX: Final = 400.0
"""Greatest mean whose counts spread as they should; above it, only means hold."""

_STEPS_PER_ROOT: Final = 8
_QUANTILES: Final = 1_024
_SUMMED_MAX: Final = 64.0
_NOTHING: Final = 1e-30
_NEAR_MIN: Final = 8.0  # below it the sum is quicker
# Up to here the bound holds, and for large means still; the last bits of q decide farther out.
_Z_MAX, _Z_MAX_LARGE = 3.0, 5.0
_SHIFT: Final = 6  # from noise of 16 bits to 10


def poisson(
    mean: NDArray[np.float32], noise: Levels, chance: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Draw counts.

    Args:
        mean: 0 or more, float32[n].
        noise: As from `fleet.chance.noise.levels`, uint16[n].
        chance: Uniform numbers from 0 to 1, independent of the noise, float32[n].

    Returns:
        Whole numbers, 0 or more, float32[n].
    """
    counts, means = _table()
    row = np.sqrt(mean)
    row *= _STEPS_PER_ROOT
    place = np.minimum(row, len(means) - 1).astype(np.intp)
    rest = mean - means.take(place)
    rest += chance
    np.floor(rest, out=rest)
    place *= _QUANTILES  # one index for both places is half the price of two
    place += noise >> _SHIFT
    rest += counts.take(place)
    drawn: NDArray[np.float32] = np.maximum(rest, 0.0, out=rest)
    return drawn


def poisson_quantile(mean: float, q: float) -> int:
    """Return the smallest count whose cumulative probability reaches `q`, for q in [0, 1).

    Random numbers are multiples of 2**-53, and no less than one is told from 0.
    """
    if mean <= 0.0 or q <= 0.0:
        return 0
    if mean > _NEAR_MIN and (near := _near_quantile(mean, q)):
        return near
    return _summed_quantile(mean, q) if mean <= _SUMMED_MAX else _walked_quantile(mean, q)


def _near_quantile(mean: float, q: float) -> int:
    """Return the same by the expansion at the normal law; 0 where that cannot decide.

    Its error has a bound, and hardly more than one in a hundred comes so near to a whole number
    (Giles, Algorithm 955: Approximation of the Inverse Poisson Cumulative Distribution Function,
    ACM Transactions on Mathematical Software 42, 2016, section 3). A tenth of the price of a sum.
    """
    z = normal_quantile(q)
    if abs(z) > (_Z_MAX if mean <= _SUMMED_MAX else _Z_MAX_LARGE):
        return 0
    root, zz = math.sqrt(mean), z * z
    first = mean + root * z + (1.0 / 3.0 + zz / 6.0)
    second = (-8.0 / 405.0 + 7.0 * zz / 810.0 + zz * zz / 270.0) / mean
    at = first - z * (1.0 / 36.0 + zz / 72.0) / root + second
    hair = (1.0 / 40.0 + zz / 80.0 + zz * zz / 160.0) / mean
    count = math.floor(at + hair)
    return count if at + hair - count > 2.0 * hair else 0


def _walked_quantile(mean: float, q: float) -> int:
    """Return the same, step by step from the normal approximation with its first correction.

    That lies within a few counts of it (Cornish and Fisher, 1938).
    """
    z = normal_quantile(q)
    count = max(0, int(mean + math.sqrt(mean) * z + (z * z - 1.0) / 6.0))
    chance = math.exp(count * math.log(mean) - mean - math.lgamma(count + 1.0))
    below = _up_to(count, mean, chance)
    while below < q and (chance > _NOTHING or count < mean):
        count += 1
        chance *= mean / count
        below += chance
    while count and below - chance >= q:
        below -= chance
        chance *= count / mean
        count -= 1
    return count


def _up_to(count: int, mean: float, chance: float) -> float:
    """Return the chance of at most `count`, of which each has `chance`: the shorter tail summed."""
    # So far out a term is less than 1e-15 of the first, by Bernstein's bound.
    reach = int(9.0 * math.sqrt(mean)) + 24
    if count < mean:
        ratios = np.arange(count, max(0, count - reach), -1.0) / mean
        return chance * (1.0 + float(np.cumprod(ratios).sum()))
    ratios = mean / np.arange(count + 1.0, count + reach)
    return 1.0 - chance * float(np.cumprod(ratios).sum())


def _summed_quantile(mean: float, q: float) -> int:
    """Return the same by summing from 0 on, which is quicker while the mean is small."""
    count, chance = 0, math.exp(-mean)
    below = chance
    # Far out the sum no longer grows, and may stay a hair below q.
    while below < q and (chance > _NOTHING or count < mean):
        count += 1
        chance *= mean / count
        below += chance
    return count


@functools.cache
def _table() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return counts[mean, quantile], and the mean of each row as it came out."""
    roots = np.arange(int(np.sqrt(MEAN_MAX)) * _STEPS_PER_ROOT + 1) / _STEPS_PER_ROOT
    middles = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    counts = np.empty((len(roots), _QUANTILES), np.float32)
    for row, root in enumerate(roots):
        counts[row] = _quantiles(root * root, middles)
    return counts, counts.mean(axis=1)


def _quantiles(mean: float, at: NDArray[np.float64]) -> NDArray[np.float64]:
    many = np.arange(1, int(mean + 12.0 * np.sqrt(mean) + 12.0))
    logs = np.concatenate([[0.0], np.log(max(mean, 1e-300)) - np.log(many)])
    below = np.cumsum(np.exp(np.cumsum(logs) - mean))
    return np.searchsorted(below, at).astype(np.float64)
