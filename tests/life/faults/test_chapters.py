"""Faults that chapters of their own raise: provoked by those, and true in the truth."""

import functools
import re

import pytest

from fleet.life.faults import CATALOGUE
from fleet.life.faults.knobs import KNOBS
from fleet.life.illness import conclude
from fleet.life.truth import FaultTruth
from fleet.profile import parse
from tests.life.faults.test_arcs import CALM
from tests.life.solitude import settle, spend

HOURS = 40
# Why each strikes, where it is not for the reason that its kind usually has, and what is behind it.
ROOTS = {
    "COM-207": ("common_cause", "it"),
    "COM-209": ("common_cause", "it"),
    "IDN-301": ("human", "1828"),
    "IDN-302": ("human", "97"),
    "HW-605": ("common_cause", "it"),
    "SW-703": ("firmware", "it"),
    "PAY-802": ("common_cause", "it"),
    "PAY-803": ("random", "77"),
    "SGN-854": ("random", "A0"),
    "SEC-902": ("common_cause", "it"),
    "SEC-903": ("human", "order"),
    "UPD-955": ("common_cause", "it"),
    "DAT-972": ("random", "forced_shutdown"),
}


def with_knob(code: str) -> str:
    """Return the calm estate with the lines that make a chapter raise this fault."""
    lines, table = [CALM], ""
    for line in KNOBS[code].splitlines():
        header = re.fullmatch(r"\[(\w+)\]", line)
        if header or line.startswith("[["):
            table = header[1] if header else ""
            lines += [] if header else [line]
        else:
            # What is calm already is asked for again, as a dotted key in its place.
            key = line.split(" ")[0]
            dotted = f"{table}.{line}" if table else line
            if table:
                lines[0] = re.sub(rf"(?m)^{re.escape(f'{table}.{key}')} = .*$", "", lines[0])
                lines[0] += f"{dotted}\n"
            else:
                lines.append(line)
    return "\n".join(lines)


@functools.cache
def truths(code: str) -> list[FaultTruth]:
    """Let a terminal live with this knob turned; return all that is true of its faults."""
    profile = parse(with_knob(code))
    world = settle(profile, hours=HOURS)
    terminal = spend(profile, world)
    told = [*world.truths, *conclude(terminal, world.end)]
    return [each for each in told if isinstance(each, FaultTruth)]


@pytest.mark.parametrize("code", KNOBS)
def test_a_chapter_tells_the_truth_of_its_fault(code: str) -> None:
    """Provoked by its own chapter it is true: why, by what, from when, till when; and no other."""
    mine = [truth for truth in truths(code) if truth.code == code]
    assert mine
    assert {(t.mechanism, t.cause) for t in mine} == {
        ROOTS.get(code, (CATALOGUE[code].mechanism, ""))
    }
    assert all(truth.life == truth.parent == 0 for truth in mine)
    over = [truth for truth in mine if truth.repaired_at is not None]
    assert over
    for truth in over:
        assert truth.detected_at is not None
        assert truth.repair_began_at is not None
        assert truth.repaired_at is not None
        assert truth.onset_at == truth.detected_at <= truth.repair_began_at <= truth.repaired_at


def test_every_kind_without_a_hazard_has_a_knob_or_none_is_needed() -> None:
    """What no hazard strikes is raised by a chapter; paper runs down in telemetry alone."""
    without = {code for code, kind in CATALOGUE.items() if kind.hazard is None}
    assert without - set(KNOBS) == {"PRN-501", "PRN-502"}


def test_numbers_of_faults_are_each_given_once() -> None:
    """Whoever raises a fault, its number is the terminal's next."""
    for code in KNOBS:
        numbers = [truth.number for truth in truths(code)]
        assert len(numbers) == len(set(numbers))
