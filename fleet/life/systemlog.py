"""The system log: the last things that happened to a terminal, for whoever asks to see them.

Support staff look at it for suspicious activity and error prompts. It is a ring of bounded length;
an entry takes eight bytes, since ten thousand terminals keep one each: the instant in milliseconds,
times 256, plus the number of the event.
"""

from array import array
from collections.abc import Iterator
from typing import Final

from fleet.life.states import Event
from fleet.units import Millis

ENTRIES_MAX: Final = 32
_EVENTS: Final = tuple(Event)
_NUMBERS: Final = {event: number for number, event in enumerate(_EVENTS)}
_RADIX: Final = 256


class SystemLog:
    """The last `ENTRIES_MAX` events of one terminal."""

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries = array("Q")

    def note(self, at: Millis, event: Event) -> None:
        """Add an entry; at the bound the oldest is dropped."""
        self._entries.append(at * _RADIX + _NUMBERS[event])
        if len(self._entries) > ENTRIES_MAX:
            del self._entries[0]

    def __iter__(self) -> Iterator[tuple[Millis, Event]]:
        """Yield instant and event, oldest first."""
        for entry in self._entries:
            at, number = divmod(entry, _RADIX)
            yield at, _EVENTS[number]

    def __len__(self) -> int:
        return len(self._entries)
