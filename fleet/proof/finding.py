"""What a proof found: checks with figures and limits, and the verdict that follows from them.

A claim is judged on as many kinds of fault, tables or groups as have enough events. One check that
does not hold refutes the proof. A claim for which nothing had enough events makes the verdict
`too small`, which is neither a success nor a failure: the dataset must be larger to tell.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

_FAR: Final = 1e9  # strain of a figure that is as far beyond its limit as can be


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
        strain: How much of the room to the limit is used: 1 at the limit, more beyond it.
    """

    claim: str
    about: str
    figure: float
    limit: str
    holds: bool | None
    needs: str = ""
    strain: float = 0.0


class Tightest(NamedTuple):
    """A claim, how many things it was judged of, and of these the one nearest to its limit.

    Attributes:
        claim: What is claimed.
        judged: Of how many things.
        check: The nearest to the limit; where none was judged, one of those that lacked events.
    """

    claim: str
    judged: int
    check: Check

    def in_words(self) -> str:
        """Return its figure and limit, or what it needs."""
        if self.check.holds is None:
            return f"needs {self.check.needs}"
        return f"{self.check.figure:.4g} ({self.check.limit})"


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

    @property
    def tightest(self) -> list[Tightest]:
        """Each claim, with the check that is nearest to its limit."""
        claims: dict[str, list[Check]] = {}
        for check in self.checks:
            claims.setdefault(check.claim, []).append(check)
        return [_tightest(claim, checks) for claim, checks in claims.items()]


def _tightest(claim: str, checks: list[Check]) -> Tightest:
    judged = [check for check in checks if check.holds is not None]
    # One that does not hold comes first, however it came by that.
    nearest = max(judged or checks, key=lambda check: (check.holds is False, check.strain))
    return Tightest(claim, len(judged), nearest)


def at_most(claim: str, about: str, figure: float, limit: float) -> Check:
    """Return the check that a figure is at most a limit, which is above 0."""
    holds = bool(figure <= limit)
    return Check(claim, about, float(figure), f"<= {limit:g}", holds, "", float(figure / limit))


def at_least(claim: str, about: str, figure: float, limit: float) -> Check:
    """Return the check that a figure is at least a limit, which is above 0."""
    strain = float(limit / max(figure, limit / _FAR))
    return Check(claim, about, float(figure), f">= {limit:g}", bool(figure >= limit), "", strain)


def between(claim: str, about: str, figure: float, low: float, high: float) -> Check:
    """Return the check that a figure lies between two limits."""
    strain = abs(2.0 * figure - low - high) / (high - low)
    limit, holds = f"{low:.4g} to {high:.4g}", bool(low <= figure <= high)
    return Check(claim, about, float(figure), limit, holds, "", float(strain))


def none(claim: str, about: str, violations: float) -> Check:
    """Return the check that nothing violates a law."""
    return Check(claim, about, float(violations), "0", not violations, "", float(violations > 0))


def too_few(claim: str, about: str, has: float, needs: str) -> Check:
    """Return a check that could not be made."""
    return Check(claim, about, float(has), "", None, needs)
