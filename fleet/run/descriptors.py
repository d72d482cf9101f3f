"""File descriptors: every connection takes one, in the process that makes it and in the broker.

`RLIMIT_NOFILE` bounds them for each process. The soft limit is raised to the hard one, which only
root can lift; a run that would not fit is refused before anything starts, because a broker beyond
its limit closes connections without a word.
"""

import resource
from pathlib import Path

from fleet.run.errors import RunError

# Standard streams, the event loop, the tally, listeners, and what libraries open for themselves.
RESERVE = 100

# Where the hard limit is none, systems still have one of their own; this is Linux's `nr_open`.
_UNLIMITED = 1_048_576

_PORT_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
# IANA's dynamic ports, which other systems than Linux use.
_USUAL_PORTS = 16_384


def raise_limit() -> int:
    """Raise the soft limit to the hard one, for us and the processes we start; return it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = _UNLIMITED if hard == resource.RLIM_INFINITY else min(hard, _UNLIMITED)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    return limit


def shards_needed(terminals: int, limit: int) -> int:
    """Return the least number of shards whose connections fit."""
    return -(-terminals // _connections(limit))


def check_shards(terminals: int, shards: int, limit: int) -> None:
    """Check that each shard has a terminal, and that its connections fit.

    Raises:
        RunError: They do not.
    """
    if shards > terminals:
        msg = (
            f"{terminals:,} {'terminal' if terminals == 1 else 'terminals'} cannot be spread over "
            f"{shards:,} shards: run with --shards {terminals} or fewer"
        )
        raise RunError(msg)
    needed = shards_needed(terminals, limit)
    if shards < needed:
        msg = (
            f"{terminals:,} terminals need more connections than {shards} "
            f"{'shard' if shards == 1 else 'shards'} may open (limit of open files: {limit:,} per "
            f"process): run with --shards {needed} or more, or raise the limit "
            f"(ulimit -Hn {-(-terminals // shards) + RESERVE} as root)"
        )
        raise RunError(msg)


def check_broker(terminals: int, limit: int) -> None:
    """Check that the connections fit into one broker process of ours.

    Raises:
        RunError: They do not.
    """
    if terminals > _connections(limit):
        msg = (
            f"{terminals:,} terminals do not fit into the embedded broker, which may hold "
            f"{_connections(limit):,} connections (limit of open files: {limit:,}): run with "
            f"--terminals {_connections(limit)} or fewer, raise the limit "
            f"(ulimit -Hn {terminals + RESERVE} as root), or use a broker of your own with "
            "--broker mqtt://HOST:PORT"
        )
        raise RunError(msg)


def check_ports(terminals: int, brokers: int, sources: int) -> None:
    """Check that the local ports suffice: each source address has its own towards each broker.

    Raises:
        RunError: They do not.
    """
    ports = _ports()
    pairs = brokers * max(sources, 1)
    if terminals > ports * pairs:
        needed = -(-terminals // (ports * brokers))
        msg = (
            f"{terminals:,} terminals need more local ports than there are towards "
            f"{brokers} {'broker' if brokers == 1 else 'brokers'} ({ports:,} for each source "
            f"address): name {needed} source addresses with --source; on loopback, "
            f"--source 127.0.0.1-127.0.0.{needed}"
        )
        raise RunError(msg)


def _ports() -> int:
    try:
        low, high = map(int, _PORT_RANGE.read_text().split())
    except OSError:
        return _USUAL_PORTS
    return high - low + 1


def _connections(limit: int) -> int:
    return max(1, limit - RESERVE)
