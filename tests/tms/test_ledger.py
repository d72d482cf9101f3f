"""What the ledger knows of loss and order, and how long orders take to be answered."""

from fleet.tms.ledger import Ledger
from fleet.wire.messages import Heartbeat, Lock, OrderAnswered, RegistrationRequested

TS = 1_767_600_000_000


def beat(seq: int, boot: int = 1) -> Heartbeat:
    """Return a heartbeat with a number."""
    return Heartbeat(
        ts=TS, seq=seq, boot=boot, state="ready", fw="1.0", plan=0, uptime_s=1, temp_c=30.0,
        supply_mv=5_000, rssi_dbm=-60, rtt_ms=40, cpu_pct=10, mem_pct=40, flash_pct=20, reads=0,
        read_errors=0, txn_ok=0, txn_fail=0, paper_m=10.0, net_retry=0, faults=0,
    )  # fmt: skip


def heard(*beats: Heartbeat) -> tuple[int, int, int]:
    """Return how many heartbeats are missing, repeated and overtaken."""
    ledger = Ledger(follows=True)
    for each in beats:
        ledger.hear(each, 0, TS)
    counts = ledger.counts
    return counts.missing, counts.repeated, counts.overtaken


def test_what_is_left_out_is_missing() -> None:
    """Numbers that were passed over are missing, until they come late."""
    assert heard(beat(1), beat(2), beat(5)) == (2, 0, 0)
    assert heard(beat(1), beat(2), beat(5), beat(3), beat(4)) == (0, 0, 2)


def test_what_comes_again_is_repeated() -> None:
    """A number that was heard before is repeated, whether it was the last one or not."""
    assert heard(beat(1), beat(2), beat(2), beat(1)) == (0, 2, 0)


def test_a_boot_may_number_anew() -> None:
    """Numbers that begin again with a boot are no loss."""
    assert heard(beat(7), beat(1, boot=2), beat(2, boot=2)) == (0, 0, 0)


def test_another_unit_counts_its_boots_anew() -> None:
    """After a registration, fewer boots are no repetition; the heartbeats' numbers go on."""
    ledger = Ledger(follows=True)
    registration = RegistrationRequested(
        TS, 1, "10000000", "FL00000000R1", "smart-30", "home", "1.0", "wifi"
    )
    for message in (beat(7, boot=4), registration, beat(8), beat(9), beat(11)):
        ledger.hear(message, 0, TS)
    assert (ledger.counts.missing, ledger.counts.repeated) == (1, 0)


def test_an_answer_is_timed_from_when_the_order_was_due() -> None:
    """Response time counts from the order's instant, service time from its saying if later."""
    ledger = Ledger(follows=True, speed=10.0)
    ledger.say(Lock(plan=3, at=TS + 1_000), 0, TS + 4_000)
    ledger.say(Lock(plan=3, at=TS + 2_000), 0, TS + 5_000)
    ledger.hear(OrderAnswered(TS, 3, "lock", "done"), 0, TS + 6_000)
    ledger.hear(OrderAnswered(TS, 3, "lock", "done"), 0, TS + 9_000)
    # Business time runs ten times as fast as the clocks on the wall.
    assert ledger.counts.command_us == {"500000": 1}
    assert ledger.counts.command_service_us == {"200000": 1}


def test_an_answer_to_another_desk_is_not_timed() -> None:
    """Who has not said an order does not know when it was said."""
    ledger = Ledger(follows=False)
    ledger.hear(OrderAnswered(TS, 3, "lock", "done"), 0, TS)
    assert ledger.counts.command_us == {}
