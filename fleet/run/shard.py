"""A shard: the terminals that one process runs, on uvloop, from the task it is handed.

    python -m fleet.run.shard < task

It says `ready`, reads its task from the first line of its input, runs until the run's end or until
its input ends or says anything more, and says how it ended. Shard i of n has every n-th terminal.
"""

import asyncio
import gc
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from time import monotonic_ns
from typing import Final

import msgspec
import numpy as np
import uvloop

from fleet.life.faults import CATALOGUE
from fleet.life.pulse import Pulse
from fleet.life.states import Step
from fleet.life.story import live
from fleet.life.terminal import Terminal
from fleet.life.vitals import Vitals
from fleet.mqtt.compatible import CompatibleLink
from fleet.mqtt.connection import PasswordError
from fleet.mqtt.endpoint import Endpoint, EndpointError
from fleet.mqtt.fast import FastLink
from fleet.mqtt.link import Link, LinkPlan, Route
from fleet.mqtt.options import SessionOptions
from fleet.mqtt.packets import Version
from fleet.mqtt.poller import Poller
from fleet.profile.clock import BusinessClock
from fleet.profile.members import Member, members
from fleet.profile.profile import Profile
from fleet.profile.store import parse
from fleet.profile.weather import Weather
from fleet.run.layout import layout_of
from fleet.run.memory import Memory
from fleet.run.task import TASK_BYTES_MAX, Ended, Failed, Ready, Report, ShardTask
from fleet.watch.account import Account
from fleet.watch.events import EventWriter
from fleet.watch.tally import Tally, open_counts
from fleet.watch.toll import Toll
from fleet.worlds.beats import Beats
from fleet.worlds.clock import LiveClock
from fleet.worlds.environment import Environment, MakeLink, Record, Resident
from fleet.worlds.gate import Gate
from fleet.worlds.kernel import Kernel
from fleet.worlds.live import LiveWorld
from fleet.worlds.meters import Meters
from fleet.worlds.press import SESSION_IDS_MAX
from fleet.worlds.pump import Pump
from fleet.worlds.rounds import Rounds
from fleet.worlds.ticks import Ticks

_NS_PER_MS: Final = 1_000_000
_VERSIONS: Final = {"3.1.1": Version.V311, "5": Version.V5}
_FOREVER: Final = 2**61
_PARTING_S_MAX: Final = 3.0


class Shard:
    """Everything that one shard process holds."""

    def __init__(self, task: ShardTask, profile: Profile, poller: Poller) -> None:
        """Make the terminals; nothing moves yet.

        Raises:
            OSError: A broker's name does not resolve, or a file of the task cannot be used.
            EndpointError: A broker's URL or its TLS settings cannot be used.
            PasswordError: The password cannot be read.
        """
        self.task = task
        self.profile = profile
        layout = layout_of(profile, task.of)
        self.tally = Tally(layout, open_counts(Path(task.tally_path), layout, writable=True))
        business = BusinessClock.of(profile.run, task.epoch_monotonic_ns)
        self._clock = LiveClock(business)
        self._toll = Toll(self.tally, task.index)
        classes = {kind.code: kind.fault_class for kind in CATALOGUE.values()}
        self._account = Account(self.tally, classes)
        self.writer = self._open_writer(business.origin_ms)
        self._memory = Memory(Path(task.memory_path)) if task.memory_path else None
        self._weather = Weather(profile, task.seed)
        crew = list(members(profile.estate, task.seed, task.index, task.of))
        self._vitals = Vitals(task.seed, np.array([member.index for member in crew], np.uint64))
        self.environment = self._environment(poller)
        self.worlds = [self._enrol(row, member) for row, member in enumerate(crew)]
        self.environment.beats.senders = self.worlds

    def _open_writer(self, origin_ms: int) -> EventWriter | None:
        if not self.task.parts_dir:
            return None
        name = f"events-{self.task.index}-{monotonic_ns()}.arrow"
        return EventWriter(Path(self.task.parts_dir) / name, origin_ms)

    def _environment(self, poller: Poller) -> Environment:
        profile, meters = self.profile, Meters(self.tally)
        plan = _link_plan(profile, self.task, poller)
        return Environment(
            kernel=Kernel(),
            clock=self._clock,
            beats=self._beats(meters),
            rounds=Rounds(len(self._vitals.serials)),
            gate=Gate(profile.mqtt.pending_connects_max, yields=profile.load.push_back),
            meters=meters,
            plan=plan,
            make_link=_link_maker(plan),
            record=self._recorder(),
            tenant=profile.estate.tenant,
            queue_max=profile.mqtt.queue_max,
            qos={"status": profile.status.qos, "transaction": profile.transactions.qos},
        )

    def _beats(self, meters: Meters) -> Beats:
        heartbeat = self.profile.heartbeat
        interval_ms = self.profile.tms.heartbeat_interval or heartbeat.interval
        return Beats(self._vitals, self._clock, meters, heartbeat.qos, interval_ms)

    def _enrol(self, row: int, member: Member) -> LiveWorld:
        pulse = Pulse(row, member.model.firmware, has_battery=member.model.battery)
        region = member.region.name
        world = LiveWorld(self.environment, member.tid, member.index, pulse, region)
        origin_ms = self._clock.business.origin_ms
        terminal = Terminal(
            self.profile,
            member,
            self.task.seed,
            world,
            pulse,
            self._vitals,
            origin_ms,
            self._weather,
        )
        if self.task.again:
            self._bring_back(world, terminal)
        self._account.enrol(pulse.state, pulse.fw, region=region)
        self._toll.hold()
        world.begin(live(terminal))
        return world

    def _bring_back(self, world: LiveWorld, terminal: Terminal) -> None:
        """Let a terminal come back as after a power cut, at this moment."""
        now = max(0, self._clock.now())
        world.take_up(now)
        steps = self._memory.restore(terminal.pulse) if self._memory else None
        if steps is not None:
            terminal.come_back(steps)

    def _recorder(self) -> Record:
        account, writer, memory = self._account, self.writer, self._memory

        def record(resident: Resident, step: Step) -> None:
            account.step(step, resident.region)
            if memory is not None:
                memory.keep(resident.pulse, step)
            if writer is not None:
                writer.add(resident.tid, step)

        return record

    def publish(self) -> None:
        """Show the counts, and what the process takes, to the supervisor."""
        self._toll.take()
        self.tally.publish()

    @property
    def end(self) -> int:
        """Business instant of the run's end."""
        duration_ms = self.task.duration_ms
        return int(duration_ms * self.profile.run.speed) if duration_ms else _FOREVER


def _link_plan(profile: Profile, task: ShardTask, poller: Poller) -> LinkPlan:
    mqtt = profile.mqtt
    options = SessionOptions(
        version=_VERSIONS[mqtt.version],
        username=task.username or None,
        password=task.password(),
        keep_alive_s=mqtt.keep_alive // 1_000,
        clean_start=mqtt.clean_start,
        session_expiry_s=mqtt.session_expiry // 1_000,
        receive_maximum=mqtt.receive_maximum,
        max_packet_bytes=mqtt.max_packet,
        packet_id_max=SESSION_IDS_MAX,
    )
    return LinkPlan(
        routes=tuple(Route.to(endpoint) for endpoint in task.endpoints()),
        options=options,
        poller=poller,
        now_ms=_monotonic_ms,
        connect_timeout_ms=mqtt.connect_timeout,
        source_addresses=task.sources,
    )


def _monotonic_ms() -> int:
    return monotonic_ns() // _NS_PER_MS


def _link_maker(plan: LinkPlan) -> MakeLink:
    kinds = [_link_kind(route.endpoint) for route in plan.routes]

    def make(resident: Resident) -> Link:
        kind = kinds[resident.index % len(kinds)]
        return kind(plan, resident, client_id=resident.tid, index=resident.index)

    return make


def _link_kind(endpoint: Endpoint) -> type[FastLink | CompatibleLink]:
    return CompatibleLink if endpoint.scheme in {"ws", "wss"} else FastLink


async def run(task: ShardTask, orders: asyncio.StreamReader) -> Ended:
    """Run a shard to its end.

    Raises:
        OSError, EndpointError, PasswordError: See `Shard`.
    """
    profile = parse(task.profile_toml)
    with ExitStack() as stack:
        poller = stack.enter_context(Poller())
        shard = Shard(task, profile, poller)
        if shard.writer is not None:
            stack.callback(shard.writer.close)
        ticks = Ticks(profile.run.tick, shard.environment.meters.loop_delay)
        pump = Pump(shard.environment, shard.worlds, ticks, shard.publish)
        # The terminals live as long as the process: nothing of them is garbage yet.
        gc.freeze()
        gc.set_threshold(100_000, 50, 100)
        listener = asyncio.create_task(_listen(orders, pump.drain))
        reached = await pump.run(shard.end)
        listener.cancel()
        await poller.all_parted(_PARTING_S_MAX)
    return Ended("duration" if reached else "drained")


async def _listen(orders: asyncio.StreamReader, drain: Callable[[], None]) -> None:
    """Drain at the first word, or when whoever could say it is gone."""
    await orders.readline()
    drain()


async def _main() -> Report:
    loop = asyncio.get_running_loop()
    orders = asyncio.StreamReader(limit=TASK_BYTES_MAX)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    _say(Ready())
    line = await orders.readline()
    if not line:
        return Ended("drained")
    try:
        return await run(msgspec.json.decode(line, type=ShardTask), orders)
    except (OSError, EndpointError, PasswordError) as error:
        return Failed(str(error))


def _say(report: Report) -> None:
    sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run a shard process."""
    report = uvloop.run(_main())
    _say(report)
    return report.exit if isinstance(report, Ended | Failed) else 0


if __name__ == "__main__":
    sys.exit(main())
