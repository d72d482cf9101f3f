"""What a run is to be: everything decided before anything is started."""

import os
from dataclasses import dataclass
from pathlib import Path

from fleet.mqtt.connection import Connection
from fleet.mqtt.packets import Version
from fleet.profile import Profile
from fleet.profile.objectives import Objective
from fleet.run import broker, descriptors
from fleet.run.probe import check_sources

DEFAULT_SEED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """A run as asked for.

    Attributes:
        profile: As resolved, the command line's wishes included.
        seed: Of all chance in the run.
        connection: To a broker that is there; None for an embedded one.
        tms: Whether to run the reference TMS.
        shards: Number of processes that terminals are spread over; None for as many as there are
            CPUs.
        metrics: Host and port to serve metrics at; None for nowhere.
        out: Folder of the run record; None for none.
        live: Whether to show the live view, where there is a terminal to show it on.
        junit: File for the verdict as JUnit XML; None for none.
        hdr: File for the latencies as an HdrHistogram log; None for none.
    """

    profile: Profile
    seed: int = DEFAULT_SEED
    connection: Connection | None = None
    tms: bool = True
    shards: int | None = 1
    metrics: tuple[str, int] | None = None
    out: Path | None = None
    live: bool = True
    junit: Path | None = None
    hdr: Path | None = None

    @property
    def terminals(self) -> int:
        """Number of terminals."""
        return self.profile.estate.terminals

    @property
    def desks(self) -> int:
        """Number of instances of the reference TMS; 0 for none."""
        return self.profile.tms.instances if self.tms else 0

    @property
    def version(self) -> Version:
        """MQTT version that the terminals speak."""
        return Version.V5 if self.profile.mqtt.version == "5" else Version.V311

    def shard_count(self, limit: int) -> int:
        """Return the number of shards; `limit` is that of open files per process."""
        if self.shards is not None:
            return self.shards
        useful = min(os.cpu_count() or 1, self.terminals)
        return max(useful, descriptors.shards_needed(self.terminals, limit))

    def broker_kind(self) -> broker.Kind | None:
        """Return which broker is embedded, or None if there is one already.

        Raises:
            RunError: The environment names one that is not there.
        """
        return broker.choose() if self.connection is None else None

    def check(self, limit: int) -> tuple[str, ...]:
        """Check what can be checked without starting anything.

        Args:
            limit: Of open files per process.

        Returns:
            What the user should know before the run.

        Raises:
            RunError: The run cannot be done on this machine.
            EndpointError: The broker's address or a file of its TLS settings is wrong.
            PasswordError: The password cannot be read.
        """
        kind = self.broker_kind()
        if kind is not None:
            descriptors.check_broker(self.terminals, limit)
            broker.check(kind, self.version, self.desks)
        descriptors.check_shards(self.terminals, self.shard_count(limit), limit)
        connection = self.connection
        if connection is not None:
            brokers, sources = len(connection.brokers), len(connection.sources)
            descriptors.check_ports(self.terminals, brokers, sources)
        advice = broker.reach(kind, self.terminals) if kind else self._check_connection()
        return tuple(filter(None, (advice, self._own_refusals())))

    def _own_refusals(self) -> str | None:
        """Return what to know of an objective that our own TMS breaks on purpose."""
        chance = self.profile.tms.sign_in_malfunction
        objectives = map(Objective.parse, self.profile.slo.objectives)
        broken = [
            objective.text
            for objective in objectives
            if objective.name == "sign_in.failures" and not objective.holds(chance)
        ]
        if not self.tms or not broken:
            return None
        return (
            f"the reference TMS answers {chance * 100:.3g} % of sign-ins with a malfunction (96) "
            f"on purpose, so {broken[0]!r} will hardly hold: set tms.sign_in_malfunction = 0.0 in "
            "the profile, or allow for it in the objective"
        )

    def _check_connection(self) -> str | None:
        assert self.connection is not None  # noqa: S101 - narrows the type
        self.connection.endpoints()
        check_sources(self.connection.sources)
        self.connection.password()
        return "this run brings the reference TMS; no other may answer there" if self.tms else None
