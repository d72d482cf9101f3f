"""What a run's page begins with: the verdict, the run in figures, its objectives."""

from collections.abc import Iterator
from typing import Final

from fleet.report.figures import as_time
from fleet.report.page import Banner, Cell, Section, Table, Tone
from fleet.report.record import Record
from fleet.watch.ruling import Finding, Verdict, show, show_value

VERDICTS: Final[dict[Verdict, tuple[Tone, str]]] = {
    "passed": ("good", "Passed"),
    "unjudged": ("plain", "Not judged: no objective was set"),
    "interrupted": ("doubtful", "Interrupted"),
    "invalid": ("doubtful", "Invalid: the generator was the bottleneck"),
    "slo_broken": ("bad", "An objective was broken"),
    "failed": ("bad", "Failed: the run could not be completed"),
}
"""The soundest run first."""
_FIRST_COUNTS: Final = {
    "fleet_messages_sent_total": "messages from terminals",
    "fleet_messages_received_total": "to them",
    "fleet_faults_total": "faults",
}
_FIRST_LATENCIES: Final = ("sign_in", "heartbeat_ack", "schedule_lag")


def banner(record: Record) -> Banner:
    """Return the verdict with its reasons, the run in figures, and what befell it."""
    tone, words = VERDICTS[record.summary.verdict]
    return Banner(tone, words, list(_at_once(record)))


def _at_once(record: Record) -> Iterator[str]:
    summary = record.summary
    yield from summary.reasons
    if summary.verdict == "unjudged":
        yield "the run came to its end, and the generator kept up"
    yield _in_figures(record)
    yield from summary.run.notes


def _in_figures(record: Record) -> str:
    counts = record.summary.counts
    sums = {family: sum(counts[family].values()) for family in _FIRST_COUNTS}
    told = [f"{sums[family]:,} {words}" for family, words in _FIRST_COUNTS.items()]
    times = record.summary.latencies
    p99 = [
        f"{name} {as_time(times[name]['response'].p99_ms)}"
        for name in _FIRST_LATENCIES
        if times.get(name) and times[name]["response"].count
    ]
    return "; ".join([", ".join(told), f"p99 {', '.join(p99)}" if p99 else "no latency"])


def objectives(findings: tuple[Finding, ...]) -> Iterator[Section]:
    """Return the section on objectives; none if there are none."""
    if not findings:
        return
    rows = [
        (
            finding.objective,
            Cell("held", "good") if finding.held else Cell("broken", "bad"),
            show_value(finding),
            "" if finding.worst is None else show(finding.worst, finding.unit),
            _violated(finding),
            finding.by,
        )
        for finding in findings
    ]
    headings = ("objective", "", "was", "worst window", "violated", "by")
    yield Section("Objectives", [Table("Service level objectives", headings, rows)])


def _violated(finding: Finding) -> str:
    """Return when an objective was violated, in words; "" for never."""
    if finding.first_ms is None or finding.last_ms is None:
        return ""
    first_s, last_s = finding.first_ms / 1_000, finding.last_ms / 1_000
    return f"{first_s:.0f}-{last_s:.0f} s, {finding.violated_ms / 1_000:.0f} s in all"
