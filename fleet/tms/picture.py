"""What the TMS sees of its estate at an instant: its view of the terminals, and its campaigns."""

from collections.abc import Mapping
from typing import Self

import msgspec

from fleet.tms.book import Book
from fleet.tms.ledger import added
from fleet.tms.views import Sign, View, Views


class Picture(msgspec.Struct):
    """Counts of an instant; those of several desks may be added.

    Attributes:
        views: Terminals by what the TMS holds them to be; empty where it hears only a part of what
            they say.
        offline_by: How often a terminal was found to be offline, by what told it.
        campaigns: Terminals of each campaign by what became of them: `name/outcome`.
        stopped: 1 for each campaign that has stopped.
        late: Reports of updates that came after the tick at which they should have counted.
    """

    views: Mapping[View, int] = msgspec.field(default_factory=dict)
    offline_by: dict[Sign, int] = msgspec.field(default_factory=dict)
    campaigns: dict[str, int] = msgspec.field(default_factory=dict)
    stopped: dict[str, int] = msgspec.field(default_factory=dict)
    late: int = 0

    def __add__(self, other: Self) -> Self:
        """Return what both desks see."""
        return added(self, other)

    @classmethod
    def of(cls, book: Book, views: Views | None, now_ms: int) -> Self:
        """Return the picture at the server's Unix time `now_ms`."""
        return cls(
            views={} if views is None else views.counts(now_ms),
            offline_by={} if views is None else dict(views.offline_by),
            campaigns={
                f"{name}/{outcome}": count
                for name, counts in book.counts().items()
                for outcome, count in counts.items()
            },
            stopped=dict.fromkeys(book.stopped(), 1),
            late=book.late,
        )
