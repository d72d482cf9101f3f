"""What a terminal makes of a common cause: a deed for each begin and each end.

Theory of operation
-------------------
`fleet.profile.weather` says when causes begin and end for a terminal; its next turn is a duty among
others. What a cause brings about is a *plight* (see `fleet.life.plights`).

    cause        at its begin                                       until
    outage       COM-207 or COM-209; the link is cut and refused    its end
    certificate  SEC-902; the same                                  the terminal's renewal; a boot
                                                                    meanwhile waits for a technician
    clock_step   drifting clocks before; HW-605; the same; the      the terminal's correction
                 session expires if its time is over by the
                 new clock
    stress       hazards are multiplied, it is warmer               its end
    restart      the terminal restarts in good order                -
    dormancy     sign off, power off                                the next opening after its end
    gateway      slow answers before; PAY-802; the host refuses     its end
                 payments, the counted ones by a share, and
                 sign-ins
    bad_version  SW-703 some time after each sign-in with it: the   the boot after the crash
                 terminal crashes and boots; a campaign's
                 `defect` that no test has shown does the same

What the link is refused by can be asked at any instant, so a terminal that is not on duty when a
cause begins (it boots, or is off) cannot come online either; it takes notice when it is on duty.
Attempts to reconnect go on meanwhile by the profile's backoff, in story time, so that the same
terminal tries at the same instants in every world.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from fleet.life import besetting
from fleet.life.connecting import back_off, refused
from fleet.life.faults import NEVER
from fleet.life.plights import CLOCK_WRONG, EXPIRED, relax, stress, suffer
from fleet.life.power import reboot, switch_off
from fleet.life.states import Event
from fleet.life.terminal import HOST_SILENT, Terminal
from fleet.life.updating.defect import UNFIT, crashes_after, tell_failure, unfit
from fleet.profile.causes import (
    BadVersion,
    Certificate,
    ClockStep,
    Dormancy,
    Gateway,
    Outage,
    Restart,
    Stress,
)
from fleet.profile.courses import Turn
from fleet.units import Millis

# What is drawn for one terminal in one spell.
_RESTARTS, _RESTARTS_AFTER, _CRASHES = 0, 1, 2
_SIGN_INS_MAX: Final = 2**24  # of one unit


async def befall(t: Terminal) -> None:
    """Let the next thing that has begun or ended take its effect."""
    turn = t.fate.take_next()
    t.diary.befalls = t.fate.at
    if turn.looms:
        _loom(t, turn)
        return
    kind = type(turn.course.cause)
    deed = (_BEGINS if turn.begins else _ENDS).get(kind)
    if deed is not None and _concerns(t, turn):
        await deed(t, turn)
    if kind in _OMENS:
        besetting.dismiss(t, _OMENS[kind])  # it has come, or it will not come here


def _loom(t: Terminal, turn: Turn) -> None:
    """Let telemetry show that it is coming, ever more until it is there."""
    cause, spell, now = turn.course.cause, turn.spell, t.world.now()
    if cause.admits_version(t.pulse.fw) and spell.end > now:
        besetting.portend(t, _OMENS[type(cause)], max(0, spell.begin - now))


def _concerns(t: Terminal, turn: Turn) -> bool:
    """Return whether a turn concerns the version that runs; what has begun here also ends here.

    A host is looked at anew whenever it fails or answers again: since it last did so, another
    version may have come to run here.
    """
    cause = turn.course.cause
    if isinstance(cause, Gateway):
        return True
    if not turn.begins:
        concerned = cause.name in t.cases.held
        t.cases.held -= {cause.name}
        return concerned
    concerned = cause.admits_version(t.pulse.fw)
    if concerned and type(cause) in _ENDS:
        t.cases.held |= {cause.name}
    return concerned


async def power_cycle(t: Terminal) -> None:
    """Try what merchants try: off and on again."""
    t.diary.power_cycles = NEVER
    if refused(t):
        await reboot(t, why="merchant")


def try_version(t: Terminal) -> None:
    """After a sign-in: a version that does not fit will crash before long, or the host fails it."""
    _heed_host(t, t.world.now())
    if t.diary.crashes != NEVER:
        return
    campaign = unfit(t)
    if campaign is not None:
        t.diary.crashes = t.world.now() + crashes_after(t, campaign)
    for cause, course, _ in t.fate.current(BadVersion, t.world.now(), t.pulse.fw):
        if cause.version == t.pulse.fw:
            u = course.own(t.member.index, _sign_in(t), _CRASHES)
            crashes_at = t.world.now() + round(cause.delay.quantile(u))
            t.diary.crashes = min(t.diary.crashes, crashes_at)


def _sign_in(t: Terminal) -> int:
    """Return the number of this sign-in among those of all units that stood here."""
    return t.streams.generation * _SIGN_INS_MAX + t.counters.sign_ins


async def crash(t: Terminal) -> None:
    """Crash, unless another version runs by now, and boot."""
    t.diary.crashes = NEVER
    now = t.world.now()
    campaign = unfit(t)
    bad = t.fate.current(BadVersion, now, t.pulse.fw)
    names = [cause.name for cause, *_ in bad if cause.version == t.pulse.fw]
    if campaign is not None:
        names.insert(0, campaign.name)
        tell_failure(t)
    if names:
        suffer(t, UNFIT, now, name=names[0], mechanism="firmware")
        await reboot(t, why=UNFIT)


async def _cut(t: Terminal, code: str, turn: Turn) -> None:
    """Lose the link until a spell ends, and try again by the profile's backoff."""
    until = turn.spell.end
    if until <= t.world.now() or code in t.cases.plights:
        return
    if t.line.up:
        await t.line.cut()
        t.setbacks.connects = 0
        back_off(t)
        t.step(Event.LINK_LOST, code=code)
    suffer(t, code, until, name=turn.course.cause.name)


async def _outage(t: Terminal, turn: Turn) -> None:
    cause = turn.course.cause
    assert isinstance(cause, Outage)  # noqa: S101 - the table below says so
    await _cut(t, cause.code, turn)


async def _certificate(t: Terminal, turn: Turn) -> None:
    cause, course = turn.course.cause, turn.course
    assert isinstance(cause, Certificate)  # noqa: S101 - see above
    await _cut(t, EXPIRED, turn)
    if course.own(t.member.index, turn.spell.number, _RESTARTS) < cause.restart:
        u = course.own(t.member.index, turn.spell.number, _RESTARTS_AFTER)
        t.diary.power_cycles = t.world.now() + round(cause.restart_after.quantile(u))


async def _clock_step(t: Terminal, turn: Turn) -> None:
    cause = turn.course.cause
    assert isinstance(cause, ClockStep)  # noqa: S101 - see above
    if turn.spell.end <= t.world.now():
        return
    t.unit.clock_off_ms = cause.step
    if t.diary.expires != NEVER:
        t.diary.expires = max(t.world.now(), t.diary.expires - cause.step)
    await _cut(t, CLOCK_WRONG, turn)


async def _stress(t: Terminal, turn: Turn) -> None:
    cause = turn.course.cause
    assert isinstance(cause, Stress)  # noqa: S101 - see above
    stress(t, cause)


async def _relax(t: Terminal, turn: Turn) -> None:
    cause = turn.course.cause
    assert isinstance(cause, Stress)  # noqa: S101 - see above
    relax(t, cause)


async def _restart(t: Terminal, turn: Turn) -> None:
    # Whoever has booted since then is fresh already.
    if int(t.vitals.booted_ms[t.pulse.index]) < turn.at:
        await reboot(t, why="security")


async def _host_turns(t: Terminal, turn: Turn) -> None:
    _heed_host(t, turn.at)


def _heed_host(t: Terminal, at: Millis) -> None:
    """Fare with the host, from `at` on, as the version that runs does."""
    failing = [cause for cause, _, _ in t.fate.current(Gateway, t.world.now(), t.pulse.fw)]
    refusal = max((cause.refusal for cause in failing), default=0.0)
    if failing:
        besetting.beset(t, HOST_SILENT, cause=failing[0].name)
    if refusal != t.customers.refusal:
        t.refuse_customers(refusal, at)
    if not failing:
        besetting.release(t, HOST_SILENT)


async def _lie_down(t: Terminal, turn: Turn) -> None:
    if turn.spell.end > t.world.now():
        await switch_off(t)


Deed = Callable[[Terminal, Turn], Awaitable[None]]
_OMENS: Final[dict[type, str]] = {Gateway: HOST_SILENT, ClockStep: CLOCK_WRONG}
"""What shows beforehand, by the causes which do."""
_BEGINS: Final[dict[type, Deed]] = {
    Outage: _outage,
    Certificate: _certificate,
    ClockStep: _clock_step,
    Stress: _stress,
    Restart: _restart,
    Dormancy: _lie_down,
    Gateway: _host_turns,
}
_ENDS: Final[dict[type, Deed]] = {Stress: _relax, Gateway: _host_turns}
