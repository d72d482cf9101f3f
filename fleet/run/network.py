"""How the way to the broker fares while a step runs, whatever answers at its end.

Twice a second a TCP connection is begun and cut. The kernels of both ends make it, so how long it
takes tells of the way alone: not of a broker that is slow to read, nor, since our own kernel notes
when the answer came, of a machine too busy to look. TCP's counters tell what had to be sent again.
"""

import socket
import struct
import threading
from statistics import median
from typing import Final, Self

from fleet.capacity.blame import Network, Segments
from fleet.mqtt.endpoint import Address
from fleet.mqtt.stream import LINGER_0_S

_EVERY_S: Final = 0.5
_TIMEOUT_S: Final = 5.0
# Of struct tcp_info, linux/tcp.h: tcpi_rtt, the only sample being that of the handshake.
_RTT: Final = struct.Struct("68xI")
_US_PER_MS: Final = 1_000


class NetworkWatch:
    """Watches the way to one address; a context manager."""

    def __init__(self, address: Address, *, remote: bool) -> None:
        """Prepare to watch; `remote` says whether the broker is on another machine."""
        self._address = address
        self._remote = remote
        self._took_ms: list[float] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._before = Segments()

    def __enter__(self) -> Self:
        self._before = Segments.now()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def seen(self) -> Network:
        """Return what was seen since it began."""
        resent = Segments.now().resent_since(self._before)
        handshake_ms = median(self._took_ms) if self._took_ms else 0.0
        return Network(resent, handshake_ms, remote=self._remote)

    def _watch(self) -> None:
        while not self._over.wait(_EVERY_S):
            took_ms = handshake_ms(self._address)
            if took_ms is not None:
                self._took_ms.append(took_ms)


def handshake_ms(address: Address) -> float | None:
    """Return how long TCP's handshake takes to an address; None if there is none to be had."""
    with socket.socket(address.family, socket.SOCK_STREAM) as caller:
        caller.settimeout(_TIMEOUT_S)
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0_S)
        try:
            caller.connect(address.sockaddr)
            told = caller.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _RTT.size)
        except (OSError, AttributeError):  # TCP_INFO is Linux's
            return None
    took_us: int = _RTT.unpack(told)[0]
    return took_us / _US_PER_MS
