"""What the TMS will order, of whom and when: the profile's campaigns and orders.

Each line has an instant for each terminal that it concerns: an order its own; an update the
terminal's turn in the campaign; the withdrawal of a campaign that was stopped the tick at which it
was. Instants are whole seconds, and an order's number is made of them: seconds since the run's
beginning, then the line. So numbers rise in the order in which a terminal is told. It says in each
heartbeat which number it received last, and nobody needs to remember what was sent to whom: the
next one is the least above it.

Who takes part, and whose turn it is when, is drawn by the terminal's number and by what is ordered,
never by the line. Hence a version that is rolled out in steps reaches those it had reached, and
then more; and who was locked by a share of 0.1 is who will be unlocked by a share of 0.1.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from fleet.chance.streams import Purpose, Streams
from fleet.profile.campaigns import Campaign
from fleet.profile.clock import origin_ms
from fleet.profile.members import member
from fleet.profile.profile import Profile
from fleet.profile.scenario import Order as PlannedOrder
from fleet.tms.book import Book, ForetoldBook
from fleet.tms.imperatives import order_message, update_message, withdrawal_message
from fleet.tms.progress import Ruling, TickClock
from fleet.tms.turns import Spot, Turns
from fleet.units import SECOND_MS, Millis
from fleet.wire.messages import AnyOrder

# Verdicts on whose turn it is cost a few microseconds, and are asked for with each heartbeat.
_REMEMBERED_MAX: Final = 65_536
LINES_MAX: Final = 4_999
_SLOTS: Final = 2 * (LINES_MAX + 1)


class Entry(NamedTuple):
    """One line of the plan.

    Attributes:
        line: Its place, from 1, by the instant at which it begins.
        asked: What the profile asks for.
    """

    line: int
    asked: Campaign | PlannedOrder

    @property
    def lot(self) -> Purpose:
        """The draw that decides who takes part, and in a campaign whose turn it is when."""
        if isinstance(self.asked, Campaign):
            return Purpose(f"tms.update.{self.asked.version}")
        return Purpose(f"tms.{self.asked.order}")


class Due(NamedTuple):
    """An order to one terminal.

    Attributes:
        number: Its number.
        at_ms: Unix time, on the business clock, from which a heartbeat is answered by it.
        entry: The line.
        withdraws: Whether it takes back what the line's campaign had ordered.
    """

    number: int
    at_ms: int
    entry: Entry
    withdraws: bool = False


class Plan:
    """All lines of a profile, and who they concern.

    Attributes:
        entries: The lines.
        book: How the campaigns among them are going.
    """

    def __init__(
        self, profile: Profile, seed: int, rulings: Iterable[Ruling] | None = None
    ) -> None:
        """Take the profile, the run's seed, 0 to 2**64 - 1, and what will be decided, if known."""
        self.entries: Final = tuple(_entries(profile))
        self.book: Final = _book(profile, self.entries, rulings)
        self._profile = profile
        self._origin_ms = origin_ms(profile.run)
        self._seed = seed
        self._lots = [entry.lot for entry in self.entries]
        self._turns = [_turns(profile, entry.asked) for entry in self.entries]
        self._spot = lru_cache(_REMEMBERED_MAX)(self._find_spot)

    def next_due(self, index: int, after: int, fw: str) -> Due | None:
        """Return what a terminal is to be told next, due or not.

        Args:
            index: The terminal's number, from 0.
            after: The number of the last order that it received; 0 for none.
            fw: The version it runs; it is not offered what it has.
        """
        found: Due | None = None
        for entry in self.entries:
            due = self._due(entry, index, after, fw)
            if due is not None and (found is None or due.number < found.number):
                found = due
        return found

    def message(self, due: Due, index: int, fw: str, at: int) -> AnyOrder:
        """Return an order as it is sent, to take effect at the Unix time `at`, in milliseconds."""
        asked = due.entry.asked
        if isinstance(asked, PlannedOrder):
            return order_message(asked, due.number, at)
        if not due.withdraws:
            return update_message(self._profile, self._seed, asked, due.number, at)
        back = asked.rollback and asked.kind == "firmware" and fw == asked.version
        old = self._version_before(due.entry.line, asked.version, index) if back else ""
        return withdrawal_message(self._profile, self._seed, asked, old, due.number, at)

    def _due(self, entry: Entry, index: int, after: int, fw: str) -> Due | None:
        turn_s = self.turn_s(entry.line, index)
        if turn_s is None:
            return None
        number = _number(turn_s, entry.line)
        stopped_ms = self.book.stopped_ms(entry.line)
        if stopped_ms is not None:
            return self._withdrawal(entry, number, after, stopped_ms)
        if number <= after or not entry.asked.admits_version(fw) or _has(entry.asked, fw):
            return None
        return Due(number, self._origin_ms + turn_s * SECOND_MS, entry)

    def _withdrawal(self, entry: Entry, number: int, after: int, stopped_ms: int) -> Due | None:
        """Take back from who received the order; who did not will not get it any more."""
        stopped_s = -(-(stopped_ms - self._origin_ms) // SECOND_MS)
        withdrawal = _number(stopped_s, entry.line, withdraws=True)
        if not number <= after < withdrawal:
            return None
        return Due(withdrawal, stopped_ms, entry, withdraws=True)

    def _version_before(self, line: int, version: str, index: int) -> str:
        """Return the firmware that a terminal had before a campaign brought it this version."""
        before = self.turn_s(line, index) or 0
        old = member(self._profile.estate, self._seed, index).model.firmware
        latest = -1
        for other in self.entries:
            turn_s = self.turn_s(other.line, index)
            if (
                isinstance(other.asked, Campaign)
                and other.asked.kind == "firmware"
                and other.asked.version != version
                and turn_s is not None
                and latest < turn_s < before
                and self.book.stopped_ms(other.line) is None
            ):
                latest, old = turn_s, other.asked.version
        return old

    def turn_s(self, line: int, index: int) -> int | None:
        """Return a terminal's turn in seconds since the run's beginning; None for none yet."""
        spot = self._spot(line, index)
        if spot is None:
            return None
        start_ms = self._start_ms(line, spot.wave)
        return None if start_ms is None else -(-(start_ms + spot.after_ms) // SECOND_MS)

    def _start_ms(self, line: int, wave: int) -> Millis | None:
        asked = self.entries[line - 1].asked
        return self.book.start_ms(line, wave) if isinstance(asked, Campaign) else asked.at

    def _find_spot(self, line: int, index: int) -> Spot | None:
        asked = self.entries[line - 1].asked
        place = Streams(self._seed, index).at(self._lots[line - 1], 0) / asked.share
        spot = self._turns[line - 1].spot(place)
        if spot is None or asked.admits_all:
            return spot
        return spot if asked.admits(member(self._profile.estate, self._seed, index)) else None


def _book(profile: Profile, entries: Iterable[Entry], rulings: Iterable[Ruling] | None) -> Book:
    campaigns = {e.line: e.asked for e in entries if isinstance(e.asked, Campaign)}
    clock = TickClock(origin_ms(profile.run), profile.tms.tick, profile.tms.order_lead)
    if rulings is not None:
        return ForetoldBook(campaigns, clock, rulings)
    turns = {line: Turns.of(profile.estate, asked) for line, asked in campaigns.items()}
    return Book(campaigns, clock, turns)


def line_of(number: int) -> int:
    """Return the line to which an order's number belongs; 0 for none."""
    return number % _SLOTS // 2


def _number(second: int, line: int, *, withdraws: bool = False) -> int:
    return second * _SLOTS + 2 * line + withdraws


def _has(asked: Campaign | PlannedOrder, fw: str) -> bool:
    return isinstance(asked, Campaign) and asked.kind == "firmware" and asked.version == fw


def _turns(profile: Profile, asked: Campaign | PlannedOrder) -> Turns:
    return Turns.of(profile.estate, asked) if isinstance(asked, Campaign) else Turns.at_once()


def _entries(profile: Profile) -> Iterator[Entry]:
    unsorted: tuple[Campaign | PlannedOrder, ...] = (*profile.campaigns, *profile.orders)
    for line, asked in enumerate(sorted(unsorted, key=lambda one: one.at), 1):
        yield Entry(line, asked)
