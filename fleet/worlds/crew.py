"""The terminals of a virtual estate, put to life."""

from collections.abc import Iterable

from fleet.life.pulse import Pulse
from fleet.life.story import live
from fleet.life.terminal import Terminal
from fleet.life.vitals import Vitals
from fleet.profile.members import Member
from fleet.profile.profile import Profile
from fleet.profile.weather import Weather
from fleet.worlds.twins import Seat, TwinWorld, seats
from fleet.worlds.virtual import VirtualEstate, VirtualWorld


def put_to_life(
    profile: Profile, seed: int, members: Iterable[Member], vitals: Vitals, estate: VirtualEstate
) -> list[tuple[VirtualWorld, Terminal]]:
    """Begin the lives of terminals; each goes as far as the estate's horizon allows.

    Args:
        profile: How they behave.
        seed: The run's.
        members: Who they are.
        vitals: Theirs, a row for each, in order.
        estate: What they live in.
    """
    members = list(members)
    shared = seats(each.tid for each in members)
    crew, weather = [], Weather(profile, seed)
    for row, each in enumerate(members):
        pulse = Pulse(row, each.model.firmware, has_battery=each.model.battery)
        world = _world(estate, each.tid, pulse, shared.get(each.tid))
        terminal = Terminal(profile, each, seed, world, pulse, vitals, estate.origin_ms, weather)
        world.begin(live(terminal))
        crew.append((world, terminal))
    return crew


def _world(estate: VirtualEstate, tid: str, pulse: Pulse, seat: Seat | None) -> VirtualWorld:
    return VirtualWorld(estate, tid, pulse) if seat is None else TwinWorld(estate, tid, pulse, seat)
