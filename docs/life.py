"""Write docs/life.md: the states and steps of a terminal, drawn from the table in the code.

python docs/life.py
"""

from pathlib import Path

from fleet.life.faults import CATALOGUE
from fleet.life.states import BEATING, ON, TRANSITIONS, State

OUT = Path(__file__).parent / "life.md"


def page() -> str:
    """Return the page."""
    return "\n".join([
        "# The life of a terminal", "",
        ("Generated from `fleet/life/states.py` and `fleet/life/faults.py` by `make contract`; do"
        " not edit."), "",
        "```mermaid", "stateDiagram-v2", *_arrows(), "```", "",
        ("Steps that several states share are not drawn: `rebooted` leads from any state with power"
        " to `booting`, `powered_off` and `power_lost` to `powered_off`, `hung` to `hung`,"
        " `forcibly_shut_down` to `forced_shutdown`."), "",
        "## States", "", "| state | power | heartbeats |", "|---|---|---|",
        *(f"| `{s}` | {'on' if s in ON else 'off'} | {'yes' if s in BEATING else ''} |"
          for s in State), "",
        "## Steps", "", "| event | from | to |", "|---|---|---|", *_lines(), "",
        "## Faults", "",
        "| code | fault | class | component | effect | severity | shows before in |",
        "|---|---|---|---|---|---|---|", *_faults(), "",
    ])  # fmt: skip


def _arrows() -> list[str]:
    return [
        f"    {source} --> {target} : {event}"
        for event, (sources, targets) in TRANSITIONS.items()
        for source in sorted(sources)
        for target in sorted(targets)
        if len(sources) <= len(("standby", "ready")) and source is not target
    ]


def _lines() -> list[str]:
    return [
        f"| `{event}` | {_names(sources)} | {_names(targets) or 'stays'} |"
        for event, (sources, targets) in TRANSITIONS.items()
    ]


def _faults() -> list[str]:
    return [
        f"| {k.code} | {k.name} | {k.fault_class} | {k.component} | {k.effect.value} |"
        f" {k.severity} | {k.precursor.channel if k.precursor else ''} |"
        for k in CATALOGUE.values()
    ]


def _names(states: frozenset[State]) -> str:
    if states == frozenset(State):
        return "any"
    if states == ON:
        return "any with power"
    return ", ".join(f"`{state}`" for state in sorted(states))


if __name__ == "__main__":
    OUT.write_text(page(), encoding="utf-8")
