"""The wish to stop: the first signal asks for a clean end, the second one for a quick one."""

import signal
from collections.abc import Iterable
from typing import TYPE_CHECKING

import trio

from fleet.run.child import Child

if TYPE_CHECKING:
    from trio import TaskStatus  # type: ignore[attr-defined]

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interruption:
    """Turns signals into the end of a scope.

    Attributes:
        scope: To be entered around all that a signal ends; what runs inside drains as it leaves.
    """

    def __init__(self) -> None:
        self.scope = trio.CancelScope()
        self._crew: list[Child] = []

    @property
    def asked(self) -> bool:
        """Whether a signal has come."""
        return self.scope.cancel_called

    def covers(self, crew: Iterable[Child]) -> None:
        """Let a second signal hurry the end of these children."""
        self._crew.extend(crew)

    async def listen(self, task_status: "TaskStatus[None]" = trio.TASK_STATUS_IGNORED) -> None:
        """Wait for signals, until cancelled."""
        with trio.open_signal_receiver(*_SIGNALS) as signals:
            task_status.started()
            async for _ in signals:
                if self.asked:
                    for child in self._crew:
                        child.hurry()
                self.scope.cancel()
