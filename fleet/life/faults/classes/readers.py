"""Readers of cards and codes (读卡器, 扫码), and the printer (打印机)."""

from typing import Final

from fleet.life.faults.classes.shorthand import (
    HB,
    HOURS,
    MER,
    R1,
    R1_R4,
    R3_R4,
    R4,
    ST,
    TX,
)  # fmt: skip
from fleet.life.faults.kinds import Effect, FaultKind, Indicator
from fleet.life.faults.laws import by_chance, by_use, electronics
from fleet.life.symptoms import Shape, Symptom

READERS: Final = (
    FaultKind(
        "RDR-401", "stripe reader fails", "reader", "stripe_reader", "major", "wear",
        points=(ST, TX), effect=Effect(shows=(Symptom("read_errors", 0.5),)),
        indicator=Indicator("swipe again", "beep"),
        remedies=R1_R4, hazard=by_use(0.006), tested_as="stripe_reader",
        precursors=(Symptom("read_errors", 0.5),), lead=240 * HOURS, items=(10, 107),
    ),
    FaultKind(
        "RDR-402", "chip reader fails", "reader", "chip_reader", "major", "wear",
        points=(ST, TX), effect=Effect(shows=(Symptom("fallbacks", 20.0),)),
        indicator=Indicator("chip error, use stripe", "beep", "reader lamp red"),
        remedies=R3_R4, hazard=by_use(0.022), tested_as="chip_reader",
        precursors=(Symptom("fallbacks", 6.0), Symptom("read_errors", 0.5)),
        lead=240 * HOURS, items=(11, 115),
    ),
    FaultKind(
        "RDR-403", "contactless reader fails", "reader", "contactless", "minor", "wear",
        points=(ST, TX), effect=Effect(shows=(Symptom("tap_retries", 15.0),)),
        indicator=Indicator("tap again", "beep"),
        remedies=R4, hazard=electronics(0.006), tested_as="contactless",
        precursors=(Symptom("tap_retries", 9.0),), lead=168 * HOURS, items=(12, 57),
    ),
    FaultKind(
        "RDR-404", "reader without power", "reader", "chip_reader", "major", "random",
        points=(ST,), effect=Effect(),
        indicator=Indicator("", "", "reader lamp off"),
        remedies=R1, hazard=by_chance(0.02), tested_as="chip_reader",
        precursors=(Symptom("reader_resets", 8.0),), lead=72 * HOURS, items=(11, 115),
    ),
    FaultKind(
        "RDR-405", "reader dirty", "reader", "chip_reader", "minor", "wear",
        points=(TX,), effect=Effect(shows=(Symptom("read_errors", 0.4),)),
        indicator=Indicator("read error, try again"),
        remedies=R1, hazard=by_use(0.3, dirt=True),
        precursors=(Symptom("read_errors", 0.4),), lead=600 * HOURS, items=(119, 130),
    ),
    FaultKind(
        "SCN-451", "scanner's window dirty or badly lit", "scanner", "scanner", "minor", "wear",
        points=(TX,), effect=Effect(shows=(Symptom("decode_ms", 900.0, Shape.DAILY),)),
        indicator=Indicator("scan again"),
        remedies=R1, hazard=by_use(0.3, dirt=True),
        precursors=(Symptom("decode_ms", 500.0, Shape.DAILY),), lead=600 * HOURS,
        items=(13, 116, 119),
    ),
    FaultKind(
        "SCN-452", "scan engine fails", "scanner", "scanner", "minor", "random",
        points=(ST,), effect=Effect(shows=(Symptom("decode_failures", 20.0),)),
        indicator=Indicator("scanner error"),
        remedies=R4, hazard=electronics(0.004), tested_as="scanner",
        precursors=(Symptom("decode_failures", 6.0),), lead=48 * HOURS, items=(3, 13, 116),
    ),
)  # fmt: skip
PRINTER: Final = (
    FaultKind(
        "PRN-501", "paper low", "printer", "paper", "warning", "wear",
        points=(HB,), effect=Effect(),
        indicator=Indicator("paper low"),
        remedies=R1, event="the paper roll runs down",
        precursors=(Symptom("paper_m", -22.0),), lead=10 * HOURS,
        needs="printer", items=(14, 106),
    ),
    FaultKind(
        "PRN-502", "no paper", "printer", "paper", "minor", "human",
        points=(HB, TX), effect=Effect(shows=(Symptom("paper_m", -26.0),)),
        indicator=Indicator("no paper", "beep", "paper lamp red"),
        remedies=R1, event="the paper roll is empty",
        precursors=(Symptom("paper_m", -26.0),), lead=12 * HOURS, tested_as="printer",
        needs="printer", items=(14, 106),
    ),
    FaultKind(
        "PRN-503", "paper jam", "printer", "printer", "minor", "random",
        points=(TX,), effect=Effect(),
        indicator=Indicator("paper jam", "beep", "paper lamp red"),
        remedies=R1, hazard=by_chance(2.0), tested_as="printer",
        precursors=(Symptom("motor_ma", 160.0),), lead=24 * HOURS,
        needs="printer", items=(14, 106),
    ),
    FaultKind(
        "PRN-504", "faint print, head worn", "printer", "print_head", "minor", "wear",
        points=(MER,), effect=Effect(shows=(Symptom("head_ma", 220.0),)),
        indicator=Indicator("", "", ""),
        remedies=R4, hazard=by_use(0.012),
        precursors=(Symptom("head_ma", 180.0),), lead=480 * HOURS,
        needs="printer", items=(14, 106),
    ),
    FaultKind(
        "PRN-505", "printer out of order", "printer", "printer", "minor", "wear",
        points=(ST, HB), effect=Effect(),
        indicator=Indicator("printer error", "beep", "paper lamp red"),
        remedies=R4, hazard=by_use(0.008), tested_as="printer",
        precursors=(Symptom("motor_errors", 7.0),), lead=240 * HOURS,
        needs="printer", items=(14, 106),
    ),
)  # fmt: skip
