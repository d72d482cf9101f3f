"""The inbox hands orders out at their instants, in order, and is bounded."""

from fleet.wire.messages import Reboot
from fleet.worlds.inbox import INBOX_MAX, Inbox


def test_orders_come_out_by_their_instant() -> None:
    """Whatever the order of coming, the soonest is first; of equals, the first that came."""
    inbox = Inbox()
    for plan, due in enumerate((30, 10, 20, 10)):
        assert inbox.put(due, Reboot(plan=plan))
    assert inbox.soonest(99) == 10
    assert inbox.take(9) is None
    taken = [inbox.take(99) for _ in range(4)]
    assert [order.plan for order in taken if order] == [1, 3, 2, 0]
    assert inbox.take(99) is None
    assert inbox.soonest(99) == 99


def test_an_order_that_is_repeated_waits_once() -> None:
    """However often it comes, it takes no room from others, and comes out at its first instant."""
    inbox = Inbox()
    assert all(inbox.put(10 + n, Reboot(plan=7)) for n in range(3 * INBOX_MAX))
    assert len(inbox) == 1
    assert inbox.put(5, Reboot(plan=8))
    assert [order.plan for order in (inbox.take(99), inbox.take(99)) if order] == [8, 7]
    assert inbox.take(99) is None


def test_at_the_bound_the_soonest_is_dropped() -> None:
    """One order too many costs the one that is first in line."""
    inbox = Inbox()
    assert all(inbox.put(due, Reboot(plan=due)) for due in range(INBOX_MAX))
    assert not inbox.put(INBOX_MAX, Reboot(plan=INBOX_MAX))
    assert inbox.soonest(99) == 1
