"""amqtt with its subscriptions in a tree: it matches as MQTT asks, and a message costs the same."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiomqtt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.run.amqtt_broker import Branch
from tests.run.settings import wait_for_port

CLIENTS = 300
LIMIT_S = 60

levels = st.sampled_from(["", "a", "b", "ab", "$a", "$"])
topics = st.lists(levels, min_size=1, max_size=4).map("/".join)
filters = st.builds(
    lambda parts, rest: "/".join([*parts, *rest]),
    st.lists(levels | st.just("+"), max_size=4),
    st.sampled_from([[], ["#"]]),
)


def matches(topic_filter: str, topic: str) -> bool:
    """Return whether a filter matches a topic, level by level (MQTT 3.1.1, 4.7)."""
    wanted, given_levels = topic_filter.split("/"), topic.split("/")
    if topic.startswith("$") and wanted[0] in {"+", "#"}:
        return False
    if wanted[-1] == "#":
        wanted = wanted[:-1]
        given_levels = given_levels[: len(wanted)]
    return len(wanted) == len(given_levels) and all(
        one in {"+", other} for one, other in zip(wanted, given_levels, strict=True)
    )


@given(st.lists(filters, max_size=20), topics)
def test_the_tree_finds_the_filters_that_match(known: list[str], topic: str) -> None:
    """Of any filters the tree yields those that match by the rules, each of them once."""
    tree = Branch()
    for topic_filter in known:
        tree.add(topic_filter)
    found = list(tree.matching(topic.split("/")))
    assert sorted(found) == sorted(each for each in set(known) if matches(each, topic))


@pytest.mark.parametrize(
    ("topic_filter", "topic", "verdict"),
    [
        ("sport/tennis/player1/#", "sport/tennis/player1", True),
        ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", True),
        ("#", "sport", True),
        ("sport/tennis/+", "sport/tennis/player1/ranking", False),
        ("sport/+", "sport", False),
        ("sport/+", "sport/", True),
        ("+/+", "/finance", True),
        ("/+", "/finance", True),
        ("+", "/finance", False),
        ("#", "$SYS/monitor", False),
        ("+/monitor/Clients", "$SYS/monitor/Clients", False),
        ("$SYS/#", "$SYS/monitor", True),
        ("$SYS/monitor/+", "$SYS/monitor/Clients", True),
        ("accounts", "ACCOUNTS", False),
    ],
)
def test_the_norm_s_own_examples(topic_filter: str, topic: str, *, verdict: bool) -> None:
    """The tree, and the reference it is tested by, say what the norm says of its examples."""
    tree = Branch()
    tree.add(topic_filter)
    assert list(tree.matching(topic.split("/"))) == ([topic_filter] if verdict else [])
    assert matches(topic_filter, topic) is verdict


@pytest.fixture
def port(free_port: int) -> Iterator[int]:
    """Run the broker as a program, and return where it listens."""
    command = [sys.executable, "-m", "fleet.run.amqtt_broker", str(free_port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        wait_for_port(free_port)
        yield free_port
        assert process.poll() is None
        process.terminate()


@asynccontextmanager
async def crew(port: int) -> AsyncIterator[list[aiomqtt.Client]]:
    """Connect as many clients, each of which listens to what is said to it."""
    async with AsyncExitStack() as stack:
        clients = [aiomqtt.Client("127.0.0.1", port, identifier=f"c{i}") for i in range(CLIENTS)]
        # Python's pool of threads, in which paho connects, is the only bound that is needed.
        await asyncio.gather(*map(stack.enter_async_context, clients))
        await asyncio.gather(
            *(client.subscribe(f"f/t/{i}/down/+", qos=1) for i, client in enumerate(clients))
        )
        yield clients


async def heard(client: aiomqtt.Client, count: int) -> list[tuple[str, bytes, bool]]:
    """Return the next messages of a client: topic, payload, and whether it was retained."""
    messages = [await anext(client.messages) for _ in range(count)]
    return [(each.topic.value, bytes(each.payload), each.retain) for each in messages]


@pytest.mark.slow
def test_a_message_reaches_exactly_whom_it_is_for(port: int) -> None:
    """With 300 subscriptions, 300 messages arrive each at its own client, within five seconds."""

    async def main() -> None:
        async with (
            asyncio.timeout(LIMIT_S),
            crew(port) as clients,
            aiomqtt.Client("127.0.0.1", port) as speaker,
        ):
            speaker.pending_calls_threshold = 2 * CLIENTS
            start = time.monotonic()
            # What comes second shows that nothing else came between.
            for word in (b"first", b"second"):
                await asyncio.gather(
                    *(speaker.publish(f"f/t/{i}/down/order", word, 1) for i in range(CLIENTS))
                )
            told = await asyncio.gather(*(heard(client, 2) for client in clients))
            assert time.monotonic() - start < 5
            for index, messages in enumerate(told):
                topic = f"f/t/{index}/down/order"
                assert messages == [(topic, b"first", False), (topic, b"second", False)]

    asyncio.run(main())


@pytest.mark.slow
def test_what_is_retained_reaches_only_those_who_subscribe_to_it(port: int) -> None:
    """300 retained messages go to the one who asks for all, one to who asks for one, else none."""

    async def main() -> None:
        async with asyncio.timeout(LIMIT_S), aiomqtt.Client("127.0.0.1", port) as speaker:
            speaker.pending_calls_threshold = 2 * CLIENTS
            said = {f"f/t/{index}/up/presence": b"%d" % index for index in range(CLIENTS)}
            await asyncio.gather(*(speaker.publish(*each, 1, retain=True) for each in said.items()))
            async with aiomqtt.Client("127.0.0.1", port) as listener:
                await listener.subscribe("f/t/+/up/presence", qos=1)
                everything = await heard(listener, CLIENTS)
                assert sorted(everything) == sorted((*each, True) for each in said.items())
                # Who connects now could be sent what the listener has subscribed to.
                await _hear_orders_alone(port, speaker)

    asyncio.run(main())


async def _hear_orders_alone(port: int, speaker: aiomqtt.Client) -> None:
    async with crew(port) as clients:
        await asyncio.gather(
            *(speaker.publish(f"f/t/{i}/down/order", b"order", 1) for i in range(CLIENTS))
        )
        told = await asyncio.gather(*(heard(client, 1) for client in clients))
        assert [payload for [(_, payload, _)] in told] == [b"order"] * CLIENTS
        await clients[7].subscribe("f/t/9/up/presence", qos=1)
        assert await heard(clients[7], 1) == [("f/t/9/up/presence", b"9", True)]
