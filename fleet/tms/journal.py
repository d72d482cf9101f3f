"""The desk's journal: a file from which a TMS that was killed takes its book of campaigns again.

Theory of operation
-------------------
A book changes by steps, each a note or a decision, and by nothing else; the same steps in the same
order bring a new book to where the old one was. So every step is a line, written before the answer
that it leads to is sent, and who opens the journal of a predecessor retraces it.

    head        profile, seed, and the Unix time at which business began
    note        what became of a terminal in a campaign
    decision    up to when was decided

A line goes to the system in one piece and at once, so a killed process loses none. Nothing is
forced to the disk, on purpose: an answer waits for its line, so each fsync, milliseconds of a disk
that others use as well, would stand in the very latencies that are being measured. The price is
that a machine which loses its power may lose the last seconds, and that costs no more than what
terminals told while nobody listened: in the book, those are ordered still, until their campaign's
time-out. A line that was broken off is none.
"""

import contextlib
import os
from pathlib import Path
from typing import Self

import msgspec

from fleet.tms.book import Decision, Note, Step


class JournalError(Exception):
    """The file cannot be the journal of this TMS; the text says why."""


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose journal it is.

    Attributes:
        profile: Digest of the resolved profile.
        seed: Of the run.
        began_unix_ms: When business began, by the wall clock.
    """

    profile: str
    seed: int
    began_unix_ms: int


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A step; the journal's only kind of line beside the head."""

    note: Note | None = None
    decided: int | None = None


_head = msgspec.json.Decoder(Head).decode
_line = msgspec.json.Decoder(_Line).decode
_encode = msgspec.json.Encoder().encode


class Journal:
    """The journal of one instance.

    Attributes:
        head: Whose it is.
        past: The steps that stood in it when it was opened.
    """

    def __init__(self, path: Path, head: Head, past: tuple[Step, ...]) -> None:
        """Go on with a file that holds this much, and not a byte more."""
        self.head = head
        self.past = past
        self._file = path.open("ab", buffering=0)

    @classmethod
    def open(cls, path: Path, head: Head) -> Self:
        """Open the journal at `path`, or begin it.

        Args:
            path: The file; its folder is there.
            head: Of a new one; that of an old one must agree in profile and seed.

        Raises:
            JournalError: It is the journal of another TMS, or none.
            OSError: It cannot be read or written.
        """
        lines, size = _whole_lines(path)
        if not size:
            path.write_bytes(_encode(head) + b"\n")
            return cls(path, head, ())
        try:
            found = _head(lines[0])
            past = tuple(map(_step, lines[1:]))
        except (msgspec.MsgspecError, ValueError) as error:
            msg = f"{path} is no journal of a TMS: {error}"
            raise JournalError(msg) from None
        if (found.profile, found.seed) != (head.profile, head.seed):
            msg = f"{path} is the journal of another profile or seed; name another file"
            raise JournalError(msg)
        os.truncate(path, size)
        return cls(path, found, past)

    def close(self) -> None:
        """Write no more."""
        self._file.close()

    def keep(self, step: Step) -> None:
        """Write a step down."""
        line = _Line(note=step) if isinstance(step, Note) else _Line(decided=step.before_ms)
        self._file.write(_encode(line) + b"\n")


def _step(line: bytes) -> Step:
    read = _line(line)
    return read.note if read.note is not None else Decision(read.decided or 0)


def _whole_lines(path: Path) -> tuple[list[bytes], int]:
    """Return the lines of a file, if there is one, and how many bytes they take.

    What was broken off at its end is none of them, unless it is all that there is.
    """
    with contextlib.suppress(FileNotFoundError):
        data = path.read_bytes()
        *lines, rest = data.split(b"\n")
        return (lines, len(data) - len(rest)) if lines else ([rest], len(rest))
    return [], 0
