"""What the live world counts, with every slot looked up once."""

from time import monotonic_ns

from fleet.mqtt.down import DownReason
from fleet.watch.catalogue import DROPS, MISHAPS
from fleet.watch.tally import Tally
from fleet.wire.messages import DOWN, UP


class Meters:
    """A shard's counters and latencies, as the live world moves them.

    Attributes:
        counts: The tally's own list; hot code adds to it.
        sent: Slot of each kind of message that goes up.
        received: Slot of each kind that comes down.
        heartbeats: Slot of heartbeats sent.
        sent_bytes: Slot of bytes published.
        approved: Slot of payments approved; heartbeats say how many of those nobody has lived.
        declined: Slot of payments declined, likewise.
        connected: Slot of links that are up.
        connected_of: The same of each region.
        connects: Slot of attempts to connect, by outcome.
        offline: Slot of terminals that want a link and have none.
        lost: Slot of links that ended by themselves, by reason.
        dropped: Slot of dropped messages, by reason.
        mishaps: Slot of what the numbers of acknowledgements show.
        lag: How late the generator acted after an instant that was due.
        loop_delay: How late the shard's loop woke for its tick.
        connect_time: From when a link was due until its subscription stood.
        connect_service: The same from when TCP was opened.
        ack_time: From when a heartbeat was due until its acknowledgement.
        ack_service: The same from when it was sent.
        publish_time: From when a message of QoS 1 was due until its PUBACK.
        publish_service: The same from when it was sent.
        sign_in_time: From when a sign-in was due until its answer.
        sign_in_service: The same from when it was sent.
        update_time: From the order of an update until it had proved itself, in business time.
    """

    def __init__(self, tally: Tally) -> None:
        """Find all slots of a shard's tally."""
        self.counts = tally.counts
        slot = tally.slot
        self.sent = {m.kind: slot("fleet_messages_sent_total", kind=m.kind) for m in UP}
        self.received = {m.kind: slot("fleet_messages_received_total", kind=m.kind) for m in DOWN}
        self.heartbeats = slot("fleet_heartbeats_total")
        self.sent_bytes = slot("fleet_sent_bytes_total")
        self.approved = slot("fleet_transactions_total", outcome="approved")
        self.declined = slot("fleet_transactions_total", outcome="declined")
        self.connected = slot("fleet_connected_terminals")
        regions = tally.layout.slots("fleet_region_connected_terminals")
        self.connected_of = {region: slot for (region,), slot in regions.items()}
        outcomes = ("ok", *(reason.value for reason in DownReason))
        self.connects = {word: slot("fleet_connects_total", outcome=word) for word in outcomes}
        self.lost = {
            why.value: slot("fleet_links_lost_total", reason=why.value) for why in DownReason
        }
        self.dropped = {word: slot("fleet_dropped_total", reason=word) for word in DROPS}
        self.mishaps = {word: slot("fleet_down_mishaps_total", mishap=word) for word in MISHAPS}
        self.offline = slot("fleet_offline_terminals")
        self.lag = tally.recorder("fleet_schedule_lag_seconds")
        self.loop_delay = tally.recorder("fleet_loop_delay_seconds")
        # Of each latency first the response time, from when it was due; then the service time.
        self.connect_time = tally.recorder("fleet_connect_response_seconds")
        self.connect_service = tally.recorder("fleet_connect_duration_seconds")
        self.ack_time = tally.recorder("fleet_heartbeat_ack_seconds")
        self.ack_service = tally.recorder("fleet_heartbeat_ack_service_seconds")
        self.publish_time = tally.recorder("fleet_publish_ack_seconds")
        self.publish_service = tally.recorder("fleet_publish_ack_service_seconds")
        self.sign_in_time = tally.recorder("fleet_sign_in_response_seconds")
        self.sign_in_service = tally.recorder("fleet_sign_in_duration_seconds")
        self.update_time = tally.recorder("fleet_update_response_seconds")

    def count_link(self, region: str, change: int) -> None:
        """Note that a link of a region came up, +1, or is no longer, -1."""
        self.counts[self.connected] += change
        if region in self.connected_of:
            self.counts[self.connected_of[region]] += change

    def add(self, slot: int, count: int = 1) -> None:
        """Add to a counter or gauge."""
        self.counts[slot] += count


def since_us(start_ns: int) -> int:
    """Return the real time since a monotonic instant, in microseconds; never negative."""
    return max(0, (monotonic_ns() - start_ns) // 1_000)
