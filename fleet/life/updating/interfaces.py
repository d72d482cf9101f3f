"""Interfaces to ways to pay: parameters put into force may leave one of them not enabled."""

from typing import Final

from fleet.chance.streams import Purpose
from fleet.life import illness
from fleet.life.terminal import Terminal
from fleet.life.updating.job import Job
from fleet.life.updating.outcome import campaign_of

_LOST: Final = Purpose("update.interface_lost")
_NOT_ENABLED: Final = "PAY-801"


def lose_interface(t: Terminal, job: Job) -> None:
    """See whether the new parameters have left a way to pay out.

    Raises:
        Fault: They have.
    """
    rule = t.profile.update
    if job.order.what == "parameter" and t.streams.chance(_LOST, rule.interface_lost):
        illness.befall(t, _NOT_ENABLED, cause=campaign_of(t, job))
