"""Orders: answered and carried out, or refused where the terminal cannot obey."""

from collections.abc import Awaitable, Callable
from typing import Final, Literal, NamedTuple

from fleet.life import besetting, signoff
from fleet.life.faults import CATALOGUE
from fleet.life.power import reboot
from fleet.life.signin import lock, unlock
from fleet.life.states import BEATING, IN_SERVICE, Event, State
from fleet.life.terminal import Terminal
from fleet.life.updating.offer import can_cancel, take_order
from fleet.life.updating.outcome import drop_job, refuse
from fleet.wire.messages import (
    LOG_LINES_MAX,
    AnyOrder,
    CancelUpdate,
    Lock,
    LogUploaded,
    MasterReset,
    OrderAnswered,
    Reboot,
    SelfTest,
    SetParameters,
    Unlock,
    Update,
    UploadLog,
)
from fleet.wire.words import OrderWord


async def obey(t: Terminal, order: AnyOrder) -> None:
    """Carry an order out and say so; or say that it cannot be."""
    if 0 < order.plan <= t.pulse.plan:
        return  # delivered twice, as QoS 1 may
    t.pulse.plan = max(t.pulse.plan, order.plan)
    if isinstance(order, Update):
        take_order(t, order)
        return
    imperative = IMPERATIVES[type(order)]
    done = imperative.possible(t, order)
    outcome: Literal["done", "refused"] = "done" if done else "refused"
    t.line.say(OrderAnswered(t.ts(), order.plan, imperative.word, outcome))
    if done:
        await imperative.deed(t, order)


async def _cancel(t: Terminal, order: AnyOrder) -> None:  # noqa: ARG001 - a deed's form
    refuse(t, Event.UPDATE_CANCELLED, "cancelled", "UPD-958")


async def _reboot(t: Terminal, order: AnyOrder) -> None:  # noqa: ARG001 - see above
    await reboot(t, why="order")


async def _lock(t: Terminal, order: AnyOrder) -> None:  # noqa: ARG001 - see above
    lock(t, "order")
    besetting.beset(t, "SEC-903", cause="order")
    t.step(Event.LOCKED, code="SEC-903")


async def _unlock(t: Terminal, order: AnyOrder) -> None:  # noqa: ARG001 - see above
    unlock(t, "order")


async def _self_test(t: Terminal, order: AnyOrder) -> None:  # noqa: ARG001 - see above
    t.step(Event.SELF_TEST_ORDERED)


async def _upload_log(t: Terminal, order: AnyOrder) -> None:
    t.line.say(LogUploaded(t.ts(), order.plan, _log(t)))


async def _set_parameters(t: Terminal, order: AnyOrder) -> None:
    assert isinstance(order, SetParameters)  # noqa: S101 - the table says so
    t.beat_every(order.heartbeat_ms or t.every_asked_ms)


async def _reset(t: Terminal, order: AnyOrder) -> None:  # noqa: ARG001 - see above
    """Forget settings, session, parameters and what was planned; keep what is installed."""
    if t.software.job is not None:
        drop_job(t)
    t.unit.params = t.journal.batch = 0
    signoff.forget(t)
    t.beat_every(t.profile.heartbeat.interval)
    await t.line.detach(t.ts())
    t.step(Event.MASTER_RESET)


def _log(t: Terminal) -> tuple[str, ...]:
    """Return what a technician asks first, a line each."""
    job = t.software.job
    lines = (
        f"state {t.state} since {t.origin_ms + t.state_since}",
        f"firmware {t.pulse.fw}, boot {t.pulse.boot} ({t.unit.boot_reason})",
        f"heartbeats {t.pulse.seq} every {t.every_ms} ms, parameters {t.unit.params}",
        f"sign-ins {t.counters.sign_ins}, batch {t.journal.batch}, requests {t.line.requests}",
        f"reconnects {t.counters.reconnects}, forced shutdowns {t.counters.forced_shutdowns}",
        f"updates {t.counters.updates}, pending {job.order.version if job else '-'}",
    )
    faults = tuple(_prompt(code) for code in sorted(t.cases.reported()))
    recent = [f"{t.origin_ms + at} {event}" for at, event in t.unit.log]
    return (*lines, *faults, *recent)[:LOG_LINES_MAX]


def _prompt(code: str) -> str:
    """Return a fault as the terminal prompts for help: its code, display, sounder and lamps."""
    display, sound, lamp = CATALOGUE[code].indicator
    said = (f"display {display!r}" if display else "", f"sounder {sound}" if sound else "", lamp)
    return ", ".join((f"fault {code}", *(each for each in said if each)))


def _in(states: frozenset[State]) -> Callable[[Terminal, AnyOrder], bool]:
    return lambda t, _: t.state in states


def _can_cancel(t: Terminal, order: AnyOrder) -> bool:
    return isinstance(order, CancelUpdate) and can_cancel(t, order)


class Imperative(NamedTuple):
    """What an order is called in its answer, when it can be obeyed, and what is done then."""

    word: OrderWord
    possible: Callable[[Terminal, AnyOrder], bool]
    deed: Callable[[Terminal, AnyOrder], Awaitable[None]]


_SETTLED: Final = IN_SERVICE | {State.LOCKED, State.MAINTENANCE}

IMPERATIVES: Final[dict[type[AnyOrder], Imperative]] = {
    CancelUpdate: Imperative("cancel_update", _can_cancel, _cancel),
    Reboot: Imperative("reboot", _in(BEATING), _reboot),
    Lock: Imperative("lock", _in(IN_SERVICE), _lock),
    Unlock: Imperative("unlock", _in(frozenset({State.LOCKED})), _unlock),
    SelfTest: Imperative("self_test", _in(IN_SERVICE), _self_test),
    UploadLog: Imperative("upload_log", _in(BEATING), _upload_log),
    SetParameters: Imperative("set_parameters", _in(BEATING), _set_parameters),
    MasterReset: Imperative("master_reset", _in(_SETTLED), _reset),
}
