"""The TMS's service as a process: `python -m fleet.tms`.

A task comes on its input, reports go to its output (see `fleet.tms.task`).
It ends when its input does, so that it never outlives who started it; or on SIGTERM or SIGINT.
"""

import asyncio
import logging
import os
import signal
import sys

import msgspec
import uvloop

from fleet.mqtt.connection import PasswordError
from fleet.mqtt.endpoint import EndpointError
from fleet.profile import ProfileError, parse
from fleet.tms.service import Service
from fleet.tms.task import Failed, Report, TaskError, TmsTask

USAGE_EXIT = 2
_READ_BYTES = 65_536


def main() -> int:
    """Run the service; return the exit code."""
    logging.basicConfig(format="%(message)s", level=logging.INFO)
    try:
        task = TmsTask.read(sys.stdin.buffer.readline())
        service = Service(task, parse(task.profile_toml), task.endpoint(), report)
    except (TaskError, ProfileError, EndpointError, PasswordError) as error:
        report(Failed(str(error), USAGE_EXIT))
        return USAGE_EXIT
    uvloop.run(_run(service))
    return 0


def report(what: Report) -> None:
    """Say something to who started us; it may be gone, and then the input ends as well."""
    try:
        sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


async def _run(service: Service) -> None:
    end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    leash = asyncio.create_task(_await_end_of_input(end))
    await service.run(end)
    leash.cancel()


async def _await_end_of_input(end: asyncio.Event) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while await reader.read(_READ_BYTES):
        pass
    end.set()


if __name__ == "__main__":
    sys.exit(main())
