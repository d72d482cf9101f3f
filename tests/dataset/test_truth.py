"""The truth holds together, and labels follow from it, by a second way of computing them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.dataset.datasets import table

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def faults(tiny: Path) -> dict[str, list[dict[str, Any]]]:
    """The faults of each terminal, by onset."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in table(tiny, "truth/faults").to_pylist():
        found.setdefault(row["terminal_id"], []).append(row)
    return found


@pytest.mark.parametrize(("name", "hours"), [("1d", 24), ("2d", 48)])
def test_labels_are_a_function_of_the_faults(
    tiny: Path, faults: dict[str, list[dict[str, Any]]], name: str, hours: int
) -> None:
    """Row by row: y, the time to the event, censoring, the next class, labels of single kinds."""
    end = table(tiny, "observed/terminals")["observed_to"][0].as_py()
    rows = table(tiny, f"labels/h={name}").to_pylist()
    assert len(rows) == 40 * 6 * 4
    for row in rows:
        now, horizon = row["ts"], timedelta(hours=hours)
        mine = [x for x in faults.get(row["terminal_id"], []) if x["life_id"] is not None]
        later = [each for each in mine if now < each["onset_ts"] < end]
        first = min((each["onset_ts"] for each in later), default=end)
        assert row["y"] == _label(later, now, horizon, end)
        assert row["tte_h"] == pytest.approx((first - now) / HOUR)
        assert row["event_observed"] == bool(later)
        assert row["next_class"] in {x["code"] for x in later if x["onset_ts"] == first} | (
            set() if later else {None}
        )
        for code in ("PWR-106", "RDR-402"):
            own = [each for each in later if each["code"] == code]
            word = code.lower().replace("-", "_")
            assert row[f"y_{word}"] == _label(own, now, horizon, end)
            assert 0.0 <= row[f"oracle_p_{word}"] <= 1.0


def _label(later: list[dict[str, Any]], now: Any, horizon: Any, end: Any) -> bool | None:
    if any(each["onset_ts"] <= now + horizon for each in later):
        return True
    return None if now + horizon > end else False


def test_phases_follow_the_faults(tiny: Path, faults: dict[str, list[dict[str, Any]]]) -> None:
    """A terminal in repair has a fault whose repair is under way, and so on."""
    for row in table(tiny, "labels/h=1d").to_pylist():
        now, mine = row["ts"], faults.get(row["terminal_id"], [])
        spans = {
            "repair": [(x["repair_start_ts"], x["repair_end_ts"]) for x in mine],
            "faulty": [(x["onset_ts"], x["repair_start_ts"]) for x in mine],
            "precursor": [(x["precursor_ts"], x["onset_ts"]) for x in mine if x["precursor_ts"]],
        }
        expected = next((phase for phase, held in spans.items() if _holds(held, now)), "healthy")
        assert row["phase"] == expected


def _holds(spans: list[tuple[Any, Any]], now: Any) -> bool:
    return any(begin is not None and begin <= now and (end is None or now < end)
               for begin, end in spans)  # fmt: skip


def test_as_many_faults_strike_as_hazard_was_collected(tiny: Path) -> None:
    """The count of ended lives is within 4 standard deviations of their summed hazard."""
    lives = table(tiny, "truth/lives")
    hazard = np.sum(lives["cum_hazard_exit"].to_numpy() - lives["cum_hazard_entry"].to_numpy())
    struck = int(np.sum(np.array(lives["event_observed"].to_pylist())))
    assert struck > 50
    assert abs(struck - hazard) <= 4.0 * np.sqrt(hazard)


def test_lives_and_faults_point_at_each_other(tiny: Path) -> None:
    """Each fault ends at most one life, each life that failed names its fault."""
    lives = {row["life_id"]: row for row in table(tiny, "truth/lives").to_pylist()}
    faults = {row["fault_id"]: row for row in table(tiny, "truth/faults").to_pylist()}
    failed = {number: row for number, row in lives.items() if row["event_observed"]}
    assert {row["fault_id"] for row in failed.values()} <= set(faults)
    for number, row in faults.items():
        if row["life_id"] is not None:
            assert failed[row["life_id"]]["fault_id"] == number
            assert failed[row["life_id"]]["end_ts"] == row["onset_ts"]


def test_instants_of_a_fault_are_in_order(tiny: Path) -> None:
    """First sign, onset, detectable, detected, repair begun, repaired."""
    names = ("precursor_ts", "onset_ts", "detectable_ts", "detected_ts", "repair_start_ts",
             "repair_end_ts")  # fmt: skip
    for row in table(tiny, "truth/faults").to_pylist():
        known = [row[name] for name in names if row[name] is not None]
        assert known == sorted(known), row


def test_the_oracle_is_calibrated(tiny: Path) -> None:
    """Where the whole horizon was watched, its chances come true, within 4 standard errors."""
    rows = table(tiny, "labels/h=2d").to_pylist()
    last = max(row["ts"] for row in rows) - timedelta(hours=42)
    watched = [row for row in rows if row["ts"] <= last]
    for code in ("pwr_106", "rdr_402"):
        p = np.array([row[f"oracle_p_{code}"] for row in watched])
        y = np.array([float(row[f"y_{code}"]) for row in watched])
        # Rows six hours apart share most of two days: an eighth of them are independent.
        error = np.sqrt(8.0) * np.sqrt(np.sum(p * (1.0 - p)))
        assert abs(np.sum(y - p)) <= 4.0 * error, code


def test_health_falls_and_hazards_are_positive(tiny: Path) -> None:
    """From 1 towards 0."""
    health = table(tiny, "truth/health")
    assert len(health) > 40
    values = health["health"].to_numpy()
    assert ((values >= 0.0) & (values <= 1.0)).all()
    assert (health["hazard_per_h"].to_numpy() >= 0.0).all()
