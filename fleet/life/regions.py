"""What runs beside the primary state: the link, the session, an update, the health of components.

Each region is a small machine of its own; its table says which value may follow which. That they
are independent of the primary state keeps that one's table small: a terminal may be ready and
offline, locked and halfway through an update, or in standby with its scanner out of order.

Health uses the words of ISO 20022 CAPE (POIComponentStatus1Code), the update's phases those of
OCPP's and LwM2M's firmware states, united.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final


class Link(StrEnum):
    """The link as the terminal sees it."""

    DOWN = "down"
    CONNECTING = "connecting"
    ONLINE = "online"


class Session(StrEnum):
    """Whether an operator is signed in; the working keys live as long as the session."""

    SIGNED_OFF = "signed_off"
    SIGNED_IN = "signed_in"
    EXPIRED = "expired"


class UpdatePhase(StrEnum):
    """How far an update has come."""

    NONE = "none"
    OFFERED = "offered"
    DEFERRED = "deferred"
    BACKUP = "backup"
    DOWNLOADING = "downloading"
    DOWNLOADED = "downloaded"
    VERIFIED = "verified"
    INSTALLING = "installing"
    REBOOTING = "rebooting"
    POST_TEST = "post_test"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"


class Health(StrEnum):
    """The health of one component."""

    OPER = "OPER"
    DEGRADED = "DEGRADED"
    OUTD = "OUTD"
    DACT = "DACT"
    WAIT = "WAIT"


LINK: Final[Mapping[Link, frozenset[Link]]] = {
    Link.DOWN: frozenset({Link.CONNECTING}),
    Link.CONNECTING: frozenset({Link.ONLINE, Link.DOWN}),
    Link.ONLINE: frozenset({Link.DOWN}),
}
SESSION: Final[Mapping[Session, frozenset[Session]]] = {
    Session.SIGNED_OFF: frozenset({Session.SIGNED_IN}),
    Session.SIGNED_IN: frozenset({Session.SIGNED_OFF, Session.EXPIRED}),
    Session.EXPIRED: frozenset({Session.SIGNED_IN, Session.SIGNED_OFF}),
}
_P = UpdatePhase
UPDATE: Final[Mapping[UpdatePhase, frozenset[UpdatePhase]]] = {
    _P.NONE: frozenset({_P.OFFERED}),
    _P.OFFERED: frozenset({_P.DEFERRED, _P.BACKUP, _P.DOWNLOADING, _P.FAILED, _P.NONE}),
    _P.DEFERRED: frozenset({_P.OFFERED, _P.FAILED, _P.NONE}),
    _P.BACKUP: frozenset({_P.DOWNLOADING, _P.FAILED, _P.NONE}),
    _P.DOWNLOADING: frozenset({_P.DOWNLOADED, _P.FAILED, _P.NONE}),
    _P.DOWNLOADED: frozenset({_P.VERIFIED, _P.FAILED, _P.NONE}),
    _P.VERIFIED: frozenset({_P.INSTALLING, _P.FAILED, _P.NONE}),
    _P.INSTALLING: frozenset({_P.REBOOTING, _P.FAILED}),
    _P.REBOOTING: frozenset({_P.POST_TEST, _P.FAILED}),
    _P.POST_TEST: frozenset({_P.SUCCEEDED, _P.ROLLED_BACK, _P.FAILED}),
    _P.SUCCEEDED: frozenset({_P.OFFERED, _P.NONE}),
    _P.FAILED: frozenset({_P.OFFERED, _P.NONE}),
    _P.ROLLED_BACK: frozenset({_P.OFFERED, _P.NONE}),
}
# A component waits to be activated once; after that its health goes up and down.
_ACTIVE: Final = frozenset(Health) - {Health.WAIT}
HEALTH: Final[Mapping[Health, frozenset[Health]]] = {
    health: _ACTIVE - {health} for health in Health
}
REGIONS: Final[Mapping[str, Mapping[Any, frozenset[Any]]]] = {
    "link": LINK,
    "session": SESSION,
    "update": UPDATE,
    "health": HEALTH,
}
