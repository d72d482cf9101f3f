"""Which slot is which in the tallies of a run: reckoned alike by the supervisor and its shards."""

from fleet.life.faults import CATALOGUE
from fleet.profile import Profile
from fleet.profile.stages import stagings
from fleet.watch.layout import Layout

CLASS_BY_CODE = {code: kind.fault_class for code, kind in CATALOGUE.items()}


def layout_of(profile: Profile, shards: int = 1) -> Layout:
    """Return the layout of the tallies of a run on so many shards."""
    installed = [model.firmware for model in profile.estate.models]
    return Layout(
        codes=CLASS_BY_CODE,
        fault_classes=CLASS_BY_CODE.values(),
        versions=[*installed, *(campaign.version for campaign in profile.campaigns)],
        regions=[region.name for region in profile.estate.regions],
        causes=[cause.name for cause in profile.causes],
        stages=[each.name for each in stagings(profile.load.stages, profile.estate.terminals)],
        campaigns=[campaign.name for campaign in profile.campaigns],
        shards=shards,
    )
