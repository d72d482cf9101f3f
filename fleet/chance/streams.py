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

They are set in place, in numpy's own memory, to which its public `state_address` points: to hand
over a `state` costs as much as the rest of a draw. A test compares the two ways.
"""

import ctypes
import hashlib
import itertools
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from fleet.chance.law import Law
from fleet.units import DURATION_MS_MAX, Millis


class _State(ctypes.Structure):
    """The beginning of numpy's `philox_state`; see its `src/philox/philox.h`."""

    _fields_ = (
        ("counter", ctypes.POINTER(ctypes.c_uint64 * 4)),
        ("key", ctypes.POINTER(ctypes.c_uint64 * 2)),
        ("position", ctypes.c_int),
    )


_PHILOX: Final = np.random.Philox(key=0)
_PLACE: Final = _State.from_address(_PHILOX.ctypes.state_address)
_COUNTER: Final = memoryview(_PLACE.counter.contents).cast("B").cast("Q")
_KEY: Final = memoryview(_PLACE.key.contents).cast("B").cast("Q")
# The field by itself: a view is written in half the time that a field of a structure takes.
_POSITION: Final = (
    memoryview(ctypes.c_int.from_buffer(_PLACE, _State.position.offset)).cast("B").cast("i")
)
_raw: Final = _PHILOX.random_raw
_USED_UP: Final = 4
"""A position of 4 says that the buffer of four words is used up: its contents do not matter."""
# The upper 53 of 64 bits are what a float in [0, 1) can hold.
_SPARE: Final = 11
_HAIR: Final = 2.0**-53
_COUNTED: Final = 0
_NUMBERED: Final = 1
_WORD: Final = 2**64
_COUNT_MAX: Final = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a draw is for, such as ``sign_in.password``: one stream of its own.

    Attributes:
        name: dotted name, unique in the program.
        number: 64 bits of the name's BLAKE2b hash, the same for ever.
        mark: the upper half of them, in its place: unlike that of any other in the program.
    """

    name: str
    number: int = field(init=False, repr=False)
    mark: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        digest = hashlib.blake2b(self.name.encode(), digest_size=8).digest()
        number = int.from_bytes(digest, "little")
        object.__setattr__(self, "number", number)
        object.__setattr__(self, "mark", number & ~_COUNT_MAX)


class Streams:
    """The random streams of one terminal, or of one common cause.

    The plain methods take the next number of a purpose; those ending in ``at`` take number ``n``,
    such as that of the n-th day, and count nothing. The two kinds never meet.
    """

    __slots__ = ("_taken", "generation", "seed", "serial")

    def __init__(self, seed: int, serial: int) -> None:
        """Open the streams.

        Args:
            seed: the run's, 0 to 2**64 - 1.
            serial: the terminal's (or the cause's) number, 0 to 2**64 - 1.

        Raises:
            ValueError: a number is out of range.
        """
        if not (0 <= seed < _WORD and 0 <= serial < _WORD):
            name, value = ("serial", serial) if 0 <= seed < _WORD else ("seed", seed)
            msg = f"the {name} must lie between 0 and 2**64 - 1, not {value}"
            raise ValueError(msg)
        self.seed = seed
        self.serial = serial
        # How often each purpose was drawn, sorted: its mark, and the count in the lower half. It
        # takes a third of the memory of a dict, and there is one per terminal.
        self._taken = array("Q")
        self.generation = 0

    def succeed(self) -> None:
        """Begin the counted streams of the next generation: another unit in the same place.

        What is drawn for it depends on nothing that was drawn for those before.
        """
        self.generation += 1
        self._taken = array("Q")

    def uniform(self, purpose: Purpose) -> float:
        """A number in [0, 1)."""
        mark, taken = purpose.mark, self._taken
        i = bisect_left(taken, mark)
        if i == len(taken) or (n := taken[i] - mark) > _COUNT_MAX:
            taken.insert(i, mark)
            n = 0
        taken[i] += 1
        # As in `_word`, which a call would make a third dearer.
        _KEY[0], _KEY[1] = self.seed, self.serial
        _COUNTER[0], _COUNTER[1] = self.generation, n
        _COUNTER[2], _COUNTER[3] = purpose.number, _COUNTED
        _POSITION[0] = _USED_UP
        return (_raw() >> _SPARE) * _HAIR

    def last(self, purpose: Purpose) -> float:
        """The number that was last taken, once more.

        Raises:
            ValueError: None has been taken yet.
        """
        taken, mark = self._taken, purpose.mark
        i = bisect_left(taken, mark)
        if i == len(taken) or taken[i] - mark > _COUNT_MAX:
            msg = f"nothing has been drawn for {purpose.name}"
            raise ValueError(msg)
        return self._word(_COUNTED, purpose, taken[i] - mark - 1)

    def coming(self, purpose: Purpose, ahead: int = 0) -> float:
        """The number that will be taken next, or so many draws later; none is taken by looking."""
        return self._word(_COUNTED, purpose, self._count(purpose) + ahead)

    def coming_all(self, purpose: Purpose, count: int) -> list[float]:
        """The numbers that will be taken next; a third of the price of one at a time."""
        first, counter, words = self._count(purpose), _COUNTER, []
        _KEY[0], _KEY[1] = self.seed, self.serial
        counter[2], counter[3] = purpose.number, _COUNTED
        for n in range(first, first + count):
            counter[0], counter[1] = self.generation, n
            _POSITION[0] = _USED_UP
            words.append((_raw() >> _SPARE) * _HAIR)
        return words

    def take(self, purpose: Purpose, count: int = 1) -> None:
        """Take the next numbers without a look at them."""
        taken, mark = self._taken, purpose.mark
        i = bisect_left(taken, mark)
        if i == len(taken) or taken[i] - mark > _COUNT_MAX:
            taken.insert(i, mark)
        taken[i] += count

    def _count(self, purpose: Purpose) -> int:
        """How many numbers have been taken."""
        taken, mark = self._taken, purpose.mark
        i = bisect_left(taken, mark)
        return taken[i] - mark if i < len(taken) and taken[i] - mark <= _COUNT_MAX else 0

    def at(self, purpose: Purpose, n: int) -> float:
        """The n-th number in [0, 1), n from 0."""
        return self._word(_NUMBERED, purpose, n)

    def chance(self, purpose: Purpose, p: float) -> bool:
        """True with probability ``p``."""
        if p <= 0.0:  # counted even if the answer is certain, but not worked out
            self.take(purpose)
            return False
        return self.uniform(purpose) < p

    def chance_at(self, purpose: Purpose, n: int, p: float) -> bool:
        """True with probability ``p``."""
        return p > 0.0 and (p >= 1.0 or self.at(purpose, n) < p)

    def draw(self, purpose: Purpose, law: Law) -> Millis:
        """A duration by ``law``, rounded to a millisecond."""
        return _millis(law.quantile(self.uniform(purpose)))

    def draw_at(self, purpose: Purpose, n: int, law: Law) -> Millis:
        """A duration by ``law``, rounded to a millisecond."""
        return _millis(law.quantile(self.at(purpose, n)))

    def pick(self, purpose: Purpose, weights: Sequence[float]) -> int:
        """An index into ``weights``, with chances in proportion to them."""
        return _index(self.uniform(purpose), weights)

    def pick_coming(self, purpose: Purpose, weights: Sequence[float], ahead: int) -> int:
        """What `pick` will return so many draws later than next."""
        return _index(self.coming(purpose, ahead), weights)

    def pick_at(self, purpose: Purpose, n: int, weights: Sequence[float]) -> int:
        """An index into ``weights``, with chances in proportion to them."""
        return _index(self.at(purpose, n), weights)

    def _word(self, kind: int, purpose: Purpose, n: int) -> float:
        _KEY[0], _KEY[1] = self.seed, self.serial
        _COUNTER[0], _COUNTER[1] = (self.generation if kind == _COUNTED else 0), n
        _COUNTER[2], _COUNTER[3] = purpose.number, kind
        _POSITION[0] = _USED_UP
        return (_raw() >> _SPARE) * _HAIR


def _millis(value: float) -> Millis:
    return round(value) if value < DURATION_MS_MAX else DURATION_MS_MAX


def _index(u: float, weights: Sequence[float]) -> int:
    sums = list(itertools.accumulate(weights))
    if not sums or sums[-1] <= 0:
        msg = "cannot pick: the weights must be positive somewhere"
        raise ValueError(msg)
    # bisect_left would pick an entry of weight 0 if u were exactly 0.
    return bisect_right(sums, u * sums[-1])
