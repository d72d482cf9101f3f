"""Who is who: the model, region and identity of each terminal of an estate.

A terminal's model and region are drawn from its own stream, so that the first thousand terminals
are the same in an estate of a thousand and of ten thousand; shares hold on average.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fleet.chance.streams import Purpose, Streams
from fleet.profile.estate import Estate, Model, Region

_MODEL: Final = Purpose("estate.model")
_REGION: Final = Purpose("estate.region")


@dataclass(frozen=True, slots=True)
class Member:
    """One terminal of the estate.

    Attributes:
        index: its number in the estate, from 0; the key of its random streams.
        tid: terminal identifier, 8 digits.
        serial_no: serial number of the unit, 10 letters and digits.
        model: its model.
        region: where it stands.
    """

    index: int
    tid: str
    serial_no: str
    model: Model
    region: Region


def member(estate: Estate, seed: int, index: int) -> Member:
    """The terminal with this number."""
    streams = Streams(seed, index)
    return Member(
        index=index,
        tid=str(estate.first_tid + index),
        serial_no=f"FL{index:08}",
        model=estate.models[streams.pick_at(_MODEL, 0, [m.share for m in estate.models])],
        region=estate.regions[streams.pick_at(_REGION, 0, [r.share for r in estate.regions])],
    )


def members(estate: Estate, seed: int, shard: int = 0, shards: int = 1) -> Iterator[Member]:
    """The terminals of one shard: every ``shards``-th, beginning with number ``shard``."""
    return (member(estate, seed, index) for index in range(shard, estate.terminals, shards))
