"""Mistakes in what a profile says of merchants, payments and settlements."""

from typing import Any

import pytest

from fleet.profile import load
from fleet.profile.complaints import ProfileError


def complaints(**overrides: Any) -> list[str]:
    """Return all that is wrong with the steady profile once it says so."""
    with pytest.raises(ProfileError) as caught:
        load("steady", {key.replace("__", "."): value for key, value in overrides.items()})
    return [str(complaint) for complaint in caught.value.complaints]


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (
            {"transactions__declined": 0.9, "transactions__timed_out": 0.2},
            "transactions: declined, timed_out, batch_mismatch and mac_error sum to 1.1003",
        ),
        ({"transactions__declined": 1.5}, "transactions.declined: 1.5 was given"),
        ({"transactions__messages": 1.5}, "transactions.messages"),
        (
            {"transactions__methods": {"qr": 0.0}},
            "transactions.methods: no weight is above 0; give at least one",
        ),
        (
            {"transactions__verification": {}},
            "transactions.verification: no weight is above 0; give at least one",
        ),
        ({"transactions__methods": {"cash": 1.0}}, "transactions.methods"),
        (
            {"estate__models": [{"name": "box", "share": 1.0, "methods": []}]},
            "estate.models[0].methods: no customer pays in a way that 'box' can take",
        ),
        (
            {"estate__sectors": [{"name": "spa", "share": 1.0}]},
            "the day of 'spa' is not known; give the weights of its 24 hours",
        ),
        (
            {"estate__sectors": [{"name": "spa", "share": 1.0, "hours": [1.0] * 23}]},
            "hours takes 24 weights, not 23",
        ),
        (
            {"estate__sizes": [{"name": "small", "share": 0.5, "per_day": 15.0}]},
            "estate.sizes: the shares sum to 0.5; they must sum to 1",
        ),
        (
            {"settlement__at": "23:00", "day": {}},
            "settlement.at: shops with opening hours settle when they close; leave it out",
        ),
        ({"settlement__at": "25h"}, "settlement.at: may come after midnight"),
        (
            {
                "day": {"opens": "09:00", "closes": "17:00"},
                "estate__sectors": [{"name": "bar", "share": 1.0, "hours": [1.0] * 4 + [0.0] * 20}],
            },
            "estate.sectors[0].hours: nobody comes to 'bar' while shops are open",
        ),
    ],
)
def test_a_mistake_gets_one_clear_complaint(overrides: dict[str, Any], words: str) -> None:
    """What is wrong, where, and what would be right."""
    assert any(words in complaint for complaint in complaints(**overrides)), complaints(**overrides)


def test_all_complaints_come_at_once() -> None:
    """Nobody mends one mistake to find the next."""
    said = complaints(
        transactions__methods={"qr": 0.0}, transactions__declined=0.999, settlement__at="25h"
    )
    assert len(said) == 3
