"""A defect of a new version: the test after the installation shows it, or its use does.

Theory of operation
-------------------
A campaign may bring a version that does not fit some models. Whether it fits this terminal is drawn
once it runs; so is whether the test of it shows that. What follows is one fault seen at two points:

    shown by        code      the terminal
    the test        UPD-956   runs its old version again, and says that it was rolled back
    nothing         SW-703    crashes some time after each sign-in, for as long as it runs it

A terminal that crashes tells that the update has failed after all, so that a campaign may stop by
those as well, and give them back what they had.
"""

from typing import Final

from fleet.chance.streams import Purpose
from fleet.life.terminal import Terminal
from fleet.life.updating.job import Job
from fleet.life.updating.outcome import tell_of
from fleet.profile.campaigns import Campaign
from fleet.units import Millis

_DEFECT: Final = Purpose("update.defect")
_CAUGHT: Final = Purpose("update.defect_caught")
_CRASH: Final = Purpose("update.crash_after")
UNFIT: Final = "SW-703"


def shows_in_test(t: Terminal, job: Job) -> bool:
    """Draw whether the new version has a defect here that its test shows; remember one it hides."""
    campaign = defective(t, job)
    chance, caught = (campaign.defect, campaign.defect_caught) if campaign else (0.0, 0.0)
    unfit = t.streams.chance(_DEFECT, chance)
    shown = t.streams.chance(_CAUGHT, caught)
    t.software.unfit = job.order if unfit and not shown else None
    return unfit and shown


def defective(t: Terminal, job: Job) -> Campaign | None:
    """Return the campaign that brought a version with a defect on this model, the likeliest."""
    return _campaign(t, job.order.what, job.order.version)


def unfit(t: Terminal) -> Campaign | None:
    """Return the campaign that brought what runs here and does not fit; None if all fits."""
    order = t.software.unfit
    if order is None or t.software.runs(order.what) != order.version:
        return None
    return _campaign(t, order.what, order.version)


def crashes_after(t: Terminal, campaign: Campaign) -> Millis:
    """Draw how long after a sign-in the next crash comes."""
    return t.streams.draw(_CRASH, campaign.crash_after)


def tell_failure(t: Terminal) -> None:
    """Tell the server that the update has failed after all."""
    if t.software.unfit is not None:
        tell_of(t, t.software.unfit, "failed", UNFIT)


def _campaign(t: Terminal, what: str, version: str) -> Campaign | None:
    model = t.member.model.name
    campaigns = (
        campaign
        for campaign in t.profile.campaigns
        if campaign.defect > 0.0
        and (campaign.kind, campaign.version) == (what, version)
        and (not campaign.defect_models or model in campaign.defect_models)
    )
    return max(campaigns, key=lambda campaign: campaign.defect, default=None)
