"""Files that a run leaves beside its record, where they were asked for."""

from pathlib import Path

from fleet.capacity.junit import junit_xml
from fleet.run.errors import RunError
from fleet.run.plan import RunPlan
from fleet.watch.hdr import hdr_log
from fleet.watch.ruling import Ruling
from fleet.watch.summary import Summary
from fleet.watch.tally import Reading


def write_handouts(plan: RunPlan, summary: Summary, ruling: Ruling, reading: Reading) -> None:
    """Write the verdict as JUnit XML and the latencies as an HdrHistogram log, if asked for.

    Raises:
        RunError: A file cannot be written.
    """
    facts = summary.run
    took_s = (facts.ended - facts.started).total_seconds()
    if plan.junit:
        _write(plan.junit, "--junit", junit_xml(ruling, f"fleet run {facts.profile}", took_s))
    if plan.hdr:
        _write(plan.hdr, "--hdr", "\n".join([*hdr_log(reading, facts.started, took_s), ""]))


def _write(path: Path, option: str, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror}; choose another file with {option}"
        raise RunError(msg) from error
