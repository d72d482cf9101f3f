"""Write docs/faults.md: every kind of fault, from the catalogue in the code.

python docs/faults.py
"""

from pathlib import Path

from fleet.chance.parametric import Weibull
from fleet.life.faults import CATALOGUE
from fleet.life.faults.kinds import SMARTREST, VHQ, FaultKind, Hazard, Rung, Then
from fleet.life.faults.knobs import KNOBS
from fleet.units import DAY_MS, format_duration

OUT = Path(__file__).parent / "faults.md"
INTRODUCTION = """\
# Faults

Generated from the catalogue in `fleet/life/faults/` by `make contract`; do not edit.

A fault's arc is the same for every code: precursors in telemetry, onset, symptom and indicator,
detection, effect, repair. What each code has of it stands below. `PAY-804`, a payment that the
issuer declines, is not among them: it is no fault, and datasets keep it as a negative.

Most strike by a hazard. Some are raised by a chapter of the terminal's life, such as an update, a
sign-in or a common cause; those have further lines below, which provoke them through that chapter.
The truth of a dataset says which it was: `life` is 0 for what a chapter raised, and `cause` names
what was behind it.

Provoke any of them by a few lines of a profile, which make it strike at a given age:

```toml
[faults.PRN-503]
onset = "2h"
```

Let all of them strike by the laws of the catalogue, twice as often:

```toml
[hazards]
preset = "default"
scale = 2.0
```

"""


def page() -> str:
    """Return the page."""
    return INTRODUCTION + "\n".join([
        "## All codes", "",
        ("| code | fault | class | component | severity | clock | detected at | shows before in |"
        " effect | remedy |"),
        "|---|---|---|---|---|---|---|---|---|---|",
        *map(_row, CATALOGUE.values()), "",
        ("Detection: ST self-test, HB heartbeat, TX transaction, SI sign-in, UP update, MER the"
        " merchant, TMS the server. Remedies: R0 recovery, R1 merchant, R2 from afar, R3 visit, R4"
        " swap (the removed unit then goes through the depot, R5)."), "",
        "## Severities", "", "| severity | SmartREST template | VHQ |", "|---|---|---|",
        *(f"| {severity} | {number} | {VHQ[severity]} |" for severity, number in SMARTREST.items()),
        "",
        *(line for kind in CATALOGUE.values() for line in _section(kind)),
    ])  # fmt: skip


def _row(kind: FaultKind) -> str:
    clock = kind.hazard.clock.name.lower() if kind.hazard else "event"
    return (
        f"| {kind.code} | {kind.name} | {kind.fault_class} | {kind.component} | {kind.severity} |"
        f" {clock} | {' '.join(kind.points)} |"
        f" {', '.join(symptom.channel for symptom in kind.precursors)} |"
        f" {_effect(kind)} | {_remedies(kind)} |"
    )


def _law(hazard: Hazard) -> str:
    law, clock = hazard.law, hazard.clock.name.lower()
    if not isinstance(law, Weibull):
        return f"`{law!r}` on the {clock} clock, in milliseconds"
    days = f"{law.scale / DAY_MS:,.5g} days"
    shape = "Exponential, mean" if law.shape == 1 else f"Weibull, shape {law.shape:g}, scale"
    return f"{shape} {days}, on the {clock} clock"


def _section(kind: FaultKind) -> list[str]:
    lines = [f"## {kind.code}: {kind.name}", ""]
    if kind.hazard:
        lines.append(f"- law of its onset: {_law(kind.hazard)}")
    if kind.event:
        lines.append(f"- raised by: {kind.event}")
    lines += [f"- component: {kind.component}; mechanism: {kind.mechanism}"]
    lines += [
        f"- shows {format_duration(kind.lead)} before in `{s.channel}`: {s.rise:+g},"
        f" {s.shape.name.lower()}"
        for s in kind.precursors
    ]
    told = [f'{what} "{text}"' for what, text in zip(
        ("display", "sound", "lamp"), kind.indicator, strict=True) if text]  # fmt: skip
    lines.append(f"- indicator: {', '.join(told) or 'none'}")
    if kind.items:
        lines.append(f"- behaviours: {', '.join(map(str, kind.items))}")
    example = f'```toml\n[faults.{kind.code}]\nonset = "2h"\n```'
    return [*lines, "", example, "", *_through_its_chapter(kind)]


def _through_its_chapter(kind: FaultKind) -> list[str]:
    knob = KNOBS.get(kind.code)
    if knob is None:
        return []
    return ["Through the chapter that raises it:", "", f"```toml\n{knob.strip()}\n```", ""]


def _effect(kind: FaultKind) -> str:
    effect = kind.effect
    parts = [effect.then.value] if effect.then is not Then.GO_ON else []
    parts += ["no link"] * effect.isolates
    parts += [f"link breaks every {format_duration(effect.flaps)}"] if effect.flaps else []
    parts += [f"battery lasts {format_duration(effect.drains)}"] if effect.drains else []
    parts += [f"restarts {format_duration(effect.loops)} after a boot"] if effect.loops else []
    parts += ["locked"] * effect.locks
    parts += ["one way to pay is not to be had"] * effect.bars
    parts += [f"no {hindrance.replace('_', '-')}" for hindrance in sorted(effect.hinders)]
    return "; ".join(parts) or "degraded"


def _remedies(kind: FaultKind) -> str:
    rungs = [f"R{int(remedy.rung)}" for remedy in kind.remedies]
    return "/".join(rungs) + (", R5" if kind.remedies[-1].rung is Rung.SWAP else "")


if __name__ == "__main__":
    OUT.write_text(page(), encoding="utf-8")
