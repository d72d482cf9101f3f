"""When heartbeats are due: a wheel of spans, each with the terminals whose next one falls into it.

Theory of operation
-------------------
A terminal sleeps through its heartbeats; while it does, their instants lie on a grid which needs
neither a coroutine nor a heap. The wheel holds the number of each terminal in the span of its next
heartbeat. One span is open at a time: it is taken off the wheel as a whole, so that telemetry can
be computed for all of it at once. A terminal whose next heartbeat falls into the open span, because
it has only begun to beat or beats very fast, *joins* it.

An entry holds no truth of its own. It is right if the terminal's next instant is still the entry's
and not beyond its limit; whatever begins, pauses or moves a grid merely makes entries wrong, and
wrong entries are passed over.
"""

from fleet.units import Millis

Reading = tuple[float, ...]
Entry = tuple[Millis, int, int, Reading]
"""A heartbeat ahead: its instant, the terminal's row, that row's count of changes, what it says."""


class Rhythm:
    """Grids of heartbeats, by row, in business milliseconds.

    Attributes:
        seq: Number of the last heartbeat of each terminal.
        last: Its instant.
        joined: Rows that have come into the open span.
        closes: Instant at which the open span ends.
    """

    __slots__ = ("_every", "_limit", "_next", "_span", "_wheel", "closes", "joined", "last", "seq")

    def __init__(self, terminals: int, span: Millis) -> None:
        """Start with nobody beating, at the instant 0."""
        self._span = span
        self._next = [0] * terminals
        self._every = [0] * terminals
        self._limit = [-1] * terminals
        self._wheel: dict[int, list[int]] = {}
        self.seq = [0] * terminals
        self.last = [0] * terminals
        self.joined: list[int] = []
        self.closes: Millis = 0

    def begin(self, row: int, at: Millis, every: Millis, limit: Millis) -> None:
        """Let a terminal beat: first at `at`, then at equal distances up to `limit`."""
        self._every[row] = every
        self._limit[row] = limit
        self._next[row] = at
        self._enter(row, at)

    def pause(self, row: int) -> Millis:
        """Let it beat no more; return the next instant of its grid."""
        self._limit[row] = -1
        return self._next[row]

    def next_of(self, row: int) -> Millis:
        """Return the instant of a terminal's next heartbeat, if it beats at all."""
        return self._next[row]

    def is_due(self, row: int, now: Millis) -> bool:
        """Return whether a terminal's next heartbeat is due by `now`."""
        return self._next[row] <= min(now, self._limit[row])

    def walk(self, ahead: list[Entry], now: Millis) -> list[Entry]:
        """Take what is due by `now` off the end of `ahead`; return the right ones, moved on.

        Args:
            ahead: Entries, latest first; the due ones are removed, right or wrong.
            now: Business instant.
        """
        grid, limit, every, last, seq = self._next, self._limit, self._every, self.last, self.seq
        walked: list[Entry] = []
        while ahead and ahead[-1][0] <= now:
            entry = ahead.pop()
            at, row = entry[0], entry[1]
            if at != grid[row] or at > limit[row]:
                continue
            grid[row] = later = at + every[row]
            if later <= limit[row]:
                self._enter(row, later)
            last[row] = at
            seq[row] += 1
            walked.append(entry)
        return walked

    def open_next(self) -> list[int]:
        """Close the span, open the next, and return the rows of its entries.

        Whoever has joined and is not due yet is among them.
        """
        rows = self._wheel.pop(self.closes // self._span, [])
        self.closes += self._span
        rows += self.joined
        self.joined = []
        return rows

    def _enter(self, row: int, at: Millis) -> None:
        if at < self.closes:
            self.joined.append(row)
        elif (rows := self._wheel.get(at // self._span)) is not None:
            rows.append(row)
        else:
            self._wheel[at // self._span] = [row]
