"""A kind of fault that strikes at a certain age is no common cause and no leak."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dataset.datasets import PROFILE, make

# Each terminal is struck every two days, many of them at once: 240 times in all.
HEAD, _, TAIL = PROFILE.partition("[faults.PWR-106]")
CERTAIN = f"""{HEAD}
[faults.SW-701]
onset = "2d"
repair = "1h"
[faults.PWR-106]{TAIL}""".replace("days = 6", "days = 12")


@pytest.mark.slow
def test_constant_onsets_are_told_of_and_not_judged(
    tmp_path: Path, verify: Callable[..., tuple[int, str, str]]
) -> None:
    """Clusters are judged of the others; of this one proofs say why they are not."""
    root = make(tmp_path, profile=CERTAIN, name="certain")
    code, shown, complaints = verify(root, "--only", "P5,P8")
    assert (code, complaints) == (0, ""), shown
    proofs = json.loads((root / "proof.json").read_text(encoding="utf-8"))["proofs"]
    mine = [check for proof in proofs for check in proof["checks"] if check["about"] == "SW-701"]
    left = [check for check in mine if "certain age" in check["needs"]]
    assert len(left) == 3
    assert not [check for proof in proofs for check in proof["checks"]
                if "SW-701 and" in check["about"] or "and SW-701" in check["about"]]  # fmt: skip
