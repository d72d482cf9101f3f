"""*Load*: what does the estate ask of the broker and the TMS, and how long do they take?"""

from typing import Final

from dashboards.estate import LINKED
from dashboards.panels import (
    GRAFANA,
    Board,
    Look,
    Panel,
    Query,
    Row,
    by,
    latency,
    one,
    waits,
)
from dashboards.queries import Not, share, total

_now, _rate = GRAFANA.now, GRAFANA.rate
_CONNECTS: Final = "fleet_connects_total"

LOAD: Final = Board(
    "fleet-load",
    "Load",
    "What the estate asks of broker and TMS: rates, latencies, connects, drops, storms.",
    rows=(
        Row("Messages", (
            Panel("Messages up, by kind", "What terminals publish, per second.", "mps",
                  by("kind", _rate("fleet_messages_sent_total")), Look.STACK),
            Panel("Messages down, by kind", "What reaches terminals, per second.", "mps",
                  by("kind", _rate("fleet_messages_received_total")), Look.STACK),
            Panel("Bytes up", "PUBLISH packets per second, headers included.", "Bps",
                  one(total(_rate("fleet_sent_bytes_total")), "sent")),
            Panel("Bytes per message", "A step means another payload, or another mix of kinds.",
                  "bytes", one(share(total(_rate("fleet_sent_bytes_total")),
                                     total(_rate("fleet_messages_sent_total"))), "per message")),
            Panel("Messages dropped, by reason", "At a bound of the fleet itself. `inbox_full` and "
                  "`queue_full` mean that terminals were offline or slow for long.", "mps",
                  by("reason", _rate("fleet_dropped_total")), Look.STACK, rare=True),
            Panel("Stage of the load", "Which of the profile's stages is under way; a profile "
                  "without stages has none.", "short",
                  by("stage", _now("fleet_load_stage_active")), Look.STACK, rare=True),
        )),
        Row("Connects", (
            Panel("Connects by outcome", "Attempts per second. A spike of `ok` is a storm that "
                  "the broker survived.", "cps", by("outcome", _rate(_CONNECTS)), Look.STACK,
                  span=12),
            Panel("Connects that fail, by reason", "Attempts per second that came to nothing. "
                  "`unreachable` and `timeout` are the way to the broker, `exhausted` is the "
                  "generator itself.", "cps",
                  by("outcome", _rate(_CONNECTS, outcome=Not("ok"))), Look.STACK, rare=True,
                  span=12),
            Panel("Links lost, by reason", "Links per second that ended though the terminal had "
                  "not ended them (`fleet_links_lost_total`). A steady rate that connects of "
                  "outcome `ok` match is one identity used twice: `lost` at a broker that only "
                  "hangs up, as mosquitto 2.0 does, `kicked` at one that says why.", "cps",
                  by("reason", _rate("fleet_links_lost_total")), Look.STACK, rare=True, span=12),
            Panel("Connected, expected, waiting", "Terminals whose MQTT link is up, those in a "
                  "state that keeps one, and those that want one and have none. After an outage "
                  "the last falls to zero; if it stays, the broker does not let them in.", "short",
                  (Query(total(_now("fleet_connected_terminals")), "connected"),
                   Query(total(_now("fleet_terminals", state=LINKED)), "expected"),
                   Query(total(_now("fleet_offline_terminals")), "waiting")),
                  rare=True, span=12),
            *latency("Connect", "fleet_connect_response_seconds",
                     "From the instant a link was due until its subscription stood.",
                     "fleet_connect_duration_seconds"),
        )),
        Row("Answers", (
            *latency("Heartbeat acknowledgement", "fleet_heartbeat_ack_seconds",
                     "From the instant a heartbeat was due to its acknowledgement.",
                     "fleet_heartbeat_ack_service_seconds"),
            *latency("Sign-in", "fleet_sign_in_response_seconds",
                     "From the instant a sign-in was due to its answer, in protocol time.",
                     "fleet_sign_in_duration_seconds"),
        )),
        Row("Orders and losses", (
            *latency("Command", "fleet_command_seconds", "From the instant an order was to take "
                     "effect until the reference TMS heard of it.",
                     "fleet_command_service_seconds"),
            waits("Publish acknowledgement", "fleet_publish_ack_seconds",
                  "From the instant a message of QoS 1 was due to the broker's PUBACK.",
                  "fleet_publish_ack_service_seconds"),
            Panel("Heartbeats lost, doubled or overtaken", "Seen in their numbers, on the way up "
                  "by the reference TMS and on the way down by the terminals.", "mps",
                  (Query(total(_rate("fleet_up_mishaps_total"), "mishap"), "up, {{mishap}}"),
                   Query(total(_rate("fleet_down_mishaps_total"), "mishap"), "down, {{mishap}}")),
                  rare=True, span=12),
        )),
        Row("Can these figures be trusted", (
            Panel("Schedule lag", "How late the generator acted. Above 10 ms the latencies above "
                  "are the generator's as much as the server's.", "s",
                  (Query(GRAFANA.quantile(0.5, "fleet_schedule_lag_seconds"), "p50"),
                   Query(GRAFANA.quantile(0.99, "fleet_schedule_lag_seconds"), "p99")),
                  span=12),
            Panel("Schedule lag, distribution", "The same, whole. A second band away from the "
                  "first is a stall.", "s",
                  one(GRAFANA.buckets("fleet_schedule_lag_seconds"), "{{le}}"), Look.HEAT,
                  span=12),
        )),
    ),
)  # fmt: skip
