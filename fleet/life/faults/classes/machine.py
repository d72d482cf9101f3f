"""The machine and its sensors (硬件), and what runs on it (软件)."""

from typing import Final

from fleet.life.faults.classes.shorthand import (
    HB,
    HOURS,
    MER,
    MINUTES,
    NO_SIGN_IN,
    NO_TRADE,
    NO_UPDATE,
    R0,
    R0_R1,
    R0_R2,
    R1,
    R2,
    R2_R4,
    R3_R4,
    R4,
    SI,
    ST,
    UP,
)  # fmt: skip
from fleet.life.faults.kinds import Clock, Effect, FaultKind, Indicator, Then
from fleet.life.faults.laws import by_chance, by_use, electronics
from fleet.life.symptoms import Shape, Symptom

HARDWARE: Final = (
    FaultKind(
        "HW-601", "memory fault", "hardware", "memory", "critical", "random",
        points=(ST, MER), effect=Effect(Then.SHUT_DOWN),
        indicator=Indicator("system error", "", "all lamps off"),
        remedies=R4, hazard=electronics(0.003), tested_as="memory",
        precursors=(Symptom("memory_errors", 9.0), Symptom("mem_pct", 12.0, Shape.NOISE)),
        lead=96 * HOURS, items=(18, 48),
    ),
    FaultKind(
        "HW-602", "storage faulty or full", "hardware", "storage", "minor", "wear",
        points=(ST, UP, HB), effect=Effect(hinders=NO_UPDATE, shows=(
            Symptom("cpu_pct", 10.0),)),
        indicator=Indicator("storage full"),
        remedies=R2_R4, hazard=electronics(0.004),
        precursors=(Symptom("flash_pct", 52.0),), lead=336 * HOURS, items=(19, 48),
    ),
    FaultKind(
        "HW-603", "display or touch fails", "hardware", "display", "critical", "wear",
        points=(MER,), effect=Effect(hinders=NO_TRADE),
        indicator=Indicator("", "", ""),
        remedies=R4, hazard=electronics(0.012),
        precursors=(Symptom("touch_errors", 14.0),), lead=168 * HOURS, items=(15, 113),
    ),
    FaultKind(
        "HW-604", "keypad fails", "hardware", "keypad", "major", "wear",
        points=(SI,), effect=Effect(hinders=NO_SIGN_IN),
        indicator=Indicator("wrong password", "beep"),
        remedies=R4, hazard=by_use(0.005),
        precursors=(Symptom("key_sticks", 11.0),), lead=168 * HOURS, items=(16, 113),
    ),
    FaultKind(
        "HW-605", "clock wrong", "hardware", "clock", "major", "wear",
        points=(HB, SI), effect=Effect(isolates=True, shows=(Symptom("clock_drift_ms", 60_000.0),)),
        indicator=Indicator("wrong date", "", ""),
        remedies=R0_R2, hazard=by_chance(0.01, Clock.CALENDAR), event="a step of the clock",
        precursors=(Symptom("clock_drift_ms", 4_000.0), Symptom("coin_cell_mv", -420.0)),
        lead=480 * HOURS, items=(25, 121),
    ),
    FaultKind(
        "HW-606", "overheating", "hardware", "board", "minor", "random",
        points=(HB,), effect=Effect(shows=(
            Symptom("temp_c", 22.0, Shape.DAILY), Symptom("cpu_pct", 25.0))),
        indicator=Indicator("too hot, ventilate"),
        remedies=R1, hazard=by_chance(0.2), event="a heat wave",
        precursors=(Symptom("temp_c", 16.0, Shape.DAILY),), lead=96 * HOURS, items=(17, 119),
    ),
    FaultKind(
        "HW-607", "sensor reads falsely", "hardware", "sensors", "warning", "random",
        points=(MER,), effect=Effect(shows=(Symptom("temp_c", 30.0, Shape.NOISE),)),
        indicator=Indicator("overheated", "beep"),
        remedies=R2, hazard=by_chance(0.02),
        precursors=(Symptom("temp_c", 9.0, Shape.NOISE),), lead=48 * HOURS, items=(20, 52),
    ),
    FaultKind(
        "HW-608", "dropped or wet", "hardware", "unit", "critical", "human",
        points=(HB, MER), effect=Effect(Then.STOP),
        indicator=Indicator("system error", "", "all lamps off"),
        remedies=R4, hazard=by_chance(0.01), items=(1, 120),
    ),
)  # fmt: skip
SOFTWARE: Final = (
    FaultKind(
        "SW-701", "application crashes", "software", "app", "minor", "random",
        points=(HB,), effect=Effect(Then.REBOOT),
        indicator=Indicator("application stopped"),
        remedies=R0, hazard=by_chance(6.0),
        precursors=(Symptom("app_crashes", 5.0),), lead=48 * HOURS, items=(6, 112),
    ),
    FaultKind(
        "SW-702", "memory leak and hang", "software", "system", "critical", "random",
        points=(HB, MER), effect=Effect(Then.HANG),
        indicator=Indicator("frozen"),
        remedies=R0_R1, hazard=by_chance(2.0),
        precursors=(Symptom("mem_pct", 45.0, Shape.LEAK), Symptom("rtt_ms", 60.0)),
        lead=12 * HOURS, items=(7, 104, 112),
    ),
    FaultKind(
        "SW-703", "versions do not fit together", "software", "system", "major", "firmware",
        points=(UP, ST, HB), effect=Effect(hinders=NO_TRADE, shows=(Symptom("cpu_pct", 20.0),)),
        indicator=Indicator("function missing"),
        remedies=R2, event="a bad update", tested_as="integrity", items=(98, 112, 122),
    ),
    FaultKind(
        "SW-704", "malware or broken integrity", "software", "firmware", "critical", "human",
        points=(ST,), effect=Effect(locks=True),
        indicator=Indicator("security error"),
        remedies=R2_R4, hazard=by_chance(0.005), tested_as="integrity",
        precursors=(Symptom("net_retry", 8.0), Symptom("cpu_pct", 18.0)),
        lead=72 * HOURS, items=(58, 112, 123),
    ),
    FaultKind(
        "SW-705", "boot loop", "software", "firmware", "critical", "firmware",
        points=(HB, MER), effect=Effect(Then.REBOOT, loops=MINUTES),
        indicator=Indicator("logo again and again"),
        remedies=R3_R4, hazard=by_chance(0.01), event="a boot that fails too often",
        items=(35, 36, 48),
    ),
    FaultKind(
        "SW-706", "wrong settings", "software", "settings", "minor", "human",
        points=(HB,), effect=Effect(Then.REBOOT, loops=6 * HOURS),
        indicator=Indicator("restarting"),
        remedies=R2, hazard=by_chance(0.05), event="a change of parameters", items=(42, 48, 121),
    ),
)  # fmt: skip
