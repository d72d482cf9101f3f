"""A run's plan checked and told, without running it."""

import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import trio

from fleet.profile import digest
from fleet.run import descriptors
from fleet.run.errors import RunError, plain
from fleet.run.handouts import check_handouts
from fleet.run.plan import RunPlan
from fleet.run.probe import probe_all
from fleet.units import format_duration


def rehearse(plan: RunPlan) -> Iterator[str]:
    """Check everything that a run would, and tell what it would do, line by line.

    Raises:
        RunError: The run could not be done.
        EndpointError: The broker's address or a file of its TLS settings is wrong.
        PasswordError: The password cannot be read.
    """
    limit = descriptors.raise_limit()
    notes = plan.check(limit)
    check_handouts(plan)
    if plan.out:
        _check_folder(plan.out)
    if plan.metrics:
        _check_address(*plan.metrics)
    if plan.connection:
        _check_brokers(plan)
    yield from _lines(plan, limit)
    yield from (f"note       {note}" for note in notes)


def _lines(plan: RunPlan, limit: int) -> Iterator[str]:
    profile, kind = plan.profile, plan.broker_kind()
    brokers = ", ".join(plan.connection.brokers) if plan.connection else f"embedded ({kind})"
    title = f": {profile.title}" if profile.title else ""
    yield f"profile    {profile.name}{title} (sha256:{digest(profile)})"
    yield f"terminals  {plan.terminals:,} in {_processes(plan.shard_count(limit))}"
    yield f"seed       {plan.seed}"
    duration = format_duration(profile.run.duration)
    yield f"duration   {duration}, business clocks x{profile.run.speed:g}"
    yield f"broker     {brokers}, MQTT {profile.mqtt.version}"
    tms = (
        f"the reference TMS in {_processes(plan.desks)}"
        if plan.tms
        else "none of ours: one is expected behind the broker"
    )
    yield f"TMS        {tms}"
    yield f"metrics    {'http://{}:{}/metrics'.format(*plan.metrics) if plan.metrics else 'off'}"
    yield f"record     {plan.out or 'none'}"
    yield from (f"objective  {objective}" for objective in profile.slo.objectives)


def _processes(number: int) -> str:
    return "1 process" if number == 1 else f"{number} processes"


def _check_folder(out: Path) -> None:
    if out.is_dir() and (taken := next(out.iterdir(), None)):
        msg = f"{out} is not empty (it holds {taken.name}); name a new folder with --out"
        raise RunError(msg)
    # Permissions do not tell everything: /proc lets root write, but makes no folder.
    place = next(each for each in (out.absolute(), *out.absolute().parents) if each.exists())
    try:
        with tempfile.TemporaryDirectory(prefix=".fleet-", dir=place):
            pass
    except OSError as error:
        msg = f"cannot write the run record to {out}: {error.strerror}; choose another --out"
        raise RunError(msg) from error


def _check_address(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
    except OSError as error:
        msg = (
            f"cannot serve metrics at {host}:{port}: {error.strerror}; "
            "choose another address with --metrics HOST:PORT (port 0 takes a free one)"
        )
        raise RunError(msg) from error


def _check_brokers(plan: RunPlan) -> None:
    assert plan.connection is not None  # noqa: S101 - narrows the type
    try:
        trio.run(probe_all, plan.connection, plan.version)
    except BaseExceptionGroup as group:
        raise plain(group) from group
