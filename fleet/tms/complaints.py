"""Complaints about the outside world: however much it provokes, the log stays readable."""

import logging
import math
import time


class Complaints:
    """Log lines which the outside world can provoke, at most one in a second."""

    def __init__(self, log: logging.Logger, every_s: float = 1.0) -> None:
        self._log = log
        self._every_s = every_s
        self._silent_until = -math.inf
        self._unsaid = 0

    def note(self, text: str) -> None:
        """Log this, or count it for the next line."""
        now = time.monotonic()
        if now < self._silent_until:
            self._unsaid += 1
            return
        more = f" (and {self._unsaid} more since the line before)" if self._unsaid else ""
        self._log.warning("%s%s", text, more)
        self._silent_until = now + self._every_s
        self._unsaid = 0
