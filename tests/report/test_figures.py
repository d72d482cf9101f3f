"""Figures are written as people read them."""

import pytest

from fleet.report.figures import as_time, digits


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0.0, "0 ms"), (0.4525, "0.453 ms"), (67.3, "67.3 ms"), (999.0, "999 ms"),
        (1_500.0, "1.5 s"), (566_615.0, "9.44 min"), (8_457_406.0, "2.35 h"),
    ],
)  # fmt: skip
def test_a_time_has_three_digits_in_the_unit_that_suits_it(ms: float, text: str) -> None:
    """Milliseconds, seconds, minutes and hours: never a power of ten."""
    assert as_time(ms) == text


def test_large_figures_are_whole() -> None:
    """From a thousand on there are separators and no fraction."""
    assert (digits(18_964.3), digits(7.25), digits(0.0)) == ("18,964", "7.25", "0")
