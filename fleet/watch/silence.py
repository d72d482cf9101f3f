"""Requests that nobody answers: no TMS is there, or it is deaf, or brokers are no cluster.

Nothing else tells it in good time: who waits for an answer waits for its time-out, and a latency is
only known of what was answered.

Theory of operation
-------------------
Whoever watches a run's requests is at any time in one of three moods::

    CALM   --something is asked-------------------------------------------> WAITS
    WAITS  --no answer for `SILENT_MS`, to `ASKED_MIN` requests: said so--> TOLD
    WAITS  --an answer----------------------------------------------------> CALM
    TOLD   --an answer: said so-------------------------------------------> CALM
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final, TypeAlias

from fleet.units import SECOND_MS, Millis
from fleet.watch.tally import Reading

# Their answers are of the same kind. Heartbeats are judged by `heartbeat.loss`.
ASKED: Final = ("register", "sync", "sign_in", "chunk", "settlement")
SILENT_MS: Final = 10 * SECOND_MS
# Of fewer, links that broke may have cost the answers.
ASKED_MIN: Final = 10
# What is under way when a run ends is no silence.
SHARE_MIN: Final = 0.01

_WHY_NONE: Final = "is there a TMS behind the broker? --tms brings the reference one"
# A broker of MQTT 3.1.1 throws away what an ACL forbids, and tells nobody.
_WHY_OURS: Final = (
    "the TMS of this run listens, so the broker keeps them from it, or its answers from terminals: "
    "may this user publish and subscribe to fleet/#?"
)


_Requests: TypeAlias = Mapping[str, tuple[int, int]]


def _requests(reading: Reading) -> _Requests:
    """Return by kind how many requests were sent, and how many of them had no answer."""
    sent = reading.series("fleet_messages_sent_total")
    heard = reading.series("fleet_messages_received_total")
    return {
        kind: (sent[kind], max(0, sent[kind] - heard.get(kind, 0)))
        for kind in ASKED
        if kind in sent
    }


def _why_none(*, tms: bool) -> str:
    return _WHY_OURS if tms else _WHY_NONE


def nobody_answered(reading: Reading, *, tms: bool = False) -> str:
    """Return a sentence about a run of whose requests not one had an answer; "" if one had.

    It says why that may be, but of a TMS of the run's own only if it was asked often enough: the
    answers may have been under way.

    Args:
        reading: The last one.
        tms: Whether the run has a TMS of its own.
    """
    requests = _requests(reading)
    sent, lost = _totals(requests)
    if not lost == sent > 0:
        return ""
    said = f"nobody answered a single request ({_lost(requests)})"
    return said if tms and lost < ASKED_MIN else f"{said}: {_why_none(tms=tms)}"


def unanswered(reading: Reading, brokers: int = 1) -> str:
    """Return a sentence about the requests that had no answer; "" if hardly any, or all, had none.

    Args:
        reading: The last one.
        brokers: How many the terminals were spread over.
    """
    requests = _requests(reading)
    sent, lost = _totals(requests)
    if lost < ASKED_MIN or lost < SHARE_MIN * sent or lost == sent:
        return ""
    said = f"{lost:,} of {sent:,} requests had no answer ({_lost(requests)})"
    return f"{said}: are the {brokers} brokers one cluster?" if brokers > 1 else said


def _totals(requests: _Requests) -> tuple[int, int]:
    """Return how many were sent, and how many of them had no answer."""
    both = requests.values()
    return sum(sent for sent, _ in both), sum(missing for _, missing in both)


def _lost(requests: _Requests) -> str:
    return ", ".join(f"{kind} {missing:,}" for kind, (_, missing) in requests.items() if missing)


class _Mood(Enum):
    """See the theory above."""

    CALM = 0
    WAITS = 1
    TOLD = 2


class Silence:
    """Notices, while a run lasts, that answers stay away, and that they come again."""

    __slots__ = ("_answered", "_asked", "_mood", "_since_ms", "_why")

    def __init__(self, *, tms: bool = False) -> None:
        """Expect the first answer; `tms` says whether the run has a TMS of its own."""
        self._why = _why_none(tms=tms)
        self._answered = self._asked = 0
        self._mood = _Mood.CALM
        self._since_ms: Millis = 0

    def see(self, elapsed_ms: Millis, reading: Reading) -> str:
        """Look again, and return what the user should know; "" for nothing.

        Args:
            elapsed_ms: Wall time of the run.
            reading: What has been counted until then.
        """
        requests = _requests(reading).values()
        asked = sum(sent for sent, _ in requests)
        answered = sum(sent - missing for sent, missing in requests)
        if answered > self._answered:
            return self._heard(elapsed_ms, asked, answered)
        new = asked - self._asked
        if self._mood is _Mood.CALM and new > 0:
            self._mood, self._since_ms = _Mood.WAITS, elapsed_ms
        waited_ms = elapsed_ms - self._since_ms
        if self._mood is _Mood.WAITS and new >= ASKED_MIN and waited_ms >= SILENT_MS:
            self._mood = _Mood.TOLD
            why = "" if self._answered else f": {self._why}"
            return f"nobody has answered the {new:,} requests of the last {_s(waited_ms)}{why}"
        return ""

    def _heard(self, elapsed_ms: Millis, asked: int, answered: int) -> str:
        mood, self._mood = self._mood, _Mood.CALM
        self._asked, self._answered = asked, answered
        if mood is not _Mood.TOLD:
            return ""
        return f"requests are answered again, after {_s(elapsed_ms - self._since_ms)}"


def _s(millis: Millis) -> str:
    return f"{millis / SECOND_MS:.0f} s"
