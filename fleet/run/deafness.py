"""What terminals told while no TMS listened: it is nobody's, so it is counted and said.

A broker acknowledges a report whether or not anybody has subscribed to it. What is sent between the
death of a TMS, or the loss of its connection, and its next subscription is therefore lost without
any terminal noticing. Requests are not among it: who has no answer asks again, and that is told
elsewhere.

The board is a quarter of a second old at most, so the counts are nearly right, and said to be.
"""

from collections import Counter
from collections.abc import Callable, Mapping

from fleet.watch.silence import ASKED


class Deafness:
    """Sums up what was sent while not one instance listened."""

    def __init__(self, sent: Callable[[], Mapping[str, int]]) -> None:
        """Expect the first instance.

        Args:
            sent: Returns how many messages terminals have sent by now, by kind.
        """
        self._sent = sent
        self._listening: set[int] = set()
        self._since: Mapping[str, int] | None = None
        self._lost: Counter[str] = Counter()

    def hears(self, instance: int) -> None:
        """An instance has subscribed."""
        self._listening.add(instance)
        self._lost = self._so_far()
        self._since = None

    def deaf(self, instance: int) -> None:
        """An instance has lost its connection, or its life."""
        was_listening = bool(self._listening)
        self._listening.discard(instance)
        if was_listening and not self._listening:
            self._since = self._sent()

    def note(self) -> str:
        """Return a sentence about what was lost; "" if nothing was."""
        lost = self._so_far()
        if not lost:
            return ""
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in lost.items())
        return (
            f"about {lost.total():,} messages of terminals were heard by nobody, as no TMS "
            f"listened ({kinds})"
        )

    def _so_far(self) -> Counter[str]:
        if self._since is None:
            return self._lost
        before = self._since
        told = {kind: sent - before.get(kind, 0) for kind, sent in self._sent().items()}
        return self._lost + Counter({kind: n for kind, n in told.items() if kind not in ASKED})
