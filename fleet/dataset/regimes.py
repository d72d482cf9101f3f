"""Regimes: telemetry that reads differently for a while, by no fault; declared, so it is truth."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from fleet.dataset.bucket import Bucket
from fleet.life.channels import COLUMN, TENTH, TENTHS
from fleet.profile.dataset import Drift
from fleet.units import DAY_MS
from fleet.worlds.stretches import FIELDS, Grid

_ROW: Final = FIELDS.index("row")


class Regime:
    """A drift, and which terminals of a bucket it concerns."""

    def __init__(self, drift: Drift, bucket: Bucket) -> None:
        self._drift = drift
        self._column = COLUMN[drift.channel]
        self._steps = drift.shift * (TENTH if self._column in TENTHS else 1.0)
        self._concerned = np.array([
            (not drift.models or each.model.name in drift.models)
            and (not drift.regions or each.region.name in drift.regions)
            for each in bucket.members
        ])  # fmt: skip

    def apply(self, values: NDArray[np.float32], grid: Grid, stretches: NDArray[np.int64]) -> None:
        """Shift the readings concerned, in place.

        Args:
            values: Of the heartbeats, in steps of each channel's resolution, float32[channels, n].
            grid: The heartbeats.
            stretches: All of the day, field by field.
        """
        drift = self._drift
        since = grid.at_ms - drift.begin
        if since.max(initial=-1) < 0 or since.min(initial=drift.lasts) >= drift.lasts:
            return
        concerned = grid.rows.spread(self._concerned[stretches[_ROW]])
        (at,) = np.nonzero((since >= 0) & (since < drift.lasts) & concerned)
        if len(at):
            values[self._column, at] += np.rint(self._steps * self._share(since[at]))

    def _share(self, since: NDArray[np.int64]) -> NDArray[np.float64]:
        match self._drift.kind:
            case "gradual":
                return np.asarray(since / self._drift.lasts, np.float64)
            case "recurring":
                return np.asarray(since // DAY_MS % 2 == 0, np.float64)
            case _:
                return np.ones(len(since))
