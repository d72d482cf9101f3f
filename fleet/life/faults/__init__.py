"""What a terminal suffers from: the catalogue of faults, the race of hazards, and the remedies."""

from fleet.life.faults.catalogue import CATALOGUE, FAULT_CLASSES, SOURCE, told
from fleet.life.faults.kinds import NEVER, Clock, FaultKind, Point, Rung, Then

__all__ = [
    "CATALOGUE", "FAULT_CLASSES", "NEVER", "SOURCE", "Clock", "FaultKind", "Point", "Rung", "Then",
    "told",
]  # fmt: skip
