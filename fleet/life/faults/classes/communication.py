"""Communication: carrier, module, settings, and the mPOS link, which is another one (通信)."""

from typing import Final

from fleet.life.faults.classes.shorthand import (
    HB,
    HOURS,
    MINUTES,
    NO_TRADE,
    R0,
    R1,
    R2,
    R4,
    SI,
    ST,
    TMS,
    TX,
)  # fmt: skip
from fleet.life.faults.kinds import Effect, FaultKind, Indicator, Then
from fleet.life.faults.laws import by_chance, electronics
from fleet.life.symptoms import Shape, Symptom

COMMUNICATION: Final = (
    FaultKind(
        "COM-201", "link down", "communication", "carrier", "major", "network",
        points=(ST, HB, SI, TX), effect=Effect(isolates=True),
        indicator=Indicator("no network", "", "signal lamp off"),
        remedies=R0, hazard=by_chance(12.0), event="outage of a cell or region",
        tested_as="communication",
        precursors=(Symptom("rssi_dbm", -14.0), Symptom("net_retry", 3.0)),
        lead=HOURS // 2, provider=True, items=(4, 105, 110),
    ),
    FaultKind(
        "COM-202", "slow and flapping network", "communication", "carrier", "minor", "network",
        points=(HB, TX), effect=Effect(flaps=20 * MINUTES, shows=(
            Symptom("rtt_ms", 600.0), Symptom("net_retry", 6.0))),
        indicator=Indicator("processing ...", "", "signal lamp blinks"),
        remedies=R1, hazard=by_chance(3.0),
        precursors=(Symptom("rtt_ms", 250.0, Shape.NOISE), Symptom("net_retry", 4.0)),
        lead=2 * HOURS, provider=True, items=(26, 124),
    ),
    FaultKind(
        "COM-203", "wrong address, port or access point", "communication", "settings", "major",
        "human", points=(ST,), effect=Effect(isolates=True),
        indicator=Indicator("connection refused"),
        remedies=R2, hazard=by_chance(0.05), event="a change of parameters",
        tested_as="communication", items=(28, 110),
    ),
    FaultKind(
        "COM-204", "module damaged", "communication", "comm_module", "critical", "wear",
        points=(ST,), effect=Effect(Then.STOP),
        indicator=Indicator("no module", "", "signal lamp off"),
        remedies=R4, hazard=electronics(0.006), tested_as="communication",
        precursors=(Symptom("module_resets", 9.0), Symptom("temp_c", 7.0)),
        lead=96 * HOURS, items=(4, 109),
    ),
    FaultKind(
        "COM-205", "interference or obstacle", "communication", "surroundings", "minor", "network",
        points=(HB,), effect=Effect(flaps=40 * MINUTES, shows=(
            Symptom("rssi_dbm", -16.0, Shape.DAILY), Symptom("net_retry", 4.0))),
        indicator=Indicator("weak signal", "", "signal lamp blinks"),
        remedies=R1, hazard=by_chance(0.5),
        precursors=(Symptom("rssi_dbm", -14.0, Shape.DAILY),), lead=72 * HOURS, items=(109, 118),
    ),
    FaultKind(
        "COM-206", "link to the paired phone lost", "communication", "pairing", "major", "network",
        points=(ST, TX), effect=Effect(hinders=NO_TRADE, degrades=True),
        indicator=Indicator("pairing lost", "beep", "pairing lamp blinks"),
        remedies=R1, hazard=by_chance(1.0), tested_as="payment",
        precursors=(Symptom("bt_rssi_dbm", -18.0),), lead=24 * HOURS, items=(5, 109),
    ),
    FaultKind(
        "COM-207", "router or provider of the site down", "communication", "router", "major",
        "common_cause", points=(TMS,), effect=Effect(isolates=True),
        indicator=Indicator("no network", "", "signal lamp off"),
        remedies=R2, event="outage of a site", provider=True, items=(26, 131),
    ),
    FaultKind(
        "COM-208", "SIM suspended or in arrears", "communication", "sim", "major", "human",
        points=(SI,), effect=Effect(isolates=True),
        indicator=Indicator("no service", "", "signal lamp off"),
        remedies=R2, hazard=by_chance(0.05), provider=True, needs="cellular", items=(105,),
    ),
    FaultKind(
        "COM-209", "broker or TMS unreachable", "communication", "server", "critical",
        "common_cause", points=(ST, HB, SI, TX, TMS), effect=Effect(isolates=True),
        indicator=Indicator("server unreachable"),
        remedies=R0, event="outage of the broker", items=(8,),
    ),
)  # fmt: skip
