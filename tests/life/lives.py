"""Quiet profiles to which one trouble is added, and a judge of frequencies."""

import math
from collections.abc import Iterator
from typing import Any

from fleet.profile import load
from fleet.profile.profile import Profile
from fleet.profile.updating import Update
from tests.life.solitude import Solitude, settle, spend

CALM: dict[str, object] = {
    "faults": {},
    "orders": [],
    "campaigns": [],
    "estate.sizes": [{"name": "idle", "share": 1.0, "per_day": 0.0}],
    "boot.failure": 0.0,
    "shutdown.hang": 0.0,
    "dormancy.chance": 0.0,
    "forced_shutdown.operator": "36500d",
    "damage.data_loss": 0.0,
    "self_test.failure": {},
    "sign_in.wrong_password": 0.0,
    "tms.registration_taken": 0.0,
    "tms.registration_unknown": 0.0,
    "tms.sign_in_malfunction": 0.0,
    "tms.sign_in_refusals": {},
    "tms.key_mismatch": 0.0,
    "sign_in.signature": 0.0,
    "sign_in.forgotten": 0.0,
    **{
        f"update.{name}": 0.0
        for name, field in Update.model_fields.items()
        if field.annotation is float  # the chances
    },
}


def quiet(**overrides: Any) -> Profile:
    """Return an estate in which nothing goes wrong but what the overrides say.

    Two underscores stand for a dot: `boot__failure=1.0`.
    """
    return load("steady", CALM | {key.replace("__", "."): v for key, v in overrides.items()})


def within_4_sigma(count: int, population: int, p: float) -> None:
    """Assert that a count of Bernoulli trials lies within 4 sigma of its mean."""
    sigma = math.sqrt(population * p * (1.0 - p))
    assert abs(count - population * p) <= 4.0 * sigma, (count, population * p, sigma)


def worlds_of(profile: Profile, population: int, *, hours: float) -> Iterator[Solitude]:
    """Let so many terminals live, each alone and for so many hours; yield what each lived in."""
    for index in range(population):
        world = settle(profile, hours=hours, index=index)
        spend(profile, world, index=index)
        yield world
