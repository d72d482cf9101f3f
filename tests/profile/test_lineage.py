"""A profile may extend another: what is inherited, and who is to blame."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fleet.profile import ProfileError, load, parse, resolved_toml

Write = Callable[[str, str], Path]
BASE = """
schema = 1
name = "base"
title = "the base"
[estate]
terminals = 50
models = [{ name = "A", share = 0.5 }, { name = "B", share = 0.5 }]
[day]
opens = "08:00"
closes = "19:00"
[boot]
duration = { law = "lognormal", median = "35s", p95 = "60s" }
[faults.PWR-101]
onset = "10d"
repair = "1h"
[faults.COM-201]
onset = "1d"
repair = "5m"
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a profile beside `base.toml` and return its path."""
    (tmp_path / "base.toml").write_text(BASE)

    def write(name: str, text: str) -> Path:
        path = tmp_path / f"{name}.toml"
        path.write_text(f'schema = 1\nname = "{name}"\n{text}')
        return path

    return write


def complaints(path: Path) -> list[tuple[str, str, str]]:
    """Load what is wrong; return origin, path and message of each complaint."""
    with pytest.raises(ProfileError) as info:
        load(path)
    return [(each.origin, each.path, each.message) for each in info.value.complaints]


def test_tables_merge_and_everything_else_is_replaced(write: Write) -> None:
    """Keys of tables add up; arrays and laws give way whole."""
    child = load(
        write(
            "child",
            """
        extends = "base.toml"
        boot.duration = { law = "uniform", low = "1s", high = "2s" }
        faults.COM-201.repair = "7m"
        estate.models = [{ name = "C", share = 1.0 }]
    """,
        )
    )
    assert child.estate.terminals == 50
    assert [model.name for model in child.estate.models] == ["C"]
    assert child.boot.duration.mean() == 1_500
    repairs = {code: fault.repair for code, fault in child.faults.items()}
    assert {code: repair.mean() for code, repair in repairs.items() if repair} == {
        "PWR-101": 3_600_000, "COM-201": 420_000,
    }  # fmt: skip
    onset = child.faults["COM-201"].onset
    assert onset is not None
    assert onset.mean() == 86_400_000
    assert (child.name, child.title) == ("child", "")


def test_the_line_may_be_long(write: Write) -> None:
    """A grandchild inherits from both, the nearer one first."""
    write("middle", 'extends = "base.toml"\nestate.terminals = 60\nrun.speed = 2.0')
    grandchild = load(write("grandchild", 'extends = "middle.toml"\nrun.speed = 3.0'))
    assert (grandchild.estate.terminals, grandchild.run.speed) == (60, 3.0)
    assert grandchild.day is not None


def test_what_is_unwanted_is_left_out(write: Write) -> None:
    """`without` takes out sections and parts of them, and complains if nothing was there."""
    child = load(write("c", 'extends = "base.toml"\nwithout = ["day", "faults.PWR-101"]'))
    assert child.day is None
    assert list(child.faults) == ["COM-201"]
    again = load(write("d", 'extends = "base.toml"\nwithout = ["day"]\nday.closes = "18:00"'))
    assert again.day is not None
    assert again.day.opens.mean() != 8 * 3_600_000
    wrong = complaints(write("e", 'extends = "base.toml"\nwithout = ["faults.PWR-102"]'))
    ((origin, path, message),) = wrong
    assert origin.endswith("e.toml")
    assert (path, message) == ("without", "'faults.PWR-102' is not inherited; leave it out")


def test_a_packaged_profile_is_extended_by_name() -> None:
    """Mere text may extend one, and command-line wishes come last."""
    child = parse(
        'schema = 1\nname = "mine"\nextends = "steady"\nestate.terminals = 3',
        {"run.duration": "1m", "reconnect": {}},
    )
    assert child.reconnect == parse('schema = 1\nname = "plain"').reconnect
    assert (child.estate.terminals, child.run.duration) == (3, 60_000)
    assert child.faults == load("steady").faults
    assert parse(resolved_toml(child)) == child


def test_a_cycle_is_named_whole(write: Write) -> None:
    """Who extends itself, by whatever way, is told the whole way."""
    a = write("a", 'extends = "b.toml"')
    write("b", 'extends = "c.toml"')
    write("c", 'extends = "./a.toml"')
    ((_, path, message),) = complaints(a)
    assert path == "extends"
    assert message == f"a profile cannot extend itself: {a} -> b.toml -> c.toml -> ./a.toml"
    itself = write("itself", 'extends = "itself.toml"')
    assert "itself.toml -> itself.toml" in complaints(itself)[0][2]


def test_a_cycle_hides_no_other_mistake(write: Write) -> None:
    """All that a cycle holds has been read, so all that is wrong with it is told at once."""
    first = write("first", 'extends = "second.toml"\nboot.failure = 3.0')
    write("second", 'extends = "first.toml"\n[day]\nopens = "20:00"\ncloses = "08:00"\n')
    assert {path for _, path, _ in complaints(first)} == {"extends", "boot.failure", "day.closes"}


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ('extends = "stedy"', "extends", "there is no 'stedy'; did you mean 'steady'?"),
        ('extends = "nowhere.toml"', "extends", "nowhere.toml: No such file"),
        ("extends = 3", "extends", "3 was given; write the name or path of one profile"),
        ('extends = "base.toml"\nwithout = "day"', "without", "write an array of dotted paths"),
    ],
)
def test_a_wrong_parent_is_explained(write: Write, text: str, path: str, message: str) -> None:
    """Where, what was given, what would be right."""
    ((_, where, what),) = complaints(write("child", text))
    assert where == path
    assert message in what


def test_complaints_point_at_the_file_that_says_it(write: Write) -> None:
    """Each mistake is told with the file that made it, all of them at once."""
    write("middle", 'extends = "base.toml"\nheartbeet = 1\nfaults.COM-201.precursor = "soon"')
    child = write(
        "child",
        """
        extends = "middle.toml"
        update.defer = 2.0
        estate.terminals = 0
        [[orders]]
        at = "1h"
        order = "dance"
    """,
    )
    found = {path: origin for origin, path, _ in complaints(child)}
    assert found == {
        "heartbeet": "middle.toml",
        "faults.COM-201.precursor": "middle.toml",
        "update.defer": str(child),
        "estate.terminals": str(child),
        "orders[0].order": str(child),
    }
    with pytest.raises(ProfileError, match=r"(?m)^middle\.toml: heartbeet: there is no such key"):
        load(child)


def test_a_check_between_sections_blames_the_last_word(write: Write) -> None:
    """A contradiction is the fault of whoever wrote the value complained of."""
    child = write("child", 'extends = "base.toml"\nday.opens = "20:00"')
    ((origin, path, _),) = complaints(child)
    assert (origin, path) == ("base.toml", "day.closes")
