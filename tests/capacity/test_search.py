"""The search for the limit, against servers whose limit is known."""

import re
from io import StringIO
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from fleet.capacity.curve import curve_svg, curve_table
from fleet.capacity.junit import search_junit_xml
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


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ([], "nothing was tried"),
        ([Step(10, "held")], "not over: 10 terminals have kept all objectives so far"),
        (
            [Step(10, "held"), Step(20, "network", "x")],
            "not over: 10 terminals have kept all objectives so far; at 20 the network gave way: x",
        ),
        ([Step(10, "generator", "busy")], "not over: no load has kept all objectives so far"),
    ],
)
def test_a_search_that_is_not_over_has_found_no_limit(steps: list[Step], told: str) -> None:
    """It says what has held so far, and calls it neither the largest nor the most asked for."""
    assert conclusion(Search(10, 1_000, 0.05, steps)) == told


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


@pytest.mark.parametrize(
    ("loads", "marks"),
    [((1, 2), ["1", "2"]), ((30, 60), ["20", "40", "60"]), ((400, 9_900), ["2,000", "8,000"])],
)
def test_the_curve_is_marked_by_round_numbers(loads: tuple[int, int], marks: list[str]) -> None:
    """Nobody has to read 1.79 s beside an axis, or a quarter of 9,900 terminals below it."""
    text = "sign_in.p99 < 2s"
    search = Search(*loads, 0.05)
    for load in loads:
        search.add(Step(load, "held", values={text: 0.3}))
    svg = curve_svg(search, Objective.parse(text))
    words = re.findall(r">([^<>]+)</text>", svg)
    assert [mark for mark in (*marks, "500 ms", "1.00 s", "2.00 s") if mark not in words] == []


def test_headings_of_the_table_are_not_broken_within_a_word() -> None:
    """On 80 columns two objectives fit beside the rest, each word of them whole."""
    objectives = ("heartbeat_ack.p50 < 200ms", "connected.ratio > 0.9")
    search = Search(60, 60, 0.05, [Step(60, "server", "slow", dict.fromkeys(objectives, 0.5))])
    console = Console(file=StringIO(), width=80)
    with console.capture() as capture:
        console.print(curve_table(search, objectives))
    words = capture.get().split()
    assert {"heartbeat_ack.p50", "connected.ratio", "terminals", "messages/s"} <= set(words)


def suite_of(search: Search) -> ET.Element:
    """Return the JUnit suite of a search."""
    suite = ET.fromstring(search_junit_xml(search, "fleet capacity x", 9.0)).find("testsuite")  # noqa: S314 - our own
    assert suite is not None
    return suite


def endings(suite: ET.Element) -> tuple[str, ...]:
    """Return how each case ended; "" for well."""
    told = ([child.tag for child in case] for case in suite.findall("testcase"))
    return tuple(next((tag for tag in tags if tag != "system-out"), "") for tags in told)


@pytest.mark.parametrize(
    ("limit", "outcome", "verdicts"),
    [
        (50, "server", ("", "", "")),
        (200, "server", ("", "", "")),
        (10, "server", ("", "", "failure")),
        (10, "network", ("", "", "failure")),
        (10, "generator", ("", "error", "skipped")),
        (50, "generator", ("", "error", "")),
    ],
)
def test_junit_fails_where_the_exit_code_does(
    limit: int, outcome: Outcome, verdicts: tuple[str, str, str]
) -> None:
    """A limit that was found is no failure; a search that found nothing fails, with the reason."""
    search = climb(Search(30, 120, 0.05), limit, outcome)
    suite = suite_of(search)
    assert endings(suite) == verdicts
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {
        "tests": "3", "failures": str(verdicts.count("failure")),
        "errors": str(verdicts.count("error")), "skipped": str(verdicts.count("skipped")),
    }  # fmt: skip
    properties = {each.get("name"): each.get("value") for each in suite.iter("property")}
    held = search.held
    assert properties["capacity"] == (str(held.load) if held else "")
    assert len(properties) == 1 + len(search.steps)
    assert conclusion(search) in "".join(suite.itertext())


@pytest.mark.parametrize(
    ("steps", "fewest"),
    [([], "skipped"), ([Step(30, "generator", "busy")], "skipped"), ([Step(30, "held")], "")],
)
def test_junit_of_an_interrupted_search_is_no_success(steps: list[Step], fewest: str) -> None:
    """It names no capacity; what was tried stands there, and what was not is skipped."""
    search = Search(30, 120, 0.05, steps)
    suite = suite_of(search)
    assert endings(suite) == ("error", "", fewest)
    error = suite.find("testcase/error")
    assert error is not None
    assert (error.get("type"), error.get("message")) == ("interrupted", conclusion(search))
    assert 'type="failed" message="no broker' in search_junit_xml(search, "x", 9.0, "no broker")
    properties = {each.get("name"): each.get("value") for each in suite.iter("property")}
    assert properties["capacity"] == ""
    assert len(properties) == 1 + len(steps)
