"""A client's session, without I/O and without a clock: its state.

Theory: bytes go in by `receive`, events come out; bytes to be sent come out of the method which
made them, or, if receiving made them (acknowledgements, repetitions), out of `take_output`. The
phase says what the broker may say, by the table `Inbound._HANDLERS`::

    OFFLINE --connect--> CONNECTING --CONNACK--> ONLINE --DISCONNECT, either way--> CLOSED
                             `--------CONNACK that refuses------------------------> CLOSED
    any phase --connection_lost--> OFFLINE

In CLOSED whatever still comes is ignored. `exchanges` knows what QoS 1 and 2 leave unfinished.

Keep-alive: a PINGREQ is due when for the keep-alive time nothing was exchanged. An exchange is
something said by one side and answered by the other. A QoS 0 message, either way, is none, and
does not put off the PINGREQ: it proves nothing about the other side, and a connection that died
silently would otherwise stay unnoticed for as long as we publish.

20,000 sessions live in one process, so what they have in common is shared (`SessionOptions`,
`Limits`), and what is rarely needed is made when it is.
"""

from enum import Enum
from typing import TYPE_CHECKING

from fleet.mqtt.exchanges import Exchanges
from fleet.mqtt.options import NEVER_MS, SessionOptions, agree
from fleet.mqtt.packets import ConnAck

if TYPE_CHECKING:
    from fleet.mqtt.decoding import Decoder


_SILENT = ConnAck()


class Phase(Enum):
    """Where a connection stands; see the theory above."""

    OFFLINE = "offline"
    CONNECTING = "connecting"
    ONLINE = "online"
    CLOSED = "closed"


class SessionState:
    """What a session is; `Session` is the whole.

    Attributes:
        options: What it shares with other sessions.
        client_id: The client identifier, the broker's choice once it has chosen.
        phase: Where the connection stands.
        limits: What holds on this connection, or held on the last one.
        due_ms: When `tick` will next have something to do.
    """

    __slots__ = (
        "_decoder",
        "_exchanges",
        "_output",
        "_ping_unanswered",
        "client_id",
        "due_ms",
        "limits",
        "options",
        "phase",
    )

    def __init__(self, options: SessionOptions, client_id: str) -> None:
        self.options = options
        self.client_id = client_id
        self._exchanges = Exchanges(options.packet_id_max)
        self.limits = agree(options, _SILENT)
        self._go_offline()

    def _go_offline(self) -> None:
        self.phase = Phase.OFFLINE
        self.due_ms = NEVER_MS
        self._ping_unanswered = False
        self._decoder: Decoder | None = None
        self._output = b""

    def _close(self) -> None:
        self.phase = Phase.CLOSED
        self.due_ms = NEVER_MS

    @property
    def connected(self) -> bool:
        """Whether the broker has accepted and nobody has said goodbye."""
        return self.phase is Phase.ONLINE

    @property
    def held(self) -> dict[int, bytes]:
        """The unacknowledged messages of QoS 1 and 2: packet ids to frames, oldest first."""
        return self._exchanges.held

    def take_output(self) -> bytes:
        """Return, once, the bytes which `receive` made and which are to be sent now."""
        output = self._output
        self._output = b""
        return output

    def _note_exchange(self, now_ms: int) -> None:
        if not self._ping_unanswered and self.phase is Phase.ONLINE:
            self.due_ms = now_ms + self.limits.keep_alive_ms
