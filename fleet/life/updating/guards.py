"""What has to hold before the merchant is asked.

In this order:

    batch     no money is on its way: nothing to reverse, nothing to forward
    power     mains, or enough charge
    network   Wi-Fi or cable, where the update asks for it (PAXSTORE's wifiOnly)
    window    the local time is one at which it may begin

The merchant's consent comes last. A guard that objects says when to ask it again; nothing is lost
by waiting, and a guard that only waits for an instant names that instant.
"""

from collections.abc import Callable
from typing import Final

import numpy as np

from fleet.chance.streams import Purpose
from fleet.life.channels import ROW
from fleet.life.telemetry import telemetry
from fleet.life.terminal import Terminal
from fleet.life.updating.job import Job
from fleet.units import DAY_MS, MINUTE_MS, Millis

_WIFI: Final = Purpose("update.wifi_found")
_CHARGE: Final = ROW.index("battery_pct")

Guard = Callable[[Terminal, Job], Millis | None]
"""Returns when to ask again; None if it has no objection."""


def objection(t: Terminal, job: Job) -> tuple[str, Millis] | None:
    """Return which guard objects first, and when to ask again; None if none does."""
    for word, guard in GUARDS:
        again_at = guard(t, job)
        if again_at is not None:
            return word, again_at
    return None


def _batch(t: Terminal, job: Job) -> Millis | None:  # noqa: ARG001 - a guard's form
    return None if t.journal.settled else _later(t)


def _power(t: Terminal, job: Job) -> Millis | None:  # noqa: ARG001 - see above
    if not t.member.model.battery:
        return None
    return _later(t) if charge_pct(t) < t.profile.update.battery_min else None


def _network(t: Terminal, job: Job) -> Millis | None:
    if not job.order.wifi_only or t.member.model.link != "cellular":
        return None
    found = t.streams.chance(_WIFI, t.profile.update.wifi_found)
    return None if found else _later(t)


def _window(t: Terminal, job: Job) -> Millis | None:
    window = job.order.window
    if window is None:
        return None
    opens, closes = window.opens * MINUTE_MS, window.closes * MINUTE_MS
    since_opened = (t.local_ms() - opens) % DAY_MS
    # One that closes when it opens is open all day.
    if since_opened < ((closes - opens) % DAY_MS or DAY_MS):
        return None
    return t.world.now() + DAY_MS - since_opened


GUARDS: Final[tuple[tuple[str, Guard], ...]] = (
    ("batch", _batch), ("power", _power), ("network", _network), ("window", _window),
)  # fmt: skip


def charge_pct(t: Terminal) -> float:
    """Return the battery's charge, as a heartbeat of this instant would tell it."""
    rows, at = np.array([t.pulse.index], np.int64), np.array([t.world.now()], np.int64)
    seq = np.array([t.pulse.seq], np.uint64)
    return float(telemetry(t.vitals, rows, at, seq, t.origin_ms)[0, _CHARGE])


def _later(t: Terminal) -> Millis:
    return t.world.now() + t.profile.update.recheck
