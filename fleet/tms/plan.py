"""What the TMS will order, of whom and when: the profile's campaigns and orders as one list.

The list is sorted by instant and numbered from 1. A terminal says in each heartbeat which number it
received last, so nobody needs to remember what was sent to whom: the next one is the first that is
due, has a higher number and concerns this terminal.

Who takes part is drawn by the terminal's number and by what is ordered, never by the number of the
entry. Hence a version that is rolled out in waves reaches those it had reached, and then more; and
who was locked by a share of 0.1 is who will be unlocked by a share of 0.1.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from fleet.chance.streams import Purpose, Streams
from fleet.profile.clock import origin_ms
from fleet.profile.cohort import Cohort
from fleet.profile.members import member
from fleet.profile.profile import Profile
from fleet.profile.scenario import Campaign
from fleet.profile.scenario import Order as PlannedOrder
from fleet.wire.messages import AnyOrder, Lock, Reboot, Unlock, Update

# Verdicts on who takes part cost a few microseconds, and are asked for with each heartbeat.
_REMEMBERED_MAX: Final = 65_536


class Entry(NamedTuple):
    """One line of the plan.

    Attributes:
        number: Its place, from 1.
        due_ms: Unix time, on the business clock, from which it is given to whom it concerns.
        order: What is ordered.
        cohort: Whom it concerns.
        version: What an update brings; else "".
        campaign: The update's campaign; else "".
        forced: Whether an update leaves the merchant no say.
    """

    number: int
    due_ms: int
    order: Literal["update", "reboot", "lock", "unlock"]
    cohort: Cohort
    version: str = ""
    campaign: str = ""
    forced: bool = False

    @property
    def lot(self) -> Purpose:
        """The draw that decides who takes part."""
        return Purpose(f"tms.{self.order}.{self.version}" if self.version else f"tms.{self.order}")

    def message(self, at: int) -> AnyOrder:
        """Return the order as it is sent, to take effect at the Unix time `at`, in milliseconds."""
        match self.order:
            case "update":
                return Update(
                    plan=self.number,
                    at=at,
                    version=self.version,
                    campaign=self.campaign,
                    forced=self.forced,
                )
            case "reboot":
                return Reboot(plan=self.number, at=at)
            case "lock":
                return Lock(plan=self.number, at=at)
            case "unlock":
                return Unlock(plan=self.number, at=at)


class Plan:
    """All entries of a profile, and who they concern."""

    def __init__(self, profile: Profile, seed: int) -> None:
        """Take the profile and the run's seed, 0 to 2**64 - 1."""
        self.entries: Final = tuple(_entries(profile))
        self._estate = profile.estate
        self._seed = seed
        self._lots = [entry.lot for entry in self.entries]
        self.concerns = lru_cache(_REMEMBERED_MAX)(self._concerns)

    def next_entry(self, index: int, after: int, fw: str) -> Entry | None:
        """Return what a terminal is to be told next, due or not.

        Args:
            index: The terminal's number, from 0.
            after: The number of the last entry that it received; 0 for none.
            fw: The version it runs; it is not offered what it has.
        """
        for entry in self.entries[after:]:
            if entry.version == fw or not entry.cohort.admits_version(fw):
                continue
            if self.concerns(entry.number, index):
                return entry
        return None

    def due_entry(self, index: int, after: int, fw: str, at: int) -> Entry | None:
        """Return what a terminal is to be told at the Unix time `at`, in ms; else as above."""
        # Most heartbeats find nothing due at all, and need not ask whom it would concern.
        if after >= len(self.entries) or self.entries[after].due_ms > at:
            return None
        entry = self.next_entry(index, after, fw)
        return entry if entry is not None and entry.due_ms <= at else None

    def _concerns(self, number: int, index: int) -> bool:
        cohort = self.entries[number - 1].cohort
        if not Streams(self._seed, index).chance_at(self._lots[number - 1], 0, cohort.share):
            return False
        return cohort.admits_all or cohort.admits(member(self._estate, self._seed, index))


def _entries(profile: Profile) -> Iterator[Entry]:
    origin = origin_ms(profile.run)
    unsorted: tuple[Campaign | PlannedOrder, ...] = (*profile.campaigns, *profile.orders)
    asked = sorted(unsorted, key=lambda one: one.at)
    for number, one in enumerate(asked, 1):
        yield _entry(number, origin + one.at, one)


def _entry(number: int, due_ms: int, asked: Campaign | PlannedOrder) -> Entry:
    if isinstance(asked, Campaign):
        return Entry(
            number=number,
            due_ms=due_ms,
            order="update",
            cohort=asked,
            version=asked.version,
            campaign=asked.name,
            forced=asked.forced,
        )
    return Entry(number, due_ms, asked.order, asked)
