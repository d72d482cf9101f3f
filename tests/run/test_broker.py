"""The embedded broker, in both kinds: found, started, ready, ended."""

import resource
import socket
import subprocess
import sys

import psutil
import pytest
import trio

from fleet.mqtt.endpoint import Endpoint
from fleet.mqtt.options import SessionOptions
from fleet.mqtt.packets import Version
from fleet.run import broker
from fleet.run.broker import Kind, choose, embedded_broker, mosquitto_config, reach
from fleet.run.errors import ChildDied, RunError
from fleet.run.probe import probe
from tests.run.settings import needs_mosquitto

LIMIT_S = 30
KINDS = [pytest.param(Kind.MOSQUITTO, marks=needs_mosquitto), Kind.AMQTT]


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_ready_and_gone(kind: Kind) -> None:
    """A broker of either kind answers a CONNECT when it is ready, and leaves no process behind."""

    async def main() -> int:
        with trio.fail_after(LIMIT_S):
            async with embedded_broker(kind) as started:
                await started.ready()
                await probe(Endpoint.parse(started.url), SessionOptions())
                assert started.url == f"mqtt://127.0.0.1:{started.port}"
            with pytest.raises(RunError, match="cannot reach"):
                await probe(Endpoint.parse(started.url), SessionOptions())
            return started.child.pid

    assert not psutil.pid_exists(trio.run(main))


@pytest.mark.parametrize("kind", KINDS)
def test_it_listens_on_loopback_alone(kind: Kind) -> None:
    """Nobody else on the network can reach the embedded broker."""

    async def main() -> set[str]:
        with trio.fail_after(LIMIT_S):
            async with embedded_broker(kind) as started:
                await started.ready()
                sockets = psutil.Process(started.child.pid).net_connections("tcp")
                return {each.laddr.ip for each in sockets if each.status == "LISTEN"}

    assert trio.run(main) == {"127.0.0.1"}


@pytest.mark.parametrize("kind", KINDS)
def test_its_death_is_told(kind: Kind) -> None:
    """A broker that is killed ends the run with a message that names it."""

    async def main() -> None:
        with trio.fail_after(LIMIT_S):
            async with embedded_broker(kind) as started:
                await started.ready()
                psutil.Process(started.child.pid).kill()
                await trio.sleep_forever()

    with pytest.RaisesGroup(pytest.RaisesExc(ChildDied, match=f"{kind}.* killed by SIGKILL$")):
        trio.run(main)


def test_a_taken_port_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that cannot have its port says so, in its own words."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(broker, "_free_port", lambda: port)

        async def main() -> None:
            with trio.fail_after(LIMIT_S):
                async with embedded_broker(choose()):
                    await trio.sleep_forever()

        with pytest.RaisesGroup(pytest.RaisesExc(ChildDied, match="(?i)address already in use")):
            trio.run(main)


def test_the_environment_forces_a_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """`FLEET_BROKER` chooses the broker; a word that names none is refused with the choice."""
    monkeypatch.setenv("FLEET_BROKER", "amqtt")
    assert choose() is Kind.AMQTT
    monkeypatch.setenv("FLEET_BROKER", "rabbit")
    with pytest.raises(RunError, match=r"FLEET_BROKER=rabbit .*mosquitto, amqtt"):
        choose()


def test_without_mosquitto_it_is_amqtt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where mosquitto is not installed, amqtt serves; asking for mosquitto is refused."""
    monkeypatch.setattr(broker, "find_mosquitto", lambda: None)
    monkeypatch.delenv("FLEET_BROKER", raising=False)
    assert choose() is Kind.AMQTT
    monkeypatch.setenv("FLEET_BROKER", "mosquitto")
    with pytest.raises(RunError, match="mosquitto is neither on the PATH"):
        choose()


def test_amqtt_tells_its_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user is told why it is amqtt, what it is good for, and when an estate is beyond it."""
    monkeypatch.delenv("FLEET_BROKER", raising=False)
    assert str(reach(Kind.AMQTT, 500)).startswith("mosquitto is not there, so the broker is amqtt")
    monkeypatch.setenv("FLEET_BROKER", "amqtt")
    assert str(reach(Kind.AMQTT, 500)).startswith("FLEET_BROKER=amqtt: the broker is amqtt")
    assert reach(Kind.MOSQUITTO, 10_000) is None
    assert "2,000 terminals" in str(reach(Kind.AMQTT, 500))
    assert "5,000 will not fit" in str(reach(Kind.AMQTT, 5_000))


def test_amqtt_is_refused_for_mqtt_5() -> None:
    """A profile that speaks MQTT 5 is refused before amqtt would refuse every terminal."""
    broker.check(Kind.MOSQUITTO, Version.V5)
    broker.check(Kind.AMQTT, Version.V311)
    with pytest.raises(RunError, match=r"mqtt\.version"):
        broker.check(Kind.AMQTT, Version.V5)


def test_amqtt_is_refused_for_several_desks() -> None:
    """Several instances of the TMS are refused where no subscription can be shared."""
    broker.check(Kind.MOSQUITTO, Version.V311, desks=2)
    broker.check(Kind.AMQTT, Version.V311, desks=1)
    with pytest.raises(RunError, match=r"asks for 2 instances .* set tms\.instances = 1"):
        broker.check(Kind.AMQTT, Version.V311, desks=2)


def test_mosquitto_keeps_its_user_only_as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """`user root` stands in the configuration only if we are root, else mosquitto would warn."""
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert "user" not in mosquitto_config(1883).split()
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert mosquitto_config(1883).endswith("user root")


@needs_mosquitto
def test_mosquitto_holds_more_connections_than_the_soft_limit() -> None:
    """The raised descriptor limit reaches the broker: 300 clients connect under a soft 256."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard < 1024:
        pytest.skip("the hard limit of open files is too low to tell")
    program = (
        "import resource, socket, trio\n"
        "from fleet.run import descriptors\n"
        "from fleet.run.broker import Kind, embedded_broker\n"
        f"resource.setrlimit(resource.RLIMIT_NOFILE, (256, {hard}))\n"
        "descriptors.raise_limit()\n"
        "connect = bytes.fromhex('101600044d5154540402003c000a')\n"
        "def client(port, index):\n"
        "    s = socket.create_connection(('127.0.0.1', port), 10)\n"
        "    s.sendall(connect + b'c%09d' % index)\n"
        "    return s if s.recv(4) == bytes.fromhex('20020000') else None\n"
        "async def main():\n"
        "    async with embedded_broker(Kind.MOSQUITTO) as broker:\n"
        "        await broker.ready()\n"
        "        clients = [client(broker.port, index) for index in range(300)]\n"
        "        print(sum(each is not None for each in clients))\n"
        "        for each in clients: each.close()\n"
        "trio.run(main)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "300"
