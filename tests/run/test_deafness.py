"""What terminals tell while no TMS listens is summed up, and said."""

from fleet.run.deafness import Deafness


def test_what_is_told_between_two_subscriptions_is_lost() -> None:
    """Neither what was told before, nor what is told afterwards; several gaps add up."""
    sent = {"heartbeat": 0, "fault": 0}
    deafness = Deafness(lambda: dict(sent))
    deafness.hears(0)
    sent["heartbeat"] = 100
    deafness.deaf(0)
    sent |= {"heartbeat": 1_154, "fault": 2}
    deafness.hears(0)
    sent |= {"heartbeat": 9_000, "fault": 50}
    assert deafness.note() == (
        "about 1,056 messages of terminals were heard by nobody, as no TMS listened "
        "(heartbeat 1,054, fault 2)"
    )
    deafness.deaf(0)
    sent["heartbeat"] += 10
    assert "about 1,066 messages" in deafness.note()
    assert "about 1,066 messages" in deafness.note()


def test_requests_are_asked_again_and_not_lost() -> None:
    """A gap in which only requests were made costs nothing that would not be told again."""
    sent = {"sign_in": 0}
    deafness = Deafness(lambda: dict(sent))
    deafness.hears(0)
    deafness.deaf(0)
    sent["sign_in"] = 40
    deafness.hears(0)
    assert deafness.note() == ""


def test_one_of_several_is_enough() -> None:
    """While an instance is left the broker hands it everything; deaf is who says so twice."""
    sent = {"status": 0}
    deafness = Deafness(lambda: dict(sent))
    deafness.hears(0)
    deafness.hears(1)
    deafness.deaf(0)
    sent["status"] = 5
    assert deafness.note() == ""
    deafness.deaf(1)
    sent["status"] = 6
    deafness.deaf(1)
    sent["status"] = 8
    assert "(status 3)" in deafness.note()


def test_before_the_first_subscription_nobody_has_told_anything() -> None:
    """A TMS that takes long to start is not deaf."""
    deafness = Deafness(lambda: {"heartbeat": 7})
    deafness.deaf(0)
    assert deafness.note() == ""
    deafness.hears(0)
    assert deafness.note() == ""
