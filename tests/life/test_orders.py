"""Orders from afar: carried out and answered, or refused where the terminal cannot obey."""

from typing import Any

import pytest

from fleet.life.faults import CATALOGUE
from fleet.life.states import Event, State
from fleet.life.terminal import Terminal
from fleet.units import HOUR_MS, MINUTE_MS
from fleet.wire.messages import (
    AnyOrder,
    Lock,
    MasterReset,
    Reboot,
    SelfTest,
    SetParameters,
    Unlock,
    UploadLog,
)
from tests.life.lives import quiet
from tests.life.solitude import Solitude, settle, spend
from tests.life.test_story import BOOT

E = Event


def ordered(*orders: AnyOrder, hours: float = 3, **more: Any) -> tuple[Solitude, Terminal]:
    """Let a terminal live that gets these orders, one each 10 minutes after the first hour."""
    profile = quiet(**more)
    world = settle(profile, hours=hours)
    world.orders = [(HOUR_MS + n * 10 * MINUTE_MS, order) for n, order in enumerate(orders)]
    return world, spend(profile, world)


def answers(world: Solitude) -> list[tuple[str, str]]:
    """Return what became of the orders, as told."""
    return [(said.order, said.outcome) for said in world.heard_of("order")]


def test_a_self_test_is_done_at_once_and_the_operator_signs_in_again() -> None:
    """The terminal tests itself, synchronises, and is ready again."""
    world, _ = ordered(SelfTest(plan=1))
    events = world.events()
    assert events[events.index(E.SELF_TEST_ORDERED) :] == [E.SELF_TEST_ORDERED, *BOOT[1:]]
    assert len(world.heard_of("self_test")) == 2
    assert answers(world) == [("self_test", "done")]


def test_a_log_is_uploaded() -> None:
    """What the terminal knows of itself, bounded, with its last events."""
    world, _ = ordered(UploadLog(plan=1))
    [log] = world.heard_of("log")
    text = "\n".join(log.lines)
    assert "state ready" in text
    assert "signed_in" in text
    assert len(log.lines) <= 64
    assert answers(world) == [("upload_log", "done")]


def test_the_server_sets_the_interval_of_heartbeats() -> None:
    """By an order, give or take the terminal's own jitter, from the next heartbeat on."""
    world, terminal = ordered(SetParameters(plan=1, heartbeat_ms=2 * MINUTE_MS))
    assert terminal.every_ms == pytest.approx(2 * MINUTE_MS, rel=0.1)
    late = [at for at, _ in world.beats if at > HOUR_MS + 20 * MINUTE_MS]
    assert late[1] - late[0] == terminal.every_ms


def test_the_server_sets_it_at_registration_too() -> None:
    """What the profile's TMS wants counts from the first heartbeat on."""
    _, terminal = ordered(tms__heartbeat_interval="5m")
    assert terminal.every_ms == pytest.approx(5 * MINUTE_MS, rel=0.1)


def test_a_master_reset_starts_over_with_the_registration() -> None:
    """Settings, session and parameters are forgotten; what is installed stays."""
    world, terminal = ordered(SetParameters(plan=1, heartbeat_ms=60_000), MasterReset(plan=2))
    events = world.events()
    assert events[events.index(E.MASTER_RESET) :] == [E.MASTER_RESET, E.REGISTERED, *BOOT]
    assert len(world.heard_of("register")) == 2
    assert terminal.every_ms == pytest.approx(15 * MINUTE_MS, rel=0.1)


def test_a_locked_terminal_refuses_to_test_itself() -> None:
    """Remote lock (SEC-903): it beats and uploads its log, and does no more until unlocked."""
    orders: tuple[AnyOrder, ...] = (
        Lock(plan=1),
        SelfTest(plan=2),
        UploadLog(plan=3),
        Unlock(plan=4),
    )
    world, terminal = ordered(*orders)
    assert answers(world) == [
        ("lock", "done"), ("self_test", "refused"), ("upload_log", "done"), ("unlock", "done"),
    ]  # fmt: skip
    assert [s.code for s in world.steps if s.event is E.LOCKED] == ["SEC-903"]
    assert State.LOCKED in {state for _, state in world.beats}
    assert terminal.state is State.READY


def test_orders_are_carried_by_the_plan() -> None:
    """Every kind of order that a profile may hold reaches the terminal, each once."""
    kinds = ["reboot", "lock", "unlock", "self_test", "upload_log", "set_parameters",
             "cancel_update", "master_reset"]  # fmt: skip
    orders = [{"at": f"{n}h", "order": kind} for n, kind in enumerate(kinds, 1)]
    world, _ = ordered(hours=12, orders=orders)
    assert [order for order, _ in answers(world)] == kinds
    assert dict(answers(world))["cancel_update"] == "refused"


def test_answers_can_be_scripted() -> None:
    """The code for the n-th request: 97, then 96, then what the desk would have said."""
    script = {"register": {"1": "97"}, "sign_in": {"4": "96"}}
    world, terminal = ordered(tms__script=script, hours=30)
    assert E.REGISTRATION_REFUSED in world.events()
    assert [s.code for s in world.steps if s.event is E.SIGN_IN_FAILED] == ["96"]
    assert terminal.state is State.READY


def test_a_reboot_is_answered_before_it_happens() -> None:
    """Afterwards there is nobody to answer for a while."""
    world, _ = ordered(Reboot(plan=1))
    assert answers(world) == [("reboot", "done")]


@pytest.mark.parametrize("code", ["PRN-505", "PWR-103", "COM-205"])
def test_a_log_tells_what_display_sounder_and_lamps_say_of_a_fault(code: str) -> None:
    """Items 23, 24, 48: as its catalogue has it, once the terminal knows of it, and not before."""
    told = {}
    for detection in ("1m", "9d"):
        fault = {code: {"onset": "1h", "detection": detection, "repair": "9d"}}
        models = [{"name": "M", "share": 1.0, "battery": True, "link": "cellular"}]
        profile = quiet(faults=fault, estate__models=models)
        world = settle(profile, hours=4)
        world.orders = [(3 * HOUR_MS, UploadLog(plan=1))]
        spend(profile, world)
        [log] = world.heard_of("log")
        told[detection] = [line for line in log.lines if line.startswith("fault ")]
    display, sound, lamp = CATALOGUE[code].indicator
    [line] = told["1m"]
    assert code in line
    assert repr(display) in line
    assert ("sounder" in line) is bool(sound)
    assert lamp in line
    assert told["9d"] == []
