"""A law of onset that has an end leaves no chance undefined: neither before its end nor there."""

from pathlib import Path

import numpy as np
import pytest

from tests.dataset.datasets import PROFILE, run, table

ONSETS = {
    "constant": '"30h"',
    "uniform": '{ law = "uniform", low = "20h", high = "40h" }',
    "empirical": '{ law = "empirical", values = ["10h", "30h", "50h"], weights = [1, 1, 1] }',
}


@pytest.mark.slow
@pytest.mark.parametrize("law", ONSETS)
def test_chances_by_a_law_with_an_end_are_numbers(law: str, tmp_path: Path) -> None:
    """No warning, no figure that is none; where the onset is certain, so is the oracle."""
    head, _, tail = PROFILE.partition("[faults.PWR-106]")
    _, _, rest = tail.partition("[dataset]")
    fault = f'[faults.SW-701]\nonset = {ONSETS[law]}\nrepair = "1h"\n'
    (tmp_path / "bounded.toml").write_text(
        f"{head}{fault}[dataset]{rest}".replace("terminals = 40", "terminals = 8")
    )
    done = run(str(tmp_path / "bounded.toml"), "--out", str(tmp_path / "data"))
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    for name in ("truth/health", "truth/lives", "labels/h=1d", "labels/h=2d"):
        found = table(tmp_path / "data", name)
        for column in found.column_names:
            values = found[column].to_numpy(zero_copy_only=False)
            if values.dtype.kind == "f":
                known = values[~np.array(found[column].is_null())]
                assert np.isfinite(known).all(), (name, column)
    rows = table(tmp_path / "data", "labels/h=1d").to_pylist()
    told = [(row["y"], row["oracle_p"]) for row in rows if row["y"] is not None]
    assert {y for y, _ in told} == {0, 1}
    means = [np.mean([p for y, p in told if y == which]) for which in (0, 1)]
    assert means[0] < means[1]
    if law == "constant":
        assert means == [0.0, 1.0]
