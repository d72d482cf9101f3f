"""The thirteen proofs of a dataset, and what each claims.

Theory of operation
-------------------
A generator of faults can be wrong in ways that no look at its tables shows. Each proof claims one
thing of a dataset as it stands in its files, computes figures from them, and holds them to limits
that are known beforehand. No single test suffices: the count of faults is blind to a wrong shape,
Kolmogorov's test to a wrong scale, and both to labels that were shifted by a row. So there are
thirteen, and the tests of this program keep a mutant for each of them: a dataset with one mistake,
which that proof must refuse.

    P1   counts         as many faults as hazard was collected
    P2   recovery       the configured laws, from censored lives
    P3   shape          hazards of the right shape
    P4   rates          boots, passwords, losses, repairs as often and as long as configured
    P5   causes         faults cluster only by a common cause
    P6   conservation   nothing lost, nothing twice, everything in order
    P7   labels         equal to a second implementation
    P8   leaks          nothing of the truth in what is observed
    P9   learnability   neither trivial nor hopeless
    P10  calibration    the oracle's chances come true
    P11  determinism    made again, row by row
    P12  drift          regimes where, when and as much as declared
    P13  metadata       files, schema, keys, croissant

Limits of z are 4 and of p 1e-4: of a hundred tests of a true dataset one in 160 sets is refused,
and since all is a function of the seed, a set that has passed always passes.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any, Final, NamedTuple

from fleet.dataset.errors import DatasetError
from fleet.proof.evidence import MISSING, Evidence
from fleet.proof.finding import Finding, Verdict


class Proof(NamedTuple):
    """A proof.

    Attributes:
        number: `P1` to `P13`.
        name: Name of its module and of its function there.
        claim: What it claims of a dataset.
    """

    number: str
    name: str
    claim: str


class Proven(NamedTuple):
    """A proof that was tried: what it found, and how long that took."""

    proof: Proof
    finding: Finding
    seconds: float

    def as_record(self) -> dict[str, Any]:
        """Return it as `proof.json` holds it."""
        return {
            "number": self.proof.number,
            "name": self.proof.name,
            "claim": self.proof.claim,
            "verdict": str(self.finding.verdict),
            "needs": self.finding.lacking,
            "seconds": round(self.seconds, 3),
            "checks": [check._asdict() for check in self.finding.checks],
        }


PROOFS: Final = tuple(
    Proof(f"P{number}", name, claim)
    for number, (name, claim) in enumerate((
        ("counts", "As many faults struck as hazard was collected."),
        ("recovery", "Whoever fits the lives gets the configured laws back."),
        ("shape", "Hazards have the configured shape, not just the right total."),
        ("rates", "Boots, passwords, losses and repairs are as configured."),
        ("causes", "Faults cluster where a common cause is declared, and nowhere else."),
        ("conservation", "Nothing is lost, nothing counted twice, all instants in order."),
        ("labels", "Labels are equal to a second implementation, row by row."),
        ("leaks", "Nothing of the truth leaks into what could be observed."),
        ("learnability", "What shows beforehand can be learned, not trivially; the rest cannot."),
        ("calibration", "The oracle's chances come true, and nobody's are better."),
        ("determinism", "The dataset can be made again from its own config."),
        ("drift", "Telemetry drifts where, when and as much as declared."),
        ("metadata", "What the files say of themselves is true."),
    ), 1)
)  # fmt: skip


def chosen(wanted: str | None) -> Sequence[Proof]:
    """Return the proofs that are named, such as `P1,P7` or `counts,labels`; all for None.

    Raises:
        ValueError: There is no such proof.
    """
    if wanted is None:
        return PROOFS
    names = {key: proof for proof in PROOFS for key in (proof.number.lower(), proof.name)}
    keys = [key.strip().lower() for key in wanted.split(",") if key.strip()]
    if strange := [key for key in keys if key not in names]:
        msg = f"there is no proof {strange[0]!r}; there are {', '.join(names)}"
        raise ValueError(msg)
    asked = {names[key] for key in keys}
    return [proof for proof in PROOFS if proof in asked]


def prove(
    evidence: Evidence, proofs: Sequence[Proof], begin: Callable[[Proof], None]
) -> Iterator[Proven]:
    """Try proofs one by one.

    Args:
        evidence: The dataset.
        proofs: Which.
        begin: Told of each proof before it is tried.

    Raises:
        DatasetError: A file is damaged, or a library is missing.
    """
    for proof in proofs:
        begin(proof)
        started = time.perf_counter()
        yield Proven(proof, _function(proof)(evidence), time.perf_counter() - started)


def verdict_of(proven: Sequence[Proven]) -> Verdict:
    """Return what follows for the whole dataset."""
    verdicts = {each.finding.verdict for each in proven}
    order = (Verdict.FAILED, Verdict.TOO_SMALL)
    return next((each for each in order if each in verdicts), Verdict.PASSED)


def _function(proof: Proof) -> Callable[[Evidence], Finding]:
    try:
        module = import_module(f"fleet.proof.{proof.name}")
    except ModuleNotFoundError as error:
        library = {"sklearn": "scikit-learn"}.get(str(error.name).split(".")[0], error.name)
        raise DatasetError(MISSING.format(library)) from None
    found: Callable[[Evidence], Finding] = getattr(module, proof.name)
    return found
