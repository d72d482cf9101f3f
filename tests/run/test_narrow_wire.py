"""A network that is too narrow is told from a server that is too slow, on a wire of our own.

The wire is a pair of virtual Ethernet devices between two network namespaces, each end with a token
bucket in front of it: the fleet on one side, the broker and the TMS on the other.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.cli.commands import environment
from tests.namespaces import PORT, Side, broker, possible
from tests.run.runs import BRISK

LIMIT_S = 150
NET, NEAR, FAR = "192.0.2.0/24", "192.0.2.1", "192.0.2.2"  # RFC 5737: of nobody
TERMINALS = 40
# They say some 35 kB a second in heartbeats alone.
NARROW = "rate 160kbit burst 4kb limit 24kb"
WIDE = "rate 1gbit burst 200kb limit 2mb"
TRIED = (
    f"ip link add name w type veth peer name x && tc qdisc add dev w root tbf {WIDE}"
    f" && ip address add {NEAR}/24 dev w && ip link set w up"
    f" && ip route change {NET} dev w rto_min 1s && echo 0 > /proc/sys/net/ipv4/tcp_early_retrans"
)
SLOW_TMS = BRISK.replace("[tms]", "[tms]\nanswers_per_second_max = 50")


pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not possible(TRIED), reason="no network namespaces with a token bucket"),
]


@contextmanager
def wire(shape: str) -> Iterator[tuple[Side, Side]]:
    """Lay a wire of this shape, both ways; yield its near and its far side."""
    with ExitStack() as stack:
        near, far = Side(), Side()
        stack.callback(near.end)
        stack.callback(far.end)
        near.do(f"ip link add name wire type veth peer name wire netns {far.holder.pid}")
        for side, address in ((near, NEAR), (far, FAR)):
            side.do(f"ip address add {address}/24 dev wire")
            side.do("ip link set wire up")
            # What a busy machine acknowledges late is not lost, and need not be sent again.
            side.do("echo 0 > /proc/sys/net/ipv4/tcp_early_retrans")
            side.do(f"ip route change {NET} dev wire src {address} rto_min 1s")
            side.do(f"tc qdisc add dev wire root tbf {shape}")
        yield near, far


@contextmanager
def server(far: Side, folder: Path, profile: Path) -> Iterator[None]:
    """Run a broker and the reference TMS on the far side."""
    tms = far.command(sys.executable, "-m", "fleet", "tms", str(profile))
    with (
        broker(far, folder),
        subprocess.Popen(
            [*tms, "--broker", f"mqtt://127.0.0.1:{PORT}"],
            env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as desk,
    ):  # fmt: skip
        try:
            yield
        finally:
            desk.terminate()


@pytest.mark.parametrize(
    ("shape", "profile", "who"),
    [
        pytest.param(NARROW, BRISK, "network", id="narrow-wire"),
        pytest.param(WIDE, SLOW_TMS, "server", id="slow-tms"),
    ],
)
def test_who_gave_way(tmp_path: Path, shape: str, profile: str, who: str) -> None:
    """The same load gives way for either reason, and the right one is named."""
    place = tmp_path / "brisk.toml"
    place.write_text(profile)
    options = ("--warm-up", "4s", "--hold", "5s", "--slo", "heartbeat_ack.p50 < 150ms")
    load = ("--from", str(TERMINALS), "--to", str(TERMINALS))
    search = [sys.executable, "-m", "fleet", "capacity", str(place), *options, *load]
    with wire(shape) as (near, far), server(far, tmp_path, place):
        done = subprocess.run(
            near.command(*search, "--broker", f"mqtt://{FAR}:{PORT}"),
            check=False, capture_output=True, text=True, timeout=LIMIT_S, env=environment(),
        )  # fmt: skip
    words = " ".join((done.stdout + done.stderr).split())
    assert f"the {who} gave way" in words, words
    for other in {"network", "server", "generator"} - {who}:
        assert f"the {other} gave way" not in words
