"""The search for the largest load that keeps the objectives, without running anything itself.

Theory of operation
-------------------
    climb    from the lowest load, each step twice the one before, until one gives way or the
             highest has held
    bisect   between the largest load that held and the smallest that gave way, until they are as
             near as the precision asks for

A step is *held*, or somebody *gave way*: the server, the network, or the generator. If it was the
generator, the step is tried once more, since a busy moment of this machine proves nothing; and if
it gives way again, the search goes on below it, but what it brackets then is the generator's limit
and no server's: it is said so, and nobody mistakes one for the other.

What was tried is all the state there is, so that a search which was broken off goes on from the
list of its steps.
"""

from collections.abc import Iterable
from typing import Final, Literal

from msgspec import Struct

Outcome = Literal["held", "server", "network", "generator"]

_GROWTH: Final = 2
_TRIES_OF_GENERATOR: Final = 2


class Step(Struct, frozen=True):
    """A load that was tried.

    Attributes:
        load: Terminals.
        outcome: Whether it held, or who gave way.
        reason: In words; "" if it held.
        values: Each objective's value: microseconds, ratio or number; None for not measured.
        messages_per_s: Sent by terminals, over the judged part.
        cpu: Highest share of a core that a shard used.
        lag_p99_ms: Schedule lag.
        folder: Of the step's record; "" if none is kept.
    """

    load: int
    outcome: Outcome
    reason: str = ""
    values: dict[str, float | None] = {}
    messages_per_s: float = 0.0
    cpu: float = 0.0
    lag_p99_ms: float = 0.0
    folder: str = ""


class Search:
    """One search under way.

    Attributes:
        steps: What was tried, in order.
    """

    def __init__(
        self, lowest: int, highest: int, precision: float, steps: Iterable[Step] = ()
    ) -> None:
        """Begin, or go on.

        Args:
            lowest: Smallest load to try, 1 or more.
            highest: Largest, at least the smallest.
            precision: How near the bracket's ends must be, as a share of the lower one.
            steps: What was tried already.
        """
        self._lowest: Final = lowest
        self._highest: Final = highest
        self._precision: Final = precision
        self.steps: Final = list(steps)

    @property
    def held(self) -> Step | None:
        """The largest load that held below any that gave way."""
        ceiling = self.broken.load if self.broken else self._highest + 1
        held = [step for step in self.steps if step.outcome == "held" and step.load < ceiling]
        return max(held, key=_load, default=None)

    @property
    def broken(self) -> Step | None:
        """The smallest load that gave way, for good."""
        return min(filter(self._is_final, self.steps), key=_load, default=None)

    @property
    def over(self) -> bool:
        """Whether nothing is left to try."""
        return self.next() is None

    def add(self, step: Step) -> None:
        """Note what became of a step."""
        self.steps.append(step)

    def next(self) -> int | None:
        """Return the load to try next; None when the search is over."""
        if self.steps and self._is_doubtful(self.steps[-1]):
            return self.steps[-1].load
        held, broken = self.held, self.broken
        if broken is None:
            return self._climb(held)
        if held is None:
            return None if broken.load == self._lowest else self._lowest
        gap = broken.load - held.load
        if gap <= max(1, self._precision * held.load):
            return None
        return held.load + gap // 2

    def _climb(self, held: Step | None) -> int | None:
        if held is None:
            return self._lowest
        return None if held.load >= self._highest else min(held.load * _GROWTH, self._highest)

    def _is_doubtful(self, step: Step) -> bool:
        return step.outcome == "generator" and not self._is_final(step)

    def _is_final(self, step: Step) -> bool:
        """Return whether a load has given way for good; what has held since has not."""
        same = [each for each in self.steps if each.load == step.load]
        if same[-1].outcome == "held":
            return False
        tries = sum(each.outcome == "generator" for each in same)
        return same[-1].outcome != "generator" or tries >= _TRIES_OF_GENERATOR


def _load(step: Step) -> int:
    return step.load


def conclusion(search: Search) -> str:
    """Return what the search has found, in a sentence; also of one that is not over."""
    held, broken = search.held, search.broken
    if not search.steps:
        return "nothing was tried"
    gave_way = f"at {broken.load:,} {_GAVE_WAY[broken.outcome]}: {broken.reason}" if broken else ""
    if not search.over:
        least = f"{held.load:,} terminals have" if held else "no load has"
        return "; ".join(filter(None, (f"not over: {least} kept all objectives so far", gave_way)))
    if broken is None:
        assert held is not None  # noqa: S101 - narrows the type: it is the highest
        return f"{held.load:,} terminals, the most that was asked for, kept all objectives"
    if held is None:
        return f"not even the fewest terminals kept the objectives; {gave_way}"
    if broken.outcome == "generator":
        return (
            f"{held.load:,} terminals kept all objectives, and {gave_way}. The server's limit is "
            "not known: it was not reached"
        )
    return f"the largest load that keeps all objectives is {held.load:,} terminals; {gave_way}"


_GAVE_WAY: Final = {
    "server": "the server gave way",
    "network": "the network gave way",
    "generator": "the generator gave way",
    "held": "",
}
