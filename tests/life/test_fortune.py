"""What a terminal makes of common causes, told in a world without clock or network."""

from typing import Any

import pytest

from fleet.life.states import Event, State
from fleet.profile import load
from fleet.units import DAY_MS, HOUR_MS, MINUTE_MS
from tests.life.causes import first, live, struck
from tests.life.lives import quiet
from tests.life.solitude import Solitude, settle, spend

E = Event


def after_boot(world: Solitude) -> list[Event]:
    """Return the events after the first sign-in."""
    events = world.events()
    return events[events.index(E.SIGNED_IN) + 1 :]


OUTAGE = {"kind": "outage", "at": "2h", "lasts": "20m"}


def test_an_outage_cuts_the_link_until_its_end() -> None:
    """The link is cut at its begin; nothing comes up before its end, then the backoff decides."""
    world = live(struck(OUTAGE), hours=4)
    assert after_boot(world) == [
        E.LINK_LOST, E.FAULT_RAISED, E.FAULT_CLEARED, E.LINK_RESTORED,
    ]  # fmt: skip
    lost, back = first(world, E.LINK_LOST, "COM-209"), first(world, E.LINK_RESTORED)
    assert lost.at_ms == 2 * HOUR_MS
    assert first(world, E.FAULT_CLEARED, "COM-209").at_ms == 2 * HOUR_MS + 20 * MINUTE_MS
    assert 0 <= back.at_ms - (2 * HOUR_MS + 20 * MINUTE_MS) < 5 * MINUTE_MS
    assert world.departures == [False]
    assert not [at for at, _ in world.beats if lost.at_ms < at < back.at_ms]


@pytest.mark.parametrize("jitter", ["full", "none"])
def test_the_herd_comes_back_together_without_jitter(jitter: str) -> None:
    """Without jitter all return at one instant; with it they spread over the last wait."""
    profile = struck(OUTAGE, reconnect__jitter=jitter)
    back = [first(live(profile, hours=4, index=n), E.LINK_RESTORED).at_ms for n in range(12)]
    assert (len(set(back)) == 1) is (jitter == "none")
    if jitter == "full":
        assert max(back) - min(back) > MINUTE_MS


def test_who_boots_during_an_outage_cannot_come_online() -> None:
    """The self-test finds nothing wrong with the terminal; the sync times out, work goes on."""
    world = live(struck(OUTAGE | {"at": "0s", "lasts": "1h"}), hours=3)
    assert first(world, E.REGISTERED).at_ms >= HOUR_MS
    day = {"opens": "09:00", "closes": "18:00"}
    world = live(struck(OUTAGE | {"at": "24h30m", "lasts": "1h"}, day=day), hours=28)
    synced = [s for s in world.steps if s.event is E.SYNC_TIMED_OUT]
    assert [s.target for s in synced] == [State.STANDBY]
    assert E.SELF_TEST_FAILED not in world.events()
    assert first(world, E.LINK_RESTORED).at_ms >= int(25.5 * HOUR_MS)


def test_an_outage_breaks_into_a_download() -> None:
    """Whoever is busy on the line when it is cut fails, and says why."""
    profile = struck(
        OUTAGE | {"at": "45m", "lasts": "2h"},
        campaigns=[{"name": "c", "version": "9.9.9", "at": "0s", "forced": True}],
        update__download="1h",
    )
    world = live(profile, hours=2)
    assert first(world, E.LINK_LOST).at_ms == 45 * MINUTE_MS
    assert first(world, E.UPDATE_FAILED).code == "UPD-951"


def test_a_restart_wave_is_spread_by_the_cause_alone() -> None:
    """Each terminal restarts at its own part of the hour, once a day, in good order."""
    profile = struck({"kind": "restart", "daily": "06:00", "spread": "60m"})
    starts = []
    for index in range(10):
        world = live(profile, hours=24 * 2, index=index)
        reboots = [s for s in world.steps if s.event is E.REBOOTED]
        assert [s.code for s in reboots] == ["security", "security"]
        starts += [s.at_ms - 22 * HOUR_MS for s in reboots[:1]]
        assert world.departures == [True, True]
    assert all(0 <= at < HOUR_MS for at in starts)
    assert len(set(starts)) == 10
    together = struck({"kind": "restart", "daily": "06:00"})
    assert {first(live(together, hours=24, index=n), E.REBOOTED).at_ms for n in range(5)} == {
        22 * HOUR_MS
    }


CERTIFICATE = {"kind": "certificate", "at": "3h", "renewal": "2d", "repair": "6d"}


def test_a_certificate_expires_for_its_batch_at_one_instant() -> None:
    """All of a batch lose their link in the same millisecond; the others notice nothing."""
    models = [{"name": "H5", "share": 1.0, "batches": 2}]
    profile = struck(CERTIFICATE | {"batches": [1], "restart": 0.0}, estate__models=models)
    lost = {}
    for index in range(12):
        world = settle(profile, hours=60, index=index)
        terminal = spend(profile, world, index=index)
        lost[index] = (
            terminal.member.batch,
            [s.at_ms for s in world.steps if s.event is E.LINK_LOST],
        )
    assert {batch for batch, _ in lost.values()} == {1, 2}
    assert all(at == ([3 * HOUR_MS] if batch == 1 else []) for batch, at in lost.values())


def test_who_keeps_running_gets_a_new_certificate() -> None:
    """Without a restart the link is back with the renewal."""
    world = live(struck(CERTIFICATE | {"restart": 0.0}), hours=24 * 4)
    assert first(world, E.FAULT_RAISED, "SEC-902").at_ms == 3 * HOUR_MS
    assert first(world, E.FAULT_CLEARED, "SEC-902").at_ms == 2 * DAY_MS + 3 * HOUR_MS
    assert E.LINK_RESTORED in world.events()
    assert E.BOOT_GIVEN_UP not in world.events()


def test_a_restart_makes_an_expired_certificate_worse() -> None:
    """Whoever restarts cannot finish the boot, and is out of order until a technician came."""
    world = live(struck(CERTIFICATE | {"restart": 1.0, "restart_after": "1h"}), hours=24 * 8)
    reboot = first(world, E.REBOOTED, "merchant")
    assert reboot.at_ms == 4 * HOUR_MS
    stuck = first(world, E.BOOT_GIVEN_UP, "SEC-902")
    assert stuck.target is State.OUT_OF_ORDER
    assert first(world, E.REPAIRED).at_ms == stuck.at_ms + 6 * DAY_MS
    events = world.events()
    assert events[events.index(E.REPAIRED) + 1 :][:6] == [
        E.BOOTED, E.SELF_TEST_PASSED, E.SYNCED, E.FAULT_CLEARED, E.SIGN_IN_STARTED, E.SIGNED_IN,
    ]  # fmt: skip
    assert first(world, E.FAULT_CLEARED, "SEC-902").at_ms >= stuck.at_ms + 6 * DAY_MS


def test_stress_multiplies_hazards_while_it_lasts() -> None:
    """A brown-out multiplies the onsets of a fault by its factor, within its hours only."""
    fault = {"PWR-101": {"onset": {"law": "exponential", "mean": "100d"}, "repair": "1m"}}
    stress = {"kind": "stress", "at": "1d", "lasts": "1d", "factors": {"PWR-101": 200.0}}
    onsets = [
        step.at_ms
        for index in range(100)
        for step in live(
            quiet(faults=fault, causes=[{"name": "it"} | stress]), hours=72, index=index
        ).steps
        if step.event is E.FAULT_RAISED
    ]
    within = sum(DAY_MS <= at < 2 * DAY_MS for at in onsets)
    # 100 terminals, 200 / 100 days for a day: 200 onsets expected, 4 sigma is 57.
    assert within == pytest.approx(200, abs=57)
    assert len(onsets) - within < 12


def test_stress_on_one_version_ends_though_another_one_runs_by_then() -> None:
    """It is warmer where it began, until its end; an update in the middle of it keeps no heat."""
    heat = {"kind": "stress", "at": "1h", "lasts": "1d", "warmer": 9.0, "firmware": ["1.0.0"]}
    cure = {"name": "c", "version": "2.0.0", "at": "2h", "forced": True}
    for hours, warm in ((20, True), (30, False)):
        models = [{"name": "A", "share": 1.0, "firmware": "1.0.0"}]
        profile = struck(heat, campaigns=[cure], estate__models=models)
        terminal = spend(profile, settle(profile, hours=hours))
        assert terminal.pulse.fw == "2.0.0"
        assert bool(terminal.vitals.symptoms.ill[0]) is warm


def test_a_leap_day_is_a_day_like_others() -> None:
    """Closed on Wednesdays, a shop opens on February the 28th and the 29th, and not on the 1st."""
    day = {"opens": "09:00", "closes": "18:00", "closed_weekdays": ["wednesday"]}
    profile = quiet(day=day)
    start = profile.run.start.replace(year=2028, month=2, day=28, hour=0)
    run = profile.run.model_copy(update={"start": start})
    world = live(profile.model_copy(update={"run": run}), hours=24 * 4)
    on = [s.at_ms // DAY_MS for s in world.steps if s.event in {E.DELIVERED, E.POWERED_ON}]
    assert on == [0, 1, 3]


def test_heat_warms_telemetry_and_goes() -> None:
    """The temperature rises by what the cause says, and is forgotten at its end."""
    profile = struck({"kind": "stress", "at": "4h", "lasts": "6h", "warmer": 9.0})
    world = settle(profile, hours=9)
    terminal = spend(profile, world)
    assert bool(terminal.vitals.symptoms.ill[0])
    world = settle(profile, hours=11)
    terminal = spend(profile, world)
    assert not bool(terminal.vitals.symptoms.ill[0])


def test_a_clock_step_ends_sessions_and_refuses_links() -> None:
    """A day ahead, the session is over and the link refused until the clock is right again."""
    step = {"kind": "clock_step", "at": "5h", "step": "1d1h", "correction": "2h"}
    world = live(struck(step), hours=10)
    assert first(world, E.FAULT_RAISED, "HW-605").at_ms == 5 * HOUR_MS
    assert first(world, E.SESSION_EXPIRED).at_ms == 5 * HOUR_MS
    assert first(world, E.FAULT_CLEARED, "HW-605").at_ms == 7 * HOUR_MS
    told = world.heard_of("fault")
    origin = world.origin_ms
    assert [m.ts - origin for m in told] == [29 * HOUR_MS + HOUR_MS, 7 * HOUR_MS]


def test_a_dormant_cohort_wakes_when_it_is_over() -> None:
    """Terminals sign off at its begin, and boot again at its end."""
    profile = struck({"kind": "dormancy", "at": "6h", "lasts": "9d"})
    world = live(profile, hours=24 * 10)
    off, on = first(world, E.POWERED_OFF), first(world, E.POWERED_ON)
    assert (off.at_ms - off.duration_ms, on.at_ms) == (6 * HOUR_MS, 9 * DAY_MS + 6 * HOUR_MS)
    assert E.SIGNED_IN in world.events()[-2:]  # and perhaps an old password changed


def test_shops_on_holiday_open_on_the_first_morning_after() -> None:
    """Whoever is closed when it begins stays closed; a flat battery is charged before the boot."""
    profile = struck(
        {"kind": "dormancy", "at": "14h", "lasts": "9d"},
        day={"opens": "09:00", "closes": "18:00"},
        dormancy={"flat_after": "5d", "charge": "30m"},
        estate__models=[{"name": "P", "share": 1.0, "battery": True}],
    )
    world = live(profile, hours=24 * 11)
    on = first(world, E.POWERED_ON)
    # The run begins at 08:00, the holiday at 22:00; it ends nine days later at 22:00.
    assert (on.code, on.at_ms) == ("flat", 10 * DAY_MS + HOUR_MS + 30 * MINUTE_MS)


def test_causes_leave_a_terminals_own_chance_alone() -> None:
    """With or without a cause that concerns others, a life is the same."""
    plain = load("steady")
    other = load("steady", {"causes": [{"name": "x", **OUTAGE, "sites": [999]}]})
    lives = [live(profile, hours=48, index=3).steps for profile in (plain, other)]
    assert lives[0] == lives[1]


def test_a_version_that_does_not_fit_crashes_until_it_is_gone() -> None:
    """Some time after each sign-in with it, on its models alone, and never with another version."""
    bad = {"kind": "bad_version", "at": "0s", "version": "1.0.0", "delay": "2h", "models": ["A"]}
    models = [{"name": "A", "share": 0.5}, {"name": "B", "share": 0.5}]
    crashed: dict[str, list[list[str]]] = {}
    for index in range(8):
        world = settle(struck(bad, estate__models=models), hours=9, index=index)
        terminal = spend(struck(bad, estate__models=models), world, index=index)
        codes = [s.code for s in world.steps if s.event in {E.FAULT_RAISED, E.REBOOTED}]
        crashed.setdefault(terminal.member.model.name, []).append(codes)
    assert all(codes == ["SW-703"] * 8 for codes in crashed["A"])
    assert all(codes == [] for codes in crashed["B"])
    profile = struck(
        bad,
        estate__models=[{"name": "A", "share": 1.0}],
        campaigns=[{"name": "cure", "version": "2.0.0", "at": "0s", "forced": True}],
    )
    world = live(profile, hours=24)
    updated = first(world, E.UPDATED).at_ms
    assert not [s for s in world.steps if s.code == "SW-703" and s.at_ms > updated]


VERSIONS = {
    "estate__models": [
        {"name": "A", "share": 0.5, "firmware": "1.0.0"},
        {"name": "B", "share": 0.5, "firmware": "1.1.0"},
    ]
}


@pytest.mark.parametrize(
    "cause",
    [
        OUTAGE | {"lasts": "14h"},
        {"kind": "gateway", "at": "2h", "lasts": "6h", "refusal": 1.0},
        {"kind": "clock_step", "at": "2h", "step": "2h", "correction": "2h"},
        CERTIFICATE | {"restart": 1.0},
        {"kind": "dormancy", "at": "14h", "lasts": "3d"},
    ],
    ids=lambda cause: cause["kind"],
)
def test_a_cause_of_one_version_leaves_the_others_alone(cause: dict[str, Any]) -> None:
    """Whoever runs another version lives, step by step, as if there were no such cause.

    That holds for what it begins with and for what is asked meanwhile: a link after a restart, a
    sign-in, a payment that is lived.
    """
    shop = VERSIONS | {
        "day": {"opens": "09:00", "closes": "18:00"},
        "estate__sizes": [{"name": "busy", "share": 1.0, "per_day": 60.0}],
        "transactions__messages": True,
        "sign_in__validity": "90m",
    }
    lives: dict[str, list[bool]] = {"A": [], "B": []}
    for index in range(8):
        told = []
        for profile in (struck(cause | {"firmware": ["1.1.0"]}, **shop), quiet(**shop)):
            world = settle(profile, hours=60, index=index)
            model = spend(profile, world, index=index).member.model.name
            told.append(world.steps)
        lives[model].append(told[0] == told[1])
    assert lives["A"]
    assert all(lives["A"])
    assert lives["B"]
    assert not any(lives["B"])
