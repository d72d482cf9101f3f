"""Files that a run leaves beside its record, where they were asked for."""

from pathlib import Path

from fleet.capacity.junit import junit_xml
from fleet.report.write import try_place
from fleet.run.errors import RunError
from fleet.run.plan import RunPlan
from fleet.watch.hdr import hdr_log
from fleet.watch.ruling import Ruling
from fleet.watch.summary import Summary
from fleet.watch.tally import Reading


def check_handouts(plan: RunPlan) -> None:
    """Check that there will be room for them: who learns it at the end has lost the run.

    Raises:
        RunError: A file could not be written.
    """
    for path, option in ((plan.junit, "--junit"), (plan.hdr, "--hdr")):
        # The folder of the record is only made by the run.
        if path is not None and not (plan.out and path.parent.absolute() == plan.out.absolute()):
            check_file(path, option)


def write_handouts(plan: RunPlan, summary: Summary, ruling: Ruling, reading: Reading) -> None:
    """Write the verdict as JUnit XML and the latencies as an HdrHistogram log, if asked for.

    Raises:
        RunError: A file cannot be written.
    """
    facts = summary.run
    took_s = (facts.ended - facts.started).total_seconds()
    if plan.junit:
        write_file(plan.junit, "--junit", junit_xml(ruling, f"fleet run {facts.profile}", took_s))
    if plan.hdr:
        write_file(plan.hdr, "--hdr", "\n".join([*hdr_log(reading, facts.started, took_s), ""]))


def check_file(path: Path, option: str) -> None:
    """Check that a file can be written.

    Raises:
        RunError: It cannot; the text names the option.
    """
    try:
        try_place(path)
    except OSError as error:
        raise _complaint(path, option, error) from error


def write_file(path: Path, option: str, text: str) -> None:
    """Write a file.

    Raises:
        RunError: It cannot be written; the text names the option.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise _complaint(path, option, error) from error


def _complaint(path: Path, option: str, error: OSError) -> RunError:
    return RunError(f"cannot write {path}: {error.strerror}; choose another file with {option}")
