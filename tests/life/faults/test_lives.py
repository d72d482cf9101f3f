"""The lives of a unit are counted from their begins and go at their rates, each by itself."""

import math
import statistics

import pytest

from fleet.chance.streams import Streams
from fleet.life.faults.lives import Lives, draw_frailty

PLACES = range(4)


def test_all_lives_begin_with_the_unit() -> None:
    """Clocks show 0 when it comes, whenever that is, and all go at the unit's own rate."""
    lives = Lives(1.5, 700)
    assert {(lives.born(n), lives.began(n), lives.rate_of(n)) for n in PLACES} == {(0.0, 700, 1.5)}


def test_one_begins_anew_and_leaves_the_others() -> None:
    """Its birth is where its clock stood; the first begin of all is the unit's still."""
    lives = Lives(1.0, 700)
    lives.begin(2, 40.0, 900)
    assert [lives.born(n) for n in PLACES] == [0.0, 0.0, 40.0, 0.0]
    assert [lives.began(n) for n in PLACES] == [700, 700, 900, 700]
    assert lives.began_first(len(PLACES)) == 700
    for n in PLACES:
        lives.begin(n, 50.0, 1_000 + n)
    assert lives.began_first(len(PLACES)) == 1_000


def test_rates_are_multiplied_one_by_one_and_survive_a_renewal() -> None:
    """Damage is the unit's, not the part's: who begins anew goes on at the same rate."""
    lives = Lives(2.0, 0)
    lives.multiply([0, 1], 3.0)
    lives.multiply([1], 0.5)
    lives.begin(1, 10.0, 10)
    assert [lives.rate_of(n) for n in PLACES] == [6.0, 3.0, 2.0, 2.0]
    assert lives.rate == 2.0


def test_two_units_share_nothing() -> None:
    """What befalls one unit's lives is not seen in another's."""
    one, other = Lives(1.0, 0), Lives(1.0, 0)
    one.begin(0, 5.0, 5)
    one.multiply([0], 9.0)
    assert (other.born(0), other.rate_of(0)) == (0.0, 1.0)


@pytest.mark.parametrize("spread", [0.0, 0.3, 0.6])
def test_frailty_is_lognormal_with_mean_1(spread: float) -> None:
    """The mean is 1 and the logarithm's deviation the spread, within 4 sigma of 4,000 units."""
    drawn = [draw_frailty(Streams(5, serial), spread) for serial in range(4_000)]
    logs = [math.log(rate) for rate in drawn]
    sigma = math.sqrt(math.expm1(spread**2))
    assert statistics.fmean(drawn) == pytest.approx(1.0, abs=4 * sigma / math.sqrt(4_000) + 1e-12)
    assert statistics.pstdev(logs) == pytest.approx(
        spread, abs=4 * spread / math.sqrt(8_000) + 1e-12
    )
