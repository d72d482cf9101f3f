"""What the outside world provokes is logged once in a while, and the rest is counted."""

import logging

import pytest

from fleet.tms.complaints import Complaints

LOG = logging.getLogger("fleet.tests.complaints")


def test_the_second_in_a_row_is_only_counted(caplog: pytest.LogCaptureFixture) -> None:
    """One line stands for all until the silence is over."""
    complaints = Complaints(LOG, every_s=3_600.0)
    for n in range(5):
        complaints.note(f"unreadable {n}")
    assert caplog.messages == ["unreadable 0"]


def test_the_next_line_says_how_many_were_left_out(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is hidden: the count goes into the line after the silence, and begins anew."""
    complaints = Complaints(LOG, every_s=3_600.0)
    complaints.note("first")
    complaints.note("second")
    complaints.note("third")
    complaints._silent_until = 0.0
    complaints.note("fourth")
    complaints._silent_until = 0.0
    complaints.note("fifth")
    assert caplog.messages == ["first", "fourth (and 2 more since the line before)", "fifth"]
