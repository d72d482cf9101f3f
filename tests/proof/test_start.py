"""A study need not begin at midnight: its days are not those of UTC, and proofs know it."""

import json
from collections.abc import Callable
from pathlib import Path

from tests.dataset.datasets import PROFILE, make

# The drift is long enough to be found.
AT_NIGHT = (
    PROFILE.replace("start = 2026-01-01T00:00:00", "start = 2026-01-01T20:45:30")
    .replace("terminals = 40", "terminals = 60")
    .replace("days = 6", "days = 12")
    .replace('begin = "3d"', 'begin = "4d"')
    .replace('lasts = "1d"', 'lasts = "5d"')
)


def test_a_study_that_begins_at_night_is_proven(
    tmp_path: Path, verify: Callable[..., tuple[int, str, str]]
) -> None:
    """No proof fails, and those that look at days are judged: 13 of UTC for 12 of the study."""
    root = make(tmp_path, profile=AT_NIGHT, name="night")
    assert len(list((root / "observed/telemetry").glob("date=*"))) == 13
    code, shown, complaints = verify(root)
    assert (code, complaints) == (0, ""), shown
    record = json.loads((root / "proof.json").read_text(encoding="utf-8"))
    verdicts = {each["name"]: each["verdict"] for each in record["proofs"]}
    for name in ("causes", "conservation", "labels", "determinism", "drift", "metadata"):
        assert verdicts[name] == "passed", shown
