"""One watched descriptor for a whole shard: an epoll set inside the event loop's own.

A loop's `add_reader` on every socket costs a handle, a context and a poll object each; and uvloop's
gives its callback up after the first call in which a socket reports an error, so that a reset
which comes together with the broker's last words is never seen. A nested epoll set has neither
fault, and is edge-triggered, so that a connection needs two `epoll_ctl` in its life. Sketches of
the three on uvloop, without sessions, with 2,000 to 8,000 connections to mosquitto on a busy
machine (CPU per TCP connect, CONNECT and CONNACK; resident memory per connection):

    asyncio transport          80-124 us   1.8-2.3 kB
    add_reader, add_writer     29-47 us    1.0-1.3 kB
    nested epoll set           21-28 us    0.5 kB
"""

import asyncio
import select
from contextlib import suppress
from typing import Protocol, Self

WRITABLE = select.EPOLLOUT
ANYTHING = select.EPOLLIN | select.EPOLLOUT | select.EPOLLRDHUP | select.EPOLLET
ENDED = select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR

# Sockets served in one turn of the loop; the rest are served in the next, so that timers keep
# their time in a storm.
_SOCKETS_PER_TURN = 512


# Connections that wait for their peer to hang up; of more, the oldest are closed.
_PARTINGS_MAX = 4_096


class Watcher(Protocol):
    """Who is told what happens on a descriptor."""

    def happened(self, events: int) -> None:
        """Some of the `select.EPOLL*` bits are set."""


class Leaver(Protocol):
    """A connection that waits for its peer to hang up."""

    def end(self) -> None:
        """Wait no longer; `Poller.parted` is called."""


class Poller:
    """Watches many sockets for one running event loop; an (ordinary) context manager."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._watchers: dict[int, Watcher] = {}
        self._partings: dict[Leaver, None] = {}
        self._all_parted = asyncio.Event()
        self._all_parted.set()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._epoll.fileno(), self._turn)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def parting(self, leaver: Leaver) -> None:
        """Keep a connection alive until its peer hangs up."""
        self._partings[leaver] = None
        self._all_parted.clear()
        if len(self._partings) > _PARTINGS_MAX:
            next(iter(self._partings)).end()

    def parted(self, leaver: Leaver) -> None:
        """The connection is closed."""
        self._partings.pop(leaver, None)
        if not self._partings:
            self._all_parted.set()

    async def all_parted(self, timeout_s: float) -> None:
        """Wait until every peer has hung up; after the time-out, hang up on the rest."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._all_parted.wait(), timeout_s)
        for leaver in tuple(self._partings):
            leaver.end()

    def close(self) -> None:
        """Watch no more; the sockets are their owners'."""
        self._loop.remove_reader(self._epoll.fileno())
        self._epoll.close()

    def watch(self, descriptor: int, watcher: Watcher, events: int) -> None:
        """Tell this watcher from now on, of these events and whatever of them holds already."""
        if descriptor in self._watchers:
            self._epoll.modify(descriptor, events)
        else:
            self._epoll.register(descriptor, events)
        self._watchers[descriptor] = watcher

    def unwatch(self, descriptor: int) -> None:
        """Tell its watcher no more; to be called before the descriptor is closed."""
        del self._watchers[descriptor]
        self._epoll.unregister(descriptor)

    def _turn(self) -> None:
        watchers = self._watchers
        batch = self._epoll.poll(0, _SOCKETS_PER_TURN)
        # A watcher may end others, and their descriptors be given out anew, while events of the
        # old ones are still in the batch.
        for descriptor, events, watcher in [(fd, bits, watchers[fd]) for fd, bits in batch]:
            if watchers.get(descriptor) is watcher:
                watcher.happened(events)
