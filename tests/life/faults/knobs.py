"""The calm estate of the arcs, with the lines that make a chapter raise a fault."""

import re

from fleet.life.faults.knobs import KNOBS
from tests.life.faults.arcs import CALM

# Payments enough to meet a fault of them while it lasts.
BUSY = """
estate.sizes = [{ name = "busy", share = 1.0, per_day = 300.0 }]
transactions.timed_out = 0.0
transactions.batch_mismatch = 0.0
transactions.mac_error = 0.0
sign_in.signature = 0.0
"""


def with_knob(code: str) -> str:
    """Return the text of the profile: what is calm already is asked for again, in its place."""
    lines, table = [CALM + BUSY], ""
    for line in KNOBS[code].splitlines():
        header = re.fullmatch(r"\[(\w+)\]", line)
        if header or line.startswith("[["):
            table = header[1] if header else ""
            lines += [] if header else [line]
        elif table:
            key = re.escape(f"{table}.{line.split(' ')[0]}")
            lines[0] = re.sub(rf"(?m)^{key} = .*$", "", lines[0]) + f"{table}.{line}\n"
        else:
            lines.append(line)
    return "\n".join(lines)
