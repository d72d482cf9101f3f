"""Conversations with a desk."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.tms.desk import Desk, Reply
from fleet.wire.examples import EXAMPLES
from fleet.wire.keys import check_values
from fleet.wire.messages import (
    UP,
    ChunkRequested,
    Heartbeat,
    HeartbeatAcknowledged,
    Message,
    Reboot,
    RegistrationAnswered,
    RegistrationRequested,
    SettlementRequested,
    SignInAnswered,
    SyncAnswered,
    SyncRequested,
    Update,
    UpdateReported,
)
from fleet.wire.package import Package, checksum, signature
from fleet.wire.password import estate_secret
from tests.tms.estates import (
    HOUR_MS,
    MINUTE_MS,
    ORIGIN_MS,
    PLAN,
    SEED,
    STRANGER,
    TENANT,
    TID,
    heartbeat,
    number,
    profile,
    sign_in,
    tids,
)

NOW = ORIGIN_MS + 12_345
KCV = check_values(estate_secret(SEED), TID, 1, "003")
TALKATIVE = {
    ChunkRequested, Heartbeat, RegistrationRequested, SettlementRequested, SyncRequested,
    type(sign_in()),
}  # fmt: skip


def register(tid: str) -> RegistrationRequested:
    """Return the first call of a unit."""
    example = EXAMPLES[RegistrationRequested]
    assert isinstance(example, RegistrationRequested)
    return msgspec.structs.replace(example, tid=tid, req=5)


def sync(day: int) -> SyncRequested:
    """Return a request for parameters on a day of the run, from 0."""
    return SyncRequested(ts=ORIGIN_MS + day * 24 * HOUR_MS, req=6, fw="1.0.0", params=0)


@pytest.mark.parametrize(
    ("terminal", "said", "answer"),
    [
        (TID, register(TID), RegistrationAnswered(NOW, 5, "00", 15 * MINUTE_MS)),
        (STRANGER, register(STRANGER), RegistrationAnswered(NOW, 5, "97", 0)),
        (TID, register("10000002"), RegistrationAnswered(NOW, 5, "97", 0)),
        ("1000000a", register(TID), RegistrationAnswered(NOW, 5, "97", 0)),
        (TID, sync(0), SyncAnswered(NOW, 6, "00", 1)),
        (TID, sync(3), SyncAnswered(NOW, 6, "00", 4)),
        (STRANGER, sync(0), SyncAnswered(NOW, 6, "97", 0)),
        (TID, sign_in(), SignInAnswered(NOW, 1, "00", 42, 1, "003", KCV)),
        (TID, sign_in(word="000000"), SignInAnswered(NOW, 1, "55", 42)),
        (TID, sign_in("10000002"), SignInAnswered(NOW, 1, "55", 42)),
        (STRANGER, sign_in(STRANGER), SignInAnswered(NOW, 1, "97", 42)),
        (TID, heartbeat(seq=9), HeartbeatAcknowledged(NOW, 9)),
    ],
)
def test_an_answer_for_each_request(terminal: str, said: Message, answer: Message) -> None:
    """A desk answers registration, sync, sign-in and heartbeats by the table of its theory."""
    assert Desk(profile(), SEED).hear(TENANT, terminal, said, NOW) == [Reply(terminal, answer)]


def test_a_stranger_s_heartbeat_is_not_acknowledged() -> None:
    """Heartbeats from another estate or another tenant get no answer and are counted as such."""
    desk = Desk(profile(), SEED)
    assert desk.hear(TENANT, STRANGER, heartbeat(), NOW) == []
    assert desk.hear("others", TID, heartbeat(), NOW) == []
    assert (desk.counts.strangers, desk.counts.heard) == (2, {})


@pytest.mark.parametrize("kind", [one for one in UP if one not in TALKATIVE])
def test_facts_need_no_answer(kind: type[Message]) -> None:
    """All other messages are counted, and answered by nothing."""
    desk = Desk(profile(), SEED)
    assert desk.hear(TENANT, TID, EXAMPLES[kind], NOW) == []
    assert desk.counts.heard == {kind.kind: 1}


def test_without_an_interval_of_its_own_the_tms_leaves_it_to_the_terminal() -> None:
    """An unset interval is answered by 0."""
    bare = profile().model_copy(update={"tms": type(profile().tms)()})
    [reply] = Desk(bare, SEED).hear(TENANT, TID, register(TID), NOW)
    assert reply.message == RegistrationAnswered(NOW, 5, "00", 0)


def test_malfunctions_strike_as_often_as_asked_and_always_the_same() -> None:
    """A fifth of the sign-ins is refused with 96; which ones hangs on nothing but the seed."""
    struck = profile(overrides={"tms.sign_in_malfunction": 0.2, "tms.sign_in_refusals": {}})

    def codes(seed: int) -> list[str]:
        replies = [
            Desk(struck, seed).hear(TENANT, tid, sign_in(tid, req), NOW)[0].message
            for tid in tids()
            for req in range(10)
        ]
        return [reply.code for reply in replies if isinstance(reply, SignInAnswered)]

    first = codes(SEED)
    assert first == codes(SEED)
    assert first != codes(SEED + 1)
    assert 150 <= first.count("96") <= 250
    assert first.count("00") == len(first) - first.count("96")


@given(
    st.sampled_from(tids()),
    st.integers(0, 6 * HOUR_MS),
    st.integers(0, 9),
    st.sampled_from(["1.0.0", "2.0.0"]),
)
def test_the_same_words_get_the_same_answer_from_any_desk(
    tid: str, at_ms: int, plan: int, fw: str
) -> None:
    """An answer does not depend on who was asked before, how often, or in which order."""
    fresh, worn = Desk(profile(PLAN), SEED), Desk(profile(PLAN), SEED, alone=False)
    for other in (TID, tid, STRANGER):
        worn.hear(TENANT, other, heartbeat(5 * HOUR_MS, seq=2), NOW)
    beat = heartbeat(at_ms, plan=plan, fw=fw)
    answers = fresh.hear(TENANT, tid, beat, NOW)
    assert answers == fresh.hear(TENANT, tid, beat, NOW) == worn.hear(TENANT, tid, beat, NOW)


def test_where_nobody_wants_acknowledgements_there_are_orders_alone() -> None:
    """A profile may forgo acknowledgements of heartbeats; orders go out all the same."""
    desk = Desk(profile(PLAN, {"heartbeat.acknowledged": False}), SEED)
    assert desk.hear(TENANT, TID, heartbeat(HOUR_MS - 1), NOW) == []
    [order] = desk.hear(TENANT, TID, heartbeat(HOUR_MS, seq=2), NOW)
    assert isinstance(order.message, Reboot)
    assert (desk.counts.acknowledged, desk.counts.heard) == (0, {"heartbeat": 2})


def test_an_order_follows_the_acknowledgement_once_it_is_due() -> None:
    """The heartbeat's own instant decides; the order takes effect one lead after it."""
    desk = Desk(profile(PLAN), SEED)
    assert len(desk.hear(TENANT, TID, heartbeat(HOUR_MS - 1), NOW + 9 * HOUR_MS)) == 1
    _, reply = desk.hear(TENANT, TID, heartbeat(HOUR_MS), 0)
    assert msgspec.to_builtins(reply.message) == {
        "order": "reboot",
        "plan": number(3_600, 1),
        "at": ORIGIN_MS + HOUR_MS + MINUTE_MS,
    }
    assert len(desk.hear(TENANT, TID, heartbeat(HOUR_MS, plan=number(3_600, 1)), NOW)) == 1
    assert desk.counts.ordered == {"reboot": 1}


def test_updates_are_for_those_who_lack_them() -> None:
    """Who runs the version already is offered nothing; the others get all that they need."""
    desk = Desk(profile(PLAN), SEED)
    so_far = number(4 * 3_600, 4)
    _, offer = desk.hear(TENANT, TID, heartbeat(5 * HOUR_MS, plan=so_far), NOW)
    package = Package("firmware", "2.0.0", 2 * 2**20, 64 * 2**10)
    assert offer.message == Update(
        plan=number(5 * 3_600, 5),
        at=ORIGIN_MS + 5 * HOUR_MS + MINUTE_MS,
        version="2.0.0",
        campaign="summer",
        forced=True,
        size=package.size,
        chunk=package.chunk,
        sha256=checksum(package),
        signature=signature(estate_secret(SEED), package, checksum(package)),
    )
    assert len(desk.hear(TENANT, TID, heartbeat(5 * HOUR_MS, plan=so_far, fw="2.0.0"), NOW)) == 1


@pytest.mark.parametrize(
    ("plan", "fw"),
    [
        (0, "1.0.0"),
        (number(3_600, 1), "1.0.0"),
        (number(7_200, 2), "2.0.0"),
        (number(18_000, 5), "2.0.0"),
    ],
)
def test_a_desk_can_say_when_it_will_have_an_order(plan: int, fw: str) -> None:
    """One millisecond before the announced instant there is no order, from then on there is."""
    desk = Desk(profile(PLAN), SEED)
    for tid in tids():
        due_ms = desk.next_order_ms(tid, plan, fw)
        if due_ms is None:
            assert len(desk.hear(TENANT, tid, heartbeat(99 * HOUR_MS, plan=plan, fw=fw), NOW)) == 1
            continue
        for early_ms, said in ((1, 1), (0, 2)):
            beat = heartbeat(due_ms - ORIGIN_MS - early_ms, plan=plan, fw=fw)
            assert len(desk.hear(TENANT, tid, beat, NOW)) == said
    assert desk.next_order_ms(STRANGER, 0, "1.0.0") is None


def test_only_the_version_shows_that_an_update_succeeded() -> None:
    """A success with another version than the one offered does not count."""
    desk = Desk(profile(), SEED)
    for state, fw in (("succeeded", "2.0.0"), ("succeeded", "1.0.0"), ("failed", "2.0.0")):
        told = {"ts": NOW, "plan": 1, "version": "2.0.0", "state": state, "runs": fw}
        desk.hear(TENANT, TID, msgspec.convert(told, UpdateReported), NOW)
    assert desk.counts.updated == 1


@pytest.mark.parametrize(("alone", "missing", "repeated"), [(True, 2, 1), (False, 0, 0)])
def test_only_a_desk_that_hears_all_can_miss_some(
    alone: bool,  # noqa: FBT001
    missing: int,
    repeated: int,
) -> None:
    """Left-out and repeated heartbeats are counted by the desk that hears every one."""
    desk = Desk(profile(), SEED, alone=alone)
    for seq in (4, 5, 5, 9, 8):
        desk.hear(TENANT, TID, heartbeat(seq=seq), NOW)
    assert (desk.counts.missing, desk.counts.repeated) == (missing, repeated)
    assert desk.counts.overtaken == int(alone)


def test_answers_are_counted_by_their_code() -> None:
    """Approvals and refusals are told apart in the counts."""
    desk = Desk(profile(), SEED)
    for terminal, said in ((TID, sign_in()), (TID, sign_in(word="1")), (STRANGER, sync(0))):
        desk.hear(TENANT, terminal, said, NOW)
    desk.hear(TENANT, TID, heartbeat(), NOW)
    assert desk.counts.answered == {"00": 1, "55": 1, "97": 1}
    assert desk.counts.acknowledged == 1
