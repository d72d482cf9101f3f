"""What the TMS decides of campaigns: found out for the whole estate, before its lives are told.

Theory of operation
-------------------
Blocks of terminals live alone. A campaign that stops when too many have failed, or in which a wave
waits for the success of others, couples them all: what is decided goes by everybody's reports. But
what is decided *first* depends only on lives in which nothing has been decided yet. So:

    1. all blocks live, by the rulings that are known (none at first), and say what their terminals
       told of campaigns;
    2. all that is put into one book, which decides as the TMS of a live run does; what it decides
       at the first tick beyond those known holds, for until then all lives were right;
    3. that is known now, and it is begun again, until the book decides nothing new.

Then the rulings are what any common cause is: instants that each terminal only reads. Whoever lives
where, they are the same, and so is a live run of the estate.
"""

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from fleet.dataset.calendar import Calendar
from fleet.dataset.lives import crew, without_packages
from fleet.life.pulse import Pulse
from fleet.life.states import Step
from fleet.life.truth import Truth
from fleet.life.vitals import Vitals
from fleet.profile.profile import Profile
from fleet.tms.book import ForetoldBook, Note
from fleet.tms.desk import Desk
from fleet.tms.progress import Ruling
from fleet.units import Millis
from fleet.wire.messages import Message
from fleet.worlds.crew import put_to_life
from fleet.worlds.virtual import VirtualEstate

Rulings = tuple[Ruling, ...]


def are_decided(profile: Profile) -> bool:
    """Return whether anything is decided of a campaign while it goes on."""
    return any(campaign.decided for campaign in profile.campaigns)


def find_rulings(
    profile: Profile, calendar: Calendar, told: Callable[[Rulings], Iterable[list[Note]]]
) -> Rulings:
    """Find out what is decided in a study, at which tick.

    Args:
        profile: The estate.
        calendar: The study's days.
        told: Returns what each block's terminals tell if these are the rulings, see `tell`.
    """
    known: Rulings = ()
    while fresh := list(_decided(profile, calendar, told(known), known)):
        known += tuple(ruling for ruling in fresh if ruling.tick_ms == fresh[0].tick_ms)
    return known


def _decided(
    profile: Profile, calendar: Calendar, told: Iterable[list[Note]], known: Rulings
) -> Iterator[Ruling]:
    """Yield what the estate's book decides beyond what is known, tick by tick."""
    book = Desk(profile, profile.dataset.seed).book
    for note in sorted(note for notes in told for note in notes):
        book.note(note)
    book.decide(calendar.origin_ms + calendar.end)
    yield from (ruling for ruling in book.rulings if ruling not in known)


def tell(profile: Profile, calendar: Calendar, block: int, rulings: Rulings) -> list[Note]:
    """Let the terminals of a block live by these rulings; return what they tell of campaigns."""
    profile = without_packages(profile)
    seed, members = profile.dataset.seed, crew(profile, profile.dataset.seed, block)
    vitals = Vitals(seed, np.array([each.index for each in members], np.uint64))
    desk = Desk(profile, seed, alone=False, rulings=rulings)
    tenant, speed = profile.estate.tenant, profile.run.speed
    estate = VirtualEstate(desk, _Unwritten(), tenant, calendar.origin_ms, speed)
    worlds = put_to_life(profile, seed, members, vitals, estate)
    estate.live_until(calendar.end - 1)
    for world, _ in worlds:
        world.end()
    assert isinstance(desk.book, ForetoldBook)  # noqa: S101 - as it was asked for
    return desk.book.notes


class _Unwritten:
    """A chronicle of which nothing is kept."""

    heeded: tuple[type[Message], ...] = ()

    def step(self, pulse: Pulse, step: Step) -> None:
        """Let it pass."""

    def note(self, pulse: Pulse, truth: Truth) -> None:
        """Let it pass."""

    def heard(self, pulse: Pulse, at: Millis, message: Message) -> None:
        """Let it pass."""

    def beaten(self, pulse: Pulse, begin: Millis, every: Millis, count: int) -> None:
        """Let it pass."""
