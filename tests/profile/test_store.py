"""Profiles found, read and overridden."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from fleet.chance.parametric import Constant, Gamma, Lognormal, Normal
from fleet.profile import ProfileError, load, names, parse
from fleet.profile.behaviour import Heartbeat
from fleet.profile.power import Boot
from fleet.profile.values import Weekday
from fleet.units import HOUR_MS, MINUTE_MS

SMALL = 'schema = 1\nname = "small"\n'


def test_a_small_profile_is_enough() -> None:
    """Schema and name suffice; everything else has a default."""
    profile = parse(SMALL)
    assert profile.name == "small"
    assert profile.heartbeat.interval == 900_000
    assert profile.day is None


def test_units_become_integers() -> None:
    """Durations are read as milliseconds and sizes as bytes."""
    profile = parse(SMALL + 'run.duration = "1h30m"\nmqtt.max_packet = "20MiB"\n')
    assert profile.run.duration == 90 * MINUTE_MS
    assert profile.mqtt.max_packet == 20 * 2**20


def test_the_start_is_a_local_date_and_time() -> None:
    """TOML's local date-time needs no quotes."""
    profile = parse(SMALL + "run.start = 2026-02-28T07:30:00\n")
    assert profile.run.start == datetime(2026, 2, 28, 7, 30)  # noqa: DTZ001 - local on purpose


@pytest.mark.parametrize(
    ("text", "law"),
    [
        ('"35s"', Constant(35_000)),
        ('{ law = "constant", value = "35s" }', Constant(35_000)),
        ('{ law = "lognormal", median = "35s", sigma = 0.5 }', Lognormal(35_000, 0.5)),
        (
            '{ law = "lognormal", median = "35s", p95 = "60s" }',
            Lognormal.from_p95(35_000, 60_000),
        ),
        ('{ law = "gamma", shape = 2, mean = "1m" }', Gamma(2.0, 30_000.0)),
        ('{ law = "gamma", shape = 2, scale = "30s" }', Gamma(2.0, 30_000)),
        (
            '{ law = "normal", mean = "1m", sd = "1s", min = "58s", max = "62s" }',
            Normal(60_000, 1_000, 58_000, 62_000),
        ),
    ],
)
def test_a_law_is_a_duration_or_a_table(text: str, law: object) -> None:
    """A bare duration is a constant, a table names its law and its parameters."""
    assert parse(f"{SMALL}boot.duration = {text}\n").boot.duration == law


def test_a_day_is_written_by_the_clock() -> None:
    """Opening hours may be times of day, and their spread a duration."""
    profile = parse(
        SMALL + '[day]\nopens = { law = "normal", mean = "08:30", sd = "20m" }\n'
        'closes = "19:20"\nclosed_weekdays = ["Sunday", "monday"]\n'
    )
    assert profile.day is not None
    assert profile.day.opens == Normal(8.5 * HOUR_MS, 20 * MINUTE_MS)
    assert profile.day.closes == Constant(19 * HOUR_MS + 20 * MINUTE_MS)
    assert profile.day.closed_weekdays == (Weekday.SUNDAY, Weekday.MONDAY)


def test_a_profile_never_changes() -> None:
    """Assigning to a loaded profile is refused."""
    profile = parse(SMALL)
    with pytest.raises(ValidationError, match="frozen"):
        profile.heartbeat.interval = 5  # type: ignore[misc]


def test_python_may_give_integers_and_laws() -> None:
    """A model built by hand takes what it would hold."""
    assert Heartbeat(interval=1_000).interval == 1_000
    assert Boot(duration=Constant(5)).duration == Constant(5)


def test_overrides_replace_values_by_path() -> None:
    """Sections that the file lacks are added, and None changes nothing."""
    overrides = {"run.duration": "5m", "estate.terminals": 7, "mqtt.version": "5", "name": None}
    profile = parse(SMALL, overrides)
    assert (profile.run.duration, profile.estate.terminals) == (5 * MINUTE_MS, 7)
    assert (profile.mqtt.version, profile.name) == ("5", "small")


def test_a_wrong_override_is_complained_about_at_its_path() -> None:
    """The command line's mistakes read like the file's."""
    with pytest.raises(ProfileError, match=r"run\.durration: .* did you mean 'duration'"):
        parse(SMALL, {"run.durration": "5m"})
    with pytest.raises(ProfileError, match=r"name\.first: .* 'name' is not a table"):
        parse(SMALL, {"name.first": "x"})


def test_packaged_profiles_go_by_name() -> None:
    """Every packaged profile is listed, and carries the name of its file."""
    assert {"demo", "steady"} <= set(names())
    assert [load(name).name for name in names()] == names()


def test_a_path_loads_a_file(tmp_path: Path) -> None:
    """A path is recognised by its type, its slash or its suffix."""
    path = tmp_path / "mine.toml"
    path.write_text(SMALL, encoding="utf-8")
    assert load(path) == load(str(path)) == parse(SMALL)


def test_an_unknown_name_suggests_the_nearest() -> None:
    """A slip of the finger is answered with the name that was meant."""
    with pytest.raises(ProfileError, match=r"^dmo: there is no such profile; did you mean 'demo'"):
        load("dmo")


def test_a_name_unlike_any_lists_all() -> None:
    """Without a near name the known ones are listed."""
    with pytest.raises(ProfileError, match=r"known are .*demo.*steady"):
        load("zzzzzz")


def test_a_missing_file_is_one_clear_line(tmp_path: Path) -> None:
    """The message names the path and the reason."""
    with pytest.raises(ProfileError, match=r"none\.toml: cannot read the file: No such file"):
        load(tmp_path / "none.toml")


def test_a_file_in_another_encoding_is_one_clear_line(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 give no traceback."""
    path = tmp_path / "latin.toml"
    path.write_bytes(b'title = "caf\xe9"\n')
    with pytest.raises(ProfileError, match="not UTF-8"):
        load(path)


def test_broken_toml_shows_line_and_column() -> None:
    """The author is led to the spot."""
    with pytest.raises(ProfileError, match=r"this is not TOML: .*line 2, column 8"):
        parse("schema = 1\nname = \n")


@given(st.text(max_size=60))
def test_any_text_is_a_profile_or_an_error(text: str) -> None:
    """Whatever stands in a file, the answer is a profile or complaints, never another error."""
    with suppress(ProfileError):
        parse(text)


def test_a_byte_order_mark_is_no_part_of_a_profile(tmp_path: Path) -> None:
    """An editor on Windows puts one in front of the text."""
    marked = tmp_path / "marked.toml"
    marked.write_text('schema = 1\nname = "marked"\n', encoding="utf-8-sig")
    assert load(str(marked)).name == "marked"
