"""What a dataset is like: what is labelled, how hard it is to learn from, what goes missing."""

from typing import Annotated, Literal

from pydantic import Field

from fleet.chance.parametric import Lognormal
from fleet.profile.laws import DurationLaw
from fleet.profile.values import Duration, Many, Name, Probability, Section, Span
from fleet.units import DAY_MS, HOUR_MS, MINUTE_MS

Gain = Annotated[float, Field(ge=0.0, le=100.0)]


class Missing(Section):
    """Records that were sent and never arrived, arrived late, or arrived twice.

    Each is logged in ``truth/missingness`` with the mechanism that made it so.
    """

    at_random: Probability = 0.002
    """Chance that a record is lost whatever it says (MCAR); a guess."""
    weak_signal: Probability = 0.01
    """Chance that a heartbeat is lost on a link weaker than -95 dBm, which others show (MAR); a
    guess."""
    ailing: Probability = 0.02
    """Chance that a heartbeat is lost while its terminal shows a symptom (MNAR); a guess."""
    late: Probability = 0.01
    """Chance that a record is kept back and arrives late; a guess."""
    late_by: DurationLaw = Lognormal.from_p95(10 * MINUTE_MS, 6 * HOUR_MS)
    """How late; a guess."""
    twice: Probability = 0.001
    """Chance that a record is delivered twice; a guess."""


Channel = Literal[
    "temp_c", "supply_mv", "rssi_dbm", "rtt_ms", "cpu_pct", "mem_pct", "flash_pct", "reads",
    "read_errors", "txn_ok", "txn_fail", "net_retry", "paper_m", "battery_pct",
]  # fmt: skip
"""What a terminal measures, by the names of its heartbeat."""


class Drift(Section):
    """A regime: a channel of telemetry that reads differently for a while, by no fault."""

    name: Name
    """Name of the regime."""
    channel: Channel
    """Which channel of telemetry."""
    shift: float
    """What is added to it, in the channel's unit."""
    kind: Literal["abrupt", "gradual", "recurring"] = "abrupt"
    """At once; growing evenly over the whole span; or on and off, a day each."""
    begin: Duration
    """Business time since the start."""
    lasts: Span
    """How long."""
    models: Many[Name] = ()
    """Models concerned; all if empty."""
    regions: Many[Name] = ()
    """Regions concerned; all if empty."""


class Split(Section):
    """How terminals and time are divided for training and testing."""

    train: Probability = 0.6
    """Part of the terminals to train on."""
    validate_: Annotated[Probability, Field(alias="validate")] = 0.2
    """Part of the terminals to validate on; the rest is for the test."""
    train_time: Probability = 0.7
    """Part of the time to train on; after it comes a gap as long as the longest horizon."""


class Dataset(Section):
    """What ``fleet dataset`` makes of the lives."""

    days: Annotated[int, Field(ge=1, le=36_500)] = 90
    """How long the study lasts, in days."""
    seed: Annotated[int, Field(ge=0, lt=2**64)] = 1
    """Of all chance: the same seed, the same dataset."""
    format: Literal["parquet", "csv"] = "parquet"
    """Format of the tables."""
    views: Many[Literal["azure_pdm", "cmapss", "scania_tte"]] = ()
    """Known datasets whose tables are written beside."""
    horizons: Annotated[Many[Span], Field(min_length=1)] = (DAY_MS, 7 * DAY_MS)
    """A label says whether a fault strikes within each of these."""
    targets: Many[Name] = ()
    """Kinds of fault that have labels of their own, beside that of any; all that have a law unless
    given."""
    label_every: Span = 6 * HOUR_MS
    """Distance of the instants that are labelled."""
    health_every: Span = DAY_MS
    """Distance of the instants at which the truth about health is told."""
    precursor_gain: Gain = 1.0
    """Multiplies what symptoms add to telemetry: the signal beside the unchanged noise."""
    missing: Missing = Missing()
    """What is lost, late, or doubled."""
    drifts: Many[Drift] = ()
    """Regimes."""
    split: Split = Split()
    """Training and test."""
