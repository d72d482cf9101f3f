"""What is wrong with a profile, said to its author: where, what was given, what would be right."""

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from fleet.profile.causes import KINDS
from fleet.profile.laws import TABLES
from fleet.profile.values import NAME

Loc = tuple[int | str, ...]
_LISTED_MAX: Final = 40
_ITEM: Final = len(("causes", 0))
_LAW: Final = ("law", TABLES)
_TAGGED: Final[dict[str, type[BaseModel]]] = {**TABLES, **KINDS}


@dataclass(frozen=True, slots=True)
class Complaint:
    """One mistake.

    Attributes:
        path: where, in TOML's manner: ``campaigns[0].at``; empty for the file as a whole.
        message: what was given and what would be right.
        origin: the file that says it, where a profile is made of several; else empty.
    """

    path: str
    message: str
    origin: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class ProfileError(Exception):
    """The profile's author made mistakes, and these are all of them."""

    def __init__(self, complaints: Sequence[Complaint], origin: str) -> None:
        """Bundle the complaints about the profile that ``origin`` names."""
        super().__init__(complaints, origin)
        self.complaints = tuple(complaints)
        self.origin = origin

    def __str__(self) -> str:
        return "\n".join(f"{each.origin or self.origin}: {each}" for each in self.complaints)


def suggest(given: str, known: Iterable[str]) -> str:
    """The known name nearest to the given one, or all of them if none is near."""
    names = list(known)
    near = difflib.get_close_matches(given, names, n=1)
    if near:
        return f"did you mean {near[0]!r}?"
    if len(names) > _LISTED_MAX:
        return f"known are {', '.join(names[:_LISTED_MAX])} and {len(names) - _LISTED_MAX} more"
    return f"known are {', '.join(names)}" if names else "there are none"


def twice(path: str, names: list[str]) -> Iterator[Complaint]:
    """Complain of each entry of an array that has the name of one before it."""
    for i, name in enumerate(names):
        if name in names[:i]:
            yield Complaint(f"{path}[{i}].name", f"{name!r} is taken; choose another")


def from_validation(error: ValidationError, root: type[BaseModel]) -> list[Complaint]:
    """Translate pydantic's findings about a model of type ``root``."""
    found = error.errors(include_url=False)
    return [_complaint(details, root) for details in found if not _follows(details, found)]


def _follows(details: ErrorDetails, found: list[ErrorDetails]) -> bool:
    """Whether an array is only too short because its items, complained of already, do not count."""
    loc = details["loc"]
    inside = (each["loc"] for each in found if each is not details)
    return details["type"] == "too_short" and any(other[: len(loc)] == loc for other in inside)


def _complaint(details: ErrorDetails, root: type[BaseModel]) -> Complaint:
    loc, given = details["loc"], details["input"]
    match details["type"]:
        case "missing":
            what = _description(root, loc)
            return Complaint(path(loc), f"is missing; {what}" if what else "is missing")
        case "extra_forbidden":
            return Complaint(
                path(loc), f"there is no such key; {suggest(str(loc[-1]), _keys(root, loc[:-1]))}"
            )
        case "union_tag_invalid" | "union_tag_not_found" as problem:
            key, tags = ("kind", KINDS) if loc[0] == "causes" and len(loc) == _ITEM else _LAW
            known = [tag[1:-1] for tag in tags]
            if problem == "union_tag_not_found":
                message = f"is missing; write one of {', '.join(known)}"
            else:
                word = str(given[key])
                message = f"there is no {key} {word!r}; {suggest(word, known)}"
            return Complaint(path((*loc, key)), message)
        case "value_error":
            return Complaint(path(loc), details["msg"].removeprefix("Value error, "))
        case _:
            return Complaint(path(loc), f"{_shown(given)} was given; {_right(details, root)}")


def _right(details: ErrorDetails, root: type[BaseModel]) -> str:
    """What would be right, in TOML's words where pydantic speaks of Python's."""
    match details["type"]:
        case "model_type":
            return f"it should be a table; its keys are {', '.join(_keys(root, details['loc']))}"
        case "dict_type":
            return "it should be a table"
        case "tuple_type":
            return "it should be an array"
        case "string_pattern_mismatch" if details["ctx"]["pattern"] == NAME:
            return (
                "it should be of the letters A to Z, digits, '.', '_' and '-', and begin with a "
                "letter or a digit"
            )
        case "datetime_parsing" | "datetime_from_date_parsing" | "datetime_type":
            return "it should be a date and time without quotes, such as 2026-01-01T08:00:00"
        case _:
            return re.sub(r"^\w+ should", "it should", details["msg"])


def path(loc: Loc) -> str:
    """A location as TOML's dotted path; law tags and pydantic's own marks are left out."""
    text = ""
    for part in loc:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part not in _TAGGED and part not in ("<value>", "[key]"):
            text += f".{part}" if text else part
    return text


def _shown(given: object) -> str:
    text = repr(given)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - one line of a terminal


def _keys(root: type[BaseModel], loc: Loc) -> list[str]:
    model = _model_at(root, loc)
    fields = model.model_fields.items() if model else ()
    return [field.alias or name for name, field in fields]


def _description(root: type[BaseModel], loc: Loc) -> str:
    model = _model_at(root, loc[:-1])
    fields = model.model_fields.items() if model else ()
    field = next((each for name, each in fields if loc[-1] in (name, each.alias)), None)
    if field is None or not field.description:
        return ""
    return f"write here: {field.description}".rstrip(".").replace("``", "`")


def _model_at(root: type[BaseModel], loc: Loc) -> type[BaseModel] | None:
    """The model that a location leads to; indices and keys of a dict stay within a field."""
    model: type[BaseModel] | None = root
    for part in loc:
        if part in _TAGGED:
            model = _TAGGED[str(part)]
        elif model is not None and part in model.model_fields:
            model = _model_in(model.model_fields[str(part)].annotation) or None
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
