"""The form against the codec: they must say the same."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.wire.codec import decode_up
from fleet.wire.heartbeat import CHARGE, DYNAMIC, STATIC, TENTHS, WHOLE_WIDTHS, Form
from fleet.wire.messages import Heartbeat
from tests.wire.strategies import versions

RANGES: Final[Mapping[str, tuple[float, float]]] = {
    name: {"temp_c": (-20.0, 95.0), "rssi_dbm": (-113.0, 0.0), CHARGE: (5.0, 100.0)}.get(
        name, (0.0, 100.0)
    )
    for name in DYNAMIC
    if name not in WHOLE_WIDTHS
}
FORM: Final = Form(RANGES)
START: Final = 7
READY: Final = {"state": "ready", "boot": 3, "fw": "2.3.1", "plan": 1, "faults": 0}


def _value(name: str) -> st.SearchStrategy[float]:
    if name in WHOLE_WIDTHS:
        return st.integers(0, 10 ** WHOLE_WIDTHS[name] - 1).map(float)
    low, high = RANGES[name]
    if name in TENTHS:
        return st.integers(round(low * 10), round(high * 10)).map(lambda tenths: tenths / 10)
    return st.integers(round(low), round(high)).map(float)


rows = st.fixed_dictionaries({name: _value(name) for name in DYNAMIC})
says = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["ready", "standby", "locked"]),
        "boot": st.integers(0, 10**6),
        "fw": versions,
        "plan": st.integers(0, 1_000),
        "faults": st.integers(0, 9),
        "has_battery": st.booleans(),
    }
)


def filled(said: list[dict[str, Any]], values: list[dict[str, float]]) -> list[bytes]:
    """Write a table of heartbeats."""
    blanks = [FORM.blank(**each) for each in said]
    table = np.zeros((len(said), START + max(map(len, blanks))), np.uint8)
    for row, blank in zip(table, blanks, strict=True):
        row[START : START + len(blank)] = np.frombuffer(blank, np.uint8)
    has_battery = np.array([each["has_battery"] for each in said])
    steps = {name: 10 if name in TENTHS else 1 for name in DYNAMIC}
    columns = {n: np.array([round(row[n] * steps[n]) for row in values]) for n in DYNAMIC}
    FORM.fill(table, START, has_battery, columns)
    return [bytes(row[START : START + len(b)]) for row, b in zip(table, blanks, strict=True)]


@given(st.lists(st.tuples(says, rows), min_size=1, max_size=5))
def test_a_form_says_what_the_codec_says(beats: list[tuple[dict[str, Any], Any]]) -> None:
    """Whatever stands beside it, a filled form decodes to the heartbeat that it was filled with."""
    written = filled([said for said, _ in beats], [values for _, values in beats])
    for payload, (said, values) in zip(written, beats, strict=True):
        fields = {name: value for name, value in said.items() if name != "has_battery"}
        for name, value in values.items():
            fields[name] = value if name in TENTHS else int(value)
        if not said["has_battery"]:
            fields[CHARGE] = None
        assert decode_up("heartbeat", payload) == Heartbeat(**fields)


def test_every_field_is_static_or_dynamic() -> None:
    """Together the form's parts are the message's fields, and the charge comes last."""
    assert set(STATIC) | set(DYNAMIC) == set(Heartbeat.__struct_fields__)
    assert not set(STATIC) & set(DYNAMIC)
    assert DYNAMIC[-1] == CHARGE


@pytest.mark.parametrize("fw", ["100%d", "%", '2.0"', "a\\b", "%(x)s", "版本"])
def test_a_version_cannot_break_the_form(fw: str) -> None:
    """A quote or a line of Chinese in the firmware's version arrives as it is."""
    values = {name: RANGES.get(name, (0.0, 0.0))[0] for name in DYNAMIC}
    (payload,) = filled([READY | {"fw": fw, "has_battery": True}], [values])
    heard = decode_up("heartbeat", payload)
    assert isinstance(heard, Heartbeat)
    assert heard.fw == fw


def test_a_unit_on_mains_has_no_battery() -> None:
    """Without a battery the field is left out and reads as None."""
    values = {name: RANGES.get(name, (0.0, 0.0))[0] for name in DYNAMIC}
    (payload,) = filled([READY | {"has_battery": False}], [values])
    assert CHARGE not in msgspec.json.decode(payload)
    assert getattr(decode_up("heartbeat", payload), CHARGE, 0) is None


def test_a_heartbeat_is_about_300_bytes() -> None:
    """A usual heartbeat takes between 250 and 350 bytes."""
    assert 250 <= len(FORM.blank(**READY, has_battery=True)) <= 350
