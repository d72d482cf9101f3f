"""Short names for what nearly every row of the catalogue says."""

from typing import Final

from fleet.life.faults.kinds import Hindrance, Point, Remedy, Rung
from fleet.units import HOUR_MS, MINUTE_MS

ST, HB, TX, SI, UP, MER, TMS = Point
R0: Final = (Remedy(Rung.RECOVERY),)
R1: Final = (Remedy(Rung.MERCHANT),)
R2: Final = (Remedy(Rung.REMOTE),)
R4: Final = (Remedy(Rung.SWAP),)
# Where two profiles are named, the first cures half of the cases: a guess.
HALF: Final = 0.5
R0_R1: Final = (Remedy(Rung.RECOVERY, HALF), Remedy(Rung.MERCHANT))
R0_R2: Final = (Remedy(Rung.RECOVERY, HALF), Remedy(Rung.REMOTE))
R1_R2: Final = (Remedy(Rung.MERCHANT, HALF), Remedy(Rung.REMOTE))
R1_R3: Final = (Remedy(Rung.MERCHANT, HALF), Remedy(Rung.VISIT))
R1_R4: Final = (Remedy(Rung.MERCHANT, HALF), Remedy(Rung.SWAP))
R2_R4: Final = (Remedy(Rung.REMOTE, HALF), Remedy(Rung.SWAP))
R3_R4: Final = (Remedy(Rung.VISIT, HALF), Remedy(Rung.SWAP))
NO_TRADE: Final[frozenset[Hindrance]] = frozenset({"trade"})
NO_SIGN_IN: Final[frozenset[Hindrance]] = frozenset({"sign_in"})
NO_UPDATE: Final[frozenset[Hindrance]] = frozenset({"update"})
NO_SETTLEMENT: Final[frozenset[Hindrance]] = frozenset({"settlement"})
MINUTES: Final = MINUTE_MS
HOURS: Final = HOUR_MS
