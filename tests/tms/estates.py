"""Profiles and messages for conversations with a desk."""

from collections.abc import Mapping

from fleet.profile import Profile, parse
from fleet.profile.clock import origin_ms
from fleet.wire.messages import Heartbeat, SignInRequested
from fleet.wire.password import estate_secret, password, proof

SEED = 7
TENANT = "demo"
TID = "10000001"
STRANGER = "10000100"
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS

TOML = """
schema = 1
name = "desk"

[run]
start = 2026-01-05T08:00:00

[estate]
terminals = 100
models = [{ name = "S1", share = 0.5, firmware = "1.0.0" }, { name = "N86", share = 0.5 }]
regions = [{ name = "east", share = 0.5 }, { name = "west", share = 0.5 }]

[tms]
sign_in_malfunction = 0.0
order_lead = "1m"
heartbeat_interval = "15m"
"""

PLAN = """
[[campaigns]]
name = "spring"
version = "2.0.0"
at = "2h"
share = 0.5

[[orders]]
order = "reboot"
at = "1h"

[[orders]]
order = "lock"
at = "3h"
models = ["S1"]
regions = ["east"]

[[orders]]
order = "unlock"
at = "4h"
models = ["S1"]
regions = ["east"]

[[campaigns]]
name = "summer"
version = "2.0.0"
at = "5h"
forced = true
"""


def profile(more: str = "", overrides: Mapping[str, object] | None = None) -> Profile:
    """Return the estate of these tests, with more TOML, and with values for dotted keys."""
    return parse(TOML + more, overrides)


ORIGIN_MS = origin_ms(profile().run)


def tids() -> list[str]:
    """All terminals of the estate."""
    return [str(10_000_000 + index) for index in range(100)]


def heartbeat(at_ms: int = 0, *, seq: int = 1, plan: int = 0, fw: str = "1.0.0") -> Heartbeat:
    """Return a heartbeat at a business instant."""
    return Heartbeat(
        ts=ORIGIN_MS + at_ms,
        seq=seq,
        boot=1,
        state="ready",
        fw=fw,
        plan=plan,
        uptime_s=10,
        temp_c=36.5,
        supply_mv=5_000,
        rssi_dbm=-60,
        rtt_ms=80,
        cpu_pct=10,
        mem_pct=40,
        flash_pct=41,
        reads=1,
        read_errors=0,
        txn_ok=1,
        txn_fail=0,
        net_retry=0,
        paper_m=12.5,
        faults=0,
    )


def sign_in(tid: str = TID, req: int = 1, word: str | None = None) -> SignInRequested:
    """Return a sign-in with the right password, or with another."""
    typed = password(estate_secret(SEED), tid) if word is None else word
    return SignInRequested(
        ts=ORIGIN_MS,
        req=req,
        stan=1,
        operator="01",
        batch=42,
        attempt=1,
        proof=proof(typed, tid, req),
        fw="1.0.0",
    )


def number(second: int, line: int) -> int:
    """Return the number of an order: of so many seconds after the run's beginning, and a line."""
    return second * 10_000 + 2 * line
