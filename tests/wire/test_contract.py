"""The published contract: up to date, and true."""

import re
from typing import Any

import jsonschema
import pytest
import yaml

from fleet.wire import contract, topics
from fleet.wire.messages import DOWN, UP, Message

DOCUMENT = contract.document()


def resolved(reference: str) -> Any:
    """Follow a reference within the document."""
    found: Any = DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def references(value: Any) -> list[str]:
    """Collect all references."""
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [found for part in value.values() for found in references(part)]
    parts = value if isinstance(value, list) else []
    return [found for part in parts for found in references(part)]


def test_the_committed_file_is_up_to_date() -> None:
    """The file is what `python -m fleet.wire.contract` would write."""
    assert contract.published() == contract.rendered()
    assert yaml.safe_load(contract.published()) == DOCUMENT


@pytest.mark.parametrize("message_type", [*UP, *DOWN])
def test_an_example_is_valid(message_type: type[Message]) -> None:
    """The example of each message validates against its schema; without a field it does not."""
    message = DOCUMENT["components"]["messages"][message_type.__name__]
    schema = {"$ref": message["payload"]["$ref"], "components": DOCUMENT["components"]}
    validator = jsonschema.Draft202012Validator(schema)
    for example in message["examples"]:
        validator.validate(example["payload"])
        for field in resolved(message["payload"]["$ref"])["required"]:
            lacking = {key: value for key, value in example["payload"].items() if key != field}
            assert not validator.is_valid(lacking)
        assert not validator.is_valid(example["payload"] | {"gossip": 1})


def texts(value: Any) -> list[dict[str, Any]]:
    """Collect the schemas of all text without a closed set of values."""
    if isinstance(value, list):
        return [found for part in value for found in texts(part)]
    if not isinstance(value, dict):
        return []
    own = [value] if value.get("type") == "string" else []
    return own + [found for part in value.values() for found in texts(part)]


def test_all_text_is_bounded() -> None:
    """Text has a longest length, or a pattern that bounds it from end to end."""
    found = texts(DOCUMENT["components"]["schemas"])
    assert found
    for schema in found:
        assert "maxLength" in schema or re.fullmatch(r"\^[^*+(]+\$", schema["pattern"])


def test_every_reference_leads_somewhere() -> None:
    """No reference of the document dangles."""
    found = references(DOCUMENT)
    assert found
    for reference in found:
        assert resolved(reference) is not None


def test_every_message_has_a_channel_with_its_address_and_qos() -> None:
    """Each kind has one channel at its topic and one operation with its QoS and retain flag."""
    for direction, messages in (("up", UP), ("down", DOWN)):
        for message in messages:
            channel = DOCUMENT["channels"][f"{direction}_{message.kind}"]
            address = channel["address"].format(tenant="demo", terminal="10000001")
            assert topics.parse(address)[2:] == (direction, message.kind)
            assert message.__name__ in channel["messages"]
            verb = "send" if direction == "up" else "receive"
            binding = DOCUMENT["operations"][f"{verb}_{message.kind}"]["bindings"]["mqtt"]
            assert (binding["qos"], binding["retain"]) == (message.qos, message.retain)


def test_requests_name_their_answers() -> None:
    """The operations of registration, sync and sign-in have a reply."""
    answered = [name for name, one in DOCUMENT["operations"].items() if "reply" in one]
    assert sorted(answered) == ["send_register", "send_sign_in", "send_sync"]
