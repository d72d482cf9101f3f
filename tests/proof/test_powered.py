"""Hazard by powered time is due while a shop is open, and none while it is closed."""

from collections.abc import Iterator

import numpy as np
import pytest

from fleet.proof.evidence import Evidence
from fleet.proof.expectation import expected_by_day, expected_in_time, struck_by_day
from fleet.proof.powered import Powered
from tests.dataset.datasets import PROFILE, make
from tests.once import made_once

SHOPS = f'{PROFILE.replace("days = 6", "days = 8")}\n[day]\nclosed_weekdays = ["sunday"]\n'
SUNDAY = 3  # the study begins on a Thursday


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evidence]:
    """A dataset of shops that close at night, and on Sundays."""
    root = made_once(tmp_path_factory, "shops", lambda place: make(place, profile=SHOPS))
    evidence = Evidence(root)
    yield evidence
    evidence.close()


@pytest.mark.slow
def test_powered_time_is_what_parts_age_by(shops: Evidence) -> None:
    """Of every life, by the steps of its terminal."""
    powered, hazards = Powered(shops), shops.hazards
    lived = powered.by(hazards.row, hazards.end) - powered.by(hazards.row, hazards.start)
    aged = shops.ask(
        "SELECT exit_age_h - entry_age_h AS h FROM lives JOIN (SELECT terminal_id, row_number() "
        "OVER (ORDER BY terminal_id) - 1 AS place FROM terminals) USING (terminal_id) "
        "ORDER BY place, code, epoch_ms(start_ts)"
    )["h"]
    assert len(aged) > 80
    assert lived / 3.6e6 == pytest.approx(aged, abs=0.05)


@pytest.mark.slow
def test_nothing_is_expected_on_a_day_off(shops: Evidence) -> None:
    """And as much on each of the other days, as struck."""
    struck = struck_by_day(shops, "PWR-106").sum(axis=0)
    expected = expected_by_day(shops, "PWR-106").sum(axis=0)
    assert (struck[SUNDAY], expected[SUNDAY]) == (0.0, pytest.approx(0.0, abs=0.2))
    open_days = np.arange(len(expected)) != SUNDAY
    assert expected[open_days][:7].min() > 0.5 * expected.max()
    assert abs(struck.sum() - expected.sum()) < 4.0 * np.sqrt(expected.sum())


@pytest.mark.slow
def test_nothing_is_expected_at_night(shops: Evidence) -> None:
    """What is expected of a day falls into the hours at which its shops are open."""
    ends, expected = expected_in_time(shops, "PWR-106")
    by_day = expected_by_day(shops, "PWR-106").sum()
    assert expected.sum() == pytest.approx(by_day)
    of_day = (ends / 3.6e6 - 1.0) % 24.0  # the study begins at midnight
    night = (of_day < 6.0) | (of_day > 21.0)
    assert expected[night].sum() < 0.02 * by_day
