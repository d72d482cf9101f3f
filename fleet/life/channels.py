"""The channels of telemetry: what a terminal measures, in which unit, and what is usual.

Sources: roll length 26 m (PAX S80), read errors 0.5 % (baseline below the 1 % at which card schemes
charge for fallback). All other figures are guesses about an Android terminal on a desk.
"""

from typing import Final, NamedTuple

import numpy as np


class Channel(NamedTuple):
    """A measured quantity.

    Attributes:
        name: As in `fleet.wire.messages.Heartbeat`.
        unit: In UCUM's notation.
        base: Median over terminals; for a flow, per hour at full activity.
        between: Standard deviation of `base` over terminals.
        spread: Standard deviation from reading to reading.
        low: Least value that is reported.
        high: Greatest value that is reported.
    """

    name: str
    unit: str
    base: float
    between: float
    spread: float
    low: float
    high: float


CHANNELS: Final = (
    Channel("temp_c", "Cel", 38.0, 2.0, 0.6, -20.0, 95.0),
    Channel("supply_mv", "mV", 5_000.0, 35.0, 14.0, 0.0, 6_000.0),
    Channel("rssi_dbm", "dB[mW]", -72.0, 6.0, 2.5, -113.0, 0.0),
    Channel("rtt_ms", "ms", 80.0, 20.0, 9.0, 1.0, 60_000.0),
    Channel("cpu_pct", "%", 12.0, 2.5, 3.0, 0.0, 100.0),
    Channel("mem_pct", "%", 34.0, 6.0, 0.8, 0.0, 100.0),
    Channel("flash_pct", "%", 41.0, 6.0, 0.3, 0.0, 100.0),
    # The flows. What is left of the reads after errors and failures is what went well.
    Channel("reads", "{count}", 6.0, 0.0, 0.0, 0.0, 10_000.0),
    Channel("read_errors", "{count}", 0.03, 0.005, 0.0, 0.0, 10_000.0),
    Channel("txn_ok", "{count}", 0.0, 0.0, 0.0, 0.0, 10_000.0),
    Channel("txn_fail", "{count}", 0.3, 0.0, 0.0, 0.0, 10_000.0),
    Channel("net_retry", "{count}", 0.4, 0.1, 0.0, 0.0, 10_000.0),
    Channel("paper_m", "m", 0.0, 0.0, 0.0, 0.0, 26.0),
    Channel("battery_pct", "%", 100.0, 0.0, 0.5, 5.0, 100.0),
)
COLUMN: Final = {channel.name: number for number, channel in enumerate(CHANNELS)}

# What the link adds to (rssi_dbm, rtt_ms): a cable has no field strength, a cell is far away.
LINK_OFFSETS: Final = {
    "ethernet": (200.0, -60.0),
    "wifi": (10.0, -30.0),
    "cellular": (-12.0, 40.0),
}

NOMINAL_READS: Final = 6.0
"""Cards in an hour of full activity for which the levels of the other flows are meant."""

ROW: Final = ("ts", "seq", "uptime_s", *COLUMN)
"""A heartbeat's changing values, in the order in which `fleet.wire.heartbeat` wants them."""

TENTHS: Final = (COLUMN["temp_c"], COLUMN["paper_m"])
"""Channels whose resolution is a tenth; that of all others is 1."""
TENTH: Final = np.float32(10.0)
