"""Sign-in: what the host's answer leads to, who is locked out and how long, what keys are worth."""

from itertools import pairwise
from typing import Any

import pytest

from fleet.life.regions import Session
from fleet.life.states import Event, State, Step
from fleet.tms.desk import Desk
from fleet.units import DAY_MS, HOUR_MS, MINUTE_MS
from fleet.wire.messages import Lock, SignInAnswered
from tests.life.lives import quiet, within_4_sigma, worlds_of
from tests.life.solitude import Solitude, settle, spend

E = Event


def first(world: Solitude, event: Event) -> Step:
    """Return the first step of a kind."""
    return next(step for step in world.steps if step.event is event)


def after(world: Solitude, event: Event) -> list[Event]:
    """Return the first step of a kind and the two that follow."""
    at = world.events().index(event)
    return world.events()[at : at + 3]


@pytest.mark.parametrize(
    ("code", "then"),
    [
        ("22", [E.SIGN_IN_FAILED, E.SIGN_IN_STARTED, E.SIGN_IN_FAILED]),
        ("77", [E.SIGN_IN_FAILED, E.SIGN_IN_STARTED, E.SIGN_IN_FAILED]),
        ("98", [E.SIGN_IN_FAILED, E.SIGN_IN_STARTED, E.SIGN_IN_FAILED]),
        ("99", [E.PASSWORD_REFUSED, E.SIGN_IN_STARTED, E.PASSWORD_REFUSED]),
        ("A0", [E.SIGN_IN_FAILED, E.SIGN_IN_STARTED, E.SIGN_IN_FAILED]),
        ("62", [E.CREDENTIAL_REFUSED, E.CREDENTIAL_REISSUED, E.SIGN_IN_STARTED]),
        ("03", [E.SIGN_IN_REJECTED, E.REPAIRED, E.BOOTED]),
        ("97", [E.SIGN_IN_REJECTED, E.REPAIRED, E.BOOTED]),
    ],
)
def test_the_response_code_decides_what_follows(code: str, then: list[Event]) -> None:
    """Each refusal leads where the table of reactions says."""
    profile = quiet(tms__sign_in_refusals={code: 1.0})
    world = settle(profile, hours=40)
    spend(profile, world)
    assert after(world, then[0]) == then
    assert first(world, then[0]).code == {"62": "SGN-852"}.get(code, code)
    assert E.SIGNED_IN not in world.events()


@pytest.mark.parametrize("code", ["03", "22", "62", "77", "97", "98", "99", "A0"])
def test_every_refusal_comes_as_often_as_asked(code: str) -> None:
    """The share of right sign-ins that the host refuses with each code, within 4 sigma."""
    profile = quiet(tms__sign_in_refusals={"98": 0.0, code: 0.05})
    desk, refused, population = Desk(profile, 7), 0, 0
    world = settle(profile, hours=0.1)
    spend(profile, world)
    request = world.heard_of("sign_in")[0]
    for index in range(200):
        tid = str(profile.estate.first_tid + index)
        for req in range(10):
            numbered = type(request)(
                **{name: getattr(request, name) for name in request.__struct_fields__}
                | {"req": req}
            )
            (reply,) = desk.hear(profile.estate.tenant, tid, numbered, 0)
            assert isinstance(reply.message, SignInAnswered)
            refused += reply.message.code == code
            population += 1
    within_4_sigma(refused, population, 0.05)


def test_a_batch_that_differs_is_taken_from_the_host() -> None:
    """After 77 the terminal goes on with the batch that the host has open."""
    profile = quiet(tms__sign_in_refusals={"77": 1.0})
    world = settle(profile, hours=0.2)
    spend(profile, world)
    batches = [request.batch for request in world.heard_of("sign_in")]
    assert batches[:3] == [0, 1, 2]


@pytest.mark.parametrize(("scheme", "keys"), [("001", 2), ("003", 2), ("004", 3)])
def test_keys_are_delivered_by_their_scheme(scheme: str, keys: int) -> None:
    """An approval brings a check value for each working key, new ones each time."""
    profile = quiet(sign_in__key_scheme=scheme, sign_in__validity="1h")
    world = settle(profile, hours=2.5)
    answers: list[SignInAnswered] = []
    listen = world.desk.hear

    def hear(*said: Any) -> Any:
        replies = listen(*said)
        answers.extend(r.message for r in replies if isinstance(r.message, SignInAnswered))
        return replies

    world.desk.hear = hear  # type: ignore[assignment]
    spend(profile, world)
    assert {(answer.code, answer.key_scheme, len(answer.kcv)) for answer in answers} == {
        ("00", scheme, keys)
    }
    assert len({answer.kcv for answer in answers}) == len(answers) == 3


def test_keys_that_do_not_check_end_in_a_call_for_help() -> None:
    """SGN-854: two tries again, then out of order until somebody loads the keys."""
    profile = quiet(tms__key_mismatch=1.0, repair__remote="2h")
    world = settle(profile, hours=2.5)
    spend(profile, world)
    rejected = first(world, E.SIGN_IN_REJECTED)
    assert rejected.code == "SGN-854"
    assert [s.code for s in world.steps if s.event is E.SIGN_IN_FAILED][:2] == ["A0", "A0"]
    assert first(world, E.REPAIRED).at_ms - rejected.at_ms == 2 * HOUR_MS


def test_wrong_keys_come_as_often_as_asked() -> None:
    """The share of first sign-ins whose keys do not check, within 4 sigma."""
    profile = quiet(tms__key_mismatch=0.2)
    population = 300
    worlds = worlds_of(profile, population, hours=0.1)
    wrong = sum(E.SIGN_IN_FAILED in world.events() for world in worlds)
    within_4_sigma(wrong, population, 0.2)


@pytest.mark.parametrize(
    ("channel", "latency", "minutes"),
    [("app", "10m", 10), ("hotline", "1h", 60), ("outlet", "1d", 24 * 60)],
)
def test_a_forgotten_password_is_reset_by_one_of_three_channels(
    channel: str, latency: str, minutes: int
) -> None:
    """Locked until the reset, by the channel's latency; then another password is right."""
    profile = quiet(
        sign_in__wrong_password=1.0, sign_in__forgotten=1.0,
        password_reset__channels={channel: {"share": 1.0, "latency": latency}},
    )  # fmt: skip
    world = settle(profile, hours=25)
    spend(profile, world)
    reset = first(world, E.PASSWORD_RESET)
    assert reset.code == channel
    assert reset.at_ms - first(world, E.LOCKED_OUT).at_ms == minutes * MINUTE_MS
    assert [request.credential for request in world.heard_of("sign_in")][:4] == [0, 0, 0, 1]


def test_a_new_credential_is_as_good_as_the_first() -> None:
    """After a reset the operator signs in with the new password."""
    profile = quiet(sign_in__wrong_password=0.6, sign_in__forgotten=1.0)
    for world in worlds_of(profile, 12, hours=200):
        if E.PASSWORD_RESET in world.events():
            later = world.events()[world.events().index(E.PASSWORD_RESET) :]
            assert E.SIGNED_IN in later


def test_channels_have_their_shares_and_lockouts_their_forgetful() -> None:
    """Over many lockouts: one in five has forgotten, and resets go by their shares; 4 sigma."""
    profile = quiet(sign_in__wrong_password=1.0, sign_in__forgotten=0.2, sign_in__lockout="1h")
    codes: list[str] = []  # of lockouts and how they ended, the last one left out
    for world in worlds_of(profile, 60, hours=24 * 4):
        codes += [s.code for s in world.steps if s.event in {E.UNLOCKED, E.PASSWORD_RESET}]
    resets = [code for code in codes if code != "timer"]
    within_4_sigma(len(resets), len(codes), 0.2)
    for channel, each in profile.password_reset.channels.items():
        within_4_sigma(resets.count(channel), len(resets), each.share)


def test_wrong_passwords_come_as_often_as_asked() -> None:
    """The share of first attempts that are mistyped, within 4 sigma."""
    profile = quiet(sign_in__wrong_password=0.03)
    population = 1_500
    worlds = worlds_of(profile, population, hours=0.06)
    wrong = sum(E.PASSWORD_REFUSED in world.events() for world in worlds)
    within_4_sigma(wrong, population, 0.03)


def test_a_signature_that_cannot_be_read_is_asked_for_again() -> None:
    """SGN-853: back to standby, and once more; it counts for no lockout."""
    profile = quiet(sign_in__signature=1.0, sign_in__signature_failure=1.0)
    world = settle(profile, hours=1)
    spend(profile, world)
    assert after(world, E.SIGNATURE_REFUSED) == [
        E.SIGNATURE_REFUSED, E.SIGN_IN_STARTED, E.SIGNATURE_REFUSED,
    ]  # fmt: skip
    assert E.LOCKED_OUT not in world.events()


def test_signatures_fail_as_often_as_asked() -> None:
    """Half of the sign-ins ask for one, a fifth of those is not read; within 4 sigma."""
    profile = quiet(sign_in__signature=0.5, sign_in__signature_failure=0.2)
    population = 500
    worlds = worlds_of(profile, population, hours=0.1)
    refused = sum(E.SIGNATURE_REFUSED in world.events() for world in worlds)
    within_4_sigma(refused, population, 0.1)


def test_typing_takes_its_law() -> None:
    """As many sign-ins are over by the law's quantiles as should be, within 4 sigma."""
    profile = quiet()
    law = profile.sign_in.typing
    worlds = worlds_of(profile, 500, hours=0.1)
    taken = [first(world, E.SIGNED_IN).duration_ms for world in worlds]
    for p in (0.25, 0.5, 0.95):
        within_4_sigma(sum(ms <= law.quantile(p) for ms in taken), len(taken), p)


def test_an_old_password_is_changed_after_a_sign_in() -> None:
    """The policy: not before its age, once in each span of it."""
    profile = quiet(sign_in__rotation="10d")
    world = settle(profile, hours=24 * 45)
    terminal = spend(profile, world)
    changes = [s.at_ms for s in world.steps if s.event is E.PASSWORD_ROTATED]
    assert len(changes) in {4, 5}
    assert all(b - a >= 10 * DAY_MS for a, b in pairwise(changes))
    assert terminal.shift.credential == len(changes)
    assert terminal.shift.session is Session.SIGNED_IN


def test_what_hinders_a_sign_in_is_waited_out() -> None:
    """A critical fault that leaves the terminal on puts the sign-in off until its repair."""
    fault = {"onset": "90m", "repair": "2h", "detection": "0s"}
    profile = quiet(faults={"SGN-854": fault}, sign_in__validity="2h")
    world = settle(profile, hours=6)
    spend(profile, world)
    expired = first(world, E.SESSION_EXPIRED).at_ms
    again = next(s for s in world.steps if s.event is E.SIGN_IN_STARTED and s.at_ms >= expired)
    cleared = next(s for s in world.steps if s.event is E.FAULT_CLEARED)
    assert again.at_ms == cleared.at_ms > expired


def test_a_lock_outlives_a_restart() -> None:
    """Who is locked by order stays locked when the power comes back."""
    profile = quiet(faults={"PWR-106": {"onset": "3h", "repair": "5m"}})
    world = settle(profile, hours=4)
    world.orders = [(HOUR_MS, Lock(plan=1))]
    terminal = spend(profile, world)
    assert world.events()[-2:] == [E.SYNCED, E.LOCKED]
    assert terminal.state is State.LOCKED


def test_the_session_goes_its_own_way() -> None:
    """Signed off, signed in, expired, signed in again; signed off at night."""
    profile = quiet(sign_in__validity="5h", day={"opens": "09:00", "closes": "18:00"})
    whole = settle(profile, hours=12)
    spend(profile, whole)
    expired = first(whole, E.SESSION_EXPIRED).at_ms / HOUR_MS
    seen = []
    for hours in (0.5, 2, expired + 0.0001, 9, 12):
        world = settle(profile, hours=hours)
        seen.append(spend(profile, world).shift.session)
    assert seen == [
        Session.SIGNED_OFF, Session.SIGNED_IN, Session.EXPIRED, Session.SIGNED_IN,
        Session.SIGNED_OFF,
    ]  # fmt: skip
