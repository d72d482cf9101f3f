"""What a peer is asked for, the message that it sends, and how it is paced.

All peers send the same message at the same instants, by absolute deadlines gathered to one wake-up
per tick, which is the cheapest way that is known; what differs is who sends.
"""

import asyncio
import sys
import time
from collections.abc import Callable
from typing import Final

import msgspec
import numpy as np

from fleet.life.telemetry import CHANNELS
from fleet.wire.heartbeat import DYNAMIC, Form
from fleet.wire.topics import build

TICK_S: Final = 0.005
_MILLION: Final = 1_000_000

# What one of our terminals says in an ordinary hour.
_VALUES: Final = {
    "ts": 1_767_600_123_456, "seq": 1_234, "uptime_s": 4_321, "temp_c": 38.4, "supply_mv": 5_012,
    "rssi_dbm": -63, "rtt_ms": 51, "cpu_pct": 12, "mem_pct": 36, "flash_pct": 41, "reads": 3,
    "read_errors": 0, "txn_ok": 3, "txn_fail": 0, "net_retry": 0, "paper_m": 17.4,
}  # fmt: skip


class PeerTask(msgspec.Struct, frozen=True, kw_only=True):
    """What to do.

    Attributes:
        port: The broker's, on loopback.
        clients: How many connections.
        rate: Messages per second of all of them together; 0 to stay silent.
        qos: 0 or 1.
        uvloop: Whether to run on uvloop.
        subscribe: Whether each client subscribes to a topic of its own.
        pending: How many connections may be in the making at once.
    """

    port: int
    clients: int
    rate: int = 0
    qos: int = 0
    uvloop: bool = True
    subscribe: bool = False
    pending: int = 200


def read_task() -> PeerTask:
    """Read the task from the first line of the input."""
    return msgspec.json.decode(sys.stdin.buffer.readline(), type=PeerTask)


def say(**words: object) -> None:
    """Say one line of JSON."""
    sys.stdout.buffer.write(msgspec.json.encode(words) + b"\n")
    sys.stdout.buffer.flush()


def topic(number: int) -> str:
    """Return the topic of a client's heartbeats."""
    return build("bench", f"{10_000_000 + number}", "up", "heartbeat")


def down_filter(number: int) -> str:
    """Return what a client subscribes to."""
    return f"fleet/v1/bench/{10_000_000 + number}/down/+"


def payload() -> bytes:
    """Return a heartbeat, byte for byte as ours would look."""
    form = Form({c.name: (c.low, c.high) for c in CHANNELS})
    blank = form.blank(state="ready", boot=1, fw="1.0.0", plan=0, faults=0, has_battery=False)
    rows = np.frombuffer(blank, np.uint8).copy()[None, :]
    columns = {name: np.array([float(_VALUES.get(name, 5))]) for name in DYNAMIC}
    form.fill(rows, 0, np.array([False]), columns)
    return rows.tobytes()


async def end_of_input() -> None:
    """Return when whoever started us has closed our input."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while await reader.read(4_096):
        pass


class Pacer:
    """Sends message number i at instant i / rate, for ever, and knows how late each one was."""

    def __init__(self, rate: int, send: Callable[[int], None]) -> None:
        """Prepare; `send(i)` sends message number i."""
        self._rate = rate
        self._send = send
        self._turns: list[tuple[float, int, int]] = []

    async def run(self, *, between: Callable[[], None] = lambda: None) -> None:
        """Send; `between` is called once per tick, to read what came."""
        begin, sent, send = time.monotonic(), 0, self._send
        while True:
            now = time.monotonic() - begin
            due = int(now * self._rate)
            for number in range(sent, due):
                send(number)
            self._turns.append((now, sent, due))
            sent = due
            between()
            await asyncio.sleep(TICK_S - (time.monotonic() - begin) % TICK_S)

    def lag_p99_ms(self) -> float:
        """Return by how much the messages were late, 99th percentile in milliseconds."""
        late_s = sorted(
            now - number / self._rate for now, a, b in self._turns for number in range(a, b)
        )
        return late_s[len(late_s) * 99 // 100] * 1_000 if late_s else 0.0
