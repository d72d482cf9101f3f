"""The TMS's side of the conversation, without input or output.

Theory of operation
-------------------
An answer is a function of the message, the profile and the seed, but for one thing: whether a
campaign has stopped, which stands in `fleet.tms.book`. The desk keeps nothing else that an answer
depends on: without such campaigns any number of desks may share one estate's messages, in any
distribution and order, and may be restarted at any time. What would have to be remembered is said
by the terminal (the last order it received, its version, the number of its request) or drawn by its
number.

What a payment host would answer (sign-in, settlement) is answered in `fleet.tms.host`.

Whether an order is due is judged by the heartbeat's own instant, never by that of its arrival: a
busy broker changes no story.

    heard        answered
    register     00, or 97 if the terminal is not of this estate or, by the profile's chance, not
                 entered yet, or 1828 if its TID is in use; the heartbeat's interval
    sync         00 or 97; the parameter set of the terminal's day; whether an update is due
    sign_in      97, or 96 and others by the profile's chances, 96 also while the payment host fails
                 (a common cause), or 55 if the proof is wrong, or 00 with the check values of the
                 working keys, which may be wrong
    chunk        that part of a package, or 25 if no campaign has it
    update       nothing; it is noted in the book
    settlement   00 and the next batch; 95 if a record is missing, a reversal was not confirmed, or
                 by the profile's chance; 00 after the upload
    heartbeat    an acknowledgement, if the profile wants one; the plan's next order, if it is due
    all others   nothing; they are counted
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from fleet.chance.streams import Purpose, Streams
from fleet.profile.campaigns import Campaign
from fleet.profile.estate import Estate
from fleet.profile.profile import Profile
from fleet.tms.host import Host
from fleet.tms.imperatives import packages
from fleet.tms.ledger import Ledger
from fleet.tms.plan import Plan, line_of
from fleet.tms.progress import Ruling
from fleet.tms.views import Views
from fleet.wire.codes import (
    APPROVED,
    NO_SUCH_RECORD,
    NOT_REGISTERED,
    TID_TAKEN,
)
from fleet.wire.messages import (
    Answer,
    AnyOrder,
    ChunkAnswered,
    ChunkRequested,
    Heartbeat,
    HeartbeatAcknowledged,
    Message,
    RegistrationAnswered,
    RegistrationRequested,
    Request,
    SettlementRequested,
    SignInRequested,
    SyncAnswered,
    SyncRequested,
    UpdateReported,
)
from fleet.wire.package import Package, chunk_content
from fleet.wire.words import Contact

_TID_DIGITS: Final = 8
_TID_TAKEN: Final = Purpose("tms.registration_taken")
_UNKNOWN: Final = Purpose("tms.registration_unknown")


class Reply(NamedTuple):
    """A message, and the terminal it goes to; its topic follows from the message's kind."""

    terminal: str
    message: Message


class Desk:
    """Who answers the terminals of one estate.

    Attributes:
        counts: What was heard and said, in numbers.
        views: Which terminals it holds to be online, offline or missing.
        book: How its campaigns are going.
    """

    def __init__(
        self,
        profile: Profile,
        seed: int,
        *,
        alone: bool = True,
        rulings: Iterable[Ruling] | None = None,
    ) -> None:
        """Open the desk.

        Args:
            profile: Estate, plan and behaviour.
            seed: The run's, 0 to 2**64 - 1.
            alone: Whether this desk hears every message of the estate; only then it can tell
                whether one is missing.
            rulings: What will be decided of campaigns, where that is known beforehand; else it is
                decided here.
        """
        self._ledger = Ledger(follows=alone, speed=profile.run.speed)
        self.counts: Final = self._ledger.counts
        self._plan = Plan(profile, seed, rulings)
        self._host = Host(profile, seed)
        self.book: Final = self._plan.book
        self.views: Final = Views(profile)
        self._packages = {(what, version, size) for what, version, size, _ in packages(profile)}
        self._seed = seed
        self._estate = profile.estate
        self._tms = profile.tms
        self._acknowledges = profile.heartbeat.acknowledged

    def hear(self, tenant: str, terminal: str, message: Message, server_ts: int) -> list[Reply]:
        """Hear a message from below.

        Args:
            tenant: From its topic.
            terminal: From its topic; the terminal identifier.
            message: Any of `fleet.wire.messages.UP`.
            server_ts: The server's clock: Unix time, business clock, milliseconds.

        Returns:
            What to say to that terminal, in this order; often nothing.
        """
        index = _index_of(terminal, self._estate) if tenant == self._estate.tenant else None
        self._ledger.hear(message, index, server_ts)
        if index is not None:
            self.views.hear(index, message, server_ts)
        answers = [
            Reply(terminal, said) for said in self._answers(terminal, index, message, server_ts)
        ]
        for reply in answers:
            self._ledger.say(reply.message, index, server_ts)
        return answers

    def answer(self, tenant: str, terminal: str, request: Request, now: int) -> Answer | None:
        """Answer a request as `hear` does, but keep no count of it; None for no answer.

        Args:
            tenant: From its topic.
            terminal: From its topic; the terminal identifier.
            request: What is asked.
            now: The server's clock: Unix time, business clock, milliseconds.
        """
        index = _index_of(terminal, self._estate) if tenant == self._estate.tenant else None
        return self._answer(terminal, index, request, now)

    def next_order_ms(self, terminal: str, plan: int, fw: str) -> int | None:
        """Return from when on a heartbeat of this terminal would be answered by an order.

        Args:
            terminal: Terminal identifier.
            plan: Number of the last order that it received.
            fw: The version it runs.

        Returns:
            Unix time in milliseconds, possibly past; None for never.
        """
        if not self._plan.entries:
            return None
        index = _index_of(terminal, self._estate)
        due = None if index is None else self._plan.next_due(index, plan, fw)
        return None if due is None else due.at_ms

    def order_at(self, terminal: str, plan: int, fw: str, at: int) -> AnyOrder | None:
        """Return the order that answers a heartbeat of the Unix time `at`, in ms, if one does.

        Args:
            terminal: Terminal identifier.
            plan: Number of the last order that it received.
            fw: The version it runs.
            at: The heartbeat's own instant.
        """
        index = _index_of(terminal, self._estate)
        if index is None:
            return None
        self.book.decide(at)
        due = self._plan.next_due(index, plan, fw)
        if due is None or due.at_ms > at:
            return None
        if not due.withdraws:
            self.book.ordered(due.entry.line, index, at)
        return self._plan.message(due, index, fw, at + self._tms.order_lead)

    def _answers(self, tid: str, index: int | None, message: Message, now: int) -> list[Message]:
        match message:
            case Heartbeat() if index is not None:
                return self._acknowledge(tid, message, now)
            case UpdateReported() if index is not None:
                self.book.heed(line_of(message.plan), index, message)
        answer = self._answer(tid, index, message, now)
        return [] if answer is None else [answer]

    def _answer(self, tid: str, index: int | None, message: Message, now: int) -> Answer | None:
        match message:
            case RegistrationRequested():
                return self._register(tid, index, message, now)
            case SyncRequested():
                return self._sync(index, message, now)
            case ChunkRequested():
                return self._chunk(index, message, now)
            case SignInRequested():
                return self._host.sign_in(tid, index, message, now)
            case SettlementRequested():
                return self._host.settle(index, message, now)
            case _:
                return None

    def _acknowledge(self, tid: str, beat: Heartbeat, now: int) -> list[Message]:
        said: list[Message] = []
        if self._acknowledges:
            said.append(HeartbeatAcknowledged(now, beat.seq))
        order = self.order_at(tid, beat.plan, beat.fw, beat.ts)
        return said if order is None else [*said, order]

    def _register(
        self, tid: str, index: int | None, request: RegistrationRequested, now: int
    ) -> RegistrationAnswered:
        code = self._registration_code(tid, index, request)
        interval = self._tms.heartbeat_interval or 0
        return RegistrationAnswered(now, request.req, code, interval if code == APPROVED else 0)

    def _registration_code(
        self, tid: str, index: int | None, request: RegistrationRequested
    ) -> str:
        if index is None or request.tid != tid:
            return NOT_REGISTERED
        if scripted := self._tms.script.register_.get(str(request.req)):
            return scripted
        streams = Streams(self._seed, index)
        if streams.chance_at(_TID_TAKEN, request.req, self._tms.registration_taken):
            return TID_TAKEN
        unknown = streams.chance_at(_UNKNOWN, request.req, self._tms.registration_unknown)
        return NOT_REGISTERED if unknown else APPROVED

    def _chunk(self, index: int | None, request: ChunkRequested, now: int) -> ChunkAnswered:
        named = (request.what, request.version, request.size)
        if index is None or named not in self._packages:
            return ChunkAnswered(now, request.req, NO_SUCH_RECORD, request.number, b"")
        data = chunk_content(Package(*named, request.chunk), request.number)
        return ChunkAnswered(now, request.req, APPROVED, request.number, data)

    def _sync(self, index: int | None, request: SyncRequested, now: int) -> SyncAnswered:
        if index is None:
            return SyncAnswered(now, request.req, NOT_REGISTERED, 0)
        params = self._host.params(request.ts)
        code = self._tms.script.sync.get(str(request.req), APPROVED)
        return SyncAnswered(now, request.req, code, params, self._contact(index, request))

    def _contact(self, index: int, request: SyncRequested) -> Contact:
        self.book.decide(request.ts)
        due = self._plan.next_due(index, request.plan, request.fw)
        asked = None if due is None or due.at_ms > request.ts else due.entry.asked
        if not isinstance(asked, Campaign):
            return "none"
        return "CRIT" if asked.forced or asked.reason == "security" else "ASAP"


def _index_of(tid: str, estate: Estate) -> int | None:
    if len(tid) != _TID_DIGITS or not (tid.isascii() and tid.isdigit()):
        return None
    index = int(tid) - estate.first_tid
    return index if 0 <= index < estate.terminals else None
