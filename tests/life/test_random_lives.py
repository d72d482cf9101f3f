"""Lives in which everything goes wrong, at random, stay inside the table and leave nothing out."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import fleet.life
from fleet.life.faults import CATALOGUE
from fleet.life.regions import Session
from fleet.life.states import Event, State
from fleet.life.story import CHAPTERS
from fleet.life.transitions import TRANSITIONS
from fleet.profile.profile import Profile
from fleet.units import HOUR_MS, MINUTE_MS
from fleet.wire.messages import AnyOrder, Lock, Reboot, Unlock, Update
from tests.life.lives import quiet
from tests.life.solitude import Solitude, settle, spend

E = Event
chance = st.sampled_from([0.0, 0.05, 0.3])
onset = st.sampled_from(["3h", "11h", "40h"])
repair = st.sampled_from(["1s", "10m", "3h"])
fault = st.fixed_dictionaries({"onset": onset, "repair": repair})

TROUBLES = {
    "boot__failure": chance,
    "shutdown__hang": chance,
    "dormancy__chance": chance,
    "dormancy__duration": st.sampled_from(["3d", "35d"]),
    "damage__data_loss": chance,
    "forced_shutdown__operator": st.sampled_from(["9h", "30h", "1000d"]),
    "self_test__failure": st.fixed_dictionaries({"memory": chance, "scanner": chance}),
    "sign_in__wrong_password": chance,
    "sign_in__forgotten": chance,
    "sign_in__signature": chance,
    "sign_in__rotation": st.sampled_from(["1d", "90d"]),
    "sign_in__validity": st.sampled_from(["3h", "24h"]),
    "tms__registration_taken": chance,
    "tms__sign_in_malfunction": chance,
    "tms__key_mismatch": chance,
    "tms__sign_in_refusals": st.fixed_dictionaries(
        {code: st.sampled_from([0.0, 0.04]) for code in ("03", "22", "62", "77", "98", "99", "A0")}
    ),
    "estate__sizes": st.sampled_from([
        [{"name": "idle", "share": 1.0, "per_day": 0.0}],
        [{"name": "busy", "share": 1.0, "per_day": 30.0}],
    ]),
    "transactions__messages": st.booleans(),
    "maintenance": st.sampled_from([None, {"opens": "12h", "lasts": "1h"}]),
    "update__defer": chance,
    "update__parameter_interrupted": st.sampled_from([0.0, 0.7]),
    "update__transfer": st.just("drawn"),
    "update__manual_after": st.sampled_from(["1h", "30h"]),
    **{
        f"update__{name}": chance
        for name in ("download_failure", "no_space", "install_failure", "post_test_failure",
                     "stall", "manual_failure")
    },
    "security_reboot": st.just({"at": "02:00"}),
    "day": st.sampled_from([None, {"opens": "09:00", "closes": "18:00"}]),
    "faults": st.builds(
        dict.__or__,
        st.dictionaries(st.sampled_from(sorted(CATALOGUE)), fault, max_size=7),
        st.one_of(st.just({}), st.fixed_dictionaries({"SEC-901": fault})),
    ),
}  # fmt: skip
CAMPAIGNS = [
    {"name": "spring", "version": "9.9.9", "at": "1h", "share": 1.0},
    {"name": "rules", "version": "5", "at": "30h", "share": 1.0, "kind": "parameter"},
]
ORDERS: tuple[tuple[type[AnyOrder], dict[str, Any]], ...] = (
    (Reboot, {}),
    (Lock, {}),
    (Unlock, {}),
    (Update, {"version": "7.7.7", "campaign": "by hand", "forced": True}),
)


@st.composite
def lives(draw: st.DrawFn) -> tuple[Profile, Solitude, int]:
    """Draw a profile full of trouble, and a world with outages, silences and orders."""
    troubles = {key: value for key, each in TROUBLES.items() if (value := draw(each)) is not None}
    profile = quiet(campaigns=CAMPAIGNS, estate__terminals=1_000, **troubles)
    index = draw(st.integers(0, 999))
    world = settle(profile, hours=24 * 7, index=index)
    world.outages = [
        (at * HOUR_MS, at * HOUR_MS + 5 * MINUTE_MS)
        for at in draw(st.lists(st.integers(1, 160), max_size=5))
    ]
    world.mute = draw(st.sets(st.sampled_from(["sync"]), max_size=1))
    at = draw(st.lists(st.integers(1, 167), max_size=6, unique=True))
    kinds = draw(st.lists(st.sampled_from(ORDERS), min_size=len(at), max_size=len(at)))
    world.orders = [
        (hour * HOUR_MS, kind(plan=100 + n, **what))
        for n, (hour, (kind, what)) in enumerate(zip(sorted(at), kinds, strict=True))
    ]
    return profile, world, index


SELLING = {State.READY, State.IN_TRANSACTION}
SEEN: set[State] = set()
HAPPENED: set[Event] = set()


@given(lives())
@settings(
    max_examples=90, deadline=None, derandomize=True, database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
def _walk(life: tuple[Profile, Solitude, int]) -> None:
    profile, world, index = life
    terminal = spend(profile, world, index=index)
    check(world)
    if terminal.state in SELLING:
        assert terminal.shift.session is Session.SIGNED_IN
    SEEN.update(step.target for step in world.steps)
    SEEN.update(step.source for step in world.steps)
    HAPPENED.update(world.events())


def check(world: Solitude) -> None:
    """Assert that the steps are numbered, in order, joined, and all in the table."""
    state, at = State.INVENTORY, 0
    for number, step in enumerate(world.steps, start=1):
        line = TRANSITIONS[step.event]
        assert (step.number, step.source) == (number, state)
        assert step.source in line.sources
        assert step.target in (line.targets or {step.source})
        assert step.at_ms >= at
        assert step.duration_ms >= 0
        state, at = step.target, step.at_ms


@pytest.mark.slow
def test_random_lives_take_no_step_outside_the_table_and_reach_every_state() -> None:
    """Every step of every life stands in the table, and the sample visits all states."""
    SEEN.clear()
    HAPPENED.clear()
    _walk()
    assert set(CHAPTERS) <= SEEN, set(CHAPTERS) - SEEN


@pytest.mark.parametrize("event", sorted(E))
def test_what_is_in_the_table_is_told_by_somebody(event: Event) -> None:
    """No event is in the table for show: some chapter tells it."""
    house = Path(fleet.life.__file__).parent
    tables = {"states.py", "transitions.py"}
    sources = [path for path in house.rglob("*.py") if path.name not in tables]
    assert any(f"Event.{event.name}" in path.read_text() for path in sources)
