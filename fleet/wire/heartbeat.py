"""The heartbeat's hot path: only what changed since the last one is formatted.

A template is one `bytes` with a `%` place for each value that changes with every beat; a heartbeat
is one `template % row`. It is a heartbeat like any other: it decodes to what the codec's own
encoding would, and a test holds it to that.
"""

from functools import lru_cache
from typing import Final

import msgspec

from fleet.wire.messages import Heartbeat, StateWord

# Those change with an event of life, and then there is a new template.
STATIC: Final = ("boot", "state", "fw", "plan", "faults")
DYNAMIC: Final = tuple(name for name in Heartbeat.__struct_fields__ if name not in STATIC)
"""The values of a row, in order: instant, sequence number, uptime, then the telemetry channels;
the battery's charge comes last, and a unit on mains leaves it out."""
TENTHS: Final = frozenset({"temp_c", "paper_m"})
"""Which of them have one decimal; the others are whole numbers."""


# Most terminals of an estate say the same of themselves; one template for all of them stays in the
# processor's cache, where thousands of equal ones would not.
@lru_cache(maxsize=4_096)
def heartbeat_template(  # noqa: PLR0913 - they are the message's own fields
    *, state: StateWord, boot: int, fw: str, plan: int, faults: int, has_battery: bool
) -> bytes:
    """Return the template of all heartbeats until one of these values changes.

    Use it as `template % row`, where `row` is a tuple of numbers in the order of `DYNAMIC`, rounded
    to their channel's resolution already; without the last one when `has_battery` is False. Whole
    numbers may be `int` or `float`; `int` takes half the time.
    """
    known = {"state": state, "boot": boot, "fw": fw, "plan": plan, "faults": faults}
    names = Heartbeat.__struct_fields__ if has_battery else Heartbeat.__struct_fields__[:-1]
    return b"{%s}" % b",".join(b'"%s":%s' % (name.encode(), _value(name, known)) for name in names)


def _value(name: str, known: dict[str, str | int]) -> bytes:
    if name in known:
        return msgspec.json.encode(known[name]).replace(b"%", b"%%")
    return b"%.1f" if name in TENTHS else b"%d"
