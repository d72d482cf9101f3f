"""Messages by the thousand: any value that the contract allows."""

from typing import Any, get_args

from hypothesis import strategies as st

from fleet.wire.heartbeat import TENTHS
from fleet.wire.messages import Heartbeat
from fleet.wire.words import StateWord

# Beyond 2**53 a float, as rows may hold them, no longer counts one by one.
COUNT_MAX = 2**53
counts = st.integers(0, COUNT_MAX)
tenths = st.integers(-(10**6), 10**6).map(lambda number: number / 10)
percents = st.integers(0, 100)
versions = st.text(st.characters(codec="utf-8"), min_size=1, max_size=64)

_SPECIAL: dict[str, st.SearchStrategy[Any]] = {
    "rssi_dbm": st.integers(-150, 0),
    "cpu_pct": percents,
    "mem_pct": percents,
    "flash_pct": percents,
    "battery_pct": st.none() | percents,
    "state": st.sampled_from(get_args(StateWord)),
    "fw": versions,
}


def _field(name: str) -> st.SearchStrategy[Any]:
    return _SPECIAL.get(name, tenths if name in TENTHS else counts)


heartbeats = st.builds(Heartbeat, **{name: _field(name) for name in Heartbeat.__struct_fields__})
