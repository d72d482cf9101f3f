"""Where a message goes: `fleet/v1/{tenant}/{terminal}/up/{kind}`, and the same with `down`.

Every part between the slashes is 1 to 64 letters, digits, dots, dashes and underscores, so that no
name can smuggle in a wildcard, a level of its own or a NUL.
"""

import re
from typing import Final, Literal, NamedTuple

from fleet.wire.errors import WireError
from fleet.wire.messages import DOWN, UP

Direction = Literal["up", "down"]

ROOT: Final = "fleet/v1"
ANY: Final = "+"
KINDS: Final[dict[str, frozenset[str]]] = {
    "up": frozenset(message.kind for message in UP),
    "down": frozenset(message.kind for message in DOWN),
}
NAME_LENGTH_MAX: Final = 64

_FORM: Final = f"{ROOT}/TENANT/TERMINAL/up|down/KIND"
_NAME: Final = re.compile(rf"[A-Za-z0-9._-]{{1,{NAME_LENGTH_MAX}}}")
_TOPIC: Final = re.compile(
    rf"fleet/v1/({_NAME.pattern})/({_NAME.pattern})/(?:(up)/({'|'.join(sorted(KINDS['up']))})"
    rf"|(down)/({'|'.join(sorted(KINDS['down']))}))"
)
_QUOTED_MAX: Final = 120


class Topic(NamedTuple):
    """A topic, taken apart."""

    tenant: str
    terminal: str
    direction: Direction
    kind: str


def build(tenant: str, terminal: str, direction: Direction, kind: str) -> str:
    """Return the topic of a message.

    Raises:
        WireError: A name has other characters than the contract allows, or there is no such kind.
    """
    if kind not in KINDS[direction]:
        msg = f"no message of kind {kind!r} goes {direction}; there is {_listed(direction)}"
        raise WireError(msg)
    return f"{ROOT}/{_checked(tenant)}/{_checked(terminal)}/{direction}/{kind}"


def parse(topic: str) -> Topic:
    """Take a topic apart; the inverse of `build`.

    Raises:
        WireError: It is none of the contract's topics.
    """
    match = _TOPIC.fullmatch(topic)
    if match is None:
        msg = f"no topic of the contract: {topic[:_QUOTED_MAX]!r}; it would be {_FORM}"
        raise WireError(msg)
    tenant, terminal, up, up_kind, _, down_kind = match.groups()
    direction: Direction = "up" if up else "down"
    return Topic(tenant, terminal, direction, up_kind or down_kind)


def terminal_filter(tenant: str, terminal: str) -> str:
    """Return what a terminal subscribes to: all that is said to it.

    Raises:
        WireError: A name has other characters than the contract allows.
    """
    return f"{ROOT}/{_checked(tenant)}/{_checked(terminal)}/down/+"


def tms_filter(tenant: str = ANY) -> str:
    """Return what a TMS subscribes to: all that a tenant's terminals say, or everybody's.

    Raises:
        WireError: The tenant's name has other characters than the contract allows.
    """
    return f"{ROOT}/{tenant if tenant == ANY else _checked(tenant)}/+/up/+"


def _checked(name: str) -> str:
    if _NAME.fullmatch(name) is None:
        msg = (
            f"{name[:_QUOTED_MAX]!r} cannot stand in a topic: write 1 to {NAME_LENGTH_MAX} "
            "letters, digits, dots, dashes or underscores"
        )
        raise WireError(msg)
    return name


def _listed(direction: Direction) -> str:
    return ", ".join(sorted(KINDS[direction]))
