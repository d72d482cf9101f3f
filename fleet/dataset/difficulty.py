"""Difficulty as a dial: what a preset sets in a profile.

    preset      precursors   lost     weak link   ailing   late    twice   wrong diagnoses
    easy        x 2          none     none        none     none    none    none
    realistic   x 1          0.2 %    1 %         2 %      1 %     0.1 %   10 %
    hard        x 0.5        1 %      5 %         10 %     5 %     0.5 %   25 %

Faults without a precursor stay what they are at every setting: negative controls, which nobody can
foresee. All figures are guesses.
"""

from collections.abc import Mapping
from typing import Final


def _preset(  # noqa: PLR0913, PLR0917 - a row of the table above
    gain: float,
    lost: float,
    weak: float,
    ailing: float,
    late: float,
    twice: float,
    mistaken: float,
) -> dict[str, object]:
    return {
        "dataset.precursor_gain": gain,
        "dataset.missing.at_random": lost,
        "dataset.missing.weak_signal": weak,
        "dataset.missing.ailing": ailing,
        "dataset.missing.late": late,
        "dataset.missing.twice": twice,
        "support.misdiagnosis": mistaken,
    }


DIFFICULTIES: Final[Mapping[str, Mapping[str, object]]] = {
    "easy": _preset(2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    "realistic": _preset(1.0, 0.002, 0.01, 0.02, 0.01, 0.001, 0.1),
    "hard": _preset(0.5, 0.01, 0.05, 0.1, 0.05, 0.005, 0.25),
}
