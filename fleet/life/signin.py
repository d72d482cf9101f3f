"""Sign-in: an operator's password, sometimes a signature, and the host's working keys.

Theory of operation
-------------------
Before an operator begins, the terminal must be fit for it: intact and with power enough. (That it
has tested itself and is online is seen to by the states and the duties.) Then the host's response
code decides what follows:

    code             means                            the terminal then
    00               approved; keys are delivered     is ready, if the keys' check values are right
    55, 99           wrong password, PIN format       tries again; after too many it is locked
    62               credential suspended (SGN-852)   is locked until the credential is reissued
    22, 77           state or batch differs           signs in again at once, with the host's batch
    A0               MAC error, or keys do not check  signs in again; SGN-854 if it goes on
    96, 98, silence  host malfunction                 tries again after a while
    03, 97           merchant or terminal unknown     is out of order until that is put right

Who is locked out waits for a while, or has forgotten the password and has it reset: by the vendor's
app, hotline or outlet, each with a latency of its own. A reset, a reissue and the regular change of
an old password each make a new credential; its number is part of the next request.

Response codes are UnionPay's (ISO 8583, field 39); 62, 98, 99 and A0 are from memory.
"""

from typing import Final, Literal

from fleet.chance.streams import Purpose
from fleet.life import besetting, illness
from fleet.life.faults import NEVER, Point
from fleet.life.faults.ailment import Ailment
from fleet.life.regions import Session
from fleet.life.signoff import sign_off
from fleet.life.states import Event, State
from fleet.life.terminal import Terminal
from fleet.life.world import NoAnswer
from fleet.units import Millis
from fleet.wire.codes import (
    APPROVED,
    BATCH_MISMATCH,
    MAC_ERROR,
    MERCHANT_UNKNOWN,
    NOT_REGISTERED,
    PIN_FORMAT,
    STATE_MISMATCH,
    SUSPENDED,
    WRONG_PASSWORD,
)
from fleet.wire.keys import check_values
from fleet.wire.messages import SignInAnswered, SignInRequested
from fleet.wire.password import estate_secret, password, proof

_TYPING: Final = Purpose("sign_in.typing")
_MISTYPED: Final = Purpose("sign_in.mistyped")
_SIGNATURE: Final = Purpose("sign_in.signature")
_SIGNING: Final = Purpose("sign_in.signing")
_FREEZES: Final = Purpose("sign_in.frozen")
_ILLEGIBLE: Final = Purpose("sign_in.signature_failure")
_RETRY: Final = Purpose("sign_in.retry")
_FORGOTTEN: Final = Purpose("sign_in.forgotten")
_REISSUE: Final = Purpose("sign_in.reissue")
_ROTATION: Final = Purpose("sign_in.rotation")
_CHANNEL: Final = Purpose("password_reset.channel")
_LATENCY: Final = {name: Purpose(f"password_reset.{name}") for name in ("app", "hotline", "outlet")}
_OPERATOR: Final = "01"
_WRONG: Final = frozenset({WRONG_PASSWORD, PIN_FORMAT})
_UNKNOWN: Final = frozenset({MERCHANT_UNKNOWN, NOT_REGISTERED})
# What has come to an end when a lock is lifted, and when an operator is signed in.
_LOCKS: Final = ("SGN-851", "SGN-852", "SEC-903")
_OVER: Final = (*_LOCKS, "SGN-854", "SGN-855", "PAY-803", "IDN-302", "UPD-957")
_AGAIN: Final = frozenset({STATE_MISMATCH, BATCH_MISMATCH, MAC_ERROR})


def fit_at(t: Terminal) -> Millis:
    """Return from when on the terminal is fit for a sign-in; now, if it is.

    A critical fault, or one of the supply without a battery to live on, must be repaired first.
    """
    now = t.world.now()
    illness.come_upon(t, Point.SIGN_IN)
    hindering = [ailment for ailment in t.cases.active.values() if _hinders(t, ailment)]
    for ailment in hindering:
        if ailment.plan is None:  # whoever wants to sign in sees that it is broken
            illness.notice(t, ailment, Point.MERCHANT)
    return max((ailment.until for ailment in hindering), default=now)


def _hinders(t: Terminal, ailment: Ailment) -> bool:
    kind = ailment.kind
    unsupplied = kind.fault_class == "power" and not t.member.model.battery
    return kind.severity == "critical" or unsupplied or "sign_in" in kind.effect.hinders


async def signing_in(t: Terminal) -> None:
    """Type the password, sign if that is asked for, and ask the server."""
    started = t.state_since
    rule = t.profile.sign_in
    freezes, illegible = _what_comes(t)
    await t.rest_for(_TYPING, rule.typing)
    if freezes:
        illness.befall(t, "SGN-856", cause="sign_in")
    if illegible is not None:
        await t.rest_for(_SIGNING, rule.signing)
        if illegible:
            t.diary.signs_in = t.world.now()
            besetting.attest(t, "SGN-853")
            t.step(Event.SIGNATURE_REFUSED, code="SGN-853")
            return
    code = await _ask(t)
    _react(t, code, t.world.now() - started)


def _what_comes(t: Terminal) -> tuple[bool, bool | None]:
    """Draw whether the terminal will freeze, and the signature, if one is asked for, be illegible.

    Both show while the password is typed: processor and memory are busy, the touch pad is noisy.
    """
    rule, streams = t.profile.sign_in, t.streams
    freezes = streams.chance(_FREEZES, rule.frozen)
    illegible = None
    if streams.chance(_SIGNATURE, rule.signature):
        illegible = streams.chance(_ILLEGIBLE, rule.signature_failure)
    for coming, code in ((freezes, "SGN-856"), (illegible, "SGN-853")):
        if coming:
            besetting.portend(t, code)
    return freezes, illegible


def _react(t: Terminal, code: str, taken_ms: Millis) -> None:
    if code == APPROVED:
        _signed_in(t, taken_ms)
    elif code in _WRONG:
        _wrong_password(t, code, taken_ms)
    elif code == SUSPENDED:
        lock(t, "reissue", t.streams.draw(_REISSUE, t.profile.sign_in.reissue))
        besetting.beset(t, "SGN-852")
        t.step(Event.CREDENTIAL_REFUSED, code="SGN-852", duration_ms=taken_ms)
    elif code in _UNKNOWN:
        besetting.beset(t, "IDN-302", cause=code)
        _reject(t, code, taken_ms)
    elif code in _AGAIN:
        _sign_in_again(t, code, taken_ms)
    else:
        t.diary.signs_in = t.world.now() + t.streams.draw(_RETRY, t.profile.sign_in.retry)
        t.step(Event.SIGN_IN_FAILED, code=code, duration_ms=taken_ms)


async def _ask(t: Terminal) -> str:
    request = _request(t)
    try:
        answer = await t.world.ask(request, t.profile.sign_in.timeout)
    except NoAnswer:
        return "timeout"
    assert isinstance(answer, SignInAnswered)  # noqa: S101 - the world matches kinds
    t.journal.batch = answer.batch
    if answer.code == APPROVED:
        if answer.params > t.unit.params:
            t.diary.syncs = t.world.now()
        secret = estate_secret(t.streams.seed)
        if answer.kcv != check_values(secret, t.member.tid, request.req, request.key_scheme):
            return MAC_ERROR
    return answer.code


def _request(t: Terminal) -> SignInRequested:
    tid, req, rule = t.member.tid, t.line.request_number(), t.profile.sign_in
    secret = password(estate_secret(t.streams.seed), tid, t.shift.credential)
    mistyped = t.streams.chance(_MISTYPED, rule.wrong_password)
    typed = secret[:-1] if mistyped else secret
    return SignInRequested(
        ts=t.ts(),
        req=req,
        stan=req,
        operator=_OPERATOR,
        batch=t.journal.batch,
        attempt=t.setbacks.passwords + 1,
        proof=proof(typed, tid, req),
        fw=t.pulse.fw,
        credential=t.shift.credential,
        key_scheme=rule.key_scheme,
    )


def _signed_in(t: Terminal, taken_ms: Millis) -> None:
    now, rule = t.world.now(), t.profile.sign_in
    t.setbacks.passwords = t.setbacks.macs = 0
    t.counters.sign_ins += 1
    t.diary.signs_in = NEVER
    t.diary.expires = now + rule.validity
    t.shift.session = Session.SIGNED_IN
    besetting.release(t, *_OVER)
    besetting.dismiss(t, "SGN-853", "SGN-856")
    t.step(Event.SIGNED_IN, code=APPROVED, duration_ms=taken_ms)
    if t.diary.rotates == NEVER:
        # How old the password is when the run begins, nobody knows.
        t.diary.rotates = now + int(t.streams.uniform(_ROTATION) * rule.rotation)
    elif t.diary.rotates <= now:
        t.diary.rotates = now + rule.rotation
        t.shift.credential += 1
        t.step(Event.PASSWORD_ROTATED)


def _wrong_password(t: Terminal, code: str, taken_ms: Millis) -> None:
    rule = t.profile.sign_in
    t.setbacks.passwords += 1
    if t.setbacks.passwords < rule.attempts:
        t.diary.signs_in = t.world.now()
        t.step(Event.PASSWORD_REFUSED, code=code, duration_ms=taken_ms)
        return
    t.setbacks.passwords = 0
    if t.streams.chance(_FORGOTTEN, rule.forgotten):
        besetting.beset(t, "SGN-851")
        lock(t, *_reset(t))
    else:
        lock(t, "timer", rule.lockout)
    t.step(Event.LOCKED_OUT, code=code, duration_ms=taken_ms)


def _reset(t: Terminal) -> tuple[Literal["app", "hotline", "outlet"], Millis]:
    channels = t.profile.password_reset.channels
    names = tuple(channels)
    name = names[t.streams.pick(_CHANNEL, [channels[each].share for each in names])]
    return name, t.streams.draw(_LATENCY[name], channels[name].latency)


def _sign_in_again(t: Terminal, code: str, taken_ms: Millis) -> None:
    t.setbacks.macs = t.setbacks.macs + 1 if code == MAC_ERROR else 0
    if t.setbacks.macs >= t.profile.sign_in.attempts:
        t.setbacks.macs = 0
        besetting.beset(t, "SGN-854", cause=code)
        _reject(t, "SGN-854", taken_ms)
        return
    t.diary.signs_in = t.world.now()
    t.step(Event.SIGN_IN_FAILED, code=code, duration_ms=taken_ms)


def _reject(t: Terminal, code: str, taken_ms: Millis) -> None:
    t.cases.remedy = "remote"
    t.step(Event.SIGN_IN_REJECTED, code=code, duration_ms=taken_ms)


def lock(t: Terminal, lifted_by: str, duration_ms: Millis = NEVER) -> None:
    """Note how a lock that is about to be set will be lifted, and when if nobody does before."""
    t.shift.lifted_by = lifted_by
    t.diary.unlocks = min(t.world.now() + duration_ms, NEVER)


def unlock(t: Terminal, why: str) -> None:
    """Lift a lock: the lockout is over, the password reset, the credential reissued, or ordered."""
    event = _LIFTED.get(why, Event.UNLOCKED)
    t.shift.lifted_by = ""
    t.diary.unlocks = NEVER
    t.diary.signs_in = t.world.now()
    sign_off(t)
    if event is not Event.UNLOCKED:
        t.shift.credential += 1
    besetting.release(t, *_LOCKS)
    t.step(event, State.STANDBY, code=why)


_LIFTED: Final = {
    "app": Event.PASSWORD_RESET,
    "hotline": Event.PASSWORD_RESET,
    "outlet": Event.PASSWORD_RESET,
    "reissue": Event.CREDENTIAL_REISSUED,
}
