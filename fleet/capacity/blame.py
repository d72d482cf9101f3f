"""Who gave way when an objective was broken: the generator, the network, the broker or the TMS.

    what is seen                                             who gave way
    the run is invalid                                       the generator
    the broker is on another machine, and TCP sent more      the network
      than one segment in a hundred again, or its mere
      handshake takes half as long as a PUBACK
    the broker's own acknowledgements are as slow, or        the server: its broker
      connections failed
    the broker acknowledges at once, and the TMS does not    the server: its TMS

A segment lost on loopback is the broker's backlog and not a wire, hence the first condition. The
handshake is made by the kernels of both ends: a broker that is slow to read does not delay it, and
a way that is too narrow delays it like everything else.
"""

from pathlib import Path
from typing import Final, NamedTuple, Self

from fleet.capacity.search import Outcome
from fleet.profile.indicators import Unit
from fleet.watch.ruling import show
from fleet.watch.summary import Summary

_SNMP: Final = Path("/proc/net/snmp")
_RESENT_MAX: Final = 0.01
_FAILURES_MAX: Final = 0.01
_US_PER_MS: Final = 1_000
# The way is as slow as the broker if its share of a PUBACK's time is at least this, and more than
# a busy machine's scheduler explains.
_HANDSHAKE_SHARE: Final = 0.5
_HANDSHAKE_MS_MIN: Final = 20.0
# The broker is as slow as the TMS if its share of the answer's time is at least this.
_BROKER_SHARE: Final = 0.5
_ANSWERED_BY_TMS: Final = ("heartbeat_ack", "sign_in", "command")


class Segments(NamedTuple):
    """TCP segments of this machine: sent, and of these sent again."""

    sent: int = 0
    resent: int = 0

    @classmethod
    def now(cls) -> Self:
        """Read the kernel's counters; zeros where there are none (no Linux)."""
        try:
            lines = [line.split() for line in _SNMP.read_text().splitlines()]
        except OSError:
            return cls()
        names, values = (line for line in lines if line[0] == "Tcp:")
        tcp = dict(zip(names, values, strict=True))
        return cls(int(tcp["OutSegs"]), int(tcp["RetransSegs"]))

    def resent_since(self, earlier: "Segments") -> float:
        """Return the share of segments sent since that had to be sent again."""
        return (self.resent - earlier.resent) / max(self.sent - earlier.sent, 1)


class Network(NamedTuple):
    """How the way to the broker fared.

    Attributes:
        resent: Share of TCP segments that were sent again.
        handshake_ms: What TCP's handshake took, median; 0 if unknown.
        remote: Whether the broker is on another machine.
    """

    resent: float = 0.0
    handshake_ms: float = 0.0
    remote: bool = False


class NothingMeasured(Exception):
    """The only objectives that are broken had nothing to be judged by: nobody gave way."""


def blame(summary: Summary, network: Network) -> tuple[Outcome, str]:
    """Return who gave way in a run, and why one thinks so.

    Args:
        summary: Of the run.
        network: How the way to the broker fared meanwhile.

    Raises:
        NothingMeasured: Only what nobody tried is missing, and connections were made.
    """
    if summary.verdict == "invalid":
        return "generator", "; ".join(summary.reasons)
    missed = [each for each in summary.objectives if not each.held]
    if not missed:
        return "held", ""
    if all(each.value is None for each in missed) and not _failed_connects(summary):
        raise NothingMeasured(", ".join(each.objective for each in missed))
    broken = "; ".join(each.sentence for each in missed)
    if why := _narrow(summary, network):
        return "network", f"{broken}; {why}"
    return "server", f"{broken}; {_part(summary)}"


def _narrow(summary: Summary, network: Network) -> str:
    """Return what tells that the way to the broker was the bottleneck; "" for nothing."""
    if not network.remote:
        return ""
    if network.resent > _RESENT_MAX:
        return f"{network.resent:.1%} of all TCP segments had to be sent again"
    puback_ms = summary.latencies["publish_ack"]["service"].p50_ms
    if network.handshake_ms < max(_HANDSHAKE_MS_MIN, _HANDSHAKE_SHARE * puback_ms):
        return ""
    took = _told(network.handshake_ms)
    return (
        f"TCP's handshake with the broker's machine took {took} in the middle, "
        f"PUBACKs {_told(puback_ms)}"
    )


def _failed_connects(summary: Summary) -> int:
    """Return how many connects failed, if those are more than a server may refuse; else 0."""
    connects = summary.counts["fleet_connects_total"]
    attempts = sum(connects.values())
    failed = attempts - connects["ok"]
    return failed if failed > _FAILURES_MAX * attempts else 0


def _part(summary: Summary) -> str:
    if failed := _failed_connects(summary):
        connects = summary.counts["fleet_connects_total"]
        attempts = sum(connects.values())
        worst = max((why for why in connects if why != "ok"), key=connects.__getitem__)
        return f"its broker: {failed:,} of {attempts:,} connects failed, most of them: {worst}"
    puback_ms = summary.latencies["publish_ack"]["service"].p99_ms
    answer_ms = max(summary.latencies[name]["service"].p99_ms for name in _ANSWERED_BY_TMS)
    if puback_ms >= _BROKER_SHARE * answer_ms:
        return f"its broker: PUBACKs took {_told(puback_ms)} at the 99th percentile"
    return (
        f"its TMS: answers took {_told(answer_ms)} at the 99th percentile, the broker's own "
        f"PUBACKs {_told(puback_ms)}"
    )


def _told(ms: float) -> str:
    return show(ms * _US_PER_MS, Unit.DURATION.name)
