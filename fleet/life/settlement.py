"""The end-of-day settlement: the terminal's totals against the host's, then sign-off.

Theory of operation
-------------------
The terminal says how many trace numbers it has given in this batch, how many records it holds, and
how many reversals nobody confirmed (ISO 8583: 0500). If the host finds its own books equal, the
batch is closed (00). If not (95), the terminal uploads every record (0320) and asks again, and the
batch is closed by what was uploaded, reversals and all. The operator is signed off and the next
batch has the next number.

Without an answer, or without a link, the batch stays open until the next settlement.
"""

from typing import Final

from fleet.chance.streams import Purpose
from fleet.life.faults import NEVER
from fleet.life.signoff import sign_off
from fleet.life.states import Event, State
from fleet.life.terminal import Terminal
from fleet.life.world import NoAnswer
from fleet.wire.codes import APPROVED
from fleet.wire.messages import SettlementAnswered, SettlementRequested, SignedOff

_DURATION: Final = Purpose("settlement.duration")
_UPLOAD: Final = Purpose("settlement.upload")


def must_settle(t: Terminal) -> bool:
    """Return whether there is something to settle, and a way to do it."""
    return t.line.up and not t.journal.empty


async def by_the_clock(t: Terminal) -> None:
    """It is time for an estate that never closes."""
    t.diary.settles = t.shop.next_settlement(t.world.now())
    t.count_customers()
    if must_settle(t):
        t.step(Event.SETTLEMENT_STARTED, code="clock")


async def settling(t: Terminal) -> None:
    """Compare totals, upload if they differ, and sign off."""
    if not t.line.up:
        _give_up(t, "link")
        return
    await t.rest_for(_DURATION, t.profile.settlement.duration)
    answer = await _ask(t, uploaded=False)
    uploaded = answer is not None and answer.code != APPROVED
    if uploaded:
        record_ms = t.streams.draw(_UPLOAD, t.profile.settlement.upload)
        await t.rest(record_ms * t.journal.records)
        answer = await _ask(t, uploaded=True)
    if answer is None or answer.code != APPROVED:
        _give_up(t, "timeout" if answer is None else answer.code)
        return
    _close(t, answer.batch, "uploaded" if uploaded else "balanced")


async def _ask(t: Terminal, *, uploaded: bool) -> SettlementAnswered | None:
    rule, journal = t.profile.settlement, t.journal
    for _ in range(rule.attempts):
        request = SettlementRequested(
            ts=t.ts(),
            req=t.line.request_number(),
            batch=t.journal.batch,
            traces=journal.traces,
            records=journal.records,
            unconfirmed=journal.pending + journal.unconfirmed,
            uploaded=uploaded,
        )
        try:
            answer = await t.world.ask(request, rule.timeout)
        except NoAnswer:
            continue
        assert isinstance(answer, SettlementAnswered)  # noqa: S101 - the world matches kinds
        return answer
    return None


def _close(t: Terminal, batch: int, outcome: str) -> None:
    taken_ms = t.world.now() - t.state_since
    for _ in range(t.journal.close()):
        t.step(Event.REVERSED, code="upload")
    t.line.tell(SignedOff(t.ts(), t.journal.batch))
    t.journal.batch = batch
    _end_session(t)
    t.step(Event.SETTLED, code=outcome, duration_ms=taken_ms)


def _give_up(t: Terminal, why: str) -> None:
    _end_session(t)
    taken_ms = t.world.now() - t.state_since
    t.step(Event.SETTLEMENT_FAILED, State.STANDBY, code=why, duration_ms=taken_ms)


def _end_session(t: Terminal) -> None:
    sign_off(t)
    t.diary.reverses = NEVER
    t.diary.signs_in = t.world.now()
