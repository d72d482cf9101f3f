"""The catalogue: every kind of fault that a payment terminal has, as data.

Codes, components and effects follow the fault taxonomies of terminal vendors' service pages and of
the trade's articles; how a precursor shows, and how strongly, is a guess. PAY-804, a payment that
the issuer declines, is not here: it is no fault, and datasets keep it as a negative.
"""

from collections.abc import Mapping
from typing import Final

from fleet.life.faults.classes.communication import COMMUNICATION
from fleet.life.faults.classes.machine import HARDWARE, SOFTWARE
from fleet.life.faults.classes.power import POWER
from fleet.life.faults.classes.readers import PRINTER, READERS
from fleet.life.faults.classes.service import IDENTITY, PAYMENT, SECURITY, SIGN_IN
from fleet.life.faults.classes.updates import DATA, UPDATES
from fleet.life.faults.kinds import FaultKind

CATALOGUE: Final[Mapping[str, FaultKind]] = {
    kind.code: kind
    for rows in (
        POWER, COMMUNICATION, IDENTITY, READERS, PRINTER, HARDWARE, SOFTWARE, PAYMENT, SIGN_IN,
        SECURITY, UPDATES, DATA,
    )
    for kind in rows
}  # fmt: skip
SOURCE: Final = {code: number for number, code in enumerate(CATALOGUE, start=1)}
"""Number of each kind as a source of symptoms."""
FAULT_CLASSES: Final = tuple(sorted({kind.fault_class for kind in CATALOGUE.values()}))


def told(code: str) -> str:
    """Return a code with its name, for nobody knows codes by heart; another's code as it is."""
    return f"{code} {CATALOGUE[code].name}" if code in CATALOGUE else code
