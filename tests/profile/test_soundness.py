"""Mistakes do not hide each other: what is sound is judged beside what is broken."""

import tomllib
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from fleet.profile import Profile, checks, load, resolved_toml
from fleet.profile.soundness import sound_part
from fleet.profile.values import FROM_TOML
from tests.profile.mistakes import SMALL, complaints


def test_all_mistakes_come_at_once() -> None:
    """One reading reports unknown keys, types, units, laws, list items and cross checks."""
    found = complaints("""
        schema = 2
        heartbeet = 3
        boot.duration = { law = "lognormal", median = "5", p = 3 }
        [heartbeat]
        interval = 900
        jiter = 0.1
        [day]
        opens = { law = "lognorml", median = "8h" }
        [[campaigns]]
        name = "a"
        version = "2"
        at = "soon"
        [reconnect]
        first = "10m"
    """)
    assert set(found) == {
        "schema",
        "name",
        "heartbeet",
        "boot.duration.median",
        "boot.duration.p",
        "heartbeat.interval",
        "heartbeat.jiter",
        "day.opens.law",
        "campaigns[0].at",
        "reconnect.max",
    }


CONTRADICTORY = """
schema = 1
name = "contradictory"
boot.failure = 1.5
sign_in.forgotten = -0.1
update.no_space = nan
update.response = "-3m"
transactions = { declined = 0.7, timed_out = 0.5 }
estate.terminals = 10
[day]
opens = "09:00"
closes = "18:00"
[hazards]
frailty = nan
models = { Z9 = 2.0 }
[faults.PWR-999]
onset = "3d"
[faults.PWR-101]
onsett = "3d"
[faults.RDR-40]
[[campaigns]]
name = "late"
version = "2.0.0"
at = "-1h"
[[campaigns]]
name = "nobodys"
version = "2.0.0"
at = "1h"
models = ["Z9"]
[[campaigns]]
name = "never"
version = "2.0.0"
at = "1h"
window = { opens = "02:00", closes = "03:00" }
[[causes]]
name = "sudden"
kind = "outage"
at = "1h"
lasts = "-5m"
[[causes]]
name = "nowhere"
kind = "outage"
every = "1h"
between = ["08:00", "08:00"]
lasts = "5m"
cells = ["narnia-3"]
[[causes]]
name = "idle"
kind = "stress"
at = "1h"
lasts = "1h"
[[orders]]
at = "1h"
order = "rebot"
[[orders]]
at = "1h"
order = "reboot"
sites = [99]
"""


def test_no_mistake_hides_another() -> None:
    """A section, and an array, with a broken entry is looked at all the same, entry by entry.

    What is said of an entry is said by its own place, whatever stands before it.
    """
    assert set(complaints(CONTRADICTORY)) == {
        "boot.failure",
        "sign_in.forgotten",
        "update.no_space",
        "update.response",
        "transactions",
        "hazards.frailty",
        "hazards.models.Z9",
        "faults.PWR-999",
        "faults.PWR-101.onsett",
        "faults.RDR-40",
        "campaigns[0].at",
        "campaigns[1].models[0]",
        "campaigns[2].window",
        "causes[0].lasts",
        "causes[1].between",
        "causes[1].cells[0]",
        "causes[2]",
        "orders[0].order",
        "orders[1].sites[0]",
    }


BROKEN_TWICE = """
schema = 1
name = "twice"
estate.terminals = 10
[day]
opens = "09:00"
closes = "18:00"
[faults.PWR-999]
repair = "soon"
[faults.COM-209]
onset = "soon"
[[campaigns]]
version = "1 0"
at = "-1h"
models = ["Z9"]
window = { opens = "02:00", closes = "03:00" }
[[campaigns]]
name = "whose"
version = "1.0.0"
at = "1h"
models = [""]
[[causes]]
name = "sudden"
kind = "outage"
lasts = "-5m"
sites = [99]
every = "often"
between = ["08:00", "18:00"]
[[causes]]
name = "idle"
kind = "stress"
factors = { PWR-101 = -1.0 }
daily = "late"
cells = ["narnia-3"]
[[orders]]
at = "soon"
order = "rebot"
sites = [98]
heartbeat_interval = "5m"
[[orders]]
order = 3
"""


def test_a_broken_key_hides_nothing_else_of_its_entry() -> None:
    """What else is wrong there is said too, and nothing that only the broken key may have caused.

    A cause whose `every` cannot be read is not told that it lacks one.
    """
    assert set(complaints(BROKEN_TWICE)) == {
        "faults.PWR-999",
        "faults.PWR-999.repair",
        "faults.COM-209.onset",
        "campaigns[0].name",
        "campaigns[0].version",
        "campaigns[0].at",
        "campaigns[0].models[0]",
        "campaigns[0].window",
        "campaigns[1].models[0]",
        "causes[0].lasts",
        "causes[0].sites[0]",
        "causes[0].every",
        "causes[1].factors.PWR-101",
        "causes[1].daily",
        "causes[1].lasts",
        "causes[1].cells[0]",
        "orders[0].at",
        "orders[0].order",
        "orders[0].sites[0]",
        "orders[1].at",
        "orders[1].order",
    }


def test_an_array_is_not_too_short_because_its_items_are_wrong() -> None:
    """One mistake is one complaint."""
    assert set(complaints(f'{SMALL}estate.models = [{{ name = "A", share = 0.0 }}]')) == {
        "estate.models[0].share"
    }


def test_a_broken_key_hides_only_what_is_judged_by_it() -> None:
    """Of an estate whose number of terminals is wrong, the names of models are known all the same.

    Whether terminal 99 is there cannot be judged, nor whether enough take part.
    """
    found = complaints(
        SMALL + 'reconnect.first = "6m"\n[estate]\nterminals = -1\n'
        '[[campaigns]]\nname = "c"\nversion = "2"\nat = "1h"\nmodels = ["any"]\nsites = [99]\n'
        '[[campaigns]]\nname = "d"\nversion = "2"\nat = "1h"\nshare = 1e-9\n'
    )
    assert set(found) == {"estate.terminals", "reconnect.max", "campaigns[0].models[0]"}


def test_items_beside_a_broken_one_are_judged() -> None:
    """Of an array those before it, of a map all others; a share of the broken array is not."""
    found = complaints(
        SMALL
        + """
[[causes]]
name = "heat"
kind = "stress"
at = "1h"
lasts = "1h"
factors = { PWR-101 = -1.0, PWR-999 = 2.0 }
[[orders]]
at = "1h"
order = "reboot"
firmware = ["9"]
share = 7
[estate]
models = [{ name = "A", share = 0.5 }, { name = "A", share = 0.5 }, { name = "B", share = -1 }]
[[campaigns]]
name = "c"
version = "2"
at = "soon"
models = ["Z", 3]
waves = [{ share = 0.5 }, { share = 0.2, after = "1h" }, { share = "all" }]
"""
    )
    assert set(found) == {
        "causes[0].factors.PWR-101",
        "causes[0].factors.PWR-999",
        "orders[0].share",
        "estate.models[1].name",
        "estate.models[2].share",
        "campaigns[0].at",
        "campaigns[0].models[1]",
        "campaigns[0].waves[1].share",
        "campaigns[0].waves[2].share",
    }


def _places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield where anything stands in a table, below its top."""
    items = value.items() if isinstance(value, dict) else enumerate(value)  # type: ignore[arg-type]
    for key, each in items:
        yield (*path, key)
        if isinstance(each, dict | list):
            yield from _places(each, (*path, key))


RICH = {
    name: tomllib.loads(resolved_toml(load(name))) for name in ("demo", "bad-update", "national")
}
SPOTS = [(name, place) for name, table in RICH.items() for place in _places(table)]


@given(st.sampled_from(SPOTS), st.sampled_from([-1, "?", [], 1e400, "-5m", True]))
@settings(max_examples=100)
def test_what_is_owed_to_a_mistake_is_not_said(
    spot: tuple[str, tuple[str | int, ...]], value: object
) -> None:
    """Of a sound profile with one malformed value, nothing is said but of that value."""
    name, place = spot
    table = deepcopy(RICH[name])
    holder: Any = table
    for part in place[:-1]:
        holder = holder[part]
    holder[place[-1]] = value
    try:
        Profile.model_validate(table, context=FROM_TOML)
    except ValidationError as error:
        sound = sound_part(table, [details["loc"] for details in error.errors()])
        assert [str(each) for each in checks.complaints(sound)] == []
