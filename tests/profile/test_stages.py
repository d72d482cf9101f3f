"""The shape of the load: at any instant, as many terminals are on as the level says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.profile import ProfileError, parse
from fleet.profile.stages import Segment, Stage, segments, windows

MINUTE = 60_000
STAGES = (
    Stage(kind="ramp", to=0.5, over=MINUTE),
    Stage(kind="hold", over=MINUTE),
    Stage(kind="spike", to=1.0, over=MINUTE),
    Stage(kind="step", to=0.8),
    Stage(kind="hold", over=MINUTE),
    Stage(kind="ramp", to=0.0, rate=10.0),
)
TERMINALS = 1_200


def on_at(instant: int, number: float) -> bool:
    """Return whether a terminal is on."""
    pieces = tuple(segments(STAGES, TERMINALS))
    return any(
        on <= instant and (off is None or instant < off) for on, off in windows(pieces, number)
    )


@pytest.mark.parametrize(
    ("instant", "level"),
    [
        (0, 0.0), (30_000, 0.25), (90_000, 0.5), (119_999, 0.5), (120_000, 1.0), (179_999, 1.0),
        (181_000, 0.8), (239_000, 0.8), (240_000 + 48_000, 0.4), (240_000 + 96_000, 0.0),
    ],
)  # fmt: skip
def test_the_level_is_what_the_stages_say(instant: int, level: float) -> None:
    """Ramp, hold, spike, step and a ramp by rate: 960 terminals at 10 a second take 96 s."""
    numbers = [(index + 0.5) / TERMINALS for index in range(TERMINALS)]
    assert sum(on_at(instant, number) for number in numbers) == pytest.approx(
        level * TERMINALS, abs=2
    )


@given(st.floats(0, 1, exclude_max=True))
def test_windows_do_not_overlap(number: float) -> None:
    """A terminal is switched on, then off, then on again; only the last window may have no end."""
    pieces = tuple(segments(STAGES, TERMINALS))
    instants = [each for window in windows(pieces, number) for each in window if each is not None]
    assert instants == sorted(instants)


def test_after_the_last_stage_the_level_stays() -> None:
    """A terminal that is on at the end is never switched off."""
    pieces = [Segment(0, MINUTE, 0.0, 1.0)]
    assert list(windows(pieces, 0.5)) == [(30_000, None)]
    assert list(windows([Segment(0, MINUTE, 0.0, 0.4)], 0.5)) == []


@pytest.mark.parametrize(
    ("stage", "told"),
    [
        ('kind = "ramp"\nto = 0.5', "a ramp has over and to or rate and to, but to given"),
        ('kind = "hold"\nto = 0.5\nover = "1m"', "a hold has over, but over and to given"),
        ('kind = "step"', "a step has to, but none given"),
        ('kind = "spike"\nto = 2.0\nover = "1m"', "less than or equal to 1"),
    ],
)
def test_a_stage_without_its_keys(stage: str, told: str) -> None:
    """A stage says what it needs; the complaint names what would be right."""
    with pytest.raises(ProfileError, match=r"load\.stages") as caught:
        parse(f'schema = 1\nname = "x"\n[[load.stages]]\n{stage}\n')
    assert told in str(caught.value)


def test_stages_and_opening_hours_exclude_each_other() -> None:
    """Only one of them may switch terminals on and off."""
    with pytest.raises(ProfileError, match="leave out one of the two"):
        parse('schema = 1\nname = "x"\n[day]\n[[load.stages]]\nkind = "step"\nto = 1.0\n')
