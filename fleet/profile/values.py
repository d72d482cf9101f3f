"""The kinds of values that a profile holds: durations, sizes, probabilities, laws, names.

In TOML a value carries its unit (``"15m"``); in Python it is an integer in milliseconds or bytes.
Python code that builds a model by hand may give that integer; TOML may not, since nobody can see
whether ``interval = 900`` means seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Any, Final, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
)
from pydantic_core import CoreSchema, core_schema

from fleet import units

FROM_TOML: Final = "from TOML"
"""The validation context in which every quantity must carry its unit."""


class Section(BaseModel):
    """A table of the profile: immutable, strict, and closed to unknown keys."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        validate_default=False,
        hide_input_in_errors=True,
    )


_BOUNDS: Final = {
    "ge": "at least", "gt": "above", "le": "at most", "lt": "below", "multiple_of": "a multiple of",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quantity:
    """An integer that is written as text with a unit."""

    parse: Callable[[str], int]
    format: Callable[[int], str]
    pattern: str
    example: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Validate text, or in Python an integer; serialise to text."""
        return core_schema.with_info_wrap_validator_function(
            self._judge,
            handler(source),
            serialization=core_schema.plain_serializer_function_ser_schema(self.format),
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """What stands in TOML is text of this pattern."""
        return {"type": "string", "pattern": self.pattern, "examples": [self.example]}

    def _judge(
        self,
        value: object,
        judge: core_schema.ValidatorFunctionWrapHandler,
        info: core_schema.ValidationInfo,
    ) -> object:
        """Judge the integer, and tell its bounds as they would be written."""
        try:
            return judge(self._read(value, info))
        except ValidationError as error:
            context = error.errors(include_url=False)[0].get("ctx", {})
            for bound in _BOUNDS.keys() & context.keys():
                right = f"{_BOUNDS[bound]} {self.format(context[bound])!r}"
                msg = f"{value!r} was given; it should be {right}"
                raise ValueError(msg) from None
            raise

    def _read(self, value: object, info: core_schema.ValidationInfo) -> object:
        if isinstance(value, str):
            return self.parse(value)
        if isinstance(value, int) and info.context != FROM_TOML and not isinstance(value, bool):
            return value
        msg = f"{value!r} is not text with a unit; write for example {self.example!r}"
        raise ValueError(msg)


DURATION: Final = Quantity(
    units.parse_duration,
    units.format_duration,
    r"^(?=\d)(\d+(\.\d+)?d)?(\d+(\.\d+)?h)?(\d+(\.\d+)?m)?(\d+(\.\d+)?s)?(\d+ms)?$",
    "15m",
)
_SHIFT: Final = Quantity(
    units.parse_duration, units.format_duration, f"^-?{DURATION.pattern[1:]}", "-90s"
)
_UTC_OFFSET: Final = Quantity(
    units.parse_utc_offset, units.format_utc_offset, r"^[+-]\d{2}:[0-5]\d$", "+08:00"
)
_TIME_OF_DAY: Final = Quantity(
    units.parse_time_of_day,
    units.format_time_of_day,
    r"^([01]\d|2[0-4]):[0-5]\d(:[0-5]\d)?$",
    "09:00",
)
SIZE: Final = Quantity(units.parse_size, units.format_size, r"^\d+ ?(B|KiB|MiB|GiB)$", "20MiB")

# A constraint stands before the quantity so that it judges the integer, not the text.
Duration = Annotated[units.Millis, Field(ge=0), DURATION]
"""Milliseconds, 0 or more; in TOML ``"15m"``."""

Span = Annotated[units.Millis, Field(gt=0), DURATION]
"""Milliseconds, more than 0; in TOML ``"15m"``."""

UtcOffset = Annotated[units.Millis, _UTC_OFFSET]
"""Milliseconds east of UTC; in TOML ``"+08:00"``."""

Shift = Annotated[units.Millis, _SHIFT]
"""Milliseconds forward, or back if negative; in TOML ``"-90s"``."""

TimeOfDay = Annotated[units.Millis, Field(ge=0, le=units.DAY_MS), _TIME_OF_DAY]
"""Milliseconds since local midnight; in TOML ``"09:00"``."""

Size = Annotated[int, Field(gt=0), SIZE]
"""Bytes; in TOML ``"20MiB"``."""

Probability = Annotated[float, Field(ge=0.0, le=1.0)]
"""A chance from 0 to 1."""

Share = Annotated[float, Field(gt=0.0, le=1.0)]
"""A part of the estate, above 0 and up to 1."""

NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
"""The pattern of a name."""
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=NAME)]
"""Letters, digits, ``.``, ``_`` and ``-``: fit for a topic level, a label and a file name."""

Version = Annotated[Name, Field(max_length=32)]
"""A firmware version: a name of at most 32 characters."""

Text = Annotated[str, Field(max_length=4_000)]
"""Free text for people."""


Item = TypeVar("Item")

Many = Annotated[tuple[Item, ...], Field(strict=False)]
"""A tuple of any length, which TOML writes as an array."""


class Weekday(IntEnum):
    """A day of the week, numbered as by ``datetime.weekday()``; in TOML its English name."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an English name in any case."""
        try:
            return cls[text.upper()]
        except KeyError:
            names = ", ".join(day.name.lower() for day in cls)
            msg = f"{text!r} is not a weekday; write one of {names}"
            raise ValueError(msg) from None


def _format_weekday(number: int) -> str:
    return Weekday(number).name.lower()


ClosedDay = Annotated[Weekday, Quantity(Weekday.parse, _format_weekday, "^[A-Za-z]+day$", "sunday")]
"""A ``Weekday``; in TOML ``"sunday"``."""
