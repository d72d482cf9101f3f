"""What the process takes, against what psutil says of it."""

import socket
import time

import psutil
import pytest

from fleet.watch.tally import Board, Reading, Tally
from fleet.watch.toll import Toll


def taken(tally: Tally, board: Board, toll: Toll) -> Reading:
    """Take, publish and read."""
    toll.take()
    tally.publish()
    return board.read()


def test_it_agrees_with_the_system(tally: Tally, board: Board) -> None:
    """Memory, descriptors, their limit and the CPU time are those of this process."""
    reading = taken(tally, board, Toll(tally, 0))
    process = psutil.Process()
    assert reading.value("fleet_shard_resident_bytes", shard="0") == pytest.approx(
        process.memory_info().rss, rel=0.05
    )
    descriptors = reading.value("fleet_shard_open_descriptors", shard="0")
    assert abs(descriptors - process.num_fds()) <= 2
    limit = process.rlimit(psutil.RLIMIT_NOFILE)[0]
    assert reading.value("fleet_shard_descriptor_limit", shard="0") == limit
    cpu = process.cpu_times()
    cpu_us = reading.value("fleet_shard_cpu_seconds_total", shard="0")
    assert cpu_us / 1e6 == pytest.approx(cpu.user + cpu.system, abs=0.2)


def test_descriptors_follow(tally: Tally, board: Board) -> None:
    """Each socket more is one descriptor more."""
    toll = Toll(tally, 0)
    before = taken(tally, board, toll).value("fleet_shard_open_descriptors", shard="0")
    sockets = [socket.socket() for _ in range(10)]
    after = taken(tally, board, toll).value("fleet_shard_open_descriptors", shard="0")
    for each in sockets:
        each.close()
    assert after - before == 10


def test_cpu_of_a_restarted_shard_goes_on(tally: Tally, board: Board) -> None:
    """The counter never falls when a new process takes over the series."""
    slot = tally.slot("fleet_shard_cpu_seconds_total", shard="0")
    tally.counts[slot] = 7_000_000_000
    reading = taken(tally, board, Toll(tally, 0))
    assert reading.value("fleet_shard_cpu_seconds_total", shard="0") > 7_000_000_000


def test_taking_costs_next_to_nothing(tally: Tally) -> None:
    """A thousand takes are done within a quarter of a second of CPU."""
    toll = Toll(tally, 0)
    start = time.process_time()
    for _ in range(1_000):
        toll.take()
    assert time.process_time() - start < 0.25
