"""All mistakes of a profile are said at once: none hides another."""

from tests.profile.mistakes import complaints


def test_all_mistakes_come_at_once() -> None:
    """One reading reports unknown keys, types, units, laws, list items and cross checks."""
    found = complaints("""
        schema = 2
        heartbeet = 3
        boot.duration = { law = "lognormal", median = "5", p = 3 }
        [heartbeat]
        interval = 900
        jiter = 0.1
        [day]
        opens = { law = "lognorml", median = "8h" }
        [[campaigns]]
        name = "a"
        version = "2"
        at = "soon"
        [reconnect]
        first = "10m"
    """)
    assert set(found) == {
        "schema",
        "name",
        "heartbeet",
        "boot.duration.median",
        "boot.duration.p",
        "heartbeat.interval",
        "heartbeat.jiter",
        "day.opens.law",
        "campaigns[0].at",
        "reconnect.max",
    }


CONTRADICTORY = """
schema = 1
name = "contradictory"
boot.failure = 1.5
sign_in.forgotten = -0.1
update.no_space = nan
update.response = "-3m"
transactions = { declined = 0.7, timed_out = 0.5 }
estate.terminals = 10
[day]
opens = "09:00"
closes = "18:00"
[hazards]
frailty = nan
models = { Z9 = 2.0 }
[faults.PWR-999]
onset = "3d"
[faults.PWR-101]
onsett = "3d"
[faults.RDR-40]
[[campaigns]]
name = "late"
version = "2.0.0"
at = "-1h"
[[campaigns]]
name = "nobodys"
version = "2.0.0"
at = "1h"
models = ["Z9"]
[[campaigns]]
name = "never"
version = "2.0.0"
at = "1h"
window = { opens = "02:00", closes = "03:00" }
[[causes]]
name = "sudden"
kind = "outage"
at = "1h"
lasts = "-5m"
[[causes]]
name = "nowhere"
kind = "outage"
every = "1h"
between = ["08:00", "08:00"]
lasts = "5m"
cells = ["narnia-3"]
[[causes]]
name = "idle"
kind = "stress"
at = "1h"
lasts = "1h"
[[orders]]
at = "1h"
order = "rebot"
[[orders]]
at = "1h"
order = "reboot"
sites = [99]
"""


def test_no_mistake_hides_another() -> None:
    """A section, and an array, with a broken entry is looked at all the same, entry by entry.

    What is said of an entry is said by its own place, whatever stands before it.
    """
    assert set(complaints(CONTRADICTORY)) == {
        "boot.failure",
        "sign_in.forgotten",
        "update.no_space",
        "update.response",
        "transactions",
        "hazards.frailty",
        "hazards.models.Z9",
        "faults.PWR-999",
        "faults.PWR-101.onsett",
        "faults.RDR-40",
        "campaigns[0].at",
        "campaigns[1].models[0]",
        "campaigns[2].window",
        "causes[0].lasts",
        "causes[1].between",
        "causes[1].cells[0]",
        "causes[2]",
        "orders[0].order",
        "orders[1].sites[0]",
    }


BROKEN_TWICE = """
schema = 1
name = "twice"
estate.terminals = 10
[day]
opens = "09:00"
closes = "18:00"
[faults.PWR-999]
repair = "soon"
[faults.COM-209]
onset = "soon"
[[campaigns]]
version = "1 0"
at = "-1h"
models = ["Z9"]
window = { opens = "02:00", closes = "03:00" }
[[campaigns]]
name = "whose"
version = "1.0.0"
at = "1h"
models = [""]
[[causes]]
name = "sudden"
kind = "outage"
lasts = "-5m"
sites = [99]
every = "often"
between = ["08:00", "18:00"]
[[causes]]
name = "idle"
kind = "stress"
factors = { PWR-101 = -1.0 }
daily = "late"
cells = ["narnia-3"]
[[orders]]
at = "soon"
order = "rebot"
sites = [98]
heartbeat_interval = "5m"
[[orders]]
order = 3
"""


def test_a_broken_key_hides_nothing_else_of_its_entry() -> None:
    """What else is wrong there is said too, and nothing that only the broken key may have caused.

    A cause whose `every` cannot be read is not told that it lacks one.
    """
    assert set(complaints(BROKEN_TWICE)) == {
        "faults.PWR-999",
        "faults.PWR-999.repair",
        "faults.COM-209.onset",
        "campaigns[0].name",
        "campaigns[0].version",
        "campaigns[0].at",
        "campaigns[0].models[0]",
        "campaigns[0].window",
        "campaigns[1].models[0]",
        "causes[0].lasts",
        "causes[0].sites[0]",
        "causes[0].every",
        "causes[1].factors.PWR-101",
        "causes[1].daily",
        "causes[1].lasts",
        "causes[1].cells[0]",
        "orders[0].at",
        "orders[0].order",
        "orders[0].sites[0]",
        "orders[1].at",
        "orders[1].order",
    }
