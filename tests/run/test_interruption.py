"""Signals while what must not be left half done is done."""

import os
import signal

import pytest

from fleet.run.interruption import signals_ignored


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_are_ignored_for_a_while(number: signal.Signals) -> None:
    """In the block a signal changes nothing; after it, the handler of before is back."""
    before = signal.getsignal(number)
    with signals_ignored():
        os.kill(os.getpid(), number)
    assert signal.getsignal(number) is before
