"""Whoever is compared with does what was asked for, or is left out in plain words."""

import json
import queue
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.broker import running
from benchmarks.peers import roster
from benchmarks.peers.roster import Peer
from benchmarks.peers.task import PeerTask, down_filter, payload, topic

CLIENTS = 20
HOST = "127.0.0.1"
READY_S = 30.0
PEERS = (roster.GMQTT, roster.MQTTJS, roster.PAHO_GO)


def test_a_task_says_in_every_language_what_is_sent_and_where() -> None:
    """The patterns and the message in a task are what Python's peers make themselves."""
    task = PeerTask(port=1, clients=1)
    assert task.topic.replace("{}", str(task.first + 7)) == topic(7)
    assert task.filter.replace("{}", str(task.first + 7)) == down_filter(7)
    assert task.message.encode() == payload()
    assert json.loads(task.message)["state"] == "ready"


def test_a_peer_that_is_not_here_is_left_out_with_one_line() -> None:
    """A missing program or file keeps a peer from running, and says what would bring it."""
    there = Peer("there", ("true",), (("sh", "no shell"),))
    no_program = Peer("one", ("x",), (("no-such-program-1", "there is no such program"),))
    no_file = Peer("two", ("x",), (("sh", "no shell"), ("/no/such/file", "make peers")))
    peers = (there, no_program, no_file)
    assert roster.present(peers) == [there]
    assert roster.absences(peers) == [
        "one is left out: there is no such program",
        "two is left out: make peers",
    ]


@contextmanager
def heard(port: int, where: str) -> Iterator[queue.SimpleQueue[MQTTMessage]]:
    """Hear what is said at a broker."""
    messages: queue.SimpleQueue[MQTTMessage] = queue.SimpleQueue()
    subscribed: queue.SimpleQueue[None] = queue.SimpleQueue()
    client = Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda _client, _data, message: messages.put(message)
    client.on_subscribe = lambda *_: subscribed.put(None)
    client.connect(HOST, port)
    client.subscribe(where, qos=1)
    client.loop_start()
    subscribed.get(timeout=READY_S)
    try:
        yield messages
    finally:
        client.disconnect()
        client.loop_stop()


def here(peer: Peer) -> Peer:
    """Skip the test if a peer cannot run here."""
    if peer.absence is not None:
        pytest.skip(peer.absence)
    if peer == roster.GMQTT:
        pytest.importorskip("gmqtt")
    return peer


@pytest.mark.broker
@pytest.mark.parametrize("qos", [0, 1])
@pytest.mark.parametrize("timers", [False, True], ids=["paced", "own timers"])
@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_a_peer_sends_the_message_from_each_client_in_turn(
    peer: Peer, qos: int, *, timers: bool
) -> None:
    """Two rounds of all clients bring two of the very message on each one's topic."""
    who = here(peer).with_timers if timers else here(peer)
    with running() as broker, heard(broker.port, "fleet/v1/bench/+/up/heartbeat") as messages:
        task = PeerTask(port=broker.port, clients=CLIENTS, rate=100, qos=qos)
        with roster.start(who, task) as program:
            assert program.line(READY_S)["ready"] == CLIENTS
            first = [messages.get(timeout=READY_S) for _ in range(2 * CLIENTS)]
            program.end()
            assert "lag_p99_ms" in program.line(READY_S)
    assert {message.payload for message in first} == {payload()}
    assert {message.qos for message in first} == {qos}
    topics = [message.topic for message in first]
    assert all(topics.count(topic(number)) == 2 for number in range(CLIENTS))


@pytest.mark.broker
@pytest.mark.parametrize("peer", [roster.FAST_LINKS, *PEERS], ids=lambda peer: peer.name)
def test_a_peer_connects_and_subscribes_each_client(peer: Peer) -> None:
    """When it says ready, the system counts its connections, and each client has its SUBACK."""
    with running() as broker:
        task = PeerTask(port=broker.port, clients=CLIENTS, subscribe=True, pending=5)
        with roster.start(here(peer), task) as program:
            told = program.line(READY_S)
            assert told["ready"] == CLIENTS
            assert told["seconds"] > 0
            assert told["cpu_s"] > 0
            assert broker.connections() == CLIENTS + 1  # the observer
            with heard(broker.port, "$SYS/broker/subscriptions/count") as counts:
                # It is told every other second; the observer and we have one each.
                told_of = (counts.get(timeout=READY_S).payload for _ in range(4))
                assert any(int(count) == CLIENTS + 2 for count in told_of)
