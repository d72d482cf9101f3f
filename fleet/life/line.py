"""The line to the server: whether it is up, and what is kept until it is.

Theory of operation
-------------------
What a terminal has to say is of two sorts. A status, or the answer to an order, is *said*: whoever
does not hear it now need not hear it. A fault, a payment, the outcome of an update is *told*: what
the line cannot carry now is kept, and told when it is up again. What happens before there is a
line, a boot and its self-test, is kept at once.

Of what is kept the last few are told, oldest first, as they were; only what became of an update
bears the instant of telling, because the server judges a campaign by when it was told.

The link is one of the regions beside the primary state (`fleet.life.regions`). When to bring it up
is decided in `fleet.life.connecting`.
"""

from typing import Final

from msgspec.structs import replace

from fleet.life.regions import Link
from fleet.life.world import LinkDown, World
from fleet.wire.messages import Message, Presence, UpdateReported

UNTOLD_MAX: Final = 6
# Named once: a look into an Enum costs ten times a look into the module.
_DOWN, _CONNECTING, _ONLINE = Link


class Line:
    """A terminal's line to its server.

    Attributes:
        link: How far it is up.
        requests: How many requests were numbered.
        untold: What is kept until it is up, oldest first; the unit's own.
    """

    __slots__ = ("_world", "link", "requests", "untold")

    def __init__(self, world: World) -> None:
        self._world = world
        self.link = _DOWN
        self.requests = 0
        self.untold: tuple[Message, ...] = ()

    @property
    def up(self) -> bool:
        """Whether something can be said over it."""
        return self.link is _ONLINE

    def request_number(self) -> int:
        """Return a new number for a request."""
        self.requests += 1
        return self.requests

    # ------------------------------------------------------------------ telling

    def say(self, message: Message) -> None:
        """Send a message, if the line is up; raises `LinkDown` if it breaks."""
        if self.link is _ONLINE:
            self._world.say(message)

    def tell(self, message: Message) -> None:
        """Send a message now, or keep it until the line is up."""
        try:
            if self.link is _ONLINE:
                self._world.say(message)
                return
        except LinkDown:
            pass  # that it broke will show soon enough
        self.keep(message)

    def keep(self, message: Message) -> None:
        """Keep a message until the line is up; of too many, the last few."""
        self.untold = (*self.untold, message)[-UNTOLD_MAX:]

    def catch_up(self, ts: int) -> None:
        """Send what was kept, by a clock that shows `ts`; raises `LinkDown`."""
        untold, self.untold = self.untold, ()
        for message in untold:
            late = isinstance(message, UpdateReported)
            self.say(replace(message, ts=ts) if late else message)

    # ------------------------------------------------------------------ up and down

    async def attach(self) -> None:
        """Bring it up; raises `LinkDown`."""
        self.link = _CONNECTING
        try:
            await self._world.attach()
        except LinkDown:
            self.link = _DOWN
            raise
        self.link = _ONLINE

    async def detach(self, ts: int) -> None:
        """Take it down politely, by a clock that shows `ts`; nothing happens if it is down."""
        if self.link is _ONLINE:
            self.tell(Presence(ts, online=False, reason="detached"))
            self.link = _DOWN
            await self._world.detach(clean=True)

    async def cut(self) -> None:
        """Cut it without a word, so that the last will speaks; nothing happens if it is down."""
        if self.link is _ONLINE:
            self.link = _DOWN
            await self._world.detach(clean=False)

    def lose(self) -> None:
        """Note that it broke."""
        self.link = _DOWN
