"""Topics: built, taken apart, subscribed to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.wire.errors import WireError
from fleet.wire.topics import (
    ANY,
    KINDS,
    Direction,
    Topic,
    build,
    parse,
    terminal_filter,
    tms_filter,
)

names = st.from_regex(r"[A-Za-z0-9._-]{1,64}", fullmatch=True)
ways = st.sampled_from([(way, kind) for way in ("up", "down") for kind in sorted(KINDS[way])])


@given(names, names, ways)
def test_a_topic_is_taken_apart_as_it_was_built(
    tenant: str, terminal: str, way: tuple[Direction, str]
) -> None:
    """`parse` inverts `build`."""
    direction, kind = way
    built = build(tenant, terminal, direction, kind)
    assert parse(built) == Topic(tenant, terminal, direction, kind)


def test_the_form_of_a_topic() -> None:
    """Topics and filters look as the contract says."""
    assert build("demo", "10000001", "up", "heartbeat") == "fleet/v1/demo/10000001/up/heartbeat"
    assert terminal_filter("demo", "10000001") == "fleet/v1/demo/10000001/down/+"
    assert tms_filter("demo") == "fleet/v1/demo/+/up/+"
    assert tms_filter() == tms_filter(ANY) == "fleet/v1/+/+/up/+"


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "fleet/v1/demo/1/up",
        "fleet/v1/demo/1/up/heartbeat/",
        "fleet/v1/demo/1/up/heartbeat\n",
        "/fleet/v1/demo/1/up/heartbeat",
        "fleet/v2/demo/1/up/heartbeat",
        "fleet/v1//1/up/heartbeat",
        "fleet/v1/demo/+/up/heartbeat",
        "fleet/v1/demo/#",
        "fleet/v1/demo/1/sideways/heartbeat",
        "fleet/v1/demo/1/down/boot",
        "fleet/v1/demo/1/up/gossip",
        f"fleet/v1/demo/{'1' * 65}/up/heartbeat",
        "x" * 65_000,
    ],
)
def test_anything_else_is_a_wire_error(topic: str) -> None:
    """A topic outside the contract is refused, with a message of bounded length."""
    with pytest.raises(WireError) as caught:
        parse(topic)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("name", ["", "a/b", "+", "#", "a\0b", "é", "x" * 65, "a\n"])
def test_a_name_cannot_smuggle_a_level_or_a_wildcard(name: str) -> None:
    """Names with other characters are refused wherever they would stand."""
    with pytest.raises(WireError):
        build(name, "1", "up", "heartbeat")
    with pytest.raises(WireError):
        terminal_filter("demo", name)
    if name != ANY:
        with pytest.raises(WireError):
            tms_filter(name)


def test_a_kind_goes_only_its_own_way() -> None:
    """A kind that is not declared for a direction is refused."""
    with pytest.raises(WireError, match="goes down"):
        build("demo", "1", "down", "boot")
