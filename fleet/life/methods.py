"""Ways to pay: what a terminal can take at the moment, and which one a customer chooses.

Customers choose by what they like, of what the model takes and no broken reader rules out. A way
that is not enabled (PAY-801) cannot be told from the others before it is tried: whoever chooses it
is refused. Which one that is, is drawn for each such fault, by how often it is chosen.
"""

from collections.abc import Container
from typing import Final

from fleet.chance.streams import Purpose
from fleet.life.faults.ailment import Ailment
from fleet.life.terminal import Terminal
from fleet.wire.words import ComponentWord, MethodWord

_METHOD: Final = Purpose("transaction.method")
_BARRED: Final = Purpose("transaction.barred")

CARDS: Final[frozenset[MethodWord]] = frozenset({"chip", "stripe", "contactless"})
_NEEDS: Final[dict[MethodWord, ComponentWord]] = {
    "qr": "scanner", "contactless": "contactless", "chip": "chip_reader", "stripe": "stripe_reader",
}  # fmt: skip


def chosen(t: Terminal) -> MethodWord | None:
    """Return how the customer pays; None if there is no way, or the terminal cannot be used."""
    if t.cases.hindered("trade"):
        return None
    sick = t.cases.sick_components()
    weights = {word: weight for word, weight in _taken(t).items() if _NEEDS[word] not in sick}
    if sum(weights.values()) <= 0.0:
        return None
    return tuple(weights)[t.streams.pick(_METHOD, tuple(weights.values()))]


def share(t: Terminal, of: Container[MethodWord]) -> float:
    """Return which part of the customers of a sound terminal pays in one of these ways."""
    taken = _taken(t)
    total = sum(taken.values())
    return sum(weight for word, weight in taken.items() if word in of) / total if total else 0.0


def barring(t: Terminal, method: MethodWord) -> Ailment | None:
    """Return the ailment by which this way to pay is not enabled; None if it is."""
    ailments = (each for each in t.cases.active.values() if each.kind.effect.bars)
    return next((each for each in ailments if barred(t, each) == method), None)


def barred(t: Terminal, ailment: Ailment) -> MethodWord:
    """Return which way to pay this ailment has made impossible."""
    taken = _taken(t)
    return tuple(taken)[t.streams.pick_at(_BARRED, ailment.number, tuple(taken.values()))]


def _taken(t: Terminal) -> dict[MethodWord, float]:
    liked, takes = t.profile.transactions.methods, t.member.model.methods
    return {word: weight for word, weight in liked.items() if word in takes}
