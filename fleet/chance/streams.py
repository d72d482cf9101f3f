"""Random streams keyed by (seed, serial, purpose), in which every draw is random access.

Philox (Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011) turns a key and a
counter into random bits without any other state. Here the key is (seed, serial) and the counter
names the draw: (block, number of the draw, purpose, kind). Hence

* no draw depends on what was drawn before, for another purpose, or by another terminal;
* a new purpose leaves all others as they were;
* a terminal remembers nothing but how often it has drawn for each purpose.

One Philox serves the whole process. That is no shared state: key and counter are set anew before
each draw, which makes it a function of them. Two threads must not draw at once; a process has one
thread that draws.
"""

import hashlib
import itertools
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from fleet.chance.laws import Law
from fleet.units import DURATION_MS_MAX, Millis

_PHILOX: Final = np.random.Philox(key=0)
_INNER: Final[dict[str, tuple[int, ...]]] = {}
# A position of 4 says that the buffer of four words is used up, so its contents do not matter.
_STATE: Final[Any] = {
    "bit_generator": "Philox",
    "state": _INNER,
    "buffer": (0, 0, 0, 0),
    "buffer_pos": 4,
    "has_uint32": 0,
    "uinteger": 0,
}
_COUNTED: Final = 0
_NUMBERED: Final = 1
_WORD: Final = 2**64


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a draw is for, such as ``sign_in.password``: one stream of its own.

    Attributes:
        name: dotted name, unique in the program.
        number: 64 bits of the name's BLAKE2b hash, the same for ever.
    """

    name: str
    number: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        digest = hashlib.blake2b(self.name.encode(), digest_size=8).digest()
        object.__setattr__(self, "number", int.from_bytes(digest, "little"))


class Streams:
    """The random streams of one terminal, or of one common cause.

    The plain methods take the next number of a purpose; those ending in ``at`` take number ``n``,
    such as that of the n-th day, and count nothing. The two kinds never meet.
    """

    __slots__ = ("_counts", "_purposes", "generation", "seed", "serial")

    def __init__(self, seed: int, serial: int) -> None:
        """Open the streams.

        Args:
            seed: the run's, 0 to 2**64 - 1.
            serial: the terminal's (or the cause's) number, 0 to 2**64 - 1.

        Raises:
            ValueError: a number is out of range.
        """
        for name, value in (("seed", seed), ("serial", serial)):
            if not 0 <= value < _WORD:
                msg = f"the {name} must lie between 0 and 2**64 - 1, not {value}"
                raise ValueError(msg)
        self.seed = seed
        self.serial = serial
        # Two sorted arrays take half the memory of a dict, and there is one pair per terminal.
        self._purposes = array("Q")
        self._counts = array("I")
        self.generation = 0

    def succeed(self) -> None:
        """Begin the counted streams of the next generation: another unit in the same place.

        What is drawn for it depends on nothing that was drawn for those before.
        """
        self.generation += 1
        self._purposes = array("Q")
        self._counts = array("I")

    def uniform(self, purpose: Purpose) -> float:
        """A number in [0, 1)."""
        return self._word(_COUNTED, purpose, self._next(purpose))

    def last(self, purpose: Purpose) -> float:
        """The number that was last taken, once more.

        Raises:
            ValueError: None has been taken yet.
        """
        purposes, number = self._purposes, purpose.number
        i = bisect_left(purposes, number)
        if i == len(purposes) or purposes[i] != number:
            msg = f"nothing has been drawn for {purpose.name}"
            raise ValueError(msg)
        return self._word(_COUNTED, purpose, self._counts[i] - 1)

    def at(self, purpose: Purpose, n: int) -> float:
        """The n-th number in [0, 1), n from 0."""
        return self._word(_NUMBERED, purpose, n)

    def chance(self, purpose: Purpose, p: float) -> bool:
        """True with probability ``p``."""
        n = self._next(purpose)  # counted even if the answer is certain
        return p > 0.0 and (p >= 1.0 or self._word(_COUNTED, purpose, n) < p)

    def chance_at(self, purpose: Purpose, n: int, p: float) -> bool:
        """True with probability ``p``."""
        return p > 0.0 and (p >= 1.0 or self.at(purpose, n) < p)

    def draw(self, purpose: Purpose, law: Law) -> Millis:
        """A duration by ``law``, rounded to a millisecond."""
        return _millis(law.quantile(self.uniform(purpose)))

    def draw_at(self, purpose: Purpose, n: int, law: Law) -> Millis:
        """A duration by ``law``, rounded to a millisecond."""
        return _millis(law.quantile(self.at(purpose, n)))

    def remaining(self, purpose: Purpose, law: Law, age: Millis, rate: float = 1.0) -> Millis:
        """The remaining life at ``age`` under ``rate`` times the hazard of ``law``."""
        return _millis(law.residual(self.uniform(purpose), age, rate))

    def remaining_at(
        self, purpose: Purpose, n: int, law: Law, age: Millis, rate: float = 1.0
    ) -> Millis:
        """The remaining life at ``age`` under ``rate`` times the hazard of ``law``."""
        return _millis(law.residual(self.at(purpose, n), age, rate))

    def pick(self, purpose: Purpose, weights: Sequence[float]) -> int:
        """An index into ``weights``, with chances in proportion to them."""
        return _index(self.uniform(purpose), weights)

    def pick_at(self, purpose: Purpose, n: int, weights: Sequence[float]) -> int:
        """An index into ``weights``, with chances in proportion to them."""
        return _index(self.at(purpose, n), weights)

    def _next(self, purpose: Purpose) -> int:
        purposes, number = self._purposes, purpose.number
        i = bisect_left(purposes, number)
        if i == len(purposes) or purposes[i] != number:
            purposes.insert(i, number)
            self._counts.insert(i, 0)
        n = self._counts[i]
        self._counts[i] = n + 1
        return n

    def _word(self, kind: int, purpose: Purpose, n: int) -> float:
        _INNER["key"] = (self.seed, self.serial)
        _INNER["counter"] = (self.generation if kind == _COUNTED else 0, n, purpose.number, kind)
        _PHILOX.state = _STATE
        # The upper 53 of 64 bits are what a float in [0, 1) can hold.
        return (_PHILOX.random_raw() >> 11) * 2.0**-53


def _millis(value: float) -> Millis:
    return round(min(value, DURATION_MS_MAX))


def _index(u: float, weights: Sequence[float]) -> int:
    sums = list(itertools.accumulate(weights))
    if not sums or sums[-1] <= 0:
        msg = "cannot pick: the weights must be positive somewhere"
        raise ValueError(msg)
    # bisect_left would pick an entry of weight 0 if u were exactly 0.
    return bisect_right(sums, u * sums[-1])
