"""What a terminal needs from others: an identity, payment, an operator, keys (签到, 安全)."""

from typing import Final

from fleet.life.faults.classes.shorthand import (
    HB,
    HOURS,
    MER,
    MINUTES,
    NO_SIGN_IN,
    NO_TRADE,
    R0,
    R0_R1,
    R1,
    R1_R2,
    R2,
    R4,
    SI,
    ST,
    TX,
)  # fmt: skip
from fleet.life.faults.kinds import Clock, Effect, FaultKind, Indicator, Then
from fleet.life.faults.laws import by_chance, electronics
from fleet.life.symptoms import Symptom

IDENTITY: Final = (
    FaultKind(
        "IDN-301", "terminal id used twice", "identity", "registry", "critical", "human",
        points=(ST, SI), effect=Effect(flaps=MINUTES),
        indicator=Indicator("identification error"),
        remedies=R2, event="two units with one id", tested_as="identity", items=(27, 114),
    ),
    FaultKind(
        "IDN-302", "terminal or merchant not registered", "identity", "registry", "critical",
        "human", points=(SI,), effect=Effect(hinders=NO_SIGN_IN),
        indicator=Indicator("terminal not registered"),
        remedies=R2, hazard=by_chance(0.01), event="response 03 or 97", items=(86,),
    ),
    FaultKind(
        "IDN-303", "identity chip fails", "identity", "secure_element", "critical", "random",
        points=(ST,), effect=Effect(Then.STOP),
        indicator=Indicator("id unreadable"),
        remedies=R4, hazard=electronics(0.002), tested_as="identity",
        precursors=(Symptom("crypto_errors", 8.0),), lead=96 * HOURS, items=(27, 114),
    ),
)  # fmt: skip
PAYMENT: Final = (
    FaultKind(
        "PAY-801", "payment interface not enabled", "payment", "app_settings", "major", "human",
        points=(ST, TX), effect=Effect(bars=True, degrades=True, shows=(Symptom("txn_fail", 6.0),)),
        indicator=Indicator("method not available"),
        remedies=R2, hazard=by_chance(0.05), event="new parameters that leave a way out",
        tested_as="payment", items=(6, 117),
    ),
    FaultKind(
        "PAY-802", "host does not answer in time", "payment", "gateway", "major", "common_cause",
        points=(TX, SI), effect=Effect(shows=(Symptom("txn_fail", 4.0),)),
        indicator=Indicator("timeout, try again"),
        remedies=R0, hazard=by_chance(2.0), event="a slow or failing host",
        precursors=(Symptom("rtt_ms", 180.0),), lead=HOURS, items=(8, 76, 111),
    ),
    FaultKind(
        "PAY-803", "batch number differs", "payment", "batch", "minor", "random",
        points=(TX,), effect=Effect(hinders=NO_TRADE),
        indicator=Indicator("sign in again"),
        remedies=R0_R1, hazard=by_chance(0.5), event="response 77",
        precursors=(Symptom("net_retry", 5.0),), lead=4 * HOURS, items=(76, 111),
    ),
)  # fmt: skip
SIGN_IN: Final = (
    FaultKind(
        "SGN-851", "password forgotten", "sign_in", "operator", "minor", "human",
        points=(SI,), effect=Effect(hinders=NO_SIGN_IN),
        indicator=Indicator("wrong password", "beep"),
        remedies=R1_R2, hazard=by_chance(0.5), event="wrong passwords in a row", items=(69, 72, 77),
    ),
    FaultKind(
        "SGN-852", "credential suspended or expired", "sign_in", "operator", "major", "human",
        points=(SI,), effect=Effect(hinders=NO_SIGN_IN),
        indicator=Indicator("operator suspended"),
        remedies=R2, hazard=by_chance(0.1, Clock.CALENDAR), event="a leaked or expired password",
        items=(78, 79),
    ),
    FaultKind(
        "SGN-853", "signature not verified", "sign_in", "touch_pad", "warning", "human",
        points=(SI,), effect=Effect(),
        indicator=Indicator("sign again"),
        remedies=R0, hazard=by_chance(0.2), event="an unclear signature",
        precursors=(Symptom("touch_errors", 6.0),), lead=48 * HOURS, items=(73,),
    ),
    FaultKind(
        "SGN-854", "key missing, MAC error", "sign_in", "keys", "critical", "random",
        points=(SI, TX), effect=Effect(hinders=NO_TRADE | NO_SIGN_IN),
        indicator=Indicator("MAC error"),
        remedies=R2, hazard=by_chance(0.05), event="response A0", items=(74,),
    ),
    FaultKind(
        "SGN-855", "sign-in expired", "sign_in", "session", "minor", "human",
        points=(TX,), effect=Effect(),
        indicator=Indicator("not signed in"),
        remedies=R0, event="a session older than its validity", items=(45,),
    ),
    FaultKind(
        "SGN-856", "device unresponsive at sign-in", "sign_in", "system", "major", "random",
        points=(SI, MER), effect=Effect(Then.HANG),
        indicator=Indicator("frozen"),
        remedies=R1, hazard=by_chance(0.2),
        precursors=(Symptom("cpu_pct", 70.0), Symptom("mem_pct", 25.0)), lead=HOURS, items=(75,),
    ),
)  # fmt: skip
SECURITY: Final = (
    FaultKind(
        "SEC-901", "tamper", "security", "secure_module", "critical", "random",
        points=(ST, HB), effect=Effect(Then.TAMPER),
        indicator=Indicator("ALERT IRRUPTION", "alarm", "all lamps blink"),
        remedies=R4, hazard=by_chance(0.008),
        precursors=(Symptom("coin_cell_mv", -380.0),), lead=336 * HOURS, items=(123,),
    ),
    FaultKind(
        "SEC-902", "certificate expired", "security", "certificate", "critical", "common_cause",
        points=(HB, TX), effect=Effect(isolates=True, hinders=NO_TRADE),
        indicator=Indicator("certificate expired"),
        remedies=R2, event="expiry of a batch's certificate", items=(79,),
    ),
    FaultKind(
        "SEC-903", "locked from afar", "security", "lock", "major", "human",
        points=(HB,), effect=Effect(locks=True),
        indicator=Indicator("locked"),
        remedies=R2, event="an order of the TMS", items=(78,),
    ),
)  # fmt: skip
