"""Pings: when they are due, and what puts them off."""

import pytest

from fleet.mqtt.errors import KeepAliveTimeout
from fleet.mqtt.events import Pong
from fleet.mqtt.options import NEVER_MS
from fleet.mqtt.packets import PingReq, PingResp, PubAck, Publish, Version
from fleet.mqtt.session import SessionOptions
from tests.mqtt.played import V5, VERSIONS, online


@VERSIONS
def test_keep_alive_pings_when_idle(version: Version) -> None:
    """A PINGREQ is due a keep-alive time after the last exchange, and once only."""
    broker = online(SessionOptions(version, keep_alive_s=10))
    session, start = broker.session, broker.now_ms
    assert session.due_ms == start + 10_000
    assert session.tick(start + 9_999) == b""
    assert broker.reads(session.tick(start + 10_000)) == [PingReq()]
    assert session.tick(start + 10_001) == b""
    broker.now_ms = start + 10_500
    assert broker.says(PingResp()) == [Pong()]
    assert session.due_ms == start + 20_500
    assert session.tick(start + 20_499) == b""


@VERSIONS
def test_an_exchange_puts_the_ping_off_and_qos_0_does_not(version: Version) -> None:
    """What the broker answers, or we answer it, puts off the PINGREQ; one-way messages do not."""
    broker = online(SessionOptions(version, keep_alive_s=10))
    session, start = broker.session, broker.now_ms
    broker.now_ms += 4_000
    broker.says(Publish("x", b""))
    broker.says(Publish("x", b""), Publish("x", b""))
    session.publish(broker.topic, b"", 0)
    assert session.due_ms == start + 10_000
    _, packet_id = session.publish(broker.topic, b"", 1)
    broker.says(PubAck(packet_id))
    assert session.due_ms == start + 14_000
    broker.now_ms += 1_000
    broker.says(Publish("x", b"", 1, packet_id=1))
    assert session.due_ms == start + 15_000


@VERSIONS
def test_a_silent_broker_is_dead(version: Version) -> None:
    """Without PINGRESP for another keep-alive time, tick raises, whatever else came."""
    broker = online(SessionOptions(version, keep_alive_s=10))
    session, start = broker.session, broker.now_ms
    session.tick(start + 10_000)
    _, packet_id = session.publish(broker.topic, b"", 1)
    broker.says(PubAck(packet_id))
    assert session.tick(start + 19_999) == b""
    with pytest.raises(KeepAliveTimeout, match="10000 ms"):
        session.tick(start + 20_000)
    session.connection_lost()
    assert session.due_ms == NEVER_MS
    broker.now_ms = start + 60_000
    broker.accepts()
    assert broker.reads(session.tick(start + 70_000)) == [PingReq()]


@VERSIONS
def test_keep_alive_may_be_off(version: Version) -> None:
    """With keep-alive 0 no PINGREQ is ever due; one may still be asked for."""
    broker = online(SessionOptions(version, keep_alive_s=0))
    assert broker.session.tick(1 << 60) == b""
    assert broker.reads(broker.session.ping()) == [PingReq()]
    assert broker.says(PingResp()) == [Pong()]


def test_the_brokers_keep_alive_rules() -> None:
    """A server keep alive replaces ours."""
    broker = online(SessionOptions(V5, keep_alive_s=60), server_keep_alive=5)
    assert broker.session.due_ms == broker.now_ms + 5_000
