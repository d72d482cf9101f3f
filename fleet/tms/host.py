"""The payment host behind the TMS: who signs in with which keys, and whether the books agree.

Its answers are functions of the message, the profile and the seed, as all of the desk's are. While
it fails (a common cause), it answers nobody who signs in with anything but 96.
"""

import hmac
from bisect import bisect_right
from itertools import accumulate
from typing import Final

from fleet.chance.streams import Purpose, Streams
from fleet.profile.causes import Gateway
from fleet.profile.clock import origin_ms
from fleet.profile.members import member
from fleet.profile.profile import Profile
from fleet.profile.weather import Weather
from fleet.units import DAY_MS
from fleet.wire.codes import (
    APPROVED,
    BATCH_MISMATCH,
    MALFUNCTION,
    NOT_REGISTERED,
    UNBALANCED,
    WRONG_PASSWORD,
)
from fleet.wire.fields import BATCH_MAX
from fleet.wire.keys import check_values
from fleet.wire.messages import (
    SettlementAnswered,
    SettlementRequested,
    SignInAnswered,
    SignInRequested,
)
from fleet.wire.password import estate_secret, password, proof

_MISMATCH: Final = Purpose("tms.settlement_mismatch")
_MALFUNCTION: Final = Purpose("tms.sign_in_malfunction")
_REFUSAL: Final = Purpose("tms.sign_in_refusals")
_KEYS: Final = Purpose("tms.key_mismatch")


class Host:
    """Who authorises the terminals of one estate."""

    def __init__(self, profile: Profile, seed: int) -> None:
        """Take the profile and the run's seed, 0 to 2**64 - 1."""
        self._weather = Weather(profile, seed)
        self._seed = seed
        self._secret = estate_secret(seed)
        self._estate = profile.estate
        self._tms = profile.tms
        self._refusals = tuple(profile.tms.sign_in_refusals)
        self._refused_below = tuple(accumulate(profile.tms.sign_in_refusals.values()))
        self._settlement = profile.settlement
        self._origin_ms = origin_ms(profile.run)

    def params(self, ts: int) -> int:
        """Return the parameter set in force at a Unix time, in milliseconds.

        Working keys hold for a day (UnionPay), so each day of the run has a set of its own.
        """
        return 1 + max(0, ts - self._origin_ms) // DAY_MS

    def sign_in(
        self, tid: str, index: int | None, request: SignInRequested, now: int
    ) -> SignInAnswered:
        """Answer a sign-in: a response code, and working keys with an approval."""
        code = self._sign_in_code(tid, index, request)
        batch = request.batch + (code == BATCH_MISMATCH)
        if code != APPROVED or index is None:
            return SignInAnswered(now, request.req, code, batch)
        mismatch = self._tms.key_mismatch
        wrong = mismatch > 0.0 and Streams(self._seed, index).chance_at(
            _KEYS, request.req, mismatch
        )
        number = request.req + wrong  # a key store that is one request off
        return SignInAnswered(
            now, request.req, code, batch, self.params(request.ts), request.key_scheme,
            check_values(self._secret, tid, number, request.key_scheme),
        )  # fmt: skip

    def settle(
        self, index: int | None, request: SettlementRequested, now: int
    ) -> SettlementAnswered:
        """Answer a settlement: the batch is closed, or every record must be uploaded."""
        if index is None:
            return SettlementAnswered(now, request.req, NOT_REGISTERED, request.batch)
        if not request.uploaded and not self._balanced(index, request):
            return SettlementAnswered(now, request.req, UNBALANCED, request.batch)
        return SettlementAnswered(now, request.req, APPROVED, request.batch % BATCH_MAX + 1)

    def _balanced(self, index: int, request: SettlementRequested) -> bool:
        """Return whether the host's books agree: a trace number without a record tells."""
        if request.records != request.traces or request.unconfirmed:
            return False
        streams = Streams(self._seed, index)
        return not streams.chance_at(_MISMATCH, request.req, self._settlement.mismatch)

    def _sign_in_code(self, tid: str, index: int | None, request: SignInRequested) -> str:
        if index is None:
            return NOT_REGISTERED
        if scripted := self._tms.script.sign_in.get(str(request.req)):
            return scripted
        streams = Streams(self._seed, index)
        chance = max(self._tms.sign_in_malfunction, self._failing(index, request))
        if streams.chance_at(_MALFUNCTION, request.req, chance):
            return MALFUNCTION
        if self._refusals:
            place = bisect_right(self._refused_below, streams.at(_REFUSAL, request.req))
            if place < len(self._refusals):
                return self._refusals[place]
        expected = proof(password(self._secret, tid, request.credential), tid, request.req)
        return APPROVED if hmac.compare_digest(expected, request.proof) else WRONG_PASSWORD

    def _failing(self, index: int, request: SignInRequested) -> float:
        """Return the chance that the payment host fails, for who asks with this version now."""
        if not self._weather.has(Gateway):
            return 0.0
        fate = self._weather.fate(member(self._estate, self._seed, index))
        failing = fate.current(Gateway, request.ts - self._origin_ms, request.fw)
        return max((cause.refusal for cause, _, _ in failing), default=0.0)
