"""Power: supply, adapter, battery, and shutdowns that nobody wished for (电源)."""

from typing import Final

from fleet.life.faults.classes.shorthand import (
    HB,
    HOURS,
    MER,
    R0_R1,
    R1,
    R1_R3,
    R1_R4,
    R4,
    ST,
    TMS,
)  # fmt: skip
from fleet.life.faults.kinds import Effect, FaultKind, Hazard, Indicator, Then
from fleet.life.faults.laws import BATTERY, by_chance, electronics
from fleet.life.symptoms import Shape, Symptom

POWER: Final = (
    FaultKind(
        "PWR-101", "unstable voltage", "power", "supply", "critical", "random",
        points=(ST, HB, MER), effect=Effect(Then.BLACK_OUT),
        indicator=Indicator("", "", "power lamp flickers, then dark"),
        remedies=R1_R3, hazard=electronics(0.05), event="brown-out of a region",
        tested_as="power", precursors=(Symptom("supply_mv", 160.0, Shape.NOISE),),
        lead=6 * HOURS, items=(2, 21, 108),
    ),
    FaultKind(
        "PWR-102", "cable, plug or adapter broken", "power", "adapter", "major", "wear",
        points=(ST, HB), effect=Effect(drains=5 * HOURS),
        indicator=Indicator("not charging", "", "charge lamp off"),
        remedies=R1_R4, hazard=electronics(0.015), tested_as="power",
        precursors=(Symptom("charge_breaks", 12.0), Symptom("battery_pct", -15.0, Shape.LEAK)),
        lead=72 * HOURS, items=(2, 108, 115),
    ),
    FaultKind(
        "PWR-103", "battery degraded", "power", "battery", "minor", "wear",
        points=(HB,), effect=Effect(drains=6 * HOURS, shows=(
            Symptom("battery_pct", -30.0, Shape.LEAK),)),
        indicator=Indicator("battery weak, replace it", "beep"),
        remedies=R4, hazard=BATTERY,
        precursors=(
            Symptom("battery_pct", -35.0, Shape.LEAK), Symptom("battery_health_pct", -22.0)),
        lead=240 * HOURS, needs="battery", items=(22,),
    ),
    FaultKind(
        "PWR-104", "battery empty", "power", "battery", "major", "human",
        points=(TMS, MER), effect=Effect(Then.BLACK_OUT),
        indicator=Indicator("", "", "all lamps off"),
        remedies=R1, hazard=by_chance(0.5), event="follows from PWR-102 and PWR-103",
        precursors=(Symptom("battery_pct", -95.0),), lead=3 * HOURS,
        needs="battery", items=(22, 45),
    ),
    FaultKind(
        "PWR-105", "cannot be shut down", "power", "system", "major", "random",
        points=(MER,), effect=Effect(Then.HANG),
        indicator=Indicator("shutting down ...", "", "lamps stay on"),
        remedies=R1, hazard=by_chance(0.1), event="a shutdown that hangs",
        precursors=(Symptom("cpu_pct", 35.0),), lead=2 * HOURS, items=(44,),
    ),
    FaultKind(
        "PWR-106", "forced shutdown", "power", "system", "critical", "random",
        points=(HB, MER), effect=Effect(Then.SHUT_DOWN),
        indicator=Indicator("", "", "all lamps off"),
        remedies=R0_R1, hazard=Hazard(*by_chance(2.0)[:2], wears=True),
        event="follows from any fault that stops the system", items=(41, 48, 118),
    ),
)  # fmt: skip
