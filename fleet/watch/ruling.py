"""What became of a run: the verdict, each objective, the generator's health; and how it is shown.

These are values only; `fleet.capacity` makes them.
"""

from typing import Final, Literal

from msgspec import Struct
from rich.table import Table
from rich.text import Text

from fleet.profile.indicators import Unit
from fleet.units import Millis

Verdict = Literal["passed", "unjudged", "failed", "slo_broken", "invalid", "interrupted"]

_PER_CENT: Final = 100
_MANY: Final = 1_000


class Finding(Struct, frozen=True):
    """One objective, judged.

    Attributes:
        objective: As written.
        unit: "DURATION" (values in microseconds), "RATIO" or "COUNT".
        held: Whether the run as a whole kept it; False also where there was nothing to judge.
        value: Over the whole judged part of the run; None where nothing was measured.
        bound: What it was compared with.
        worst: The worst value of any window; None where no window had data.
        violated_ms: How long windows were in violation, in all.
        first_ms: End of the first window in violation, wall time since the start; None for none.
        last_ms: End of the last one.
    """

    objective: str
    unit: str
    held: bool
    value: float | None
    bound: float
    worst: float | None = None
    violated_ms: Millis = 0
    first_ms: Millis | None = None
    last_ms: Millis | None = None

    @property
    def by(self) -> str:
        """By how much it was missed, in words; "" where it was kept."""
        if self.held:
            return ""
        if self.value is None:
            return "nothing was measured"
        if self.unit == Unit.DURATION.name and self.bound:
            times = self.value / self.bound
            return (
                f"{times:,.0f} times the bound"
                if times >= _MANY
                else f"{times:.3g} times the bound"
            )
        return f"off by {show(abs(self.value - self.bound), self.unit)}"

    @property
    def sentence(self) -> str:
        """What happened, for a verdict."""
        got = "nothing was measured" if self.value is None else f"it was {show_value(self)}"
        when = "" if self.first_ms is None else f", {_when(self)}"
        return f"{self.objective}: {got}{when}"


class ShardHealth(Struct, frozen=True):
    """What one shard took of the machine, over the judged part of the run.

    Attributes:
        shard: Its number, from 0.
        cpu: Share of one core that it used.
        cpu_wait: Share of the time that it waited for a core which others had.
        descriptors: Most open files, as a share of its limit.
    """

    shard: int
    cpu: float
    cpu_wait: float
    descriptors: float


class HealthReport(Struct, frozen=True):
    """How the generator was, over the judged part of the run.

    Attributes:
        lag_p99_ms: Schedule lag, 99th percentile.
        lag_max_ms: The largest.
        stall_p99_ms: Delay of the loops' ticks, 99th percentile.
        stall_max_ms: The largest.
        dropped: Share of messages that were dropped at a bound of the generator's own.
        shards: Each shard's part of the machine.
        restarts: Shards that died and were started again.
        complaints: Why the run is invalid, a sentence each; none if it is valid.
        sent_per_s: Messages that terminals sent, per second.
    """

    lag_p99_ms: float
    lag_max_ms: float
    stall_p99_ms: float
    stall_max_ms: float
    dropped: float
    shards: tuple[ShardHealth, ...]
    restarts: int
    complaints: tuple[str, ...] = ()
    sent_per_s: float = 0.0


class Ruling(Struct, frozen=True):
    """A verdict and what led to it.

    Attributes:
        verdict: What became of the run.
        reasons: Sentences; why it is what it is, and what else one should know.
        findings: Each objective.
        health: The generator's; None where nothing was run.
    """

    verdict: Verdict
    reasons: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    health: HealthReport | None = None


def show(value: float, unit: str) -> str:
    """Return a value as people write it."""
    if unit == Unit.DURATION.name:
        # Three digits, never with an exponent.
        for name, size_us in (("s", 1_000_000.0), ("ms", 1_000.0)):
            if value >= size_us:
                return f"{value / size_us:,.{_decimals(value / size_us)}f} {name}"
        return f"{value:.0f} us"
    if unit == Unit.RATIO.name:
        return f"{value * _PER_CENT:.5g} %"
    return f"{value:,.0f}"


def show_value(finding: Finding) -> str:
    """Return a finding's value as people write it."""
    return "-" if finding.value is None else show(finding.value, finding.unit)


def findings_table(findings: tuple[Finding, ...]) -> Table:
    """Return the table of all objectives: what broke, when, and by how much."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("objectives", overflow="fold")
    table.add_column("", no_wrap=True)
    for heading in ("was", "worst"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("violated", overflow="fold")
    table.add_column("by", overflow="fold")
    for finding in findings:
        held = Text("held", "green") if finding.held else Text("broken", "bold red")
        worst = "" if finding.worst is None else show(finding.worst, finding.unit)
        table.add_row(
            finding.objective, held, show_value(finding), worst, _when(finding), finding.by
        )
    return table


def _decimals(number: float) -> int:
    return sum(number < bound for bound in (10, 100))


def _when(finding: Finding) -> str:
    if finding.first_ms is None or finding.last_ms is None:
        return ""
    first_s, last_s = finding.first_ms / 1_000, finding.last_ms / 1_000
    if first_s == last_s:
        return f"at {first_s:.1f} s"
    return f"{first_s:.1f}-{last_s:.1f} s, {finding.violated_ms / 1_000:.1f} s in all"
