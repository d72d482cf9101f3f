"""The wish to stop: the first signal asks for a clean end, the second one for a quick one."""

import signal
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager

import trio

from fleet.run.child import Child

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def signals_ignored() -> Iterator[None]:
    """Do what is short and must not be left half done; to be called in the main thread.

    They are ignored, not blocked: a mask is one thread's, and another would take the signal.
    """
    before = {number: signal.signal(number, signal.SIG_IGN) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Interruption:
    """Turns signals into the end of a scope."""

    def __init__(self) -> None:
        self._scope = trio.CancelScope()
        self._crew: list[Child] = []

    @property
    def asked(self) -> bool:
        """Whether a signal has come."""
        return self._scope.cancel_called

    def covers(self, crew: Iterable[Child]) -> None:
        """Let a second signal hurry the end of these children."""
        self._crew.extend(crew)

    @asynccontextmanager
    async def heeded(self) -> AsyncIterator[None]:
        """End the body when a signal comes; what was started inside drains as the body is left."""
        with trio.open_signal_receiver(*_SIGNALS) as signals:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._listen, signals)
                with self._scope:
                    yield
                nursery.cancel_scope.cancel()

    async def _listen(self, signals: AsyncIterable[int]) -> None:
        async for _ in signals:
            if self.asked:
                for child in self._crew:
                    child.hurry()
            self._scope.cancel()
