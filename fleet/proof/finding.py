"""What a proof found: checks with figures and limits, and the verdict that follows from them.

A claim is judged on as many kinds of fault, tables or groups as have enough events. One check that
does not hold refutes the proof. A claim for which nothing had enough events makes the verdict
`too small`, which is neither a success nor a failure: the dataset must be larger to tell.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple


class Verdict(StrEnum):
    """Of a proof."""

    PASSED = "passed"
    FAILED = "failed"
    TOO_SMALL = "not enough events"


class Check(NamedTuple):
    """A claim about one thing.

    Attributes:
        claim: What is claimed.
        about: Of what: a kind of fault, a table, a group.
        figure: What was measured.
        limit: What it must keep, in words.
        holds: Whether it does; None if there was not enough to tell.
        needs: What would be enough; "" if there was.
    """

    claim: str
    about: str
    figure: float
    limit: str
    holds: bool | None
    needs: str = ""


class Finding(NamedTuple):
    """All checks of a proof."""

    checks: Sequence[Check]

    @property
    def verdict(self) -> Verdict:
        """What follows from the checks."""
        if any(check.holds is False for check in self.checks):
            return Verdict.FAILED
        return Verdict.TOO_SMALL if self.lacking or not self.checks else Verdict.PASSED

    @property
    def lacking(self) -> list[str]:
        """What the claims need that could not be judged at all."""
        judged = {check.claim for check in self.checks if check.holds is not None}
        return list(dict.fromkeys(f"{c.claim}: needs {c.needs}" for c in self.checks
                                  if c.claim not in judged))  # fmt: skip

    @property
    def refuted(self) -> list[Check]:
        """The checks that do not hold."""
        return [check for check in self.checks if check.holds is False]


def at_most(claim: str, about: str, figure: float, limit: float) -> Check:
    """Return the check that a figure is at most a limit."""
    return Check(claim, about, float(figure), f"<= {limit:g}", bool(figure <= limit))


def at_least(claim: str, about: str, figure: float, limit: float) -> Check:
    """Return the check that a figure is at least a limit."""
    return Check(claim, about, float(figure), f">= {limit:g}", bool(figure >= limit))


def between(claim: str, about: str, figure: float, low: float, high: float) -> Check:
    """Return the check that a figure lies between two limits."""
    return Check(
        claim, about, float(figure), f"{low:.4g} to {high:.4g}", bool(low <= figure <= high)
    )


def none(claim: str, about: str, violations: float) -> Check:
    """Return the check that nothing violates a law."""
    return Check(claim, about, float(violations), "0", not violations)


def too_few(claim: str, about: str, has: float, needs: str) -> Check:
    """Return a check that could not be made."""
    return Check(claim, about, float(has), "", None, needs)
