"""The race of hazards in one unit: which kind of fault strikes next, and when.

Theory of operation
-------------------
Each kind's life collects hazard: m(t) dH, where H is the cumulative hazard of its law and m the
multiplier in force. It strikes when it has collected an exponential number of mean 1, drawn when
the life begins (time rescaling; Ross, Simulation, 2013, section 5.5). As long as m stands still,
that is a fixed reading of the kind's clock, and this is all that is kept. When m changes, at age a
and with R of hazard still to collect, the reading moves to the age at which H reaches H(a) + R / m.
No chance is drawn anew, so what a life collects stays exactly accountable, whatever happens to it.

Nearly all lives of a unit began with it and collect at its own rate; those that began anew, or
were multiplied, are noted by position.

A kind that struck is out of the race until it is repaired, and then starts anew. A unit which was
old at the start enters late: its lives begin at age 0 in the past and are known to have lasted.

A defect from the factory is a further hazard beside them (`fleet.life.faults.defect`); what is told
of a life that is over is in `fleet.life.faults.ended`.
"""

import math
from array import array
from collections.abc import Iterator
from typing import Final

from fleet.chance.laws import Lognormal
from fleet.chance.streams import Purpose, Streams
from fleet.life.faults import lineup
from fleet.life.faults.clocks import Clocks
from fleet.life.faults.defect import draw_defect
from fleet.life.faults.ended import EndedLife, hazard_between
from fleet.life.faults.fault import Fault
from fleet.life.faults.kinds import NEVER, Clock, FaultKind
from fleet.life.faults.lineup import UNKNOWN, Next
from fleet.life.faults.slate import Group, Risk, Slate
from fleet.life.truth import EndReason, LifeTruth
from fleet.units import DURATION_MS_MAX, Millis

_FRAILTY: Final = Purpose("unit.frailty")
_OUT: Final = math.inf
_Birth = tuple[float, Millis]
"""What a clock showed when a life began, and at which instant."""


class Risks:
    """The race of all kinds of fault in one unit.

    Attributes:
        at: Instant at which the next one strikes, or `NEVER`; right only while power is on.
        shows_at: Instant at which the next precursor begins, likewise.
        clocks: By which the unit ages.
        frailty: By what its hazards were multiplied when it was made.
        lives: How many lives have been told of.
    """

    __slots__ = (
        "_defect", "_first_birth", "_later_births", "_next", "_next_shown", "_rates", "_serial_no",
        "_show", "_shown", "_slate", "_streams", "_strike", "_told", "at", "clocks", "frailty",
        "lives", "shows_at",
    )  # fmt: skip

    def __init__(  # noqa: PLR0913, PLR0917 - what a unit is born with
        self,
        slate: Slate,
        streams: Streams,
        clocks: Clocks,
        serial_no: str,
        multiplier: float = 1.0,
        spread: float = 0.0,
        now: Millis = 0,
        lives: int = 0,
        unfit: frozenset[int] = frozenset(),
    ) -> None:
        """Begin all lives.

        Args:
            slate: What may strike.
            streams: The unit's.
            clocks: The unit's; all kinds were born at their reading 0.
            serial_no: The unit's.
            multiplier: Of its model and region.
            spread: Sigma of the lognormal multiplier of its own.
            now: Business instant.
            unfit: Positions of the kinds that this model cannot have.
            lives: How many lives of the terminal's units before have been told of.
        """
        count = len(slate.risks)
        self._slate, self._streams, self._serial_no = slate, streams, serial_no
        self._shown: dict[int, Millis] = {}
        self._told: dict[int, tuple[Millis, Millis]] = {}
        self._strike = array("d", [_OUT]) * count
        self._show = array("d", [_OUT]) * count
        self._first_birth: _Birth = (0.0, now)
        self._later_births: dict[int, _Birth] = {}
        self.clocks, self.lives = clocks, lives
        self.frailty = multiplier * _own_rate(streams, spread)
        self._rates: dict[int, float] = {}
        self._defect = draw_defect(slate, streams, clocks)
        self._next: list[Next] = [UNKNOWN] * len(slate.clocked)
        self._next_shown: list[Next] = [UNKNOWN] * len(slate.warners)
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
        early = self._defect is not None and self._early_at() <= now
        n = self._defect.place if early and self._defect else self._first()
        onset_at = min(now, self._early_at() if early else self._strikes_at(n))
        # Whoever was busy comes upon it later; the life had ended all the same.
        end = onset_at
        life = self._end_early(end, "failure") if early else self.end_life(n, end, "failure")
        fault = Fault(self._slate.risks[n].kind, life, onset_at, self._shown.pop(n, None))
        if early:
            fault.beside = self.end_life(n, end, "competing")
        elif self._defect is not None and self._defect.place == n:
            fault.beside = self._end_early(end, "competing")
        if self._defect is not None and self._defect.place == n:
            self._defect = None
        self._let_strike(n, _OUT)
        self._choose(self._slate.risks[n].clock)
        return fault

    def renew(self, code: str, now: Millis) -> None:
        """Put a repaired kind back into the race, as good as new."""
        n = self._slate.index.get(code)
        if n is not None and self._strike[n] == _OUT:
            self._begin(n, now)
            self._enter(n)

    def inspect(self, now: Millis) -> list[LifeTruth]:
        """Clean what gets dirty: those lives end, and new ones begin; return the ended ones."""
        cleaned = [
            n for n, risk in enumerate(self._slate.risks) if risk.dirt and self._strike[n] != _OUT
        ]
        ended = [self.end_life(n, now, "preventive") for n in cleaned]
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
        self._multiply([n for n, risk in enumerate(self._slate.risks) if risk.wears], factor, now)

    def patch(self, now: Millis, factor: float) -> None:
        """Multiply the hazards of software by `factor` from `now` on."""
        kinds = [risk.kind for risk in self._slate.risks]
        software = [n for n, kind in enumerate(kinds) if kind.fault_class == "software"]
        self._multiply(software, factor, now)

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
            for number, group in enumerate(self._slate.warners):
                self._shown |= self._let_show(number, group, now)
            self._meet()
        for n, begin in self._shown.items():
            told = (begin, max(0, self._strikes_at(n) - begin))
            if self._told.get(n) != told:
                self._told[n] = told
                yield self._slate.risks[n].kind, *told

    def fade(self, code: str) -> None:
        """Forget that a kind has begun to show."""
        n = self._slate.index.get(code)
        if n is not None and self._shown.pop(n, None) is not None:
            self._let_strike(n, self._strike[n])
            self._choose(self._slate.risks[n].clock)

    # ------------------------------------------------------------------ lives

    def end_life(self, n: int, now: Millis, reason: EndReason) -> LifeTruth:
        """Return the truth about a life that ends now, without the number of its fault."""
        risk = self._slate.risks[n]
        entry_age, exit_age = self._ages(n, now)
        begun = self.frailty * risk.law.cumulative_hazard(entry_age)
        collected = -math.log1p(-self._streams.last(risk.purpose))
        if reason != "failure":
            left = hazard_between(risk.law, exit_age, self._strike[n] - self._born(n))
            collected = max(0.0, collected - self._rate(n) * left)
        ages, hazards = (entry_age, exit_age), (begun, begun + collected)
        watched = (self._began(n), now)
        return self._tell(risk, EndedLife(risk.law, self.frailty, watched, ages, hazards, reason))

    def end_all(self, now: Millis, reason: EndReason) -> Iterator[LifeTruth]:
        """Yield the truth about all lives that are still going on."""
        for n, strike in enumerate(self._strike):
            if strike != _OUT:
                yield self.end_life(n, now, reason)
        if self._defect is not None:
            yield self._end_early(now, reason)

    # ------------------------------------------------------------------ inside

    def _begin_all(self, unfit: frozenset[int]) -> None:
        for n, risk in enumerate(self._slate.risks):
            if n not in unfit:
                self._draw(n, self.clocks.entry[risk.clock])
        self._choose()

    def _begin(self, n: int, now: Millis) -> None:
        self._later_births[n] = self.clocks.reading(self._slate.risks[n].clock, now), now
        self._draw(n, 0.0)

    def _born(self, n: int) -> float:
        return self._later_births.get(n, self._first_birth)[0]

    def _began(self, n: int) -> Millis:
        return self._later_births.get(n, self._first_birth)[1]

    def _rate(self, n: int) -> float:
        return self._rates.get(n, self.frailty)

    def _draw(self, n: int, age: float) -> None:
        risk = self._slate.risks[n]
        u = self._streams.uniform(risk.purpose)
        remaining = min(risk.law.residual(u, age, self._rate(n)), float(DURATION_MS_MAX))
        self._let_strike(n, self._born(n) + age + round(remaining))

    def _let_strike(self, n: int, reading: float) -> None:
        """Let a kind strike at a reading of its clock, and show before it if it does not yet."""
        self._strike[n] = reading
        lead = self._slate.risks[n].lead
        if lead and n not in self._shown:
            self._show[n] = max(reading - lead, self._born(n))

    def _ages(self, n: int, now: Millis) -> tuple[float, float]:
        clock, born = self._slate.risks[n].clock, self._born(n)
        entry_age = max(0.0, self.clocks.entry[clock] - born)
        return entry_age, max(entry_age, self.clocks.reading(clock, now) - born)

    def _multiply(self, positions: list[int], factor: float, now: Millis) -> None:
        for n in positions:
            risk, born, strike = self._slate.risks[n], self._born(n), self._strike[n]
            self._rates[n] = self._rate(n) * factor
            age = self.clocks.reading(risk.clock, now) - born
            left = hazard_between(risk.law, age, strike - born)
            if age < strike - born < _OUT and math.isfinite(left):
                hazard = risk.law.cumulative_hazard(age) + left / factor
                self._let_strike(n, born + max(age, risk.law.at_hazard(hazard)))
        self._choose()

    def _choose(self, clock: Clock | None = None) -> None:
        """Find who is next to strike, and to show: on a clock, or on each."""
        for groups, known, readings in self._lines():
            lineup.choose(self.clocks, groups, known, readings, clock)
        self._meet()

    def _enter(self, n: int) -> None:
        """Find who is next, now that a kind has entered the race: it, or who was before."""
        for groups, known, readings in self._lines():
            lineup.enter(self.clocks, groups, known, self._slate.risks[n].clock, readings[n])
        self._meet()

    def _aim(self) -> None:
        """Find the instants anew: the clocks have been started or stopped."""
        for groups, known, _ in self._lines():
            lineup.aim(self.clocks, groups, known)
        self._meet()

    def _lines(self) -> tuple[tuple[list[Group], list[Next], "array[float]"], ...]:
        """Return who may strike, and show: the groups, the next of each, and all readings."""
        return (
            (self._slate.clocked, self._next, self._strike),
            (self._slate.warners, self._next_shown, self._show),
        )

    def _let_show(self, number: int, group: Group, now: Millis) -> dict[int, Millis]:
        """Return since when those of a group show that begin to by `now`, by their places."""
        shown, known = {}, self._next_shown
        while known[number][1] <= now:
            n = lineup.place(group, known[number], self._show)
            shown[n] = max(known[number][1], self._began(n))
            self._show[n] = _OUT
            known[number] = lineup.least(self.clocks, group, self._show, known[number])
        return dict(sorted(shown.items()))

    def _meet(self) -> None:
        self.at = min([at for _, at in self._next], default=NEVER)
        self.shows_at = min([at for _, at in self._next_shown], default=NEVER)
        if self._defect is not None:
            self.at = min(self.at, self._early_at())

    def _first(self) -> int:
        """Return who strikes first, of equals the first on the first clock."""
        number = min(range(len(self._next)), key=lambda n: self._next[n][1])
        return lineup.place(self._slate.clocked[number], self._next[number], self._strike)

    def _strikes_at(self, n: int) -> Millis:
        return self.clocks.when(self._slate.risks[n].clock, self._strike[n])

    def _early_at(self) -> Millis:
        return NEVER if self._defect is None else self._defect.strikes_at(self.clocks)

    def _end_early(self, now: Millis, reason: EndReason) -> LifeTruth:
        assert self._defect is not None  # noqa: S101 - both callers have looked
        watched = (min(map(self._began, range(len(self._strike)))), now)
        ended = self._defect.end(self._streams, self.clocks, watched, reason)
        return self._tell(self._slate.risks[self._defect.place], ended)

    def _tell(self, risk: Risk, ended: EndedLife) -> LifeTruth:
        self.lives += 1
        return ended.truth(self.lives, self._serial_no, risk)


def _own_rate(streams: Streams, spread: float) -> float:
    """Draw a unit's own multiplier: lognormal, of mean 1."""
    if not spread:
        return 1.0
    median = math.exp(-(spread**2) / 2.0)
    return Lognormal(median, spread).quantile(streams.uniform(_FRAILTY))
