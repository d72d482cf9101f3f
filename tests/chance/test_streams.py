"""Random streams: golden values, independence, random access."""

import gc
import importlib
import math
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fleet
from fleet.chance.parametric import Constant, Exponential, Lognormal, Weibull
from fleet.chance.streams import Purpose, Streams
from fleet.units import DURATION_MS_MAX

_PACKAGE = Path(fleet.__file__).parent
A, B = Purpose("sign_in.password"), Purpose("boot.duration")
words = st.integers(0, 2**64 - 1)


def test_a_purpose_has_its_number_for_ever() -> None:
    """The number is the name's hash, so no release may change it."""
    assert A.number == GOLDEN_PURPOSE


def test_draws_are_golden() -> None:
    """These very numbers come from seed 7, terminal 42, in every release."""
    streams = Streams(7, 42)
    assert [streams.uniform(A) for _ in range(3)] == GOLDEN_UNIFORMS
    assert [streams.at(A, n) for n in (0, 1, 10**12)] == GOLDEN_AT
    assert streams.draw(B, Lognormal.from_p95(35_000, 60_000)) == GOLDEN_DRAW


def test_the_bits_are_those_of_philox() -> None:
    """The Philox of numpy, keyed and positioned by hand, gives the same word."""
    key, counter = np.array([7, 42], np.uint64), np.array([0, 5, A.number, 1], np.uint64)
    bits = int(np.random.Philox(key=key, counter=counter).random_raw())
    assert Streams(7, 42).at(A, 5) == (bits >> 11) * 2.0**-53


@given(words, words, st.integers(0, 2**40))
def test_every_draw_is_random_access(seed: int, serial: int, n: int) -> None:
    """Number n is the same whatever was drawn before it, by whomever."""
    fresh = Streams(seed, serial).at(A, n)
    busy = Streams(seed, serial)
    busy.uniform(A)
    busy.at(A, n + 1)
    Streams(seed ^ 1, serial).uniform(B)
    assert busy.at(A, n) == fresh
    assert 0.0 <= fresh < 1.0


def test_a_new_purpose_leaves_the_others_untouched() -> None:
    """Drawing for another purpose in between changes nothing."""
    alone, mixed = Streams(7, 42), Streams(7, 42)
    expected = [alone.uniform(A) for _ in range(20)]
    got = []
    for n in range(20):
        mixed.uniform(Purpose(f"newcomer.{n}"))
        got.append(mixed.uniform(A))
    assert got == expected


def test_numbered_and_counted_draws_never_meet() -> None:
    """Counting through a purpose does not repeat what its numbers gave."""
    streams = Streams(7, 42)
    assert not {streams.uniform(A) for _ in range(100)} & {streams.at(A, n) for n in range(100)}


@pytest.mark.parametrize(
    "neighbours",
    [
        [Streams(7, serial).at(A, 0) for serial in range(4_000)],
        [Streams(seed, 42).at(A, 0) for seed in range(4_000)],
        [Streams(7, 42).at(A, n) for n in range(4_000)],
        [Streams(7, 42).at(Purpose(f"p{n}"), 0) for n in range(4_000)],
    ],
    ids=["serials", "seeds", "numbers", "purposes"],
)
def test_neighbouring_keys_are_independent(neighbours: list[float]) -> None:
    """Across each part of the key draws are uniform and uncorrelated, |r| < 4 / sqrt(n)."""
    sample = np.array(neighbours)
    counts = np.bincount((sample * 16).astype(int), minlength=16)
    chi2 = ((counts - 250.0) ** 2 / 250.0).sum()
    assert chi2 < 45.0  # 15 degrees of freedom, p = 8e-5
    r = np.corrcoef(sample[:-1], sample[1:])[0, 1]
    assert abs(r) < 4.0 / math.sqrt(len(sample))


def test_chance_comes_as_often_as_asked() -> None:
    """Never at p = 0, always at p = 1, at p = 0.03 within 5 standard errors."""
    streams = Streams(7, 42)
    assert not any(streams.chance(A, 0.0) for _ in range(100))
    assert all(streams.chance(A, 1.0) for _ in range(100))
    hits = sum(streams.chance(A, 0.03) for _ in range(10_000))
    assert abs(hits - 300) < 5.0 * math.sqrt(300)


def test_picks_follow_the_weights() -> None:
    """An index of weight 0 is never picked, the others in proportion."""
    streams = Streams(7, 42)
    counts = np.bincount([streams.pick(A, [1.0, 0.0, 3.0]) for _ in range(4_000)], minlength=3)
    assert counts[1] == 0
    assert abs(counts[2] - 3_000) < 5.0 * math.sqrt(4_000 * 0.25 * 0.75)


@pytest.mark.parametrize("weights", [[], [0.0, 0.0]])
def test_nothing_to_pick_from_is_refused(weights: list[float]) -> None:
    """Without a positive weight there is no answer."""
    with pytest.raises(ValueError, match="weights must be positive somewhere"):
        Streams(7, 42).pick(A, weights)


def test_durations_are_whole_milliseconds() -> None:
    """A law's draw is rounded to an int."""
    value = Streams(7, 42).draw(A, Exponential(1.5))
    assert isinstance(value, int)
    assert Streams(7, 42).draw(A, Constant(2.6)) == 3


def test_what_never_happens_is_put_off_a_thousand_years() -> None:
    """A life of no end becomes the longest duration."""
    streams = Streams(7, 42)
    assert streams.draw(A, Exponential(1e300)) == DURATION_MS_MAX
    assert streams.draw(A, Weibull(0.05, 1e15)) <= DURATION_MS_MAX


def test_the_explicit_variants_agree() -> None:
    """draw_at, chance_at and pick_at all read the same numbered draw."""
    streams, law = Streams(7, 42), Weibull(2.0, 1e6)
    u = streams.at(A, 9)
    assert streams.draw_at(A, 9, law) == round(law.quantile(u))
    assert streams.chance_at(A, 9, u + 1e-9)
    assert not streams.chance_at(A, 9, u)
    assert streams.pick_at(A, 9, [u + 1e-9, 1.0 - u]) == 0


def test_a_terminal_remembers_little() -> None:
    """Fifteen purposes in use cost under 320 bytes."""
    streams = Streams(7, 42)
    for n in range(15):
        streams.uniform(Purpose(f"p{n}"))
    assert sum(map(sys.getsizeof, (streams, streams._taken))) < 320


def test_no_two_purposes_share_a_mark() -> None:
    """Half of a purpose's number is enough to count its draws by: no other has the same half."""
    for source in _PACKAGE.rglob("*.py"):
        if "Purpose(" in source.read_text(encoding="utf-8"):
            module = source.relative_to(_PACKAGE.parent).with_suffix("")
            importlib.import_module(".".join(module.parts))
    gc.unfreeze()  # lives of other tests, which hid all that was there from the collector
    purposes = {each.name: each for each in gc.get_objects() if isinstance(each, Purpose)}
    assert len(purposes) > 100
    assert len({each.mark for each in purposes.values()}) == len(purposes)


def test_equal_purposes_share_one_count() -> None:
    """A purpose made twice is the same purpose."""
    one, two = Streams(7, 42), Streams(7, 42)
    draws = [one.uniform(A), one.uniform(Purpose(A.name))]
    assert draws == [two.uniform(A), two.uniform(A)]
    assert all(a != b for a, b in pairwise(draws))


@pytest.mark.parametrize(("seed", "serial"), [(-1, 0), (2**64, 0), (0, -1), (0, 2**64)])
def test_keys_beyond_64_bits_are_refused(seed: int, serial: int) -> None:
    """Philox has two 64-bit key words, and a silent wrap would join two streams."""
    with pytest.raises(ValueError, match=r"must lie between 0 and 2\*\*64 - 1"):
        Streams(seed, serial)


GOLDEN_PURPOSE = 13551049555451075304
GOLDEN_UNIFORMS = [0.256715922040886, 0.48946582848811016, 0.28963131406532716]
GOLDEN_AT = [0.11558022919110278, 0.822983930597847, 0.8442723963757153]
GOLDEN_DRAW = 58503


def test_what_is_coming_can_be_read_without_taking_it() -> None:
    """The next draws, and those after them, are told beforehand, and are then what they were."""
    streams, purpose = Streams(3, 4), Purpose("test.coming")
    ahead = [streams.coming(purpose, n) for n in range(5)]
    picks = [streams.pick_coming(purpose, (1.0, 2.0, 3.0), n) for n in range(5, 8)]
    assert [streams.uniform(purpose) for _ in range(5)] == ahead
    assert [streams.pick(purpose, (1.0, 2.0, 3.0)) for _ in range(3)] == picks
    assert streams.coming(purpose) == streams.uniform(purpose)


def test_many_are_read_and_taken_as_one_by_one() -> None:
    """Reading many ahead gives the coming numbers; to take some of them moves on by as many."""
    many, one = Streams(3, 4), Streams(3, 4)
    many.succeed()
    one.succeed()
    ahead = many.coming_all(A, 5)
    assert ahead == many.coming_all(A, 5) == [one.uniform(A) for _ in range(5)]
    many.take(A, 3)
    assert [many.uniform(A), many.uniform(A)] == ahead[3:]
    assert not many.chance(A, 0.0)
    one.uniform(A)
    assert many.uniform(A) == one.uniform(A)
