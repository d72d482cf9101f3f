"""P4: what happens by a chance of its own happens as often as the config says.

Counts are judged by the exact binomial test, durations by Kolmogorov and Smirnov's. Durations are
taken where the study went on for as long as all but a thousandth of them last, so that its end cuts
none of them off. One that is configured to be always the same is judged to the millisecond, where
no other fault was about: a repair that ends while the terminal lies dark shows when it is back.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from scipy.stats import binomtest, kstest

from fleet.chance.law import Law
from fleet.chance.parametric import Constant
from fleet.proof.counts import P
from fleet.proof.evidence import Evidence
from fleet.proof.finding import Check, Finding, at_least, none, too_few
from fleet.units import MINUTE_MS

_SOME: Final = 50
_LEVELS: Final = 65_536  # chances of transport are kept to that
_OFTEN: Final = "as often as configured: p of the exact binomial test"
_LONG: Final = "as long as configured: p of Kolmogorov-Smirnov"
_SENT: Final = "(SELECT count(*) FROM (SELECT DISTINCT terminal_id, seq FROM {table}))"
_LOG: Final = "(SELECT count(*) FROM missingness WHERE record = '{record}' AND {which})"
_STEPS: Final = "(SELECT count(*) FROM steps WHERE event IN ({events}))"
_SPANS: Final = """
    SELECT (epoch_us({end}) - epoch_us({begin})) / 1000.0 AS ms, EXISTS (
        SELECT 1 FROM faults other WHERE other.terminal_id = f.terminal_id
        AND other.life_id IS NOT NULL AND other.fault_id <> f.fault_id
        AND other.onset_ts <= f.{end} AND coalesce(other.repair_end_ts, 'infinity') >= f.{begin}
    ) AS crossed
    FROM faults f WHERE code = '{code}' AND life_id IS NOT NULL AND {end} IS NOT NULL
                    AND epoch_ms({begin}) < {last}
"""


class Rate(NamedTuple):
    """A chance: what it is of, SQL of how often it was met and of how often not, what it is."""

    about: str
    hits: str
    misses: str
    chance: float


def rates(evidence: Evidence) -> Finding:
    """Judge transport, boots, passwords, repairs and detections."""
    checks = [_judged(evidence, rate) for rate in (*_transport(evidence), *_habits(evidence))]
    for code in evidence.risks:
        asked = evidence.profile.faults.get(code)
        if asked and asked.repair:
            checks.append(_span(evidence, code, ("repair_start_ts", "repair_end_ts"), asked.repair))
        if asked and asked.detection:
            checks.append(_span(evidence, code, ("onset_ts", "detected_ts"), asked.detection))
    return Finding(checks)


def _judged(evidence: Evidence, rate: Rate) -> Check:
    hits, misses = (int(evidence.number(f"SELECT {sql}")) for sql in (rate.hits, rate.misses))
    trials = hits + misses
    if rate.chance in {0.0, 1.0}:
        return none(_OFTEN, rate.about, hits if rate.chance == 0.0 else misses)
    if trials * min(rate.chance, 1.0 - rate.chance) < 1.0:
        return too_few(_OFTEN, rate.about, trials, "one expected")
    return at_least(_OFTEN, rate.about, binomtest(hits, trials, rate.chance).pvalue, P)


def _transport(evidence: Evidence) -> Iterator[Rate]:
    missing = evidence.profile.dataset.missing
    for record, table in (("heartbeat", "telemetry"), ("event", "events")):
        arrived = _SENT.format(table=table)
        logged = {what: _LOG.format(record=record, which=which) for what, which in (
            ("lost at random", "what = 'lost' AND mechanism = 'MCAR'"),
            ("lost otherwise", "what = 'lost' AND mechanism <> 'MCAR'"),
            ("late", "what = 'late'"), ("twice", "what = 'twice'"),
        )}  # fmt: skip
        chances = (missing.at_random, missing.late, missing.twice)
        lost, late, twice = (round(chance * _LEVELS) / _LEVELS for chance in chances)
        name = "lost at random"
        others = f"{arrived} + {logged['lost otherwise']}"
        yield Rate(f"{record} {name}", logged[name], others, lost)
        yield Rate(f"{record} late", logged["late"], f"{arrived} - {logged['late']}", late)
        yield Rate(f"{record} twice", logged["twice"], f"{arrived} - {logged['twice']}", twice)


def _habits(evidence: Evidence) -> Iterator[Rate]:
    profile = evidence.profile

    def steps(*events: str) -> str:
        return _STEPS.format(events=", ".join(f"'{event}'" for event in events))

    if "SW-705" not in evidence.risks:  # a boot loop fails boots too
        boots = steps("boot_failed"), steps("booted")
        yield Rate("boots fail", *boots, profile.boot.failure)
    if not {"SGN-851", "SGN-852"} & set(evidence.risks):  # forgotten passwords are wrong too
        tries = steps("password_refused"), steps("signed_in")
        yield Rate("passwords are wrong", *tries, profile.sign_in.wrong_password)


def _span(evidence: Evidence, code: str, names: tuple[str, str], law: Law) -> Check:
    about = f"{code}: {names[0]} to {names[1]}"
    reach = law.quantile(0.999) + MINUTE_MS
    last = evidence.calendar.origin_ms + evidence.calendar.end - reach
    begin, end = names
    spans = evidence.ask(_SPANS.format(begin=begin, end=end, code=code, last=int(last)))
    found = spans["ms"]
    if len(found) < _SOME:
        return too_few(_LONG, about, len(found), f"{_SOME} of a kind")
    if isinstance(law, Constant):
        off = found - law.value
        late = (off > 1.0) & ~spans["crossed"].astype(bool)
        return none(_LONG, about, float(np.sum(late | (off < -1.0))))
    test = kstest(found, np.vectorize(law.cdf, otypes=[float]))
    return at_least(_LONG, about, test.pvalue, P)
