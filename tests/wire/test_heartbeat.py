"""The template against the codec: they must say the same."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.wire.codec import decode_up, encode
from fleet.wire.heartbeat import DYNAMIC, STATIC, heartbeat_template
from fleet.wire.messages import Heartbeat
from tests.wire.strategies import heartbeats


def templated(beat: Heartbeat, *, floats: bool) -> bytes:
    """Write a heartbeat by its template."""
    template = heartbeat_template(
        state=beat.state,
        boot=beat.boot,
        fw=beat.fw,
        plan=beat.plan,
        faults=beat.faults,
        has_battery=beat.battery_pct is not None,
    )
    names = DYNAMIC if beat.battery_pct is not None else DYNAMIC[:-1]
    row = tuple(getattr(beat, name) for name in names)
    return template % (tuple(float(value) for value in row) if floats else row)


@given(heartbeats, st.booleans())
def test_a_template_says_what_the_codec_says(beat: Heartbeat, floats: bool) -> None:  # noqa: FBT001
    """Both ways of writing decode to the same heartbeat, from whole numbers and from floats."""
    payload = templated(beat, floats=floats)
    assert decode_up("heartbeat", payload) == decode_up("heartbeat", encode(beat)) == beat


def test_every_field_is_static_or_dynamic() -> None:
    """Together the template's parts are the message's fields, in their order."""
    assert set(STATIC) | set(DYNAMIC) == set(Heartbeat.__struct_fields__)
    assert not set(STATIC) & set(DYNAMIC)
    assert DYNAMIC[:3] == ("ts", "seq", "uptime_s")
    assert DYNAMIC[-1] == "battery_pct"


@pytest.mark.parametrize("fw", ["100%d", "%", '2.0"', "a\\b", "%(x)s", "版本"])
def test_a_version_cannot_break_the_template(fw: str) -> None:
    """A percent sign or a quote in the firmware's version arrives as it is."""
    template = heartbeat_template(state="ready", boot=1, fw=fw, plan=0, faults=0, has_battery=False)
    heard = decode_up("heartbeat", template % ((0,) * (len(DYNAMIC) - 1)))
    assert isinstance(heard, Heartbeat)
    assert heard.fw == fw


def test_a_unit_on_mains_has_no_battery() -> None:
    """Without a battery the field is left out and reads as None."""
    template = heartbeat_template(
        state="ready", boot=1, fw="1", plan=0, faults=0, has_battery=False
    )
    payload = template % ((0,) * (len(DYNAMIC) - 1))
    assert "battery_pct" not in msgspec.json.decode(payload)
    assert getattr(decode_up("heartbeat", payload), "battery_pct", 0) is None


def test_a_heartbeat_is_about_300_bytes() -> None:
    """A usual heartbeat takes between 250 and 350 bytes."""
    template = heartbeat_template(
        state="ready", boot=3, fw="2.3.1", plan=1, faults=0, has_battery=True
    )
    row = (
        1_767_231_000_000,
        96,
        86_400,
        36.7,
        5_012,
        -61,
        83,
        12,
        45,
        41,
        17,
        1,
        9,
        0,
        1,
        23.4,
        87,
    )
    assert 250 <= len(template % row) <= 350
