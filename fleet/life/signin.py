"""From the end of the self-test to a signed-in operator: data synchronisation and sign-in."""

from typing import Final

from fleet.chance.streams import Purpose
from fleet.life.faults import NEVER
from fleet.life.regions import Link
from fleet.life.states import Event
from fleet.life.terminal import Terminal
from fleet.life.update import plan_offer
from fleet.life.world import LinkDown, NoAnswer
from fleet.units import Millis
from fleet.wire.messages import (
    APPROVED,
    MERCHANT_UNKNOWN,
    NOT_REGISTERED,
    WRONG_PASSWORD,
    SignInAnswered,
    SignInRequested,
    SyncAnswered,
    SyncRequested,
)
from fleet.wire.password import estate_secret, password, proof

_SYNC: Final = Purpose("sync.duration")
_TYPING: Final = Purpose("sign_in.typing")
_MISTYPED: Final = Purpose("sign_in.mistyped")
_RETRY: Final = Purpose("sign_in.retry")
_OPERATOR: Final = "01"
_NEEDS_SERVICE: Final = frozenset({MERCHANT_UNKNOWN, NOT_REGISTERED})


async def data_sync(t: Terminal) -> None:
    """Come online, tell of the boot and the self-test, fetch parameters; or go on without."""
    try:
        if t.link is Link.DOWN:
            await t.attach()
        t.catch_up()
        request = SyncRequested(t.ts(), t.request_number(), t.pulse.fw, t.params)
        answer = await t.world.ask(request, t.profile.sync.timeout)
        assert isinstance(answer, SyncAnswered)  # noqa: S101 - the world matches kinds
        t.params = answer.params
        await t.rest_for(_SYNC, t.profile.sync.duration)
    except (LinkDown, NoAnswer):
        await t.detach(clean=False)
        _stand_by(t, Event.SYNC_TIMED_OUT)
        t.diary.reconnects = max(t.world.now(), t.isolated_until())
        return
    _stand_by(t, Event.SYNCED)


async def signing_in(t: Terminal) -> None:
    """Type the password and ask the server."""
    started = t.state_since
    await t.rest_for(_TYPING, t.profile.sign_in.typing)
    code = await _answer(t)
    taken_ms = t.world.now() - started
    if code == APPROVED:
        _signed_in(t, taken_ms)
    elif code == WRONG_PASSWORD:
        _wrong_password(t, taken_ms)
    elif code in _NEEDS_SERVICE:
        t.step(Event.SIGN_IN_REJECTED, code=code, duration_ms=taken_ms)
    else:
        t.diary.signs_in = t.world.now() + t.streams.draw(_RETRY, t.profile.sign_in.retry)
        t.step(Event.SIGN_IN_FAILED, code=code, duration_ms=taken_ms)


async def _answer(t: Terminal) -> str:
    try:
        answer = await t.world.ask(_request(t), t.profile.sign_in.timeout)
    except NoAnswer:
        return "timeout"
    assert isinstance(answer, SignInAnswered)  # noqa: S101 - the world matches kinds
    t.batch = answer.batch
    return answer.code


def _request(t: Terminal) -> SignInRequested:
    tid, req = t.member.tid, t.request_number()
    secret = password(estate_secret(t.streams.seed), tid)
    mistyped = t.streams.chance(_MISTYPED, t.profile.sign_in.wrong_password)
    typed = secret[:-1] if mistyped else secret
    return SignInRequested(
        ts=t.ts(),
        req=req,
        stan=req,
        operator=_OPERATOR,
        batch=t.batch,
        attempt=t.tries + 1,
        proof=proof(typed, tid, req),
        fw=t.pulse.fw,
    )


def _signed_in(t: Terminal, taken_ms: Millis) -> None:
    now = t.world.now()
    t.tries = 0
    t.sign_ins += 1
    t.diary.signs_in = NEVER
    t.diary.expires = now + t.profile.sign_in.validity
    t.step(Event.SIGNED_IN, code=APPROVED, duration_ms=taken_ms)


def _wrong_password(t: Terminal, taken_ms: Millis) -> None:
    now = t.world.now()
    t.tries += 1
    if t.tries < t.profile.sign_in.attempts:
        t.diary.signs_in = now
        t.step(Event.PASSWORD_REFUSED, code=WRONG_PASSWORD, duration_ms=taken_ms)
    else:
        t.tries = 0
        t.diary.signs_in = t.diary.unlocks = now + t.profile.sign_in.lockout
        t.step(Event.LOCKED_OUT, code=WRONG_PASSWORD, duration_ms=taken_ms)


def _stand_by(t: Terminal, event: Event) -> None:
    now = t.world.now()
    t.idle_since = now
    t.first_beat_at = now
    t.diary.signs_in = now
    t.diary.reports = now
    t.diary.expires = NEVER
    if t.job is not None and not t.job.old:
        plan_offer(t)
    t.step(event)
