"""The true hazard of lives at any instant, from what is known of them at their ends.

Theory of operation
-------------------
A life tells its age and the hazard that it had collected where it began and where it ended. Between
the two its age is taken to have grown evenly, and what multiplied its law's hazard (model, region,
damage) to have been one factor m, such that both ends fit:

    collected(t) = entry + m * (H(age(t)) - H(age at entry)),   age(t) linear

With power always on and nothing but chance this is exact. Where shops close at night it is right
over days, and smooths the hours.
"""

from itertools import pairwise
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from fleet.chance.law import Law
from fleet.chance.parametric import Exponential, Weibull
from fleet.life.faults.kinds import Clock
from fleet.life.faults.slate import slate_of
from fleet.profile.profile import Profile
from fleet.units import HOUR_MS

_POINTS: Final = 4_096
_FAR: Final = 4.0  # how many times the oldest age the table of a law reaches
_TINY: Final = 1e-12
_CERTAIN: Final = 50.0  # who has collected as much has struck, but for one in 10^21
_RANKS: Final = np.linspace(0.0005, 0.9995, 1000)
_END: Final = 1e6  # for infinity, where a law has an end; it grows on beyond it

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


def codes_of(profile: Profile) -> list[str]:
    """Return the kinds of fault that have a law in a profile, in order."""
    return sorted(slate_of(profile).index)


def targets_of(profile: Profile) -> list[str]:
    """Return the kinds of fault that have labels of their own: those asked for, else all."""
    asked = profile.dataset.targets
    return [code for code in codes_of(profile) if not asked or code in asked]


def has_hazard(law: Law) -> bool:
    """Return whether a law strikes at no age for certain: a constant or a list of values does.

    At such an age hazard is infinite, and what is counted against it says nothing: all terminals
    that are as old are struck at once, by no common cause, and by no leak.
    """
    ages = [law.quantile(rank) for rank in _RANKS.tolist()]
    return all(one < later for one, later in pairwise(ages))


class Hazards:
    """Lives, and what their hazard was.

    Attributes:
        codes: Kinds of fault, in order.
        row: Terminal of each life.
        code: Place of its kind in `codes`.
        start: When it began, ms since the epoch.
        end: When it ended.
    """

    NEEDS: Final = (
        "code", "start_at", "end_at", "entry_age_h", "exit_age_h", "frailty",
        "cum_hazard_entry", "cum_hazard_exit",
    )  # fmt: skip
    """Fields of a life that it takes, beside the terminal's row."""

    def __init__(self, lives: pa.Table, profile: Profile, oldest_h: float) -> None:
        """Take lives as they were noted, none of them older than `oldest_h`."""
        slate = slate_of(profile)
        self.codes: Final = codes_of(profile)
        self.row: Integers = lives["row"].to_numpy()
        place = pc.index_in(lives["code"], value_set=pa.array(self.codes, pa.string()))
        self.code: Integers = place.to_numpy().astype(np.int64)
        self.start: Integers = lives["start_at"].to_numpy()
        self.end: Integers = lives["end_at"].to_numpy()
        self._entry_h: Floats = lives["entry_age_h"].to_numpy()
        self._collected: Floats = lives["cum_hazard_entry"].to_numpy()
        exit_h: Floats = lives["exit_age_h"].to_numpy()
        clocks = np.array([slate.risks[slate.index[code]].clock for code in self.codes], np.int64)
        self._pace, usual = self._paces(exit_h - self._entry_h, clocks[self.code])
        # Where nobody closes, what it lacks of 1 tells of repairs to come.
        always_on = (clocks[self.code] == Clock.POWERED) & (profile.day is None)
        self._usual_pace = np.where(always_on, 1.0, usual)
        laws = {code: slate.risks[n].law for code, n in slate.index.items()}
        self._laws = [_Table(laws[code], oldest_h) if code in laws else None for code in self.codes]
        self._aging = [number for number in range(len(self.codes)) if not self.is_steady(number)]
        self._scale_h = np.array([np.inf if law is None else law.scale_h for law in self._laws])
        everyone = np.arange(len(self.row))
        self._at_entry = self._law(everyone, self._entry_h)
        by_law = self._law(everyone, exit_h) - self._at_entry
        grown = lives["cum_hazard_exit"].to_numpy() - self._collected
        self._factor = _factor(grown, by_law, lives["frailty"].to_numpy())

    def _paces(self, grown_h: Floats, clock: Integers) -> tuple[Floats, Floats]:
        """Return each life's own pace, and that of its clock over all lives of its terminal.

        A life's own pace tells of its end; who looks ahead may know the terminal's alone.
        """
        lasted_h = (self.end - self.start) / HOUR_MS
        group = self.row * len(Clock) + clock
        of_terminal = (np.bincount(group, each).astype(np.float64) for each in (grown_h, lasted_h))
        return _pace(grown_h, lasted_h), _pace(*of_terminal)[group]

    def collected(self, life: Integers, at: Integers) -> Floats:
        """Return the hazard that lives had collected at instants, both of one length."""
        return self._collected[life] + self._since_entry(life, self._age_h(life, at))

    def rate(self, life: Integers, at: Integers) -> Floats:
        """Return their hazard per hour of the calendar."""
        age_h, half_h = self._age_h(life, at), 0.5 * self._pace[life]
        above = self._since_entry(life, age_h + half_h)
        return above - self._since_entry(life, np.maximum(age_h - half_h, 0.0))

    def ahead(
        self, code: int, life: Integers, at: Integers, skip_h: float, span_h: float
    ) -> Floats:
        """Return the hazard that lives will collect from `skip_h` to a span after instants.

        Args:
            code: Of which kind of fault, its place in `codes`.
            life: Which lives.
            at: Instants within them.
            skip_h: Hours of its own clock in which no fault can strike, since no precursor shows.
            span_h: Hours of the calendar.
        """
        law = self._laws[code]
        if law is None:
            return np.zeros(len(life))
        age_h = self._age_h(life, at)
        safe_h = age_h + skip_h
        ahead_h = np.maximum(age_h + span_h * self._usual_pace[life], safe_h)
        ahead: Floats = law.hazard(ahead_h) - law.hazard(safe_h)
        ahead *= self._factor[life]
        return ahead

    def is_steady(self, code: int) -> bool:
        """Return whether no age changes the hazard of a kind of fault."""
        law = self._laws[code]
        return law is None or law.is_steady

    def anew(self, code: int, life: Integers, span_h: float) -> Floats:
        """Return the same for lives like these that would begin right now, as good as new.

        They may show from their birth on, so no time is safe.
        """
        law = self._laws[code]
        if law is None:
            return np.zeros(len(life))
        anew: Floats = law.hazard(span_h * self._usual_pace[life]) * self._factor[life]
        return anew

    def _age_h(self, life: Integers, at: Integers) -> Floats:
        since_h: Floats = (at - self.start[life]) / HOUR_MS
        return self._entry_h[life] + since_h * self._pace[life]

    def _since_entry(self, life: Integers, age_h: Floats) -> Floats:
        since: Floats = self._law(life, age_h) - self._at_entry[life]
        since *= self._factor[life]
        return since

    def _law(self, life: Integers, age_h: Floats) -> Floats:
        code = self.code[life]
        hazard: Floats = age_h / self._scale_h[code]
        for number in self._aging:
            law = self._laws[number]
            if law is not None:
                (which,) = np.nonzero(code == number)
                hazard[which] = law.hazard(age_h[which])
        return hazard


def _pace(grown_h: Floats, lasted_h: Floats) -> Floats:
    """Return by how much ages grew in an hour of the calendar; 1 where there was no time."""
    return np.where(lasted_h > _TINY, grown_h / np.maximum(lasted_h, _TINY), 1.0)


def _factor(grown: Floats, by_law: Floats, frailty: Floats) -> Floats:
    """Return what multiplied a law's hazard; frailty, where little or all of it was collected."""
    told = (by_law > _TINY) & (by_law < _CERTAIN)
    return np.where(told, grown / np.maximum(by_law, _TINY), frailty)


class _Table:
    """The cumulative hazard of a law, for many ages at once.

    Attributes:
        scale_h: In how many hours a steady one grows by 1.
    """

    def __init__(self, law: Law, oldest_h: float) -> None:
        self._shape, self.scale_h, self._points = 1.0, 1.0, None
        match law:
            case Exponential():
                self.scale_h = law.mean() / HOUR_MS
            case Weibull():
                self._shape, self.scale_h = law.shape, law.scale / HOUR_MS
            case _:
                self._ages = np.linspace(0.0, _FAR * oldest_h + 1.0, _POINTS)
                points = np.array([law.cumulative_hazard(h * HOUR_MS) for h in self._ages])
                over = np.maximum(0, np.arange(_POINTS) - np.argmax(points > _END) + 1)
                self._points = np.where(points > _END, _END * over, points)

    @property
    def is_steady(self) -> bool:
        """Whether it grows evenly."""
        return self._points is None and self._shape == 1.0

    def hazard(self, age_h: Floats) -> Floats:
        if self._points is not None:
            return np.asarray(np.interp(age_h, self._ages, self._points), np.float64)
        scaled: Floats = age_h / self.scale_h
        return scaled if self._shape == 1.0 else np.power(scaled, self._shape)
