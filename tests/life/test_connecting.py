"""A link that was up only for a moment was no success: the backoff goes on where it was."""

import pytest

from fleet.life.states import Event
from tests.life.lives import quiet
from tests.life.solitude import settle, spend

FIRST_MS = 600_000


def waits(every_ms: int, stable: str) -> list[int]:
    """Return how many seconds pass from each loss to the next link, if it is cut so often."""
    profile = quiet(
        heartbeat__interval="1s", heartbeat__jitter=0.0, reconnect__jitter="none",
        reconnect__stable=stable, sign_in__typing="1s", reconnect__max="8s",
    )  # fmt: skip
    world = settle(profile, hours=0.25)
    cuts = range(FIRST_MS, FIRST_MS + 8 * every_ms, every_ms)
    world.outages = [(at, at + 999) for at in cuts]
    spend(profile, world)
    lost, back = (
        [s.at_ms for s in world.steps if s.event is event]
        for event in (Event.LINK_LOST, Event.LINK_RESTORED)
    )
    assert len(lost) == len(cuts)
    return [round((up - down) / 1_000) for down, up in zip(lost, back, strict=True)]


@pytest.mark.parametrize(
    ("every_ms", "stable", "expected"),
    [
        (12_000, "20s", [1, 2, 4, 8, 8, 8, 8, 8]),
        (12_000, "11500ms", [1, 2, 4, 8, 8, 8, 8, 8]),
        (12_000, "10500ms", [1] * 8),
        (12_000, "0s", [1] * 8),
        (32_000, "20s", [1] * 8),
    ],
)
def test_waits_double_until_the_link_has_been_up_for_long(
    every_ms: int, stable: str, expected: list[int]
) -> None:
    """Whether a loss begins the backoff anew hangs on how long the link was up before it."""
    assert waits(every_ms, stable) == expected
