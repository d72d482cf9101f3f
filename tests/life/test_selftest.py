"""The self-test: every component, in order; critical failures stop it, others degrade."""

from typing import Any

import pytest

from fleet.life.selftest import NON_CRITICAL, TESTS
from fleet.life.states import Event, State
from fleet.units import HOUR_MS
from tests.life.lives import quiet, within_4_sigma, worlds_of
from tests.life.solitude import settle, spend

E = Event
FULL = [{"name": "full", "share": 1.0}]
_TESTED = {E.SELF_TEST_PASSED, E.SELF_TEST_DEGRADED}
CRITICAL = [component for component in TESTS if component not in NON_CRITICAL]


def test_every_component_is_tested_in_order_and_timed() -> None:
    """Each step names its component, its result and its time; together they took the whole."""
    profile = quiet(estate__models=FULL)
    world = settle(profile, hours=0.1)
    spend(profile, world)
    (report,) = world.heard_of("self_test")
    assert [step.component for step in report.steps] == list(TESTS)
    assert all(step.ok and step.ms > 0 for step in report.steps)
    passed = next(s for s in world.steps if s.event is E.SELF_TEST_PASSED)
    assert sum(step.ms for step in report.steps) == report.ms == passed.duration_ms


@pytest.mark.parametrize("component", CRITICAL)
def test_a_critical_failure_stops_at_once_and_is_diagnosed(component: str) -> None:
    """Items 61 and 62: nothing after the failed step is tested, and a diagnosis follows."""
    profile = quiet(self_test__failure={component: 1.0}, diagnosis__transient=0.0)
    world = settle(profile, hours=1)
    spend(profile, world)
    failed = next(s for s in world.steps if s.event is E.SELF_TEST_FAILED)
    assert failed.code == component
    assert E.DIAGNOSED_PERMANENT in world.events()
    assert E.SYNCED not in world.events()


def test_the_report_of_a_stopped_test_ends_with_the_failed_step() -> None:
    """What was not tested is not told of."""
    profile = quiet(
        self_test__failure={"identity": 1.0}, diagnosis__transient=1.0, diagnosis__repeats_max=1
    )
    world = settle(profile, hours=20)
    terminal = spend(profile, world)
    reports = [m for m in terminal.line.untold if m.kind == "self_test"]
    assert reports
    steps = reports[-1].steps  # type: ignore[attr-defined]
    assert [step.component for step in steps] == list(TESTS[: TESTS.index("identity") + 1])
    assert [step.ok for step in steps] == [True] * (len(steps) - 1) + [False]


@pytest.mark.parametrize("component", sorted(NON_CRITICAL))
def test_other_failures_degrade_and_show_in_the_status(component: str) -> None:
    """T9: the terminal goes on; the component is out of order, and says so."""
    profile = quiet(self_test__failure={component: 1.0}, estate__models=FULL)
    world = settle(profile, hours=1)
    terminal = spend(profile, world)
    assert terminal.state is State.READY
    health = {each.component: each.status for each in world.heard_of("status")[0].components}
    assert health[component] == "OUTD"
    assert [status for name, status in health.items() if name != component] == ["OPER"] * 11


def test_what_a_model_lacks_is_neither_tested_nor_counted() -> None:
    """A terminal without a printer skips that test and reports it deactivated."""
    profile = quiet(
        estate__models=[{"name": "bare", "share": 1.0, "printer": False}],
        self_test__failure={"printer": 1.0},
    )
    world = settle(profile, hours=1)
    spend(profile, world)
    assert E.SELF_TEST_PASSED in world.events()
    health = {each.component: each.status for each in world.heard_of("status")[0].components}
    assert health["printer"] == "DACT"


def test_a_transient_cause_means_another_boot_a_bounded_number_of_times() -> None:
    """T10 and T11: two restarts, then the cause counts as lasting."""
    profile = quiet(self_test__failure={"memory": 1.0}, diagnosis__transient=1.0)
    world = settle(profile, hours=0.8)
    spend(profile, world)
    verdicts = {E.DIAGNOSED_TRANSIENT, E.DIAGNOSED_PERMANENT}
    assert [e for e in world.events() if e in verdicts][:3] == [
        E.DIAGNOSED_TRANSIENT, E.DIAGNOSED_TRANSIENT, E.DIAGNOSED_PERMANENT,
    ]  # fmt: skip


@pytest.mark.parametrize("component", TESTS)
def test_each_test_fails_as_often_as_asked(component: str) -> None:
    """The share of first self-tests that name the component, within 4 sigma."""
    profile = quiet(self_test__failure={component: 0.2})
    population = 250
    worlds = worlds_of(profile, population, hours=0.04)
    failed = sum(any(s.code == component for s in world.steps) for world in worlds)
    fitted = 0.8 if component == "printer" else 1.0  # one model in five has none
    within_4_sigma(failed, population, 0.2 * fitted)


def test_components_fail_independently_of_each_other() -> None:
    """One draw decides who is first to fail, and those behind fail as often as asked."""
    chances = {"stripe_reader": 0.3, "contactless": 0.4, "scanner": 0.5}
    profile, population = quiet(self_test__failure=chances), 300
    seen = []
    for world in worlds_of(profile, population, hours=0.04):
        seen += [set(s.code.split(",")) for s in world.steps if s.event in _TESTED]
    for component, chance in chances.items():
        within_4_sigma(sum(component in each for each in seen), len(seen), chance)
    both = {"contactless", "scanner"}
    within_4_sigma(sum(both <= each for each in seen), len(seen), 0.4 * 0.5)
    within_4_sigma(seen.count({""}), len(seen), 0.7 * 0.6 * 0.5)


@pytest.mark.parametrize(
    ("override", "event", "p"),
    [
        ({"diagnosis__transient": 0.7}, E.DIAGNOSED_TRANSIENT, 0.7),
        ({"diagnosis__transient": 0.7}, E.DIAGNOSED_PERMANENT, 0.3),
    ],
)
def test_diagnoses_split_as_asked(override: dict[str, Any], event: Event, p: float) -> None:
    """The share of first diagnoses that find a passing cause, within 4 sigma."""
    profile = quiet(self_test__failure={"power": 1.0}, **override)
    verdicts = []
    for world in worlds_of(profile, 300, hours=0.6):
        found = (E.DIAGNOSED_TRANSIENT, E.DIAGNOSED_PERMANENT)
        verdicts += [e for e in world.events() if e in found][:1]
    within_4_sigma(verdicts.count(event), len(verdicts), p)


def test_steps_take_their_law() -> None:
    """Step times over a population follow the profile's law, within 4 sigma."""
    profile = quiet()
    law = profile.self_test.step
    taken = []
    for world in worlds_of(profile, 100, hours=0.1):
        taken += [step.ms for step in world.heard_of("self_test")[0].steps]
    for p in (0.25, 0.5, 0.95):
        within_4_sigma(sum(ms <= law.quantile(p) for ms in taken), len(taken), p)


def test_the_report_tells_how_the_terminal_performs() -> None:
    """Item 63: processor, memory and network quality; memory in use shows what has leaked."""
    world = settle(quiet(), hours=0.1)
    terminal = spend(quiet(), world)
    (report,) = world.heard_of("self_test")
    assert 0 < report.cpu_pct < 40
    assert 20 < report.mem_pct < 60
    assert report.rssi_dbm < 0
    assert report.rtt_ms > 0
    leaking = {"SW-702": {"onset": "5h", "repair": "5m", "precursor": "5h"}}
    profile = quiet(faults=leaking)
    world = settle(profile, hours=4)
    sick = spend(profile, world)
    leaked, healthy = (each.unit.level("mem_pct", world.now()) for each in (sick, terminal))
    assert leaked > healthy + 20
    assert world.now() < 5 * HOUR_MS
