"""Probability laws of durations as TOML writes them, turned into the laws of ``fleet.chance``.

A bare duration is a constant; anything else is a table that names its law::

    typing  = "20s"
    repair  = { law = "lognormal", median = "30m", p95 = "4h" }
    onset   = { law = "mixture", weights = [0.99, 0.01], parts = [
        { law = "exponential", mean = "2000d" },
        { law = "weibull", shape = 0.5, scale = "30d" },
    ] }
"""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    GetCoreSchemaHandler,
    Tag,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from fleet import units
from fleet.chance import compound, parametric
from fleet.chance.law import Law
from fleet.profile.law_text import write
from fleet.profile.values import Duration, Many, Section, Span

Positive = Annotated[float, Field(gt=0.0)]
Weight = Annotated[float, Field(ge=0.0)]


class _Table(Section):
    """A law as a TOML table."""

    @abstractmethod
    def build(self) -> Law:
        """The law itself."""

    @model_validator(mode="after")
    def _must_build(self) -> Self:
        self.build()
        return self


def _exactly_one(law: str, **choices: object) -> None:
    if sum(value is not None for value in choices.values()) != 1:
        msg = f"{law} takes exactly one of {' and '.join(choices)}"
        raise ValueError(msg)


def since_midnight(value: object) -> object:
    """Read a time of day as the duration since midnight, at any depth of a law."""
    if isinstance(value, dict):
        return {key: since_midnight(item) for key, item in value.items()}
    if isinstance(value, list):
        return [since_midnight(item) for item in value]
    if isinstance(value, str) and ":" in value:
        return units.format_duration(units.parse_time_of_day(value))
    return value


class ConstantTable(_Table):
    """Always the same."""

    law: Literal["constant"]
    value: Duration
    """The one value."""

    def build(self) -> Law:
        """The law itself."""
        return parametric.Constant(self.value)


class UniformTable(_Table):
    """Anything from low to high alike."""

    law: Literal["uniform"]
    low: Duration
    """Lower bound."""
    high: Duration
    """Upper bound."""

    def build(self) -> Law:
        """The law itself."""
        return parametric.Uniform(self.low, self.high)


class ExponentialTable(_Table):
    """Memoryless."""

    law: Literal["exponential"]
    mean: Span
    """Mean."""

    def build(self) -> Law:
        """The law itself."""
        return parametric.Exponential(self.mean)


class WeibullTable(_Table):
    """Early failures (shape < 1), chance (1), wear (> 1)."""

    law: Literal["weibull"]
    shape: Positive
    """Shape, often written beta."""
    scale: Span
    """Scale, often written eta: 63 % fail by then."""

    def build(self) -> Law:
        """The law itself."""
        return parametric.Weibull(self.shape, self.scale)


class LognormalTable(_Table):
    """The logarithm is normal."""

    law: Literal["lognormal"]
    median: Span
    """Half the draws lie below."""
    sigma: Positive | None = None
    """Standard deviation of the logarithm; give this or p95."""
    p95: Span | None = None
    """95 % of the draws lie below; give this or sigma."""

    def build(self) -> Law:
        """The law itself."""
        _exactly_one("lognormal", sigma=self.sigma, p95=self.p95)
        if self.sigma is not None:
            return parametric.Lognormal(self.median, self.sigma)
        return parametric.Lognormal.from_p95(self.median, self.p95 or 0)


class GammaTable(_Table):
    """The sum of several exponential steps."""

    law: Literal["gamma"]
    shape: Positive
    """Shape: the number of steps, whole or not."""
    scale: Span | None = None
    """Mean of one step; give this or mean."""
    mean: Span | None = None
    """Mean; give this or scale."""

    def build(self) -> Law:
        """The law itself."""
        _exactly_one("gamma", scale=self.scale, mean=self.mean)
        if self.scale is not None:
            return parametric.Gamma(self.shape, self.scale)
        return parametric.Gamma.from_mean(self.shape, self.mean or 0)


class NormalTable(_Table):
    """Normal, cut at its bounds."""

    law: Literal["normal"]
    mean: Duration
    """Mean before the cut."""
    sd: Span
    """Standard deviation before the cut."""
    min: Duration = 0
    """Lower bound."""
    max: Span | None = None
    """Upper bound, if any."""

    def build(self) -> Law:
        """The law itself."""
        if self.max is None:
            return parametric.Normal(self.mean, self.sd, self.min)
        return parametric.Normal(self.mean, self.sd, self.min, self.max)


class EmpiricalTable(_Table):
    """One of the observed values."""

    law: Literal["empirical"]
    values: Many[Duration]
    """The values, ascending."""
    weights: Many[Weight]
    """How often each was seen; any scale."""

    def build(self) -> Law:
        """The law itself."""
        return compound.Empirical(self.values, self.weights)


def _tag(value: object) -> str | None:
    """The tag stands in angle brackets so that the path of a complaint can leave it out."""
    if not isinstance(value, dict):
        return "<value>"
    law = value.get("law")
    return None if law is None else f"<{law}>"


_Plain = (
    Annotated[Duration, Tag("<value>")]
    | Annotated[ConstantTable, Tag("<constant>")]
    | Annotated[UniformTable, Tag("<uniform>")]
    | Annotated[ExponentialTable, Tag("<exponential>")]
    | Annotated[WeibullTable, Tag("<weibull>")]
    | Annotated[LognormalTable, Tag("<lognormal>")]
    | Annotated[GammaTable, Tag("<gamma>")]
    | Annotated[NormalTable, Tag("<normal>")]
    | Annotated[EmpiricalTable, Tag("<empirical>")]
)


@dataclass(frozen=True, slots=True)
class _WrittenAs:
    """Makes a field a ``Law`` in Python which TOML writes as one of the tables of a union."""

    union: Any

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        tables = handler.generate_schema(Annotated[self.union, Discriminator(_tag)])
        return core_schema.no_info_wrap_validator_function(
            _read, tables, serialization=core_schema.plain_serializer_function_ser_schema(write)
        )


def _read(value: object, read_table: Callable[[object], int | _Table]) -> Law:
    if isinstance(value, Law):
        return value
    table = read_table(value)
    return table.build() if isinstance(table, _Table) else parametric.Constant(table)


PlainLaw = Annotated[Law, _WrittenAs(_Plain)]
"""Any law but a mixture."""


class MixtureTable(_Table):
    """A draw from one of several laws."""

    law: Literal["mixture"]
    parts: Many[PlainLaw]
    """The laws."""
    weights: Many[Weight]
    """How often each is drawn from; any scale."""

    def build(self) -> Law:
        """The law itself."""
        return compound.Mixture(self.parts, self.weights)


DurationLaw = Annotated[Law, _WrittenAs(_Plain | Annotated[MixtureTable, Tag("<mixture>")])]
"""A law of milliseconds; in TOML a duration or a table."""

TimeOfDayLaw = Annotated[DurationLaw, BeforeValidator(since_midnight)]
"""A law of milliseconds since midnight; TOML may also write ``"08:30"`` for ``"8h30m"``."""

TABLES: Final[Mapping[str, type[Section]]] = {
    "<constant>": ConstantTable,
    "<uniform>": UniformTable,
    "<exponential>": ExponentialTable,
    "<weibull>": WeibullTable,
    "<lognormal>": LognormalTable,
    "<gamma>": GammaTable,
    "<normal>": NormalTable,
    "<empirical>": EmpiricalTable,
    "<mixture>": MixtureTable,
}
"""The tables by their tags."""
