"""The codec: every example goes through, and nothing else does."""

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.wire.codec import PAYLOAD_BYTES_MAX, decode_down, decode_up, encode
from fleet.wire.errors import WireError
from fleet.wire.examples import EXAMPLES
from fleet.wire.messages import (
    DOWN,
    UP,
    FaultReported,
    Heartbeat,
    Message,
    RegistrationRequested,
    SignInRequested,
    StatusReported,
    SyncRequested,
)
from fleet.wire.topics import KINDS
from tests.wire.strategies import heartbeats


@pytest.mark.parametrize("message_type", UP)
def test_facts_survive_the_way_up(message_type: type[Message]) -> None:
    """Each message from below decodes to itself."""
    message = EXAMPLES[message_type]
    assert decode_up(message.kind, encode(message)) == message


@pytest.mark.parametrize("message_type", DOWN)
def test_answers_and_orders_survive_the_way_down(message_type: type[Message]) -> None:
    """Each message from above decodes to itself; orders are told apart by their `order` field."""
    message = EXAMPLES[message_type]
    heard = decode_down(message.kind, encode(message))
    assert heard == message
    assert type(heard) is message_type


@given(heartbeats)
def test_any_heartbeat_survives(beat: Heartbeat) -> None:
    """Any heartbeat that the contract allows decodes to itself."""
    assert decode_up("heartbeat", encode(beat)) == beat


@given(st.sampled_from(sorted(KINDS["up"])), st.binary(max_size=300))
def test_garbage_is_a_wire_error(kind: str, payload: bytes) -> None:
    """Whatever bytes come, there is a message or a WireError, never another exception."""
    with contextlib.suppress(WireError):
        assert decode_up(kind, payload).kind == kind


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b'{"ts":1,"batch":-1}', "`int` >= 0"),
        (b'{"ts":1}', "missing required field `batch`"),
        (b'{"ts":1,"batch":2,"more":3}', "unknown field `more`"),
        (b'{"ts":"1","batch":2}', "Expected `int`, got `str`"),
        (b'{"ts":1.5,"batch":2}', "Expected `int`, got `float`"),
        (b'{"ts":NaN,"batch":2}', "malformed"),
        (b'{"ts":1,"batch":2}x', "malformed"),
        (b'{"ts":1,"batch":2', "truncated"),
        (b'{"\xff":1}', "sign_off"),
        (b"", "truncated"),
        (b"[" * 10_000, "Expected `object`"),
        (b" " * PAYLOAD_BYTES_MAX + b"{}", "no message is longer"),
    ],
)
def test_a_fault_is_told_with_its_reason(payload: bytes, reason: str) -> None:
    """What is wrong with a payload stands in the error."""
    with pytest.raises(WireError, match=reason):
        decode_up("sign_off", payload)


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (RegistrationRequested, "tid"),
        (RegistrationRequested, "serial_no"),
        (SignInRequested, "operator"),
        (SignInRequested, "proof"),
        (FaultReported, "code"),
    ],
)
def test_a_pattern_is_met_from_end_to_end(kind: type[Message], field: str) -> None:
    """A line's end behind what a pattern allows is refused, as JSON Schema has it."""
    told = msgspec.to_builtins(EXAMPLES[kind])
    for wrong in (told[field] + "\n", "\n" + told[field], told[field] + "\r\n"):
        with pytest.raises(WireError, match=rf"matching regex .*`\$\.{field}`"):
            decode_up(kind.kind, msgspec.json.encode(told | {field: wrong}))


@pytest.mark.parametrize("code", ["SW-702\n", "PRN-503\n", "503"])
def test_a_list_of_faults_holds_codes(code: str) -> None:
    """What a status report lists as faults are codes as a fault report has them."""
    told = msgspec.to_builtins(EXAMPLES[StatusReported]) | {"faults": ["SW-702", code]}
    with pytest.raises(WireError, match=r"matching regex .*`\$\.faults\[1\]`"):
        decode_up("status", msgspec.json.encode(told))


def test_a_version_is_as_long_as_a_name() -> None:
    """A version of 64 characters goes through, and one more does not."""
    told = msgspec.to_builtins(EXAMPLES[SyncRequested])
    assert decode_up("sync", msgspec.json.encode(told | {"fw": "9" * 64}))
    with pytest.raises(WireError, match="length <= 64"):
        decode_up("sync", msgspec.json.encode(told | {"fw": "9" * 65}))


@pytest.mark.parametrize("decode", [decode_up, decode_down])
def test_an_unknown_kind_is_a_wire_error(decode: object) -> None:
    """A kind that nobody declared is refused, and the known ones are named."""
    assert callable(decode)
    with pytest.raises(WireError, match=r"there is .*heartbeat"):
        decode("gossip", b"{}")


def test_kinds_of_one_way_do_not_go_the_other() -> None:
    """An answer is no fact: what goes down does not decode on the way up."""
    payload = encode(EXAMPLES[DOWN[0]])
    with pytest.raises(WireError):
        decode_up("register", payload)


def test_the_longest_message_fits() -> None:
    """A status report with as many components and faults as there may be stays below the bound."""
    report = msgspec.to_builtins(EXAMPLES[UP[8]])
    component = {"component": "communication", "status": "DEGRADED"}
    payload = msgspec.json.encode(
        report | {"components": [component] * 16, "faults": ["PRN-551"] * 16}
    )
    assert len(payload) < PAYLOAD_BYTES_MAX / 4
    decode_up("status", payload)
