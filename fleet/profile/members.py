"""Who is who: the model, place and identity of each terminal of an estate.

All of it is drawn from the terminal's own stream, or from that of its site's first terminal where
the shop decides (its region, cell, trade and size). So the first thousand terminals are the same
in an estate of a thousand and of ten thousand; shares hold on average.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from fleet.chance.streams import Purpose, Streams
from fleet.profile.estate import Estate, Model, Region
from fleet.profile.sites import site_of
from fleet.profile.trade import MerchantSize, Sector

_MODEL: Final = Purpose("estate.model")
_REGION: Final = Purpose("estate.region")
_SECTOR: Final = Purpose("estate.sector")
_CELL: Final = Purpose("estate.cell")
_DUPLICATE: Final = Purpose("estate.duplicate_tid")
_BATCH: Final = Purpose("estate.batch")
_SIZE: Final = Purpose("estate.size")


@dataclass(frozen=True, slots=True)
class Member:
    """One terminal of the estate.

    Attributes:
        index: its number in the estate, from 0; the key of its random streams.
        tid: terminal identifier, 8 digits.
        serial_no: serial number of the unit, 10 letters and digits.
        model: its model.
        region: where it stands.
        sector: the shop's trade.
        size: the shop's size.
        site: number of the shop: that of the first terminal there.
        cell: the radio cell, such as ``north-7``.
        batch: in which batch of its model it was made, from 1.
    """

    index: int
    tid: str
    serial_no: str
    model: Model
    region: Region
    sector: Sector
    size: MerchantSize
    site: int
    cell: str
    batch: int


def member(estate: Estate, seed: int, index: int) -> Member:
    """The terminal with this number."""
    own = Streams(seed, index)
    site = site_of(seed, index, estate.sites.mean, estate.sites.max)
    shop = own if site == index else Streams(seed, site)
    model = estate.models[_pick(own, _MODEL, [each.share for each in estate.models])]
    region = estate.regions[_pick(shop, _REGION, [each.share for each in estate.regions])]
    return Member(
        index=index,
        tid=str(estate.first_tid + _twin(estate, seed, index)),
        serial_no=f"FL{index:08}",
        model=model,
        region=region,
        sector=estate.sectors[_pick(shop, _SECTOR, [each.share for each in estate.sectors])],
        size=estate.sizes[_pick(shop, _SIZE, [each.share for each in estate.sizes])],
        site=site,
        cell=_cell(region.name, 1 + _number(shop, _CELL, region.cells)),
        batch=1 + _number(own, _BATCH, model.batches),
    )


def members(estate: Estate, seed: int, shard: int = 0, shards: int = 1) -> Iterator[Member]:
    """The terminals of one shard: every ``shards``-th, beginning with number ``shard``."""
    return (member(estate, seed, index) for index in range(shard, estate.terminals, shards))


def pairs(estate: Estate, seed: int) -> int:
    """Return how many pairs of terminals have one identity, by an import that went wrong."""
    if not estate.duplicate_tids:
        return 0
    odd = range(1, estate.terminals, 2)
    return sum(_twin(estate, seed, index) != index for index in odd)


@lru_cache(maxsize=4_096)
def _cell(region: str, number: int) -> str:
    """The name of a cell: one for all who stand in it."""
    return f"{region}-{number}"


def _twin(estate: Estate, seed: int, index: int) -> int:
    """The number whose identifier a terminal has: of a pair imported wrongly, the even one's."""
    odd = bool(estate.duplicate_tids) and index % 2 == 1
    wrong = odd and Streams(seed, index).chance_at(_DUPLICATE, 0, estate.duplicate_tids)
    return index - 1 if wrong else index


def _pick(streams: Streams, purpose: Purpose, shares: Sequence[float]) -> int:
    return streams.pick_at(purpose, 0, shares) if len(shares) > 1 else 0


def _number(streams: Streams, purpose: Purpose, count: int) -> int:
    return int(streams.at(purpose, 0) * count) if count > 1 else 0
