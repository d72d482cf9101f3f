"""The profile written out: resolved TOML, its digest, the JSON Schema."""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from fleet.profile.profile import Profile

_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")

_Table = dict[str, Any]
# What a file may say beside the profile itself; see `fleet.profile.lineage`.
_OF_LINEAGE: Final[_Table] = {
    "extends": {"type": "string", "description": "Name or path of the profile to extend."},
    "without": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Dotted paths of what is not to be inherited.",
    },
}


def resolved_toml(profile: Profile) -> str:
    """TOML that loads to an equal profile, every default spelled out.

    Only what is unset stays out, since TOML has no null.
    """
    table = profile.model_dump(by_alias=True, exclude_none=True)
    return "\n".join(_table_lines(table, ())).strip() + "\n"


def digest(profile: Profile) -> str:
    """SHA-256 of the resolved TOML, in hex: equal for profiles that mean the same."""
    return hashlib.sha256(resolved_toml(profile).encode()).hexdigest()


def json_schema() -> _Table:
    """JSON Schema of a profile, for editors that check TOML."""
    schema = Profile.model_json_schema(by_alias=True, schema_generator=_AsInToml)
    schema["properties"] |= _OF_LINEAGE
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema


class _AsInToml(GenerateJsonSchema):
    """Gives defaults as TOML writes them, not as Python keeps them."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """The schema of a field with a default."""
        described = super().default_schema(schema)
        write = schema["schema"].get("serialization", {}).get("function")
        if write is not None and schema.get("default") is not None:
            described["default"] = write(schema["default"])
        return described


def _table_lines(table: _Table, path: tuple[str, ...]) -> Iterator[str]:
    """A table's own values first, then its sub-tables, as TOML demands."""
    for key, value in table.items():
        if not _has_header(value):
            yield f"{_key(key)} = {_inline(value)}"
    for key, value in table.items():
        if _has_header(value):
            yield from _headed_lines(value, (*path, key))


def _headed_lines(value: _Table | tuple[_Table, ...], path: tuple[str, ...]) -> Iterator[str]:
    name = ".".join(map(_key, path))
    if isinstance(value, dict):
        yield f"\n[{name}]"
        yield from _table_lines(value, path)
        return
    for table in value:
        yield f"\n[[{name}]]"
        yield from _table_lines(table, path)


def _has_header(value: object) -> bool:
    """Sections and arrays of them have headers; a law stands on one line."""
    if isinstance(value, tuple):
        return bool(value) and all(map(_has_header, value))
    return isinstance(value, dict) and not isinstance(value.get("law"), str)


def _inline(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            # JSON's escapes are TOML's, but for DEL, which TOML wants escaped.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", r"\u007f")
        case datetime():
            return value.isoformat()
        case dict():
            pairs = ", ".join(f"{_key(key)} = {_inline(item)}" for key, item in value.items())
            return f"{{ {pairs} }}"
        case list() | tuple():
            return f"[{', '.join(map(_inline, value))}]"
        case _:
            return repr(value)


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else json.dumps(key, ensure_ascii=False)
