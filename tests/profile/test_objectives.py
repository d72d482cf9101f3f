"""The grammar of objectives: what is right is read, what is wrong is told with what would be."""

from contextlib import suppress

import pytest

from fleet.profile import ProfileError, parse
from fleet.profile.indicators import LATENCIES
from fleet.profile.objectives import Objective, ObjectiveError, names
from fleet.watch.catalogue import FAMILIES
from fleet.watch.family import Kind


@pytest.mark.parametrize(
    ("text", "name", "bound"),
    [
        ("sign_in.p99 < 2s", "sign_in.p99", 2_000_000),
        ("connected.ratio >= 0.999", "connected.ratio", 0.999),
        ("connected.ratio>=99.9%", "connected.ratio", 0.999),
        ("heartbeat.loss == 0", "heartbeat.loss", 0),
        ("connect.p99.9 < 500ms", "connect.p99.9", 500_000),
        ("schedule_lag.p99<10ms", "schedule_lag.p99", 10_000),
        ("publish_ack.service.max <= 250us", "publish_ack.service.max", 250),
        ("messages.dropped != 3", "messages.dropped", 3),
    ],
)
def test_what_is_right_is_read(text: str, name: str, bound: float) -> None:
    """Indicator, comparison and value are read, the value in its unit; spaces do not matter."""
    objective = Objective.parse(text)
    assert objective.name == name
    assert objective.bound == pytest.approx(bound)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "write INDICATOR COMPARISON VALUE, as in 'sign_in.p99 < 2s'"),
        ("sign_in.p99 2s", "write INDICATOR COMPARISON VALUE"),
        ("sign_in.p99 << 2s", "write INDICATOR COMPARISON VALUE"),
        ("signin.p99 < 2s", "did you mean 'sign_in.p99'?"),
        ("turnover < 2s", "known are command, connect,"),
        ("sign_in.q99 < 2s", "write one of sign_in.p50"),
        ("sign_in.p101 < 2s", "is no statistic of 'sign_in'"),
        ("schedule_lag.service.p99 < 2s", "is no statistic of 'schedule_lag'"),
        ("sign_in.p99 < 2", "is a duration; write it as '500ms'"),
        ("sign_in.p99 < fast", "is a duration"),
        ("connected.ratio >= 99", "is a ratio from 0 to 1, or a percentage"),
        ("messages.dropped < 2s", "is a number; write it as '0'"),
    ],
)
def test_what_is_wrong_is_told(text: str, told: str) -> None:
    """Each mistake has one message, which says what would be right."""
    with pytest.raises(ObjectiveError) as caught:
        Objective.parse(text)
    assert told in str(caught.value)


@pytest.mark.parametrize("name", names())
def test_every_name_that_is_offered_is_one(name: str) -> None:
    """What is offered to somebody who looks for a name can be used as it stands."""
    values = {"0", "1s"}
    read = set()
    for value in values:
        with suppress(ObjectiveError):
            read.add(Objective.parse(f"{name} < {value}").name)
    assert read == {name}


def test_indicators_name_histograms_that_there_are() -> None:
    """The families behind latencies are declared as histograms."""
    histograms = {family.name for family in FAMILIES if family.kind is Kind.HISTOGRAM}
    named = {each for latency in LATENCIES for each in (latency.response, latency.service) if each}
    assert named <= histograms


def test_a_profile_s_objectives_are_checked() -> None:
    """An objective that cannot be read is a complaint about the profile, with its path."""
    with pytest.raises(ProfileError) as caught:
        parse('schema = 1\nname = "x"\n[slo]\nobjectives = ["sign_in.p99 < 2s", "signin.p9 < 1s"]')
    (complaint,) = caught.value.complaints
    assert complaint.path == "slo.objectives[1]"
    assert "did you mean" in complaint.message
