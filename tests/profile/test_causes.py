"""Common causes in a profile: how they read, and what is wrong with them."""

import pytest

from fleet.profile import ProfileError, parse, resolved_toml

SMALL = """
schema = 1
name = "small"
[estate]
terminals = 100
regions = [{ name = "north", share = 0.5 }, { name = "south", share = 0.5 }]
[faults.PWR-101]
onset = "9d"
repair = "1h"
"""
ALL = """
[[causes]]
name = "backbone"
kind = "outage"
at = "2h"
lasts = "20m"
regions = ["north"]
share = 0.5
[[causes]]
name = "routers"
kind = "outage"
code = "COM-207"
every = { law = "exponential", mean = "30d" }
between = ["08:00", "18:00"]
lasts = { law = "lognormal", median = "1h", p95 = "6h" }
per = "site"
[[causes]]
name = "host"
kind = "gateway"
at = "3h"
lasts = "30m"
[[causes]]
name = "heat"
kind = "stress"
daily = "14:00"
lasts = "4h"
warmer = 12.0
factors = { PWR-101 = 20.0 }
[[causes]]
name = "wave"
kind = "restart"
daily = "00:00"
spread = "60m"
[[causes]]
name = "expiry"
kind = "certificate"
at = "1h"
[[causes]]
name = "leap"
kind = "clock_step"
at = "1h"
step = "-90s"
[[causes]]
name = "holiday"
kind = "dormancy"
at = "1d"
lasts = "7d"
"""


def complaints(text: str) -> dict[str, str]:
    """Return all complaints about a profile by their paths."""
    with pytest.raises(ProfileError) as info:
        parse(SMALL + text)
    return {each.path: each.message for each in info.value.complaints}


def test_every_kind_reads_and_is_written_back() -> None:
    """The resolved TOML of all kinds loads to an equal profile."""
    profile = parse(SMALL + ALL)
    assert [cause.kind for cause in profile.causes] == [
        "outage", "outage", "gateway", "stress", "restart", "certificate", "clock_step", "dormancy",
    ]  # fmt: skip
    assert parse(resolved_toml(profile)) == profile


RESTART = '[[causes]]\nname = "a"\nkind = "restart"\n'
CAUSE = '[[causes]]\nname = "a"\nkind = "outage"\nlasts = "1h"\n'
STRESS = '[[causes]]\nname = "a"\nkind = "stress"\nlasts = "1h"\nat = "1h"\n'


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ('[[causes]]\nname = "a"\nkind = "outige"', "causes[0].kind", "did you mean 'outage'?"),
        ('[[causes]]\nname = "a"\nat = "1h"', "causes[0].kind", "is missing; write one of outage"),
        (
            RESTART + 'every = "1s"',
            "causes[0].every",
            "would come every 1s; let at least 10s pass on average",
        ),
        (CAUSE, "causes[0]", "nothing says when; write one of at, daily and every"),
        (CAUSE + 'at = "1h"\ndaily = "08:00"', "causes[0]", "at and daily contradict each other"),
        (CAUSE + 'at = "1h"\nlast = "1h"', "causes[0].last", "did you mean 'lasts'?"),
        (CAUSE + 'at = "soon"', "causes[0].at", "'soon' is not a duration"),
        (CAUSE + 'at = "1h"\nregions = ["nort"]', "causes[0].regions[0]", "did you mean 'north'"),
        (CAUSE + 'at = "1h"\nshare = 1e-5', "causes[0].share", "100 terminals 0.001 would take"),
        (CAUSE + 'at = "1h"\nshare = 1.5', "causes[0].share", "less than or equal to 1"),
        (
            CAUSE + 'daily = "08:00"\nbetween = ["08:00", "09:00"]',
            "causes[0].between",
            "only every can be kept to hours",
        ),
        (
            CAUSE + 'every = "1d"\nbetween = ["08:00", "08:00"]',
            "causes[0].between",
            "so it never opens",
        ),
        (CAUSE + 'every = "1d"\nbetween = ["8am", "09:00"]', "causes[0].between[0]", "'8am'"),
        (CAUSE + 'at = "1h"\n' + CAUSE + 'at = "2h"', "causes[1].name", "'a' is taken"),
        (STRESS, "causes[0]", "it would change nothing; give factors or warmer"),
        (
            STRESS + "factors = { PWR-102 = 2.0 }",
            "causes[0].factors.PWR-102",
            "there is no 'PWR-102' under faults; did you mean 'PWR-101'?",
        ),
        (
            '[[causes]]\nname = "a"\nkind = "certificate"\ndaily = "09:00"',
            "causes[0].daily",
            "a certificate happens once; write at instead",
        ),
    ],
)
def test_each_mistake_is_explained(text: str, path: str, message: str) -> None:
    """The complaint stands at the mistake's path and says what would be right."""
    assert message in complaints(text)[path]


def test_contradictions_come_all_at_once() -> None:
    """One reading reports all that contradicts the estate, or itself."""
    found = complaints("""
        [[causes]]
        name = "a"
        kind = "outage"
        lasts = "1h"
        at = "1h"
        every = "1d"
        between = ["08:00", "08:00"]
        models = ["X9"]
        [[campaigns]]
        name = "c"
        version = "2"
        at = "1h"
        models = ["X9"]
        [[orders]]
        at = "1h"
        order = "reboot"
        regions = ["east"]
        share = 1e-6
    """)
    assert set(found) == {
        "causes[0]", "causes[0].between", "causes[0].models[0]", "campaigns[0].models[0]",
        "orders[0].regions[0]", "orders[0].share",
    }  # fmt: skip
