"""A forecast is what a run will do: the same messages, connects and states, bin by bin."""

import numpy as np
import pytest

from fleet.capacity.forecast import Forecast, bin_ms_of, forecast
from fleet.capacity.outlook import need, peaks, rates
from fleet.profile.store import parse
from tests.worlds.settings import MuteDesk

TERMINALS = 60
PROFILE = f"""
schema = 1
name = "opening"
[run]
duration = "20s"
speed = 60.0
[estate]
terminals = {TERMINALS}
[ramp]
over = "5m"
[heartbeat]
interval = "1m"
jitter = 0.0
[boot]
failure = 0.0
[self_test.failure]
"""


@pytest.fixture(scope="module")
def seen() -> Forecast:
    """The forecast of a small estate that is switched on within five seconds."""
    return forecast(parse(PROFILE), 7)


def test_every_terminal_is_somewhere(seen: Forecast) -> None:
    """In each bin the states add up to the estate."""
    assert np.all(sum(seen.states.values()) == TERMINALS)


def test_every_terminal_registers_once(seen: Forecast) -> None:
    """Each connects and registers while the ramp lasts, and never again in so short a time."""
    assert seen.up["register"].sum() == TERMINALS
    assert {why: values.sum() for why, values in seen.connects.items()} == {"delivered": TERMINALS}
    assert seen.end_s[np.flatnonzero(seen.up["register"])].max() <= 6.0


def test_answers_match_requests(seen: Forecast) -> None:
    """What the server answers is what was asked, and it acknowledges each heartbeat."""
    for kind in ("register", "sync", "sign_in", "heartbeat"):
        assert seen.down[kind].sum() == seen.up[kind].sum() > 0


def test_the_same_seed_tells_the_same(seen: Forecast) -> None:
    """A forecast is a function of profile and seed."""
    again, other = forecast(parse(PROFILE), 7), forecast(parse(PROFILE), 8)
    assert np.array_equal(again.up["heartbeat"], seen.up["heartbeat"])
    assert not np.array_equal(other.up["heartbeat"], seen.up["heartbeat"])


def test_peaks_are_the_busiest_bins(seen: Forecast) -> None:
    """A peak is the greatest rate, where it is, and what it mostly consists of."""
    found = {peak.name: peak for peak in peaks(seen)}
    unit, values = rates(seen)["connects"]
    assert found["connects"].value == values.max()
    assert found["connects"].unit == unit == "/s"
    assert found["connects"].at_s <= 5.0
    assert found["switched on"].value == TERMINALS
    assert need(seen).shards == 1


@pytest.mark.parametrize(("duration_s", "bin_s"), [(20, 1), (300, 1), (301, 2), (86_400, 300)])
def test_bins_are_as_fine_as_can_be_told_apart(duration_s: int, bin_s: int) -> None:
    """A run is never cut into more than 300 bins."""
    assert bin_ms_of(duration_s * 1_000) == bin_s * 1_000


def test_protocol_timers_are_not_scaled() -> None:
    """After an outage terminals come back when a live run's would: a retry waits in real time."""
    outage = """
[reconnect]
first = "1s"
max = "1s"
jitter = "none"
[[causes]]
name = "backbone"
kind = "outage"
at = "10m"
lasts = "30s"
"""
    seen = forecast(parse(PROFILE + outage), 7)
    # Cut at 10 s of wall time, and for half a second; the retry is due a second after the cut.
    again = seen.connects["reconnected"]
    assert np.flatnonzero(again)[0] == 11
    assert again[11] > TERMINALS / 2


def test_a_time_out_is_not_scaled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whom nobody answers asks again as in a live run: after six seconds of wall time.

    A forecast whose estate does not know the speed of the run would wait for five of these seconds
    as business time, and ask more than five times as often.
    """
    monkeypatch.setattr("fleet.capacity.forecast.Desk", MuteDesk)
    silence = """
[registration]
timeout = "5s"
retry = "1s"
"""
    asked = forecast(parse(PROFILE + silence), 7).up["register"]
    first = asked[:6]
    assert first.sum() == TERMINALS
    assert np.array_equal(asked[6:12], first)
    assert np.array_equal(asked[12:18], first)
