"""The TMS's own picture of its terminals: online, offline, missing, or never heard of.

    unknown    never heard of: still in its box, or not of this world
    online     heard of within `offline_after`, or within two heartbeats if that is longer
    offline    not heard of for longer; or its last will came, or it said goodbye
    missing    not heard of for `missing_after`

A last will says that a session broke, a goodbye that it was closed; silence says neither. A hung
terminal keeps its session: no will comes, and only the heartbeat that does not come gives it away.
Hence it is counted by what a terminal was found to be offline.

A terminal that heartbeats less often than the estate's interval, as its own order may want, is
offline between two of them: so would a real console show it.
"""

from collections.abc import Mapping
from typing import Final, Literal, get_args

import numpy as np

from fleet.profile.profile import Profile
from fleet.wire.messages import Message, Presence

View = Literal["unknown", "online", "offline", "missing"]
Sign = Literal["will", "goodbye", "silence"]
VIEWS: Final[tuple[View, ...]] = get_args(View)
SIGNS: Final[tuple[Sign, ...]] = get_args(Sign)
_NEVER: Final = 0


class Views:
    """When each terminal was last heard of, and what follows from that.

    Attributes:
        offline_by: How often a terminal was found to be offline, by what told it.
    """

    __slots__ = ("_down", "_last_ms", "_missing_ms", "_offline_ms", "_silent", "offline_by")

    def __init__(self, profile: Profile) -> None:
        """Look at the estate of a profile."""
        count, tms = profile.estate.terminals, profile.tms
        interval = max(profile.heartbeat.interval, tms.heartbeat_interval or 0)
        longest = round(interval * (1.0 + profile.heartbeat.jitter))
        self._offline_ms = max(tms.offline_after, 2 * longest)
        self._missing_ms = tms.missing_after
        self._last_ms = np.zeros(count, np.int64)
        self._down = np.zeros(count, np.bool_)
        self._silent = np.zeros(count, np.bool_)
        self.offline_by: Final[dict[Sign, int]] = dict.fromkeys(SIGNS, 0)

    def hear(self, index: int, message: Message, now_ms: int) -> None:
        """Note a message of a terminal at the server's Unix time `now_ms`."""
        if isinstance(message, Presence) and not message.online:
            if not self._down[index]:
                self.offline_by["will" if message.reason == "lost" else "goodbye"] += 1
            self._down[index] = True
            return  # the broker speaks for it
        self._last_ms[index] = now_ms
        self._down[index] = self._silent[index] = False

    def counts(self, now_ms: int) -> Mapping[View, int]:
        """Return how many terminals are what, at the server's Unix time `now_ms`."""
        heard = self._last_ms != _NEVER
        silent_ms = now_ms - self._last_ms
        missing = heard & (silent_ms >= self._missing_ms)
        silent = heard & (silent_ms >= self._offline_ms)
        self.offline_by["silence"] += int(np.count_nonzero(silent & ~self._silent & ~self._down))
        self._silent |= silent
        offline = heard & (silent | self._down) & ~missing
        unknown, lost, away = (int(np.count_nonzero(who)) for who in (~heard, missing, offline))
        online = len(heard) - unknown - lost - away
        return {"unknown": unknown, "online": online, "offline": away, "missing": lost}
