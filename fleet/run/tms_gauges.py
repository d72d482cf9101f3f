"""What the TMS sees of its estate, entered among the counts of a run."""

from collections.abc import Mapping
from typing import Any

from fleet.tms.picture import Picture
from fleet.watch.tally import Tally


def enter_picture(picture: Picture, tally: Tally) -> None:
    """Replace what was entered before."""
    _replace(tally, "fleet_tms_terminals", picture.views)
    _replace(tally, "fleet_tms_offline_total", picture.offline_by)
    _replace(tally, "fleet_campaign_terminals", picture.campaigns)
    _replace(tally, "fleet_campaign_stopped", picture.stopped)


def _replace(tally: Tally, family: str, values: Mapping[Any, int]) -> None:
    for labels, slot in tally.layout.slots(family).items():
        tally.counts[slot] = values.get("/".join(labels), 0)
