"""What the payment host will say to a payment, and what of it shows beforehand.

Theory of operation
-------------------
The answer is drawn when a customer's turn comes. Streams are random access, so it can be read
before it is taken: that the host's batch number will be found to differ (PAY-803) is a state of
the host's books before it is a response code, and the terminal shows it by repeating itself. It
looks as many payments ahead as usually come within the time for which the catalogue says that it
shows, and moves none of them by looking.
"""

from functools import lru_cache
from typing import Final

from fleet.chance.streams import Purpose
from fleet.life import besetting
from fleet.life.channels import NOMINAL_READS
from fleet.life.faults import CATALOGUE, NEVER
from fleet.life.sale import Outcome
from fleet.life.terminal import HOST_SILENT, Terminal
from fleet.profile.causes import Gateway
from fleet.units import DAY_MS

_OUTCOME: Final = Purpose("transaction.outcome")
_HOST_DOWN: Final = Purpose("transaction.host_down")
_OUTCOMES: Final = (
    Outcome.APPROVED, Outcome.UNVERIFIED, Outcome.DECLINED, Outcome.TIMED_OUT,
    Outcome.BATCH_MISMATCH, Outcome.MAC_ERROR,
)  # fmt: skip
_DIFFERS: Final = _OUTCOMES.index(Outcome.BATCH_MISMATCH)
BATCH_DIFFERS: Final = "PAY-803"
_SHOWN_MS: Final = CATALOGUE[BATCH_DIFFERS].lead
# A host that does not answer this terminal refuses what the catalogue lets telemetry show.
_SLOW: Final = CATALOGUE[HOST_SILENT].effect.shows[0].rise / NOMINAL_READS


def host_down(t: Terminal) -> float:
    """Return the share of requests that the host leaves unanswered now."""
    failing = t.fate.current(Gateway, t.world.now(), t.pulse.fw)
    refused = max((cause.refusal for cause, _, _ in failing), default=0.0)
    return max(refused, _SLOW if HOST_SILENT in t.cases.active else 0.0)


def outcome(t: Terminal) -> Outcome:
    """Draw what becomes of a payment that the host is asked about."""
    if t.streams.chance(_HOST_DOWN, host_down(t)):
        return Outcome.TIMED_OUT
    return _OUTCOMES[t.streams.pick(_OUTCOME, _weights(t))]


def foresee(t: Terminal, *, anew: bool = False) -> None:
    """Let telemetry show that the batch will be found to differ, or no more.

    Args:
        t: The terminal.
        anew: Whether all payments ahead are looked at; else only the one that has come in sight.
    """
    if not t.profile.transactions.batch_mismatch:
        return
    sight = int(t.customers.lived_per_day * _SHOWN_MS / DAY_MS)
    showing = BATCH_DIFFERS in t.cases.omens
    places = range(sight + 1) if anew or showing else (sight,)
    weights = _weights(t)
    coming = ((place, t.streams.pick_coming(_OUTCOME, weights, place)) for place in places)
    place = next((place for place, n in coming if n == _DIFFERS), None)
    if place is None:
        besetting.dismiss(t, BATCH_DIFFERS)
    elif not showing:
        _show(t, place)


def _show(t: Terminal, place: int) -> None:
    """Show that the payment so many after the next will be it: by the instant at which it is due.

    It comes no sooner than the next one does, and later if customers are lost meanwhile.
    """
    coming = t.customers.next
    if coming >= NEVER:
        return
    due = coming + round(place * DAY_MS / t.customers.lived_per_day)
    begin = max(t.world.now(), min(coming, due - _SHOWN_MS))
    besetting.portend(t, BATCH_DIFFERS, max(0, due - begin), begin)


def _weights(t: Terminal) -> tuple[float, ...]:
    """Return how often the host says what, in the order of `_OUTCOMES`."""
    rule = t.profile.transactions
    errors = rule.timed_out, rule.batch_mismatch, rule.mac_error
    return _weighed(t.customers.lived, rule.verification_failure, rule.declined, *errors)


@lru_cache(maxsize=64)
def _weighed(  # noqa: PLR0913, PLR0917 - the rates of a profile
    lived: bool,  # noqa: FBT001 - see above
    unverified: float,
    declined: float,
    timed_out: float,
    batch_mismatch: float,
    mac_error: float,
) -> tuple[float, ...]:
    verified, all_of_them = 1.0 - unverified, float(lived)
    answered = 1.0 - timed_out - batch_mismatch - mac_error - declined
    chances = {
        Outcome.APPROVED: all_of_them * verified * answered,
        Outcome.UNVERIFIED: all_of_them * unverified,
        Outcome.DECLINED: all_of_them * verified * declined,
        Outcome.TIMED_OUT: verified * timed_out,
        Outcome.BATCH_MISMATCH: verified * batch_mismatch,
        Outcome.MAC_ERROR: verified * mac_error,
    }
    return tuple(chances[each] for each in _OUTCOMES)
