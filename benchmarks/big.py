"""A proof at full size: 38,000 terminals, two shards, two brokers, all signed in, nothing lost.

    python -m benchmarks.big [TERMINALS [RAMP_S]]     as `make big` does; some five minutes

A process may hold some 19,900 connections here, a shard as a broker; so 38,000 terminals want two
of each. The whole program runs, as a user would start it: `fleet run` with two `--broker` URLs, two
shards and an instance of the reference TMS at each broker.
"""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmarks import broker, estate
from fleet.run.descriptors import raise_limit

TERMINALS: Final = 38_000
_SHARDS: Final = 2
# Two cores carry the terminals, two brokers and two desks; a busier machine wants a longer ramp.
RAMP_S: Final = 200
_HOLD_S: Final = 80
_SLACK_S: Final = 240
_PROFILE: Final = """
schema = 1
name = "big"
title = "As many terminals as two processes hold"
description = "All signed in within minutes, then a heartbeat every two minutes."
extends = "{base}"
[run]
duration = "{run}s"
[estate]
terminals = {terminals}
[ramp]
over = "{ramp}s"
[heartbeat]
interval = "120s"
acknowledged = true
[tms]
instances = {shards}
[slo]
warm_up = "{ramp}s"
objectives = ["heartbeat.loss == 0", "heartbeat.duplicates == 0", "connect.failures == 0"]
"""


def main(terminals: int = TERMINALS, ramp_s: int = RAMP_S) -> int:
    """Run the proof and show what came of it; return 0 if it holds."""
    raise_limit()
    with TemporaryDirectory(prefix="fleet-big-") as folder:
        place = Path(folder)
        profile = place / "big.toml"
        profile.write_text(
            _PROFILE.format(
                base=estate.PROFILE,
                run=ramp_s + _HOLD_S,
                ramp=ramp_s,
                terminals=terminals,
                shards=_SHARDS,
            )
        )
        with broker.running() as one, broker.running() as two:
            urls = [part for each in (one, two) for part in ("--broker", each.url)]
            code = _run(profile, place / "record", urls, ramp_s + _HOLD_S + _SLACK_S)
        summary = json.loads((place / "record" / "summary.json").read_text())
    return _judge(summary, terminals, code)


def _run(profile: Path, record: Path, urls: list[str], limit_s: int) -> int:
    options = ["--tms", "--shards", str(_SHARDS), "--metrics", "off", "--no-live"]
    command = [sys.executable, "-m", "fleet", "run", str(profile), *urls, *options]
    command += ["--out", str(record)]
    return subprocess.run(command, check=False, timeout=limit_s).returncode


def _judge(summary: dict[str, Any], terminals: int, code: int) -> int:
    counts = summary["counts"]
    figures = {
        "terminals": terminals,
        "connects": counts["fleet_connects_total"]["ok"],
        "signed in": counts["fleet_sign_ins_total"]["ok"],
        "ready at the end": summary["states"]["ready"],
        "heartbeats": counts["fleet_heartbeats_total"][""],
        "acknowledged": counts["fleet_messages_received_total"]["heartbeat"],
        "lost": counts["fleet_down_mishaps_total"]["lost"],
        "dropped": sum(counts["fleet_dropped_total"].values()),
        "exit code": code,
    }
    for name, figure in figures.items():
        print(f"{name:18} {figure:>10,}")
    whole = figures["signed in"] >= terminals
    complete = figures["heartbeats"] == figures["acknowledged"]
    holds = whole and complete and not (figures["lost"] or figures["dropped"])
    print("it holds" if holds else "it does not hold")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
