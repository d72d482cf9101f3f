"""P2: whoever fits the lives gets the configured laws back.

Ages are censored on the right and enter late, so the likelihood of a Weibull law is

    log L = sum over faults of log h(exit)  -  sum over lives of m (H(exit) - H(entry)),

where m is what multiplied the hazard: the ratio of what the life collected to what its law gives.
Leaving either out gives figures that are wrong by tens of percent. The likelihood ratio of the
configured law to the best one has two degrees of freedom. A claim of 5 % needs some 7,000 faults.

What a life collected must itself be the configured law's: for most lives nothing but the frailty
multiplies it, so the median ratio is 1. It is not for kinds that shutdowns damage, where the config
lets them.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.stats import chi2

from fleet.chance.parametric import Weibull
from fleet.proof.counts import P
from fleet.proof.evidence import Evidence
from fleet.proof.finding import Check, Finding, at_least, at_most, too_few
from fleet.units import HOUR_MS

ENOUGH: Final = 7_000
_SOME: Final = 50
_SHARE: Final = 0.05
_LAW: Final = "lives collect the configured law's hazard: median ratio off by"
_LR: Final = "the configured law against the best fit: p of the likelihood ratio"
_NEAR: Final = "{} is recovered within 5 %: off by"
_LIVES: Final = """
    SELECT entry_age_h AS entry, exit_age_h AS exit, event_observed AS struck, frailty,
           cum_hazard_exit - cum_hazard_entry AS collected
    FROM lives WHERE code = '{code}' AND exit_age_h > entry_age_h
                 AND shape IS NOT NULL AND {ours}
"""
Floats = NDArray[np.float64]


class Lives(NamedTuple):
    """Lives of one kind: ages in hours, whether they ended in a fault, their multiplier."""

    entry: Floats
    exit: Floats
    struck: NDArray[np.bool_]
    multiplier: Floats

    def scale(self, shape: float) -> float:
        """Return the likeliest scale for a shape, in hours."""
        hazard = np.sum(self.multiplier * (self.exit**shape - self.entry**shape))
        return float((hazard / self.struck.sum()) ** (1.0 / shape))

    def log_likelihood(self, shape: float, scale: float) -> float:
        """Return the log-likelihood of a law."""
        age = np.maximum(self.exit[self.struck], 1e-9) / scale
        rates = np.log(self.multiplier[self.struck] * shape / scale) + (shape - 1.0) * np.log(age)
        hazard = (self.exit / scale) ** shape - (self.entry / scale) ** shape
        return float(rates.sum() - np.sum(self.multiplier * hazard))

    def likeliest(self, near: float) -> tuple[float, float]:
        """Return the likeliest shape near one, a quarter to four times it, and how likely it is."""
        best = minimize_scalar(
            lambda log: -self.log_likelihood(np.exp(log), self.scale(np.exp(log))),
            bounds=(np.log(near / 4.0), np.log(near * 4.0)), method="bounded",
        )  # fmt: skip
        return float(np.exp(best.x)), -best.fun


def recovery(evidence: Evidence) -> Finding:
    """Fit the lives of each kind that has a Weibull law."""
    checks: list[Check] = []
    for code, risk in evidence.risks.items():
        if isinstance(risk.law, Weibull):
            checks += _fit(evidence, code, risk.law.shape, risk.law.scale / HOUR_MS)
    return Finding(checks or [too_few(_LR, "no kind", 0, "a kind of fault with a Weibull law")])


def _fit(evidence: Evidence, code: str, shape: float, scale_h: float) -> list[Check]:
    # Units with a defect from the factory have a second life, of another law.
    defect = f"NOT (shape = 0.5 AND {shape!r} <> 0.5)"
    found = evidence.ask(_LIVES.format(code=code, ours=defect))
    struck = found["struck"].astype(bool)
    events = int(struck.sum())
    if events < _SOME:
        needs = f"{_SOME} faults of a kind"
        return [too_few(claim, code, events, needs) for claim in (_LAW, _LR)]
    by_law = (found["exit"] / scale_h) ** shape - (found["entry"] / scale_h) ** shape
    ratio = found["collected"] / np.maximum(by_law * found["frailty"], 1e-300)
    lives = Lives(found["entry"], found["exit"], struck, found["frailty"] * _cleaned(ratio))
    likeliest, best = lives.likeliest(shape)
    ratio_of_likelihoods = 2.0 * (best - lives.log_likelihood(shape, scale_h))
    off = abs(float(np.median(ratio)) - 1.0)
    damaged = evidence.risks[code].wears and evidence.profile.damage.per_forced_shutdown > 1.0
    return [
        too_few(_LAW, code, off, "a kind that shutdowns do not damage") if damaged
        else at_most(_LAW, code, off, 1e-3),
        at_least(_LR, code, chi2.sf(max(0.0, ratio_of_likelihoods), 2), P),
        *_near(code, events, likeliest / shape, lives.scale(likeliest) / scale_h),
    ]  # fmt: skip


def _near(code: str, events: int, shape: float, scale: float) -> list[Check]:
    off = {"shape": abs(shape - 1.0), "scale": abs(scale - 1.0)}
    if events < ENOUGH:
        return [too_few(_NEAR.format(name), code, off[name], f"{ENOUGH:,} faults of a kind")
                for name in off]  # fmt: skip
    return [at_most(_NEAR.format(name), code, figure, _SHARE) for name, figure in off.items()]


def _cleaned(ratio: Floats) -> Floats:
    """Return multipliers without what rounding left of those that are 1."""
    return np.where(np.abs(ratio - 1.0) < 1e-6, 1.0, np.maximum(ratio, 1e-12))  # noqa: PLR2004
