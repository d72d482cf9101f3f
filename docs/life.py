"""Write docs/life.md: the states and steps of a terminal, drawn from the tables in the code.

python docs/life.py
"""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from fleet.life.regions import REGIONS
from fleet.life.states import BEATING, ON, State
from fleet.life.transitions import TRANSITIONS

OUT = Path(__file__).parent / "life.md"


def page() -> str:
    """Return the page."""
    return "\n".join([
        "# The life of a terminal", "",
        "Generated from the tables in `fleet/life` by `make contract`; do not edit.", "",
        "```mermaid", "stateDiagram-v2", *_arrows(), "```", "",
        ("Steps that several states share are not drawn: `rebooted` and `unexpectedly_rebooted`"
        " lead to `booting`, `powered_off` and `power_lost` to `powered_off`, `hung` to `hung`,"
        " `forcibly_shut_down` to `forced_shutdown`, `tampered` to `tampered`, `put_out_of_order`"
        " to `out_of_order`."), "",
        "## States", "", "| state | power | heartbeats |", "|---|---|---|",
        *(f"| `{s}` | {'on' if s in ON else 'off'} | {'yes' if s in BEATING else ''} |"
          for s in State), "",
        "## Steps", "",
        ("T1 to T50 are the rows of the life cycle. T28, the heartbeat, is no step: the world sends"
        " it in the states marked above."), "",
        "| row | event | from | to |", "|---|---|---|---|", *_lines(), "",
        "## Beside the state", "", "| region | value | may become |", "|---|---|---|",
        *(line for name, table in REGIONS.items() for line in _region(name, table)), "",
        "Faults have [a page of their own](faults.md).", "",
    ])  # fmt: skip


def _arrows() -> list[str]:
    return [
        f"    {source} --> {target} : {event}"
        for event, (_, sources, targets) in TRANSITIONS.items()
        for source in sorted(sources)
        for target in sorted(targets)
        if len(sources) <= len(("standby", "ready", "updating")) and source is not target
    ]


def _lines() -> list[str]:
    return [
        f"| {' '.join(rows)} | `{event}` | {_names(sources)} | {_names(targets) or 'stays'} |"
        for event, (rows, sources, targets) in TRANSITIONS.items()
    ]


def _region(name: str, table: Mapping[StrEnum, frozenset[StrEnum]]) -> list[str]:
    return [
        f"| {name} | `{value}` | {', '.join(f'`{after}`' for after in sorted(table[value]))} |"
        for value in table
    ]


def _names(states: frozenset[State]) -> str:
    if states == frozenset(State):
        return "any"
    if states == ON:
        return "any with power"
    if states < ON and len(states) > len(ON) // 2:
        return f"any with power but {_names(ON - states)}"
    if len(states) > len(State) // 2:
        return f"any but {_names(frozenset(State) - states)}"
    return ", ".join(f"`{state}`" for state in sorted(states))


if __name__ == "__main__":
    OUT.write_text(page(), encoding="utf-8")
