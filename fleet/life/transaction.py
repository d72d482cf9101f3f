"""A payment, lived: who pays how, is verified, asks the host, and what comes of it.

Theory of operation
-------------------
A customer comes at an instant of his own (`fleet.life.customers`); if the terminal is busy he waits
in line. Where guests order first, they browse the menu and confirm an order; the payment bears its
number. Before each payment the customer is verified (password, fingerprint, face); then the host
is asked.

    what happened                     code      the terminal then
    approved                          00        ready; a record, receipts, T21
    not verified; declined            55, 51..  ready; no fault but business as usual, T21
    this way to pay is not enabled    PAY-801   ready; the customer is refused, T21
    the host did not answer           PAY-802   ready; the payment must be reversed
    batch number mismatch             77        the operator signs in again, T22
    MAC error                         A0        the operator signs in again, T22
    link lost before the host asked   link      ready; the customer is lost
    link lost after that              link      ready; the payment must be reversed, T23
    power lost after that             power     off; the payment must be reversed, T24

All that chance decides is drawn when the customer comes, so that a fault which degrades a component
meanwhile does not disturb the payment under way. Heartbeats go on; orders wait until it is over.

A terminal that only counts its transactions lives those that change more than a counter: of the
table above, the fourth to the sixth line. While the host fails (`Gateway`), those that it counts
are refused as often as those that are lived: heartbeats tell so, and each is reversed.
"""

from collections.abc import Callable
from typing import Final

from fleet.chance.streams import Purpose
from fleet.life import authorisation, besetting, illness, methods
from fleet.life.authorisation import BATCH_DIFFERS
from fleet.life.channels import NOMINAL_READS
from fleet.life.faults import NEVER, Point
from fleet.life.sale import Outcome, Sale
from fleet.life.signoff import sign_off
from fleet.life.states import Event
from fleet.life.terminal import HOST_SILENT, Terminal
from fleet.life.updating.outcome import plan_offer
from fleet.profile.causes import Gateway
from fleet.units import Millis
from fleet.wire.codes import APPROVED
from fleet.wire.messages import AnyOrder, TransactionReported
from fleet.wire.words import MethodWord, OutcomeWord, VerificationWord

_MISREAD: Final = Purpose("transaction.misread")
_VERIFICATION: Final = Purpose("transaction.verification")
_VERIFYING: Final = Purpose("transaction.verifying")
_ORDERING: Final = Purpose("transaction.ordering")
_HOST: Final = Purpose("transaction.host")
_REFUSAL: Final = Purpose("transaction.refusal")
_OFFLINE: Final = Purpose("transaction.offline")
_UNCONFIRMED: Final = Purpose("reversal.unconfirmed")

# Why the host declines: insufficient funds, limit exceeded, do not honour. The split is a guess.
_REFUSALS: Final = {"51": 0.6, "61": 0.2, "05": 0.2}
_UNVERIFIED: Final[dict[VerificationWord, str]] = {"password": "55"}
_BIOMETRIC: Final = "63"
_DIFFERS: Final = {Outcome.BATCH_MISMATCH: BATCH_DIFFERS, Outcome.MAC_ERROR: "SGN-854"}


async def begin(t: Terminal) -> None:
    """It is the next customer's turn; or he goes away."""
    cut_off(t, "fault")  # whatever broke in before has left it behind
    t.customers.serve()
    t.diary.sells = t.customers.next
    method = methods.chosen(t)
    offline = not t.line.up
    if method is None or (offline and not _approved_offline(t)):
        _lose_customer(t)
        return
    t.sale = _agreed(t, method, offline=offline)
    t.step(Event.TRANSACTION_STARTED, code=method)


async def in_transaction(t: Terminal) -> tuple[AnyOrder, ...]:
    """See the payment through; return the orders that came meanwhile."""
    sale = t.sale
    assert sale is not None  # noqa: S101 - the state says so
    while t.world.now() < sale.ends_at:
        order = await t.attend(sale.ends_at)
        if order is None:
            t.bear(sale.ends_at)
        else:
            sale.held = (*sale.held, order)
    t.sale = None
    _CONCLUDE[sale.outcome](t, sale)
    _rest(t)
    return sale.held


def cut_off(t: Terminal, why: str) -> None:
    """Power or link is lost in the middle of it: reverse what the host may have booked."""
    sale, t.sale = t.sale, None
    if sale is None:
        return
    asked = sale.asked_at <= t.world.now() and not sale.offline
    if asked:
        t.must_reverse(why)
    if t.customers.lived:
        _report(t, sale, "reversal_pending" if asked else "abandoned", why)
    if not asked:
        _lose_customer(t)


def lose_link(t: Terminal) -> None:
    """The link is lost: the payment under way is over, unless it does without."""
    if t.sale is not None and not t.sale.offline:
        cut_off(t, "link")
        t.step(Event.TRANSACTION_INTERRUPTED, code="link")
        _rest(t)


async def reverse(t: Terminal) -> None:
    """Forward what was stored, and send the first reversal that is pending."""
    journal, rule = t.journal, t.profile.transactions
    t.diary.reverses = NEVER
    stored, journal.stored = journal.stored, ()
    for payment in stored if t.customers.lived else ():
        t.line.tell(payment)
    if journal.pending:
        if t.streams.chance(_UNCONFIRMED, max(rule.reversal_failure, authorisation.host_down(t))):
            journal.miss(rule.reversal_attempts)
        else:
            journal.confirm()
            t.step(Event.REVERSED, code=APPROVED)
    t.plan_reversal()


# ---------------------------------------------------------------------------- what comes of it


def _approve(t: Terminal, sale: Sale) -> None:
    rule, now = t.profile.transactions, t.world.now()
    t.journal.approve(1, now, rule.backup)
    receipts_m = t.member.model.printer * rule.copies * rule.receipt_mm / 1_000.0
    _count(t, sale, ok=True, paper_m=receipts_m)
    t.step(Event.TRANSACTION_APPROVED, code=APPROVED, duration_ms=now - sale.began_at)
    _report(t, sale, "approved", APPROVED)


def _fail_verification(t: Terminal, sale: Sale) -> None:
    _decline(t, sale, _UNVERIFIED.get(sale.verification, _BIOMETRIC))


def _refuse(t: Terminal, sale: Sale) -> None:
    _decline(t, sale, tuple(_REFUSALS)[t.streams.pick(_REFUSAL, tuple(_REFUSALS.values()))])


def _find_barred(t: Terminal, sale: Sale) -> None:
    ailment = methods.barring(t, sale.method)
    if ailment is not None and ailment.plan is None:
        illness.notice(t, ailment, Point.TRANSACTION)
    _decline(t, sale, Outcome.BARRED.value)


def _decline(t: Terminal, sale: Sale, code: str) -> None:
    _count(t, sale, ok=False)
    t.step(Event.TRANSACTION_DECLINED, code=code, duration_ms=t.world.now() - sale.began_at)
    _report(t, sale, "declined", code)


def _time_out(t: Terminal, sale: Sale) -> None:
    failing = next(t.fate.current(Gateway, sale.began_at, t.pulse.fw), None)
    if failing is None:
        besetting.attest(t, HOST_SILENT, mechanism="network")
    else:
        besetting.attest(t, HOST_SILENT, cause=failing[0].name)
    _count(t, sale, ok=False)
    t.must_reverse(HOST_SILENT)
    taken_ms = t.world.now() - sale.began_at
    t.step(Event.TRANSACTION_INTERRUPTED, code=HOST_SILENT, duration_ms=taken_ms)
    _report(t, sale, "reversal_pending", HOST_SILENT)


def _sign_in_again(t: Terminal, sale: Sale) -> None:
    code = sale.outcome.value
    besetting.beset(t, _DIFFERS[sale.outcome], cause=code)
    _count(t, sale, ok=False)
    sign_off(t)
    t.diary.signs_in = t.world.now()
    t.step(Event.SIGN_IN_DEMANDED, code=code, duration_ms=t.world.now() - sale.began_at)
    _report(t, sale, "refused", code)


_CONCLUDE: Final[dict[Outcome, Callable[[Terminal, Sale], None]]] = {
    Outcome.APPROVED: _approve,
    Outcome.UNVERIFIED: _fail_verification,
    Outcome.DECLINED: _refuse,
    Outcome.BARRED: _find_barred,
    Outcome.TIMED_OUT: _time_out,
    Outcome.BATCH_MISMATCH: _sign_in_again,
    Outcome.MAC_ERROR: _sign_in_again,
}


def _agreed(t: Terminal, method: MethodWord, *, offline: bool) -> Sale:
    """Draw all that chance decides."""
    rule, streams = t.profile.transactions, t.streams
    kinds = tuple(rule.verification)
    verification = kinds[streams.pick(_VERIFICATION, tuple(rule.verification.values()))]
    outcome = Outcome.APPROVED if offline else authorisation.outcome(t)
    if methods.barring(t, method) is not None:
        outcome = Outcome.BARRED
    now = asked_at = t.world.now()
    if t.member.sector.orders:
        asked_at += streams.draw(_ORDERING, rule.ordering)
    if verification != "none":
        asked_at += streams.draw(_VERIFYING, rule.verifying)
    ends_at = asked_at + (0 if offline else _host_ms(t, outcome))
    number = t.order_number()
    return Sale(number, method, verification, offline, outcome, now, asked_at, ends_at)


def _host_ms(t: Terminal, outcome: Outcome) -> Millis:
    match outcome:
        case Outcome.UNVERIFIED | Outcome.BARRED:
            return 0
        case Outcome.TIMED_OUT:
            return t.profile.transactions.timeout
        case _:
            return t.streams.draw(_HOST, t.profile.transactions.host)


# ---------------------------------------------------------------------------- its parts


def _approved_offline(t: Terminal) -> bool:
    return t.streams.chance(_OFFLINE, t.profile.transactions.offline)


def _count(t: Terminal, sale: Sale, *, ok: bool, paper_m: float = 0.0) -> None:
    misread = sale.method in methods.CARDS and t.streams.chance(_MISREAD, _misreads(t))
    counts = (1 + misread, int(misread), int(ok), int(not ok))
    t.vitals.count(t.pulse.index, t.pulse.seq + 1, counts, paper_m)


def _misreads(t: Terminal) -> float:
    """Return the chance that a card must be read again.

    Telemetry says which part of all reads fail, those that are no cards included.
    """
    failing = t.unit.level("read_errors", t.world.now()) / NOMINAL_READS
    return min(1.0, failing / max(1.0 - failing, failing) / methods.share(t, methods.CARDS))


def _lose_customer(t: Terminal) -> None:
    t.step(Event.CUSTOMERS_LOST, code="1")


def _rest(t: Terminal) -> None:
    """The terminal was in use: it is idle from now on."""
    authorisation.foresee(t)
    t.software.idle_since = t.world.now()
    if t.diary.updates != NEVER:
        plan_offer(t)


def _report(t: Terminal, sale: Sale, outcome: OutcomeWord, code: str) -> None:
    """Say what became of a payment, if the profile asks for it; if offline, as soon as it can."""
    report = TransactionReported(
        ts=t.ts(),
        order_no=f"{t.member.tid}{sale.number % 10**8:08}",
        batch=t.journal.batch,
        method=sale.method,
        verification=sale.verification,
        outcome=outcome,
        code=code,
        ms=t.world.now() - sale.began_at,
        offline=sale.offline,
    )
    if sale.offline and outcome == "approved":
        if t.journal.store(report, t.profile.transactions.stored_max):
            t.step(Event.DATA_LOST, code="stored")
        t.plan_reversal()
    elif t.customers.lived:
        t.line.tell(report)
