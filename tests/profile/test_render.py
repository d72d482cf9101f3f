"""The profile written out and read again."""

import json
import tomllib

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.chance.compound import Empirical, Mixture
from fleet.chance.law import Law
from fleet.chance.parametric import (
    Constant,
    Exponential,
    Gamma,
    Lognormal,
    Normal,
    Uniform,
    Weibull,
)
from fleet.profile import Profile, digest, json_schema, load, names, parse, resolved_toml
from fleet.profile.power import Boot

OPTIONAL = {"day", "maintenance", "security_reboot"}
SMALL = 'schema = 1\nname = "small"\n'

millis = st.integers(1, 10**11)
positive = st.floats(0.01, 100.0)
plain = st.one_of(
    millis.map(Constant),
    st.builds(lambda low, width: Uniform(low, low + width), millis, millis),
    millis.map(Exponential),
    st.builds(Weibull, positive, millis),
    st.builds(Lognormal, millis, positive),
    st.builds(Gamma, positive, millis),
    st.builds(Gamma.from_mean, positive, millis),
    st.builds(lambda centre, sd: Normal(centre, sd, 0, centre + sd), millis, millis),
    st.builds(Normal, millis, millis),
    st.lists(millis, min_size=1, max_size=4, unique=True).map(
        lambda values: Empirical(tuple(sorted(values)), (1.5,) * len(values))
    ),
)
laws = plain | st.lists(plain, min_size=1, max_size=3).map(
    lambda parts: Mixture(tuple(parts), (2.0,) * len(parts))
)


@given(laws)
def test_every_law_survives_the_round_trip(law: Law) -> None:
    """A law written to TOML is read back as an equal law."""
    profile = parse(SMALL).model_copy(update={"boot": Boot(duration=law)})
    assert parse(resolved_toml(profile)) == profile


@pytest.mark.parametrize("name", names())
def test_packaged_profiles_survive_the_round_trip(name: str) -> None:
    """Resolved TOML loads to an equal profile and resolves to itself."""
    profile = load(name)
    text = resolved_toml(profile)
    assert parse(text) == profile
    assert resolved_toml(parse(text)) == text


@given(st.text(max_size=50))
def test_any_text_survives_the_round_trip(text: str) -> None:
    """Quotes, line ends, control characters and all scripts are escaped as TOML wants."""
    profile = parse(SMALL).model_copy(update={"title": text})
    assert parse(resolved_toml(profile)).title == text


def test_every_default_is_spelled_out() -> None:
    """The resolved profile shows what the author left unsaid."""
    resolved = tomllib.loads(resolved_toml(parse(SMALL)))
    assert resolved["heartbeat"] == {
        "interval": "15m",
        "jitter": 0.1,
        "qos": 0,
        "acknowledged": True,
    }
    assert set(resolved) == {
        field.alias or name for name, field in Profile.model_fields.items() if name not in OPTIONAL
    }


def test_equal_profiles_have_equal_digests() -> None:
    """The digest is of the meaning, not of the writing; a changed value changes it."""
    assert digest(parse(SMALL)) == digest(parse(SMALL + '# note\nheartbeat.interval = "900s"\n'))
    assert digest(parse(SMALL)) != digest(parse(SMALL + 'heartbeat.interval = "901s"\n'))
    assert len(bytes.fromhex(digest(parse(SMALL)))) == 32


@pytest.fixture(scope="module")
def editor() -> jsonschema.Draft202012Validator:
    """An editor that knows the JSON Schema, which is one."""
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("name", names())
def test_the_schema_accepts_resolved_profiles(
    name: str, editor: jsonschema.Draft202012Validator
) -> None:
    """What the program accepts, an editor with the JSON Schema accepts too."""
    table = tomllib.loads(resolved_toml(load(name)))
    editor.validate(json.loads(json.dumps(table, default=str)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"heartbeat": {"interval": 900}},
        {"heartbeat": {"interval": ""}},
        {"heartbeat": {"jiter": 0.1}},
        {"boot": {"duration": {"law": "lognorml", "median": "5s"}}},
        {"faults": {"x": {"onset": "1d", "repair": "1s"}}},
        {"self_test": {"failure": {"lens": 0.1}}},
    ],
)
def test_the_schema_refuses_what_the_program_refuses(
    wrong: dict[str, object], editor: jsonschema.Draft202012Validator
) -> None:
    """Missing units, unknown keys and unknown laws show in the editor already."""
    with pytest.raises(jsonschema.ValidationError):
        editor.validate({"schema": 1, "name": "small"} | wrong)


def test_the_schema_shows_defaults_as_toml_writes_them() -> None:
    """No editor fills in a bare number of milliseconds."""
    models = json_schema()["$defs"]
    assert models["Heartbeat"]["properties"]["interval"]["default"] == "15m"
    assert models["Boot"]["properties"]["duration"]["default"]["median"] == "35s"


def test_every_field_is_described() -> None:
    """Each setting says in the schema what it means."""
    for name, model in json_schema()["$defs"].items():
        for key, field in model["properties"].items():
            assert "description" in field or key == "law", f"{name}.{key}"
