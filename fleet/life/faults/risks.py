"""The race of hazards in one unit: which kind of fault strikes next, and when.

Theory of operation
-------------------
Each kind's life collects hazard: m(t) dH, where H is the cumulative hazard of its law and m the
multiplier in force. It strikes when it has collected an exponential number of mean 1, drawn when
the life begins (time rescaling; Ross, Simulation, 2013, section 5.5). As long as m stands still,
that is a fixed reading of the kind's clock, and this is all that is kept. When m changes, at age a
and with R of hazard still to collect, the reading moves to the age at which H reaches H(a) + R / m.
No chance is drawn anew, so what a life collects stays exactly accountable, whatever happens to it.

A kind that struck is out of the race until it is repaired, and then starts anew. A unit which was
old at the start enters late: its lives begin at age 0 in the past and are known to have lasted.

What strikes next, and what shows next, are two line-ups by the same clocks
(`fleet.life.faults.lineup`). A defect from the factory is a further hazard beside them
(`fleet.life.faults.defect`); what is told of a life that is over is in `fleet.life.faults.ended`.
"""

import math
from collections.abc import Iterator, Sequence

from fleet.chance.streams import Streams
from fleet.life.faults.clocks import Clocks
from fleet.life.faults.defect import draw_defect
from fleet.life.faults.ended import EndedLife, hazard_between
from fleet.life.faults.fault import Fault
from fleet.life.faults.kinds import NEVER, Clock, FaultKind
from fleet.life.faults.lineup import OUT, Lineup
from fleet.life.faults.lives import Lives
from fleet.life.faults.slate import Risk, Slate
from fleet.life.truth import EndReason, LifeTruth
from fleet.units import DURATION_MS_MAX, Millis


class Risks:
    """The race of all kinds of fault in one unit.

    Attributes:
        at: Instant at which the next one strikes, or `NEVER`; right only while power is on.
        shows_at: Instant at which the next one begins to show, likewise.
        clocks: By which the unit ages.
        lives: Those that go on.
        told: How many lives have been told of.
    """

    __slots__ = (
        "_announced", "_defect", "_serial_no", "_shown", "_signs", "_slate", "_streams", "_strikes",
        "at", "clocks", "lives", "shows_at", "told",
    )  # fmt: skip

    def __init__(  # noqa: PLR0913, PLR0917 - what a unit is born with
        self,
        slate: Slate,
        streams: Streams,
        clocks: Clocks,
        serial_no: str,
        rate: float = 1.0,
        now: Millis = 0,
        told: int = 0,
        unfit: frozenset[int] = frozenset(),
    ) -> None:
        """Begin all lives.

        Args:
            slate: What may strike.
            streams: The unit's.
            clocks: The unit's; all kinds were born at their reading 0.
            serial_no: The unit's.
            rate: Multiplier of its hazards, by its model, its region and its own frailty.
            now: Business instant.
            unfit: Positions of the kinds that this model cannot have.
            told: How many lives of the terminal's units before have been told of.
        """
        count = len(slate.risks)
        self._slate, self._streams, self._serial_no = slate, streams, serial_no
        self.clocks, self.told = clocks, told
        self.lives = Lives(rate, now)
        self._strikes = Lineup(clocks, slate.clocked, count)
        self._signs = Lineup(clocks, slate.warners, count)
        self._shown: dict[int, Millis] = {}
        self._announced: dict[int, tuple[Millis, Millis]] = {}
        self._defect = draw_defect(slate, streams, clocks)
        self._begin_all(unfit)

    # ------------------------------------------------------------------ power

    def power_on(self, now: Millis) -> None:
        """Let the clocks run from `now`; nothing happens if they do."""
        self.clocks.start(now)
        self._aim()

    def power_off(self, now: Millis) -> None:
        """Stop the clocks at `now`; nothing happens if they stand."""
        self.clocks.stop(now)
        self._aim()

    # ------------------------------------------------------------------ striking

    def strike(self, now: Millis) -> Fault:
        """Take the kind that is due out of the race and return it as a fault."""
        early = self._early_at() <= now
        n = self._defect.place if early and self._defect else self._strikes.first()
        # Whoever was busy comes upon it later; the life had ended all the same.
        onset_at = min(now, self._early_at() if early else self._strikes_at(n))
        life, beside = self._fail(n, onset_at, early=early)
        fault = Fault(self._slate.risks[n].kind, life, onset_at, self._shown.pop(n, None))
        fault.beside = beside
        self._let_strike(n, OUT)
        self._choose(self._slate.risks[n].clock)
        return fault

    def renew(self, code: str, now: Millis) -> None:
        """Put a repaired kind back into the race, as good as new."""
        n = self._slate.index.get(code)
        if n is not None and self._strikes.readings[n] == OUT:
            self._begin(n, now)
            self._enter(n)

    def inspect(self, now: Millis) -> list[LifeTruth]:
        """Clean what gets dirty: those lives end, and new ones begin; return the ended ones."""
        cleaned = [n for n in self._slate.dirty if self._strikes.readings[n] != OUT]
        shown, risks = self.clocks.readings(now), self._slate.risks
        ended = [self._end_life(n, now, shown[risks[n].clock], "preventive") for n in cleaned]
        for n in cleaned:
            self._shown.pop(n, None)
            self._begin(n, now)
        self._choose()
        return ended

    # ------------------------------------------------------------------ multipliers

    def scale(self, code: str, factor: float, now: Millis) -> None:
        """Multiply one kind's hazard by `factor`, above 0, from `now` on."""
        n = self._slate.index.get(code)
        if n is not None:
            self._multiply([n], factor, now)

    def wear(self, now: Millis, factor: float) -> None:
        """Multiply the hazards of all kinds that wear by `factor` from `now` on."""
        self._multiply(self._slate.wearing, factor, now)

    def patch(self, now: Millis, factor: float) -> None:
        """Multiply the hazards of software by `factor` from `now` on."""
        self._multiply(self._slate.software, factor, now)

    # ------------------------------------------------------------------ precursors

    @property
    def showing_any(self) -> bool:
        """Whether anything has begun to show."""
        return bool(self._shown)

    def showing(self, now: Millis) -> Iterator[tuple[FaultKind, Millis, Millis]]:
        """Yield what shows by `now` and was not told so: its kind, its begin, how long it grows."""
        # By instants, which are whole milliseconds, and not by readings: a clock of use may run
        # faster than time, and who was woken for it must find it.
        if self.shows_at <= now:
            began = self.lives.began
            self._shown |= {n: max(at, began(n)) for n, at in self._signs.pass_by(now)}
            self._meet()
        for n, begin in self._shown.items():
            told = (begin, max(0, self._strikes_at(n) - begin))
            if self._announced.get(n) != told:
                self._announced[n] = told
                yield self._slate.risks[n].kind, *told

    def fade(self, code: str) -> None:
        """Forget that a kind has begun to show."""
        n = self._slate.index.get(code)
        if n is not None and self._shown.pop(n, None) is not None:
            self._let_strike(n, self._strikes.readings[n])
            self._choose(self._slate.risks[n].clock)

    # ------------------------------------------------------------------ lives

    def _end_life(self, n: int, now: Millis, shown: float, reason: EndReason) -> LifeTruth:
        """Return the truth about a life that ends now, when its clock shows so much.

        The number of its fault is left out.
        """
        risk, (born, began), rate = self._slate.risks[n], self.lives.birth(n), self.lives.rate
        entry_age = max(0.0, self.clocks.entry[risk.clock] - born)
        exit_age = max(entry_age, shown - born)
        begun = rate * risk.law.cumulative_hazard(entry_age)
        if reason != "failure" and self.lives.steady(n):  # nearly all of them
            exit_hazard = rate * risk.law.cumulative_hazard(exit_age)
        else:
            exit_hazard = begun + self._collected(n, exit_age, reason)
        ages, hazards = (entry_age, exit_age), (begun, exit_hazard)
        return self._tell(risk, EndedLife(risk.law, rate, (began, now), ages, hazards, reason))

    def _collected(self, n: int, exit_age: float, reason: EndReason) -> float:
        """Return the hazard of a life that ends: all of what was drawn, less what is left of it."""
        risk = self._slate.risks[n]
        drawn = -math.log1p(-self._streams.last(risk.purpose))
        if reason == "failure":
            return drawn
        life_ms = self._strikes.readings[n] - self.lives.born(n)
        left = hazard_between(risk.law, exit_age, life_ms)
        return max(0.0, drawn - self.lives.rate_of(n) * left)

    def end_all(self, now: Millis, reason: EndReason) -> Iterator[LifeTruth]:
        """Yield the truth about all lives that are still going on."""
        shown, risks = self.clocks.readings(now), self._slate.risks
        for n, reading in enumerate(self._strikes.readings):
            if reading != OUT:
                yield self._end_life(n, now, shown[risks[n].clock], reason)
        if self._defect is not None:
            yield self._end_early(now, reason)

    def _fail(self, n: int, at: Millis, *, early: bool) -> tuple[LifeTruth, LifeTruth | None]:
        """End a life, and that of a defect which would have shown as it; the failed one first."""
        shown = self.clocks.reading(self._slate.risks[n].clock, at)
        if self._defect is None or self._defect.place != n:
            return self._end_life(n, at, shown, "failure"), None
        if early:
            ended = self._end_early(at, "failure"), self._end_life(n, at, shown, "competing")
        else:
            ended = self._end_life(n, at, shown, "failure"), self._end_early(at, "competing")
        self._defect = None
        return ended

    def _end_early(self, now: Millis, reason: EndReason) -> LifeTruth:
        assert self._defect is not None  # noqa: S101 - both callers have looked
        watched = (self.lives.began_first(len(self._slate.risks)), now)
        ended = self._defect.end(self._streams, self.clocks, watched, reason)
        return self._tell(self._slate.risks[self._defect.place], ended)

    def _tell(self, risk: Risk, ended: EndedLife) -> LifeTruth:
        self.told += 1
        return ended.truth(self.told, self._serial_no, risk)

    # ------------------------------------------------------------------ readings and instants

    def _begin_all(self, unfit: frozenset[int]) -> None:
        for n, risk in enumerate(self._slate.risks):
            if n not in unfit:
                self._draw(n, self.clocks.entry[risk.clock])
        self._choose()

    def _begin(self, n: int, now: Millis) -> None:
        self.lives.begin(n, self.clocks.reading(self._slate.risks[n].clock, now), now)
        self._draw(n, 0.0)

    def _draw(self, n: int, age: float) -> None:
        risk = self._slate.risks[n]
        u = self._streams.uniform(risk.purpose)
        remaining = min(risk.law.residual(u, age, self.lives.rate_of(n)), float(DURATION_MS_MAX))
        self._let_strike(n, self.lives.born(n) + age + round(remaining))

    def _let_strike(self, n: int, reading: float) -> None:
        """Let a kind strike at a reading of its clock, and show before it if it does not yet."""
        self._strikes.readings[n] = reading
        lead = self._slate.risks[n].lead
        if lead and n not in self._shown:
            self._signs.readings[n] = max(reading - lead, self.lives.born(n))

    def _multiply(self, places: Sequence[int], factor: float, now: Millis) -> None:
        self.lives.multiply(places, factor)
        shown = self.clocks.readings(now)
        for n in places:
            risk, (born, _) = self._slate.risks[n], self.lives.birth(n)
            age, end = shown[risk.clock] - born, self._strikes.readings[n] - born
            if age < end < OUT and (later := risk.law.stretched(age, end, factor)) < OUT:
                self._let_strike(n, born + later)
        self._choose()

    def _choose(self, clock: Clock | None = None) -> None:
        """Find who is next to strike, and to show: on a clock, or on each."""
        self._strikes.choose(clock)
        self._signs.choose(clock)
        self._meet()

    def _enter(self, n: int) -> None:
        """Find who is next, now that a kind has entered the race: it, or who was before."""
        clock = self._slate.risks[n].clock
        self._strikes.enter(n, clock)
        self._signs.enter(n, clock)
        self._meet()

    def _aim(self) -> None:
        """Find the instants anew: the clocks have been started or stopped."""
        self._strikes.aim()
        self._signs.aim()
        self._meet()

    def _meet(self) -> None:
        self.at = min(self._strikes.at, self._early_at())
        self.shows_at = self._signs.at

    def _strikes_at(self, n: int) -> Millis:
        return self.clocks.when(self._slate.risks[n].clock, self._strikes.readings[n])

    def _early_at(self) -> Millis:
        return NEVER if self._defect is None else self._defect.strikes_at(self.clocks)
