"""What an objective may be about: every indicator of a run, declared once.

An indicator is what an SRE calls a service level indicator: a figure that says how well the estate
is served. The grammar of objectives, the judge that evaluates them, the summary and the docs read
this table. Metric families are named here, not imported: how they are counted is not the profile's
affair.

A latency has two clocks. *Response time* counts from the instant at which something was due by its
schedule, so that a stall of the server shows in everything that was due meanwhile; *service time*
counts from the instant at which it was really sent. Tools which know the second one only leave out
what they would have sent if the server had let them: coordinated omission (Gil Tene, "How NOT to
Measure Latency", 2013).
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Unit(Enum):
    """What a figure is, and an example of how it is written."""

    DURATION = "500ms"
    RATIO = "0.999"
    COUNT = "0"

    @property
    def words(self) -> str:
        """What to call it."""
        return {"500ms": "a duration", "0.999": "a ratio", "0": "a number"}[self.value]


@dataclass(frozen=True, slots=True)
class Latency:
    """A duration that is measured again and again.

    Attributes:
        name: As in `NAME.p99`, and `NAME.service.p99` for the service time.
        help: What it is.
        response: Metric family of response times, counted from the instant that was due.
        service: Metric family of service times, counted from the sending; "" for none.
    """

    name: str
    help: str
    response: str
    service: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A single figure of a run or a part of one."""

    name: str
    help: str
    unit: Unit


LATENCIES: Final[tuple[Latency, ...]] = (
    Latency("connect", "from the instant a link was due until its subscription stood",
            "fleet_connect_response_seconds", "fleet_connect_duration_seconds"),
    Latency("sign_in", "from the instant a sign-in was due to its answer",
            "fleet_sign_in_response_seconds", "fleet_sign_in_duration_seconds"),
    Latency("heartbeat_ack", "from the instant a heartbeat was due to the TMS's acknowledgement",
            "fleet_heartbeat_ack_seconds", "fleet_heartbeat_ack_service_seconds"),
    Latency("publish_ack", "from the instant a QoS 1 message was due to the broker's PUBACK",
            "fleet_publish_ack_seconds", "fleet_publish_ack_service_seconds"),
    Latency("command", "from the instant an order was to take effect until the TMS heard the "
            "terminal's answer; seen by the reference TMS",
            "fleet_command_seconds", "fleet_command_service_seconds"),
    Latency("update", "from the order of an update until it had proved itself, business time; its "
            "service time counts from the merchant's consent",
            "fleet_update_response_seconds", "fleet_update_duration_seconds"),
    Latency("schedule_lag", "how late the generator sent a heartbeat",
            "fleet_schedule_lag_seconds"),
    Latency("loop_delay", "how late the generator's loop woke for a tick",
            "fleet_loop_delay_seconds"),
)  # fmt: skip

FIGURES: Final[tuple[Figure, ...]] = (
    Figure("connected.ratio", "terminals whose link is up, of those that want one; over time",
           Unit.RATIO),
    Figure("ready.ratio", "terminals with a signed-in operator, of those switched on; over time",
           Unit.RATIO),
    Figure("connect.failures", "attempts to connect that failed, of all", Unit.RATIO),
    Figure("sign_in.failures", "sign-ins without an answer or with a malfunction, of all",
           Unit.RATIO),
    Figure("heartbeat.loss", "heartbeats that were lost or never answered, of all sent",
           Unit.RATIO),
    Figure("heartbeat.duplicates", "heartbeats and acknowledgements that came twice", Unit.COUNT),
    Figure("heartbeat.reordered", "heartbeats and acknowledgements that were overtaken",
           Unit.COUNT),
    Figure("messages.dropped", "messages dropped at a bound or unreadable", Unit.COUNT),
    Figure("shards.restarted", "shards that died and were started again", Unit.COUNT),
)  # fmt: skip

USUAL_STATISTICS: Final = ("p50", "p90", "p99", "p99.9", "max", "mean")
