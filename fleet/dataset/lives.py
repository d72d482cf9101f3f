"""Terminals at life in virtual time, a block of them at a time.

A block is a fixed run of terminals, whoever lives it and whatever lives beside it, so that what is
written depends on neither the number of workers nor their order.
"""

import gc
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from fleet.dataset.calendar import Calendar, Day
from fleet.dataset.chronicle import Chronicle
from fleet.life.illness import conclude
from fleet.life.terminal import Terminal
from fleet.life.vitals import Vitals
from fleet.profile.members import Member, member
from fleet.profile.profile import Profile
from fleet.tms.desk import Desk
from fleet.tms.progress import Ruling
from fleet.units import Millis
from fleet.worlds.crew import put_to_life
from fleet.worlds.virtual import Chronicle as AnyChronicle
from fleet.worlds.virtual import VirtualEstate, VirtualWorld

BLOCK: Final = 512
"""Terminals of a block."""
BUCKET: Final = 4_096
"""Terminals whose rows of a day stand in one file; a whole number of blocks."""
DAYS_AT_ONCE: Final = 10
"""So far a block lives before it is written down: a quiet terminal passes over as many at once."""


def crew(profile: Profile, seed: int, block: int) -> list[Member]:
    """Return the terminals of a block, by number from 0; none beyond the last."""
    last = min(profile.estate.terminals, (block + 1) * BLOCK)
    return [member(profile.estate, seed, index) for index in range(block * BLOCK, last)]


def live_block(  # noqa: PLR0913, PLR0917 - all that lives are made of
    profile: Profile,
    seed: int,
    members: list[Member],
    calendar: Calendar,
    folder: Path,
    rulings: Iterable[Ruling] | None = None,
) -> None:
    """Let terminals live through a study, and write down what happens.

    Args:
        profile: The estate.
        seed: The study's.
        members: Who lives: the terminals of a block, or any others, at most as many.
        calendar: The study's days.
        folder: An empty folder.
        rulings: What is decided of campaigns, if that is known.
    """
    vitals = Vitals(seed, np.array([each.index for each in members], np.uint64))
    chronicle = Chronicle(folder, vitals, calendar.origin_ms)
    live_through(
        profile, seed, members, vitals, chronicle, calendar, chronicle.end_days, rulings=rulings
    )
    words = "\n".join(chronicle.close())
    (folder / "firmware.txt").write_text(words, encoding="utf-8")


def live_through(  # noqa: PLR0913, PLR0917 - all that lives are made of
    profile: Profile,
    seed: int,
    members: list[Member],
    vitals: Vitals,
    chronicle: AnyChronicle,
    calendar: Calendar,
    end_days: Callable[[Sequence[Day]], None],
    kind: type[VirtualEstate] = VirtualEstate,
    rulings: Iterable[Ruling] | None = None,
) -> None:
    """Let terminals live through a study, some days at a time.

    Args:
        profile: The estate.
        seed: The study's.
        members: Who lives.
        vitals: Theirs, a row for each.
        chronicle: Who writes it down.
        calendar: The study's days.
        end_days: Called when some of them are over.
        kind: What makes time pass.
        rulings: What is decided of campaigns, if that is known; else these terminals' own desk
            decides, as if there were no others.
    """
    profile = without_packages(profile)
    desk = Desk(profile, seed, alone=False, rulings=rulings)
    tenant, speed = profile.estate.tenant, profile.run.speed
    estate = kind(desk, chronicle, tenant, calendar.origin_ms, speed)
    worlds = put_to_life(profile, seed, members, vitals, estate)
    gc.freeze()
    dates = calendar.dates()
    # Twins throw each other off twice a second, and all of it is to be written down.
    at_once = 1 if profile.estate.duplicate_tids else DAYS_AT_ONCE
    for first in range(0, len(dates), at_once):
        days = dates[first : first + at_once]
        estate.live_until(days[-1].end - 1)
        if days[-1] is dates[-1]:
            _end(worlds, calendar.end)
        end_days(days)


def _end(worlds: list[tuple[VirtualWorld, Terminal]], at: Millis) -> None:
    """End all lives, with the truth about what is not over."""
    for world, terminal in worlds:
        for truth in conclude(terminal, at):
            world.note(truth)
        world.end()


def without_packages(profile: Profile) -> Profile:
    """Return a profile in which packages take their time and no bytes: lives are the same."""
    drawn = profile.update.model_copy(update={"transfer": "drawn"})
    return profile.model_copy(update={"update": drawn})
