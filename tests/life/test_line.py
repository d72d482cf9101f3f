"""A line carries what it can, and keeps what must be told."""

from fleet.life.line import UNTOLD_MAX, Line
from fleet.life.world import LinkDown
from fleet.profile import load
from fleet.wire.messages import Booted, Presence, SignedOff, UpdateReported
from tests.life.solitude import Solitude, settle

TS = 1_700_000_000_000


def world_of(outages: list[tuple[int, int]] | None = None) -> Solitude:
    """Make a world at the begin of its story."""
    world = settle(load("demo"), hours=1)
    world.outages = outages or []
    return world


def finish(line: Line, verb: str, *words: int) -> None:
    """Let a verb of the line's run, in a world that makes nobody wait."""
    try:
        getattr(line, verb)(*words).send(None)
    except StopIteration:
        return
    raise AssertionError


def up(world: Solitude) -> Line:
    """Return a line that is up."""
    line = Line(world)
    finish(line, "attach")
    assert line.up
    return line


def test_what_is_said_while_it_is_down_is_forgotten() -> None:
    """Neither sent nor kept."""
    world = world_of()
    line = Line(world)
    line.say(SignedOff(TS, 1))
    assert not world.said
    assert not line.untold


def test_what_is_told_while_it_is_down_is_told_when_it_is_up() -> None:
    """Oldest first, as it was, and once."""
    world = world_of()
    line = Line(world)
    told = [SignedOff(TS + n, n) for n in range(3)]
    for message in told:
        line.tell(message)
    finish(line, "attach")
    line.catch_up(TS + 99)
    line.catch_up(TS + 99)
    assert world.said == told


def test_of_too_much_the_last_few_are_told() -> None:
    """The bound holds, and the oldest give way."""
    line = Line(world_of())
    for n in range(3 * UNTOLD_MAX):
        line.keep(SignedOff(TS, n))
    batches = [message.batch for message in line.untold if isinstance(message, SignedOff)]
    assert batches == list(range(2 * UNTOLD_MAX, 3 * UNTOLD_MAX))


def test_what_became_of_an_update_bears_the_instant_of_telling() -> None:
    """A campaign is judged by when it was told; all else tells when it was."""
    world = world_of()
    line = Line(world)
    line.keep(Booted(TS, 1, "power_on", "1.0.0", 7))
    line.keep(UpdateReported(TS, 1, "2.0.0", "succeeded", "2.0.0"))
    finish(line, "attach")
    line.catch_up(TS + 99)
    assert [message.ts for message in world.heard_of("boot")] == [TS]
    assert [message.ts for message in world.heard_of("update")] == [TS + 99]


def test_what_a_breaking_line_does_not_carry_is_kept() -> None:
    """It breaks in the middle of telling; nothing is lost, and nobody is told but the terminal."""
    world = world_of([(5, 10)])
    line = up(world)
    world.story = 5
    line.tell(SignedOff(TS, 1))
    assert line.untold == (SignedOff(TS, 1),)


def test_a_line_that_cannot_be_brought_up_is_down() -> None:
    """An attempt leaves it as it was."""
    line = Line(world_of([(0, 10)]))
    try:
        finish(line, "attach")
    except LinkDown:
        assert not line.up
    else:
        raise AssertionError


def test_it_takes_leave_or_is_cut() -> None:
    """Whoever detaches says so first; a cut line says nothing, and neither is done twice."""
    world = world_of()
    line = up(world)
    finish(line, "detach", TS)
    finish(line, "detach", TS)
    assert world.said == [Presence(TS, online=False, reason="detached")]
    finish(line, "attach")
    finish(line, "cut")
    finish(line, "cut")
    assert len(world.said) == 1
    assert world.departures == [True, False]


def test_each_request_has_a_number_of_its_own() -> None:
    """They count from 1."""
    line = Line(world_of())
    assert [line.request_number() for _ in range(3)] == [1, 2, 3]
