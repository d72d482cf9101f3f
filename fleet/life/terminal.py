"""The terminal: what it remembers, and the few verbs of which every chapter of its life is made."""

from collections.abc import Awaitable
from typing import Final

from fleet.chance.law import Law
from fleet.chance.streams import Purpose, Streams
from fleet.life.cases import Cases
from fleet.life.customers import Customers, Placed, Tally
from fleet.life.diary import Diary
from fleet.life.faults import NEVER
from fleet.life.faults.race import race
from fleet.life.journal import Journal
from fleet.life.line import Line
from fleet.life.pulse import Pulse
from fleet.life.regions import Link
from fleet.life.sale import Sale
from fleet.life.shift import Shift
from fleet.life.shopday import ShopDay
from fleet.life.states import BEATING, Event, State, Step
from fleet.life.transitions import step_target
from fleet.life.unit import Counters, Setbacks, Unit
from fleet.life.updating.software import Software
from fleet.life.vitals import Vitals
from fleet.life.world import LinkDown, World
from fleet.profile.causes import REFUSING
from fleet.profile.members import Member
from fleet.profile.profile import Profile
from fleet.profile.weather import Weather
from fleet.units import DAY_MS, Millis
from fleet.wire.messages import AnyOrder

_INSPECTED: Final = Purpose("inspection.first")
_JITTER: Final = Purpose("heartbeat.jitter")
_REVERSAL: Final = Purpose("reversal.retry")
HOST_SILENT: Final = "PAY-802"
"""The fault of a payment host that does not answer."""
# Named once: a look into an Enum costs ten times a look into the module.
_ONLINE = Link.ONLINE
_SELLING, _OFFLINE, _AWAY = Placed
_READY, _IN_TRANSACTION = State.READY, State.IN_TRANSACTION


class Terminal:
    """One simulated terminal; it knows nothing of time, chance or network but what it is handed."""

    __slots__ = (
        "cases", "counters", "customers", "diary", "every_asked_ms", "every_ms", "fate", "journal",
        "line", "member", "orders", "origin_ms", "profile", "pulse", "sale", "setbacks", "shift",
        "shop", "software", "state_since", "steps", "streams", "unit", "vitals", "world",
    )  # fmt: skip

    def __init__(  # noqa: PLR0913, PLR0917 - all that it will ever be handed
        self,
        profile: Profile,
        member: Member,
        seed: int,
        world: World,
        pulse: Pulse,
        vitals: Vitals,
        origin_ms: int,
        weather: Weather | None = None,
    ) -> None:
        """Make a terminal that has never been switched on.

        Args:
            profile: How the estate behaves.
            member: Who this terminal is.
            seed: The run's seed; with the member's serial it decides all chance.
            world: What it lives in.
            pulse: The slow part of its heartbeats, shared with the world.
            vitals: Its shard's telemetry; the pulse's index is its row.
            origin_ms: Unix time of the run's epoch in milliseconds.
            weather: Common causes, to be shared by all terminals of a process; one of its own
                unless given.
        """
        self.profile, self.member = profile, member
        self.world, self.pulse, self.vitals = world, pulse, vitals
        self.origin_ms = origin_ms
        self.streams = Streams(seed, member.index)
        first = None if member.site == member.index else Streams(seed, member.site)
        self.shop = ShopDay(profile, self.streams, member.region.utc_offset, first)
        self.customers = Customers(profile, member, self.streams, self.shop, origin_ms)
        self.fate = (weather or Weather(profile, seed)).fate(member)
        self.diary = self._first_plans()
        self.cases, self.shift = Cases(), Shift()
        self.line = Line(world)
        self.state_since = self.steps = self.orders = 0
        self.equip(member.serial_no)
        self.every_ms = self.every_asked_ms = 0
        self.beat_every(profile.heartbeat.interval)
        vitals.connect_by(pulse.index, member.model.link)

    def _first_plans(self) -> Diary:
        diary, inspection = Diary(), self.profile.hazards.inspection
        diary.befalls = self.fate.at
        if inspection is not None:
            diary.inspects = int(self.streams.at(_INSPECTED, 0) * inspection)
        return diary

    def equip(self, serial_no: str, told: int = 0) -> None:
        """Put a unit in place, which knows nothing of the one before.

        Args:
            serial_no: Of the unit.
            told: How many lives of the units before have been told of.
        """
        profile, member, now = self.profile, self.member, self.world.now()
        risks = race(profile, member, self.streams, self.customers, now, serial_no, told)
        self.unit = Unit(serial_no, risks, self.vitals, self.pulse.index)
        self.software = Software(self.pulse)
        self.counters = Counters(self.pulse.seq)
        self.setbacks = Setbacks()
        self.journal = Journal()
        self.sale: Sale | None = None
        self.line.untold = ()

    @property
    def state(self) -> State:
        """The primary state."""
        return self.pulse.state

    # ------------------------------------------------------------------ telling

    def step(
        self, event: Event, to: State | None = None, *, code: str = "", duration_ms: Millis = 0
    ) -> None:
        """Let `event` happen: the only way to another state."""
        source, now = self.pulse.state, self.world.now()
        target = step_target(source, event, to)
        self.steps += 1
        self.unit.log.note(now, event)
        if target is not source:
            self.pulse.state = target
            self.state_since = now
        self.world.record(Step(now, self.steps, event, source, target, code, duration_ms))
        if target is not _IN_TRANSACTION:
            self._serve(target, now)

    def _serve(self, state: State, now: Millis) -> None:
        """Let customers be served, or not, from now on; tell what became of those before."""
        placed = _AWAY
        if state is _READY and not (self.cases.active and self.cases.hindered("trade")):
            placed = _SELLING if self.line.link is _ONLINE else _OFFLINE
        if placed is self.customers.placed:
            return
        self._account_for(self.customers.place(placed, now))
        self.diary.sells = self.customers.next
        trade = self.customers.trade if placed is _SELLING else None
        self.vitals.sell(self.pulse.index, trade, now)

    def count_customers(self) -> None:
        """Put those who were only counted on record, so that a settlement finds them."""
        self._account_for(self.customers.settle(self.world.now()))

    def _account_for(self, tally: Tally) -> None:
        if tally.approved:
            backup_ms = self.profile.transactions.backup
            self.journal.approve(tally.approved, self.world.now(), backup_ms)
        if tally.lost:
            self.step(Event.CUSTOMERS_LOST, code=str(tally.lost))
        for _ in range(tally.refused):
            self.must_reverse(HOST_SILENT)

    def refuse_customers(self, share: float, at: Millis) -> None:
        """Let the host refuse this share of those who are only counted, from `at` on."""
        self._account_for(self.customers.refuse(share, at))
        self.vitals.refuse(self.pulse.index, share, at)

    def must_reverse(self, why: str) -> None:
        """Note that a payment must be reversed, and plan to do so."""
        self.journal.must_reverse()
        self.step(Event.REVERSAL_QUEUED, code=why)
        self.plan_reversal()

    def plan_reversal(self) -> None:
        """Plan when the next reversal is sent, or what was stored is forwarded."""
        if self.diary.reverses == NEVER and (self.journal.pending or self.journal.stored):
            law = self.profile.transactions.reversal_retry
            self.diary.reverses = self.world.now() + self.streams.draw(_REVERSAL, law)

    def ts(self) -> int:
        """Return the terminal's own clock, right or wrong: Unix time in milliseconds."""
        return self.origin_ms + self.world.now() + self.unit.clock_off_ms

    def local_ms(self) -> Millis:
        """Return the local time of day, in milliseconds since midnight."""
        return (self.ts() + self.member.region.utc_offset) % DAY_MS

    def order_number(self) -> int:
        """Return a new number for a customer's order: each is used once under a terminal id."""
        self.orders += 1
        return self.orders

    # ------------------------------------------------------------------ waiting

    async def rest(self, duration_ms: Millis) -> None:
        """Let time pass, deaf.

        Raises:
            Fault: One struck meanwhile.
            LinkDown: A common cause has cut the link meanwhile.
        """
        await self.rest_until(self.world.now() + duration_ms)

    async def rest_until(self, until: Millis) -> None:
        """Let time pass, deaf; not at all if the instant has passed.

        Raises:
            Fault: One struck meanwhile.
            LinkDown: A common cause has cut the link meanwhile.
        """
        if self.fate.at < until and self.line.link is _ONLINE:
            await self._rest_until_cut(min(until, self.unit.risks.at))
        if self.unit.risks.at < until:
            await self.world.sleep(self.unit.risks.at)
            raise self.unit.risks.strike(self.world.now())
        await self.world.sleep(until)

    async def _rest_until_cut(self, until: Millis) -> None:
        cut = max(self.world.now(), self.fate.next_of(REFUSING, self.pulse.fw))
        if cut < until:
            await self.world.sleep(cut)
            await self.line.cut()
            raise LinkDown

    async def rest_for(self, purpose: Purpose, law: Law) -> Millis:
        """Let time pass by a drawn duration, and return it."""
        duration_ms = self.streams.draw(purpose, law)
        await self.rest(duration_ms)
        return duration_ms

    def attend(self, until: Millis) -> Awaitable[AnyOrder | None]:
        """Wait for an order until `until`, with heartbeats where the state sends them.

        A fault that strikes before ends the wait; whoever is back without an order calls `bear`.

        Raises:
            LinkDown: The link broke.
        """
        soonest = min(self.unit.risks.at, until)
        if self.line.link is _ONLINE and self.pulse.state in BEATING:
            return self.world.beat(self.every_ms, soonest)
        return self.world.listen(soonest)

    def bear(self, until: Millis) -> None:
        """Bear what the wait until `until` has brought.

        Raises:
            Fault: One struck meanwhile.
        """
        if self.unit.risks.at < until:
            raise self.unit.risks.strike(self.world.now())

    # ------------------------------------------------------------------ power and pace

    def come_back(self, steps: int) -> None:
        """Come back as after a power cut, with so many steps lived through before; off until now.

        Whoever calls this has given the pulse what a terminal keeps without power.
        """
        now = self.world.now()
        self.steps = steps
        self.pulse.state = State.POWERED_OFF
        self.state_since = now
        self.diary.opens = self.shop.resumes(now)

    def beat_every(self, interval_ms: Millis) -> None:
        """Set the heartbeat's interval, give or take this terminal's own share of jitter."""
        self.every_asked_ms = interval_ms
        jitter = self.profile.heartbeat.jitter
        offset = 2.0 * self.streams.at(_JITTER, 0) - 1.0
        self.every_ms = round(interval_ms * (1.0 + jitter * offset))
        self.vitals.beat_every(self.pulse.index, self.every_ms)
