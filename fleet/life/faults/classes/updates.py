"""Updates and data (更新, 数据): mostly raised by the chapters that live through them."""

from typing import Final

from fleet.life.faults.classes.shorthand import (
    HB,
    HOURS,
    NO_SETTLEMENT,
    NO_TRADE,
    NO_UPDATE,
    R0,
    R1_R2,
    R2,
    SI,
    TMS,
    UP,
)  # fmt: skip
from fleet.life.faults.kinds import Effect, FaultKind, Indicator
from fleet.life.faults.laws import by_chance
from fleet.life.symptoms import Symptom

UPDATES: Final = (
    FaultKind(
        "UPD-951", "download failed", "update", "link", "minor", "network",
        points=(UP,), effect=Effect(hinders=NO_UPDATE), indicator=Indicator("download failed"),
        remedies=R0, event="a download that broke off",
        precursors=(Symptom("net_retry", 5.0),), lead=2 * HOURS, items=(92, 96),
    ),
    FaultKind(
        "UPD-952", "no space for the update", "update", "storage", "minor", "wear",
        points=(UP,), effect=Effect(hinders=NO_UPDATE), indicator=Indicator("no space"),
        remedies=R2, event="a full flash memory",
        precursors=(Symptom("flash_pct", 55.0),), lead=336 * HOURS, items=(91,),
    ),
    FaultKind(
        "UPD-953", "checksum or signature wrong", "update", "package", "minor", "random",
        points=(UP,), effect=Effect(hinders=NO_UPDATE), indicator=Indicator("package damaged"),
        remedies=R0, event="a package that arrived damaged", items=(91,),
    ),
    FaultKind(
        "UPD-954", "installation failed", "update", "system", "minor", "random",
        points=(UP,), effect=Effect(hinders=NO_UPDATE), indicator=Indicator("installation failed"),
        remedies=R2, event="an installation that failed", items=(96,),
    ),
    FaultKind(
        "UPD-955", "model or version does not match", "update", "campaign", "minor",
        "common_cause", points=(UP,), effect=Effect(hinders=NO_UPDATE),
        indicator=Indicator("wrong model"),
        remedies=R2, event="a campaign to the wrong models", items=(98,),
    ),
    FaultKind(
        "UPD-956", "test of the new version failed", "update", "app", "minor", "firmware",
        points=(UP,), effect=Effect(hinders=NO_UPDATE), indicator=Indicator("old version restored"),
        remedies=R0, event="a new version that failed its test", items=(97,),
    ),
    FaultKind(
        "UPD-957", "download of parameters cut off", "update", "parameters", "critical", "network",
        points=(UP,), effect=Effect(hinders=NO_UPDATE | NO_TRADE),
        indicator=Indicator("NOT READY"),
        remedies=R1_R2, event="a cut in the middle of the parameters", items=(96,),
    ),
    FaultKind(
        "UPD-958", "update expired or cancelled", "update", "task", "warning", "human",
        points=(TMS,), effect=Effect(), indicator=Indicator("", "", ""),
        remedies=R0, event="a task that expired or was cancelled", items=(87, 90),
    ),
)  # fmt: skip
DATA: Final = (
    FaultKind(
        "DAT-971", "synchronisation failed, parameters stale", "data", "sync", "warning", "network",
        points=(HB,), effect=Effect(), indicator=Indicator("parameters out of date"),
        remedies=R0, hazard=by_chance(0.5), event="a synchronisation without an answer",
        items=(59,),
    ),
    FaultKind(
        "DAT-972", "data lost or corrupted", "data", "storage", "major", "random",
        points=(SI,), effect=Effect(hinders=NO_SETTLEMENT),
        indicator=Indicator("batch incomplete"),
        remedies=R2, hazard=by_chance(0.02), event="a forced shutdown", items=(47, 99),
    ),
    FaultKind(
        "DAT-973", "backup failed or absent", "data", "backup", "warning", "random",
        points=(UP, HB), effect=Effect(), indicator=Indicator("backup failed"),
        remedies=R2, hazard=by_chance(0.05), event="a backup that failed",
        precursors=(Symptom("flash_pct", 45.0),), lead=168 * HOURS, items=(93, 129),
    ),
)  # fmt: skip
