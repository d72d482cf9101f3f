"""What chapters of the life live through by themselves, and tell the truth about.

Theory of operation
-------------------
A fault that a chapter raises and ends is no business of the race of hazards, nor of the ladder of
repair. The chapter says

    attest              it is over as soon as it has happened: a download that failed
    beset, release      it lasts until the chapter ends it: a password forgotten, an outage
    portend, dismiss    something shows that it is coming; it has not come after all
"""

from typing import Final, Literal

from fleet.life.faults import CATALOGUE, SOURCE, FaultKind
from fleet.life.faults.ailment import Ailment
from fleet.life.states import ON, State
from fleet.life.terminal import Terminal
from fleet.life.truth import Mechanism
from fleet.units import Millis
from fleet.wire.messages import FaultReported

_TELLING: Final = ON - {State.HUNG}


def portend(t: Terminal, code: str, grow_ms: Millis = 0, begin: Millis | None = None) -> None:
    """Let telemetry show, for so long ever more, what a chapter knows to be coming.

    It shows until that is over: raised by this chapter, and ended.

    Args:
        t: The terminal.
        code: Of the catalogue; nothing shows anew if it shows, or is there, already.
        grow_ms: How long it takes to its full height; 0 for a step.
        begin: When it begins to show, if not now; no later than the fault can strike.
    """
    cases = t.cases
    if code not in cases.omens and code not in cases.beset and code not in cases.active:
        cases.omens[code] = t.world.now() if begin is None else begin
        show_precursors(t, CATALOGUE[code], cases.omens[code], grow_ms)


def dismiss(t: Terminal, *codes: str) -> None:
    """Let telemetry show no more what was coming, and has not come."""
    for code in codes:
        if t.cases.omens.pop(code, None) is not None:
            t.unit.hide(SOURCE[code])


def beset(
    t: Terminal, code: str, *, cause: str = "", parent: int = 0, mechanism: Mechanism | None = None
) -> None:
    """Tell the truth about a fault that a chapter of its own raises now, and will end.

    Args:
        t: The terminal.
        code: Of the catalogue; nothing is told if it besets the terminal or is active already.
        cause: Name of what is at its root.
        parent: Number of the fault that led to it.
        mechanism: Why it struck; the kind's own unless given.
    """
    if code in t.cases.beset or code in t.cases.active:
        return
    ailment = ail(t, CATALOGUE[code], t.world.now())
    ailment.cause, ailment.parent, ailment.detected_at = cause, parent, ailment.onset_at
    ailment.mechanism = mechanism or ailment.mechanism
    ailment.shown_from = t.cases.omens.pop(code, None)
    t.cases.beset[code] = ailment


def release(t: Terminal, *codes: str) -> None:
    """Tell that those of these faults which a chapter has raised are over now."""
    for code in codes if t.cases.beset else ():
        ailment = t.cases.beset.pop(code, None)
        if ailment is not None:
            if ailment.shown_from is not None:
                t.unit.hide(SOURCE[code])
            t.world.note(ailment.truth(t.unit.serial_no, t.world.now(), repaired=True))


def attest(
    t: Terminal, code: str, *, cause: str = "", parent: int = 0, mechanism: Mechanism | None = None
) -> None:
    """Tell the truth about a fault that is over as soon as it has been noticed: now."""
    if code not in t.cases.beset:
        beset(t, code, cause=cause, parent=parent, mechanism=mechanism)
        release(t, code)


def tell_of(t: Terminal, kind: FaultKind, phase: Literal["raised", "cleared"]) -> None:
    """Tell the server of a fault that the terminal knows of: now, or when it can speak again."""
    report = FaultReported(t.ts(), kind.code, kind.component, kind.severity, phase)
    if t.state in _TELLING:
        t.line.tell(report)
    else:
        t.line.keep(report)


def ail(t: Terminal, kind: FaultKind, onset_at: Millis) -> Ailment:
    """Return a new ailment, with the terminal's next number."""
    t.cases.ailments += 1
    return Ailment(kind, t.cases.ailments, onset_at)


def show_precursors(t: Terminal, kind: FaultKind, begin: Millis, grow_ms: Millis) -> None:
    """Let telemetry show what precedes a fault, as strongly as the profile says."""
    snr = t.profile.hazards.precursor_snr * t.profile.dataset.precursor_gain
    for symptom in kind.precursors if snr else ():
        t.unit.show(SOURCE[kind.code], symptom.times(snr), begin, grow_ms)
