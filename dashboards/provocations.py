"""Each alert against the run that provokes it, and all of them against a steady one.

Theory of operation
-------------------
One Prometheus watches all runs at once, each a job of its own, for some minutes. The rules are
those that operators get, but for their waits (`for`), which are cut to seconds: what makes an alert
true is not touched. Shorter waits make the other half of the check stricter: `steady.toml` must
stay silent although nothing is given time to pass.

Two causes are not in any profile, as terminals do not make them: a TMS that dies, and a run that is
over.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from dashboards import prometheus, runs
from dashboards.brokers import broker
from dashboards.prometheus import Prometheus, Target
from dashboards.rules import files
from dashboards.rules.alerts import ALERTS

WAIT: Final = "5s"
STEADY: Final = "fleet-steady"
_TERMINALS: Final = ("--terminals", "150")
_RUN_ENDS_S: Final = 120
_TMS_ENDS_S: Final = 250
_LIFE_S: Final = 330
_STEP_S: Final = 5.0
_WAITED: Final = f'rate(fleet_shard_cpu_wait_seconds_total{{job="{STEADY}"}}[1m])'


class Provocation(NamedTuple):
    """An alert, and the profile under `profiles/` whose run provokes it."""

    alert: str
    profile: str
    options: tuple[str, ...] = ()

    @property
    def job(self) -> str:
        """The job that this run is scraped as."""
        return f"fleet-{self.alert.removeprefix('Fleet').lower()}"


PROVOCATIONS: Final = (
    Provocation("FleetMassOffline", "offline"),
    Provocation("FleetSignInFailures", "refused"),
    Provocation("FleetUpdateFailing", "rare", ("--speed", "30", "--duration", "20m")),
    Provocation("FleetHeartbeatsMissing", "hangs"),
    Provocation("FleetHeartbeatsUnanswered", "beating"),
    Provocation("FleetReconnectStorm", "storm"),
    Provocation("FleetFaultClassAboveNorm", "paper"),
    Provocation("FleetGeneratorSaturated", "coarse"),
    Provocation("FleetExporterDown", "beating"),
)


class Firing(NamedTuple):
    """When alerts fired.

    Attributes:
        first_s: Seconds after the start, by (job, alert).
        waited: Largest share of a minute that the steady estate's shard waited for a core; a
            generator that others crowd out is late, and says so rightly.
    """

    first_s: dict[tuple[str, str], float]
    waited: float = 0.0

    def complaints(self) -> list[str]:
        """Return the alerts that should have fired and did not, and those that should not have."""
        silent = [
            f"{each.alert} did not fire in {each.profile}.toml"
            for each in PROVOCATIONS
            if (each.job, each.alert) not in self.first_s
        ]
        loud = [
            f"{alert} fired after {first:.0f} s in steady.toml, whose shard waited for a core up "
            f"to {self.waited:.0%} of the time"
            for (job, alert), first in self.first_s.items()
            if job == STEADY
        ]
        missing = {alert.name for alert in ALERTS} - {each.alert for each in PROVOCATIONS}
        return [*silent, *loud, *(f"nothing provokes {name}" for name in sorted(missing))]


@dataclass(slots=True)
class Stage:
    """The runs under way, what is to die among them, and when."""

    targets: list[Target]
    deaths: list[tuple[float, subprocess.Popen[bytes]]]


def provoke(folder: Path, life_s: float = _LIFE_S) -> Firing:
    """Let all provocations and the steady estate live for `life_s` seconds; see what fires."""
    prometheus.find()
    rules = folder / "quick.rules.yml"
    rules.write_text(files.render(WAIT))
    with _stage(folder) as stage:
        config = folder / "prometheus.yml"
        config.write_text(prometheus.config(stage.targets, "1s", [str(rules)]))
        with prometheus.running(config, folder / "data") as server:
            start = time.time()
            for after_s, process in sorted(stage.deaths, key=lambda death: death[0]):
                time.sleep(max(0.0, start + after_s - time.time()))
                process.terminate()
            time.sleep(max(0.0, start + life_s - time.time()))
            return _firing(server, start)


@contextmanager
def _stage(folder: Path) -> Iterator[Stage]:
    with ExitStack() as stack:
        stage = Stage([], [])
        steady = stack.enter_context(runs.running("steady", folder / "steady.log"))
        stage.targets.append(Target(STEADY, (steady.address,)))
        for each in PROVOCATIONS:
            _begin(stack, stage, each, folder)
        yield stage


def _begin(stack: ExitStack, stage: Stage, each: Provocation, folder: Path) -> None:
    profile = runs.PROFILES / f"{each.profile}.toml"
    options = [*_TERMINALS, *each.options]
    if each.alert == "FleetHeartbeatsUnanswered":
        own = stack.enter_context(broker(folder))
        stage.deaths.append((_TMS_ENDS_S, stack.enter_context(_tms(own.url, profile))))
        options += ["--broker", own.url]
    run = stack.enter_context(runs.running(profile, folder / f"{each.job}.log", *options))
    stage.targets.append(Target(each.job, (run.address,)))
    if each.alert == "FleetExporterDown":
        stage.deaths.append((_RUN_ENDS_S, run.process))


@contextmanager
def _tms(url: str, profile: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "fleet", "tms", str(profile), "--broker", url],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def _firing(server: Prometheus, start: float) -> Firing:
    query = 'ALERTS{alertstate="firing"}'
    first: dict[tuple[str, str], float] = {}
    for series in server.range(query, start, time.time(), _STEP_S):
        key = (series.labels["job"], series.labels["alertname"])
        first[key] = min(series.values[0][0] - start, first.get(key, float("inf")))
    waits = server.range(_WAITED, start, time.time(), _STEP_S)
    waited = max((value for each in waits for _, value in each.values), default=0.0)
    return Firing(first, waited)
