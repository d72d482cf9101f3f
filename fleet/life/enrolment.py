"""Out of the box: delivery, and the first contact with the server.

Each function here is a chapter: it lives through one state until the terminal is in another.
"""

from typing import Final

from fleet.chance.streams import Purpose
from fleet.life import besetting
from fleet.life.connecting import attach, retry_at
from fleet.life.opening import first_opening
from fleet.life.states import Event
from fleet.life.terminal import Terminal
from fleet.life.updating.manual import update_registered
from fleet.life.world import LinkDown, NoAnswer
from fleet.wire.codes import APPROVED, NOT_REGISTERED, TID_TAKEN
from fleet.wire.messages import RegistrationAnswered, RegistrationRequested

_RETRY: Final = Purpose("registration.retry")
_BACKOFF: Final = Purpose("registration.backoff")
_REFUSED: Final = {TID_TAKEN: "IDN-301", NOT_REGISTERED: "IDN-302"}


async def inventory(t: Terminal) -> None:
    """Lie in its box until the shop first opens."""
    await t.world.sleep(first_opening(t))
    t.diary.closes = t.shop.next_closing(t.world.now())
    t.step(Event.DELIVERED)


async def registering(t: Terminal) -> None:
    """Make itself known to the server; try again until it answers."""
    try:
        if not t.line.up:
            await attach(t)
        answer = await t.world.ask(_registration(t), t.profile.registration.timeout)
    except (LinkDown, NoAnswer):
        await t.line.cut()
        pause_ms = t.streams.draw(_RETRY, t.profile.registration.retry)
        await t.world.sleep(retry_at(t, pause_ms))
        return
    assert isinstance(answer, RegistrationAnswered)  # noqa: S101 - the world matches kinds
    if answer.code != APPROVED:
        await _be_refused(t, answer.code)
        return
    t.setbacks.registrations = 0
    besetting.release(t, *_REFUSED.values())
    if answer.heartbeat_ms:
        t.beat_every(answer.heartbeat_ms)
    if not await update_registered(t):
        t.step(Event.REGISTERED)


async def _be_refused(t: Terminal, code: str) -> None:
    t.setbacks.registrations += 1
    besetting.beset(t, _REFUSED[code], cause=code)
    t.step(Event.REGISTRATION_REFUSED, code=code)
    await t.line.detach(t.ts())


async def await_enrolment(t: Terminal) -> None:
    """Wait until the server may know better; longer after each refusal, with full jitter."""
    rule = t.profile.registration
    bound_ms = min(rule.refused_max, rule.refused_first << min(t.setbacks.registrations - 1, 30))
    await t.world.sleep(t.world.now() + int(t.streams.uniform(_BACKOFF) * bound_ms))
    t.step(Event.REGISTRATION_RETRIED)


def _registration(t: Terminal) -> RegistrationRequested:
    member = t.member
    return RegistrationRequested(
        ts=t.ts(),
        req=t.line.request_number(),
        tid=member.tid,
        serial_no=t.unit.serial_no,
        model=member.model.name,
        region=member.region.name,
        fw=t.pulse.fw,
        link=member.model.link,
    )
