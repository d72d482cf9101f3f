"""The search for the limit, against servers whose limit is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.capacity.curve import curve_svg, curve_table
from fleet.capacity.search import Outcome, Search, Step, conclusion
from fleet.profile.objectives import Objective


def climb(search: Search, limit: int, outcome: Outcome = "server") -> Search:
    """Search where every load up to `limit` holds, and somebody gives way above."""
    while (load := search.next()) is not None:
        assert len(search.steps) < 100
        held = load <= limit
        search.add(Step(load, "held" if held else outcome, "" if held else "too slow"))
    return search


@given(
    st.integers(1, 5_000),
    st.integers(0, 20_000),
    st.integers(0, 25_000),
    st.sampled_from([0.01, 0.05, 0.2]),
)
def test_the_limit_is_bracketed(lowest: int, more: int, limit: int, precision: float) -> None:
    """Whatever the limit, it lies between what held and what gave way, as near as asked for."""
    search = climb(Search(lowest, lowest + more, precision), limit)
    held, broken = search.held, search.broken
    if limit >= lowest + more:
        assert held is not None
        assert held.load == lowest + more
        assert broken is None
    elif limit < lowest:
        assert held is None
        assert broken is not None
        assert broken.load == lowest
    else:
        assert held is not None
        assert broken is not None
        assert held.load <= limit < broken.load
        assert broken.load - held.load <= max(1, precision * held.load)
    loads = [step.load for step in search.steps]
    assert len(loads) == len(set(loads))
    assert all(lowest <= load <= lowest + more for load in loads)


def test_a_search_goes_on_from_its_steps() -> None:
    """Broken off after any step and begun anew with its steps, it tries what it would have."""
    whole = climb(Search(10, 1_000, 0.05), 333)
    for done in range(len(whole.steps)):
        again = climb(Search(10, 1_000, 0.05, whole.steps[:done]), 333)
        assert again.steps == whole.steps


def test_a_generator_that_gives_way_is_tried_again() -> None:
    """A busy moment of this machine is no limit: the same load is tried once more."""
    search = Search(10, 10, 0.05)
    search.add(Step(10, "generator", "busy"))
    assert search.next() == 10
    search.add(Step(10, "held"))
    assert search.next() is None
    assert search.held is not None


def test_a_generator_s_limit_is_no_server_s() -> None:
    """Where the generator gives way twice, nothing is known of the server, and it is said."""
    search = climb(Search(10, 1_000, 0.05), 100, "generator")
    assert search.broken is not None
    assert search.broken.outcome == "generator"
    assert "The server's limit is not known" in conclusion(search)


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        (5_000, "1,000 terminals, the most that was asked for, kept all objectives"),
        (5, "not even the fewest terminals kept the objectives; at 10 the server gave way"),
        (100, "the largest load that keeps all objectives is 100 terminals; at 105 the server"),
    ],
)
def test_the_conclusion_says_what_was_found(limit: int, told: str) -> None:
    """A sentence for each way in which a search may end."""
    assert conclusion(climb(Search(10, 1_000, 0.05), limit)).startswith(told)


def test_the_curve_holds_every_step() -> None:
    """The picture has a point for each step, and the table a row."""
    text = "sign_in.p99 < 2s"
    search = Search(1, 2, 0.05)
    search.add(Step(1, "held", values={text: 1e6}))
    search.add(Step(2, "server", "slow", values={text: 3e6}))
    svg = curve_svg(search, Objective.parse(text))
    assert svg.count("<title>") == 2
    assert "sign_in.p99 &lt; 2s" in svg
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")
    assert curve_table(search, (text,)).row_count == 2
