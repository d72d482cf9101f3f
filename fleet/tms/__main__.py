"""The TMS's service as a process: `python -m fleet.tms`.

A task comes on its input, later when business begins; reports go to its output (`fleet.tms.task`).
It ends when its input does, so that it never outlives who started it; or on SIGTERM or SIGINT.

It runs on asyncio's own loop. On uvloop (0.22 as well) a socket that broke while something was left
to be read wakes its reader once and never again, so a TMS whose broker died under load did not
notice for two minutes. A heartbeat costs it some 8 % more CPU so.
"""

import asyncio
import logging
import os
import signal
import sys

import msgspec

from fleet.mqtt.connection import PasswordError
from fleet.mqtt.endpoint import EndpointError
from fleet.profile import ProfileError, parse
from fleet.tms.journal import JournalError
from fleet.tms.service import Service
from fleet.tms.task import Begin, Failed, Report, TaskError, TmsTask

USAGE_EXIT = 2

_WRONG = (TaskError, ProfileError, EndpointError, PasswordError, JournalError, OSError)


def main() -> int:
    """Run the service; return the exit code."""
    logging.basicConfig(format="%(message)s", level=logging.INFO)
    try:
        task = TmsTask.read(sys.stdin.buffer.readline())
        service = Service(task, parse(task.profile_toml), task.endpoint(), report)
    except _WRONG as error:
        report(Failed(str(error), USAGE_EXIT))
        return USAGE_EXIT
    return asyncio.run(_run(service))


def report(what: Report) -> None:
    """Say something to who started us; it may be gone, and then the input ends as well."""
    try:
        sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


async def _run(service: Service) -> int:
    end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    leash = asyncio.create_task(_hear_input(service, end))
    await service.run(end)
    leash.cancel()
    return leash.result() if leash.done() else 0


async def _hear_input(service: Service, end: asyncio.Event) -> int:
    """Hear when business begins, until the input ends; return the exit code."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    try:
        while line := await reader.readline():
            service.begin(msgspec.json.decode(line, type=Begin).epoch_monotonic_ns)
    except (msgspec.MsgspecError, ValueError) as error:
        report(Failed(f"a line of the input is no beginning: {error}", USAGE_EXIT))
        return USAGE_EXIT
    finally:
        end.set()
    return 0


if __name__ == "__main__":
    sys.exit(main())
