"""Why a run could not be done, as one message for the user."""

from collections.abc import Iterator

from fleet.watch.summary import Summary


class RunError(Exception):
    """The run cannot be done here and now; the text says what is wrong and what would be right."""


class ChildDied(RunError):
    """A process that the run needs ended without having been asked to."""


class Unwritten(RunError):
    """A run is over, but what it was to leave cannot be written.

    Attributes:
        summary: Its verdict and figures, which are all that is left of it.
    """

    def __init__(self, error: RunError, summary: Summary) -> None:
        """Keep the summary beside what is wrong."""
        super().__init__(str(error))
        self.summary = summary


def plain(group: BaseExceptionGroup) -> BaseException:
    """Return what a user should be told of a group: its mistakes as one, or what is no mistake.

    Several children may fail at once; each message is told once. It is a death if one of them is.
    """
    leaves = list(_leaves(group))
    others = [leaf for leaf in leaves if not isinstance(leaf, RunError)]
    if others:
        return others[0]
    kind = ChildDied if any(isinstance(leaf, ChildDied) for leaf in leaves) else RunError
    return kind("\n".join(dict.fromkeys(map(str, leaves))))


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if not isinstance(error, BaseExceptionGroup):
        yield error
        return
    for inner in error.exceptions:
        yield from _leaves(inner)
