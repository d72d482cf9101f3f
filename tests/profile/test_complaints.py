"""Every mistake is reported, all at once, each with its path and with what would be right."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.profile import Complaint, ProfileError, parse
from fleet.profile.values import Weekday
from tests.profile.mistakes import SMALL, complaints


def test_stress_may_hasten_what_strikes_by_default() -> None:
    """With the catalogue's own laws every kind that has one may strike sooner."""
    stress = '[[causes]]\nname = "heat"\nkind = "stress"\nat = "1h"\nlasts = "1h"\n'
    factors = f"{SMALL}hazards.preset = 'default'\n{stress}factors = {{ HW-606 = 3.0 }}"
    assert parse(factors).causes
    assert set(complaints(factors.replace("HW-606", "UPD-951"))) == {"causes[0].factors.UPD-951"}


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
    found = complaints(SMALL + text)
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
    found = complaints(SMALL + text)
    assert message in found[path]


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
