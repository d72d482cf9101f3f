"""Room for an update: whether there is enough of it for the backup and for the package.

Whether there will be is drawn when somebody looks. Streams are random access, so it can be read as
soon as the update is ordered: a flash memory does not fill up at the instant of the update, and
telemetry shows it doing so from the order, or from the attempt before, until then.
"""

from typing import Final

from fleet.chance.streams import Purpose
from fleet.life import besetting
from fleet.life.terminal import Terminal

NO_BACKUP: Final = "DAT-973"
NO_SPACE: Final = "UPD-952"
_ABSENT: Final = Purpose("update.backup_failure")
_FULL: Final = Purpose("update.no_space")


def holds_backup(t: Terminal) -> bool:
    """Return whether the backup succeeds this time."""
    return not t.streams.chance(_ABSENT, t.profile.update.backup_failure)


def holds_package(t: Terminal) -> bool:
    """Return whether there is room for the package this time."""
    return not t.streams.chance(_FULL, t.profile.update.no_space)


def foresee(t: Terminal) -> None:
    """Let telemetry show what the next attempt will want, ever more until it may begin."""
    rule, grow_ms = t.profile.update, max(0, t.diary.updates - t.world.now())
    if t.streams.coming(_ABSENT) < rule.backup_failure:
        besetting.portend(t, NO_BACKUP, grow_ms)
    if t.streams.coming(_FULL) < rule.no_space:
        besetting.portend(t, NO_SPACE, grow_ms)


def forget(t: Terminal) -> None:
    """Let telemetry show no more of it: nothing wants room."""
    besetting.dismiss(t, NO_BACKUP, NO_SPACE)
