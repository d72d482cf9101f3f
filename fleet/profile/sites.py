"""Which terminals stand in one shop: runs of neighbouring numbers, of a size drawn for each shop.

Sizes follow a power law cut at the largest site, `P(n) ~ n ** -s` for n up to `max`, with `s` such
that the mean is as asked: most merchants have one terminal, a few have many. The form is a guess;
the mean of 1.29 is derived from the People's Bank of China's figures of the first quarter of 2023,
33.10 million networked terminals at 25.61 million merchants.

Numbers are laid out in blocks of 256, each drawn by itself, so that the site of a terminal depends
on the seed and its number alone, never on how large the estate is. The last site of a block is cut
short, which lowers the mean by less than a hundredth.
"""

import math
from functools import lru_cache
from itertools import accumulate
from typing import Final

from fleet.chance.streams import Purpose, Streams

_BLOCK: Final = 256
_SIZE: Final = Purpose("estate.site_size")
_HALVINGS: Final = 60
# Beyond these exponents every site has one terminal, or the largest size.
_EXPONENT: Final = 60.0


def site_of(seed: int, index: int, mean: float, largest: int) -> int:
    """Return the number of a terminal's site: that of the site's first terminal."""
    if mean <= 1.0 or largest == 1:
        return index
    block, place = divmod(index, _BLOCK)
    return block * _BLOCK + _block(seed, block, mean, largest)[place]


@lru_cache(4_096)
def _block(seed: int, block: int, mean: float, largest: int) -> tuple[int, ...]:
    """Return for each place of a block the place of its site's first terminal."""
    streams = Streams(seed, block)
    shares = size_shares(mean, largest)
    firsts: list[int] = []
    while len(firsts) < _BLOCK:
        first = len(firsts)
        size = 1 + streams.pick_at(_SIZE, first, shares)
        firsts += [first] * size
    return tuple(firsts[:_BLOCK])


@lru_cache(16)
def size_shares(mean: float, largest: int) -> tuple[float, ...]:
    """Return the chance of each size from 1 to `largest`, such that the mean is as asked.

    Args:
        mean: From 1 to `largest`.
        largest: 1 or more.
    """
    low, high = -_EXPONENT, _EXPONENT
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _mean(_shares(middle, largest)) > mean:
            low = middle
        else:
            high = middle
    return _shares((low + high) / 2, largest)


def _shares(exponent: float, largest: int) -> tuple[float, ...]:
    weights = [(n / largest) ** -exponent if exponent < 0 else n**-exponent
               for n in range(1, largest + 1)]  # fmt: skip
    total = list(accumulate(weights))[-1]
    return tuple(weight / total for weight in weights)


def _mean(shares: tuple[float, ...]) -> float:
    return math.fsum(n * share for n, share in enumerate(shares, 1))
