"""Every mistake is reported, all at once, each with its path and with what would be right."""

import tomllib
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from fleet.profile import Complaint, Profile, ProfileError, checks, load, parse, resolved_toml
from fleet.profile.soundness import sound_part
from fleet.profile.values import FROM_TOML, Weekday

SMALL = 'schema = 1\nname = "small"\n'


def _complaints(text: str) -> dict[str, str]:
    with pytest.raises(ProfileError) as info:
        parse(text)
    return {complaint.path: complaint.message for complaint in info.value.complaints}


def test_all_mistakes_come_at_once() -> None:
    """One reading reports unknown keys, types, units, laws, list items and cross checks."""
    found = _complaints("""
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
    assert set(_complaints(CONTRADICTORY)) == {
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
    assert set(_complaints(BROKEN_TWICE)) == {
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
    assert set(_complaints(f'{SMALL}estate.models = [{{ name = "A", share = 0.0 }}]')) == {
        "estate.models[0].share"
    }


def test_stress_may_hasten_what_strikes_by_default() -> None:
    """With the catalogue's own laws every kind that has one may strike sooner."""
    stress = '[[causes]]\nname = "heat"\nkind = "stress"\nat = "1h"\nlasts = "1h"\n'
    factors = f"{SMALL}hazards.preset = 'default'\n{stress}factors = {{ HW-606 = 3.0 }}"
    assert parse(factors).causes
    assert set(_complaints(factors.replace("HW-606", "UPD-951"))) == {"causes[0].factors.UPD-951"}


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ("heartbeat.jiter = 1", "heartbeat.jiter", "there is no such key; did you mean 'jitter'?"),
        ("damage.x = 1", "damage.x", "there is no such key; known are per_forced_shutdown"),
        ("heartbeat.interval = 900", "heartbeat.interval", "900 is not text with a unit; write"),
        ("heartbeat.interval = true", "heartbeat.interval", "True is not text with a unit"),
        ('heartbeat.interval = "15"', "heartbeat.interval", "'15' is not a duration; write for"),
        ('heartbeat.interval = "0s"', "heartbeat.interval", "'0s' was given; it should be above"),
        ('heartbeat.interval = "-5m"', "heartbeat.interval", "'-5m' was given; it should be above"),
        ('mqtt.keep_alive = "20h"', "mqtt.keep_alive", "it should be at most '18h12m15s'"),
        ("heartbeat.qos = 2", "heartbeat.qos", "2 was given; it should be 0 or 1"),
        ("update.defer = 1.5", "update.defer", "1.5 was given; it should be less than or equal"),
        ("update.defer = nan", "update.defer", "nan was given; it should be a finite number"),
        ('estate.terminals = "5"', "estate.terminals", "'5' was given; it should be a valid int"),
        ("estate.terminals = 0", "estate.terminals", "0 was given; it should be greater than"),
        ('mqtt.version = "4"', "mqtt.version", "'4' was given; it should be '3.1.1' or '5'"),
        ('mqtt.max_packet = "1MB"', "mqtt.max_packet", "as in '20MiB'"),
        ('mqtt.keep_alive = "1500ms"', "mqtt.keep_alive", "it should be a multiple of '1s'"),
        ('run.start = "today"', "run.start", "'today' was given"),
        ("run.start = 2026-01-05T08:00:00Z", "run.start", "should not have timezone info"),
        ('faults.x = {onset="1d",repair="1s"}', "faults.x", "'x' was given; it should match"),
        ("self_test.failure.lens = 0.1", "self_test.failure.lens", "'lens' was given; it should"),
        ('boot.duration = {median="5s"}', "boot.duration.law", "is missing; write one of const"),
        ('boot.duration = {law="gama"}', "boot.duration.law", "there is no law 'gama'; did you"),
        ("boot.duration = {law=5}", "boot.duration.law", "there is no law '5'"),
        (
            'boot.duration = {law="gamma", shape=2, mean="1s", scale="1s"}',
            "boot.duration",
            "gamma takes exactly one of scale and mean",
        ),
        (
            'boot.duration = {law="uniform", low="5s", high="1s"}',
            "boot.duration",
            "uniform needs 0 <= low < high, not 5000 and 1000",
        ),
        (
            'boot.duration = {law="mixture", weights=[1], parts=[{law="weibull", shape=2}]}',
            "boot.duration.parts[0].scale",
            "is missing; write here: Scale",
        ),
        ('faults.PWR-101.onset = "0s"', "faults.PWR-101.onset", "it would strike anew at once"),
        ("boot = 3", "boot", "3 was given; it should be a table; its keys are duration, failure,"),
        ("faults.PWR-101 = 3", "faults.PWR-101", "it should be a table; its keys are onset, clock"),
        ('hazards.models = ["a"]', "hazards.models", "['a'] was given; it should be a table"),
        ('estate.models = "A"', "estate.models", "'A' was given; it should be an array"),
        ('run.start = "2026"', "run.start", "without quotes, such as 2026-01-01T08:00:00"),
        ('estate.tenant = "租户"', "estate.tenant", "it should be of the letters A to Z, digits,"),
        ('day.closed_weekdays = ["sun"]', "day.closed_weekdays[0]", "'sun' is not a weekday"),
        ('day.opens = "25:00"', "day.opens", "'25:00' is not a time of day"),
    ],
)
def test_each_mistake_is_explained(text: str, path: str, message: str) -> None:
    """The complaint stands at the mistake's path and says what would be right."""
    found = _complaints(SMALL + text)
    assert message in found[path]


MODEL = '[[estate.models]]\nname = "{}"\nshare = {}\n'
CAMPAIGN = '[[campaigns]]\nname = "{}"\nversion = "{}"\nat = "1h"\nmodels = {}\n'


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        (MODEL.format("a", 0.5), "estate.models", "the shares sum to 0.5; they must sum to 1"),
        (MODEL.format("a", 0.5) * 2, "estate.models[1].name", "'a' is taken; choose another"),
        (
            "estate.first_tid = 99_999_001\nestate.terminals = 1_000",
            "estate.first_tid",
            "would be 100000000, which has more than 8 digits; begin at 99999000 or below",
        ),
        (
            '[day]\nopens = "09:00"\ncloses = "08:00"',
            "day.closes",
            "shops may close from 08:00 but open until 09:00",
        ),
        ('[day]\nopens = "09:00"\ncloses = "24h1m"', "day.closes", "must close by 24:00"),
        (
            f"day.closed_weekdays = {[day.name.lower() for day in Weekday]}",
            "day.closed_weekdays",
            "leave at least one open",
        ),
        (CAMPAIGN.format("c", "2", '["S2"]'), "campaigns[0].models[0]", "there is no 'S2'; known"),
        (CAMPAIGN.format("c", "1.0.0", "[]"), "campaigns[0].version", "has '1.0.0' from the start"),
        (CAMPAIGN.format("c", "2", "[]") * 2, "campaigns[1].name", "'c' is taken"),
        (
            '[[orders]]\nat = "1h"\norder = "reboot"\nregions = ["hom"]',
            "orders[0].regions[0]",
            "there is no 'hom'; did you mean 'home'?",
        ),
        ('reconnect.first = "6m"', "reconnect.max", "5m is below reconnect.first, 6m"),
        ('mqtt.session_expiry = "1h"', "mqtt.session_expiry", "set mqtt.version = '5'"),
    ],
)
def test_sections_must_agree(text: str, path: str, message: str) -> None:
    """What is right by itself but wrong beside its neighbours is found too."""
    found = _complaints(SMALL + text)
    assert message in found[path]


def test_a_broken_key_hides_only_what_is_judged_by_it() -> None:
    """Of an estate whose number of terminals is wrong, the names of models are known all the same.

    Whether terminal 99 is there cannot be judged, nor whether enough take part.
    """
    found = _complaints(
        SMALL + 'reconnect.first = "6m"\n[estate]\nterminals = -1\n'
        '[[campaigns]]\nname = "c"\nversion = "2"\nat = "1h"\nmodels = ["any"]\nsites = [99]\n'
        '[[campaigns]]\nname = "d"\nversion = "2"\nat = "1h"\nshare = 1e-9\n'
    )
    assert set(found) == {"estate.terminals", "reconnect.max", "campaigns[0].models[0]"}


def test_items_beside_a_broken_one_are_judged() -> None:
    """Of an array those before it, of a map all others; a share of the broken array is not."""
    found = _complaints(
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


def test_the_error_reads_as_lines() -> None:
    """One line per complaint: where it comes from, path, message."""
    error = ProfileError([Complaint("a.b", "is odd"), Complaint("", "is torn")], origin="x.toml")
    assert str(error) == "x.toml: a.b: is odd\nx.toml: is torn"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
paths = st.sampled_from(
    ["run", "run.speed", "estate.models", "day.opens", "boot.duration", "faults", "campaigns",
     "faults.PWR-101.onset", "heartbeat.interval", "self_test.failure", "name", "schema"]
)  # fmt: skip


@given(st.dictionaries(paths, values, max_size=4))
def test_no_value_whatever_causes_a_crash(overrides: dict[str, object]) -> None:
    """Any value at any place gives a profile or complaints, never another exception."""
    with suppress(ProfileError):
        parse(SMALL, overrides)


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
