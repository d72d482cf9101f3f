"""The journal of one terminal: its open batch, and the money that is still on its way.

Theory of operation
-------------------
Every approved payment takes a trace number and leaves a record. Both count from the opening of the
batch; a settlement compares them, and the host notices where records are missing. Records that were
backed up outlive a loss of power, younger ones may not.

A payment whose answer never came must be reversed (ISO 8583: 0400). Its reversal is *pending* until
the host confirms it. One that was tried too often is *unconfirmed*, and waits for the settlement,
whose upload (0320) puts it right. So every reversal ends.

Payments approved offline are *stored*, a bounded number, until the link is back; at the bound the
oldest is dropped, and its record with it.

A unit that is swapped out takes its journal with it. What was stored in it is lost; reversals are
left to the host, which has its own time-out. The unit that comes learns the batch from the host.
"""

from fleet.life.faults import NEVER
from fleet.units import Millis
from fleet.wire.messages import TransactionReported


class Journal:
    """What one terminal remembers of its payments.

    Attributes:
        batch: Number of the open batch; 0 before the host has told it.
        traces: Trace numbers given to approved payments since the batch was opened.
        records: How many of those payments are on record.
        pending: Reversals that the host has not confirmed.
        attempts: How often the first of them was sent.
        unconfirmed: Reversals that wait for the settlement.
        stored: Payments approved offline that were not forwarded, oldest first.
        reversed: Reversals that have ended.
    """

    __slots__ = (
        "_backed_up", "_backed_up_at", "attempts", "batch", "pending", "records",
        "reversed", "stored", "traces", "unconfirmed",
    )  # fmt: skip

    def __init__(self) -> None:
        self.batch = self.traces = self.records = 0
        self.pending = self.attempts = self.unconfirmed = self.reversed = 0
        self.stored: tuple[TransactionReported, ...] = ()
        self._backed_up = 0
        self._backed_up_at: Millis = NEVER

    @property
    def empty(self) -> bool:
        """Whether the batch holds nothing to settle."""
        return not (self.traces or self.pending or self.unconfirmed)

    @property
    def settled(self) -> bool:
        """Whether no money is on its way: nothing to reverse, nothing to forward."""
        return not (self.pending or self.unconfirmed or self.stored)

    def approve(self, count: int, now: Millis, backup_ms: Millis) -> None:
        """Put approved payments on record; what was there is backed up every so often."""
        if self._backed_up_at == NEVER or now - self._backed_up_at >= backup_ms:
            self._backed_up, self._backed_up_at = self.records, now
        self.traces += count
        self.records += count

    def lose(self) -> int:
        """Lose the records since the last backup; return how many."""
        lost = self.records - self._backed_up
        self.records = self._backed_up
        return lost

    def must_reverse(self, count: int = 1) -> None:
        """Note that so many payments must be reversed."""
        self.pending += count

    def confirm(self) -> None:
        """The host has confirmed the first reversal."""
        self.pending, self.attempts = self.pending - 1, 0
        self.reversed += 1

    def miss(self, attempts_max: int) -> None:
        """The host has not confirmed it; after too many attempts it waits for the settlement."""
        self.attempts += 1
        if self.attempts >= attempts_max:
            self.pending, self.attempts = self.pending - 1, 0
            self.unconfirmed += 1

    def store(self, payment: TransactionReported, bound: int) -> bool:
        """Keep a payment until the link is back; return whether another had to give way."""
        full = len(self.stored) >= bound
        self.stored = (*self.stored, payment)[-bound:]
        if full:
            self.records -= 1
        return full

    def close(self) -> int:
        """The batch is settled: begin a new one; return how many reversals that ended."""
        ended = self.pending + self.unconfirmed
        self.reversed += ended
        self.traces = self.records = self.pending = self.attempts = self.unconfirmed = 0
        self._backed_up, self._backed_up_at = 0, NEVER
        return ended
