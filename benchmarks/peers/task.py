"""What a peer is asked for, the message that it sends, and how it is paced.

All peers send the same message at the same instants, by absolute deadlines gathered to one wake-up
per tick, which is the cheapest way that is known; what differs is who sends. Asked for timers, each
client has one of its own instead, which is what users of its library would write.
"""

import asyncio
import sys
import time
from collections.abc import Callable
from typing import Final

import msgspec
import numpy as np

from fleet.life.channels import CHANNELS
from fleet.wire.heartbeat import DYNAMIC, TENTHS, Form
from fleet.wire.topics import build

TICK_S: Final = 0.005
_WARM_UP_S: Final = 2.0
_FIRST: Final = 10_000_000
# Where a client's number stands in its topics.
_HOLE: Final = "{}"

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
        timers: Whether each client has a timer of its own.
        first: What is added to a client's number in its topics, where there is a "{}".
        topic: What it publishes to.
        filter: What it may subscribe to.
        message: What it says.
    """

    port: int
    clients: int
    rate: int = 0
    qos: int = 0
    uvloop: bool = True
    subscribe: bool = False
    pending: int = 200
    timers: bool = False
    first: int = _FIRST
    topic: str = msgspec.field(default_factory=lambda: topic(0).replace(str(_FIRST), _HOLE))
    filter: str = msgspec.field(default_factory=lambda: down_filter(0).replace(str(_FIRST), _HOLE))
    message: str = msgspec.field(default_factory=lambda: payload().decode())


def read_task() -> PeerTask:
    """Read the task from the first line of the input."""
    return msgspec.json.decode(sys.stdin.buffer.readline(), type=PeerTask)


def say(**words: object) -> None:
    """Say one line of JSON."""
    sys.stdout.buffer.write(msgspec.json.encode(words) + b"\n")
    sys.stdout.buffer.flush()


def topic(number: int) -> str:
    """Return the topic of a client's heartbeats."""
    return build("bench", f"{_FIRST + number}", "up", "heartbeat")


def down_filter(number: int) -> str:
    """Return what a client subscribes to."""
    return f"fleet/v1/bench/{_FIRST + number}/down/+"


def payload() -> bytes:
    """Return a heartbeat, byte for byte as ours would look."""
    form = Form({c.name: (c.low, c.high) for c in CHANNELS})
    blank = form.blank(state="ready", boot=1, fw="1.0.0", plan=0, faults=0, has_battery=False)
    rows = np.frombuffer(blank, np.uint8).copy()[None, :]
    columns = {
        name: np.array([round(_VALUES.get(name, 5) * (10 if name in TENTHS else 1))])
        for name in DYNAMIC
    }
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

    def lag_p99_ms(self) -> float | None:
        """Return by how much messages were late, 99th percentile in milliseconds.

        The first two seconds, in which a generator may have to find its pace, do not count.
        """
        late_s = sorted(
            now - number / self._rate
            for now, first, end in self._turns
            if now >= _WARM_UP_S
            for number in range(first, end)
        )
        return late_s[len(late_s) * 99 // 100] * 1_000 if late_s else None


async def every(interval_s: float, first_s: float, send: Callable[[], None]) -> None:
    """Send for ever, by a timer of one's own: after `first_s`, then at this interval."""
    due_s = time.monotonic() + first_s
    while True:
        await asyncio.sleep(due_s - time.monotonic())
        send()
        due_s += interval_s
