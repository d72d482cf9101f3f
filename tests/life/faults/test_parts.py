"""What a shop lives through when a part of its terminal fails: on the wire, at the till, over time.

The arcs of all faults are asserted elsewhere; here stands what is peculiar to a part.
"""

import functools
from typing import NamedTuple

import pytest

from fleet.life.faults import CATALOGUE
from fleet.life.states import Event, Step
from fleet.life.terminal import Terminal
from fleet.life.truth import FaultTruth
from fleet.profile import parse
from fleet.units import HOUR_MS, MINUTE_MS
from tests.life.faults.arcs import CALM
from tests.life.solitude import Solitude, settle, spend

E = Event
ONSET_H = 20.0
REPAIR_H = 10.0
AFTER_MS = 15 * HOUR_MS
FLAT = [1.0] * 24
SHOP = f"""
estate.sizes = [{{ name = "busy", share = 1.0, per_day = 1200.0 }}]
estate.sectors = [{{ name = "flat", share = 1.0, hours = {FLAT} }}]
status.interval = "1h"
[transactions]
messages = true
timed_out = 0.0
batch_mismatch = 0.0
mac_error = 0.0
methods = {{ qr = 1.0, chip = 1.0, stripe = 1.0, contactless = 1.0 }}
"""


class Shop(NamedTuple):
    """A terminal's life around one fault of a part, and that fault."""

    world: Solitude
    terminal: Terminal
    fault: FaultTruth

    def paid(self, begin: int, end: int) -> set[str]:
        """Return the ways in which customers paid in a span."""
        started = (s for s in self.steps(begin, end) if s.event is E.TRANSACTION_STARTED)
        return {step.code for step in started}

    def steps(self, begin: int, end: int) -> list[Step]:
        """Return the steps of a span."""
        return [step for step in self.world.steps if begin < step.at_ms < end]

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The spans before the fault, while it lasts, and after its repair."""
        repaired = self.fault.repaired_at
        assert repaired is not None
        onset = self.fault.onset_at
        # The repaired part fails anew at the same age.
        return (0, onset), (onset, repaired), (repaired, repaired + AFTER_MS)


@functools.cache
def shop(code: str, hours: float = 80.0, lines: str = "") -> Shop:
    """Let a busy terminal live with this fault at the twentieth hour of its age."""
    fault = f'[faults.{code}]\nonset = "{ONSET_H}h"\nrepair = "{REPAIR_H}h"\n'
    profile = parse(f"{CALM}{lines}{SHOP}{fault}")
    world = settle(profile, hours=hours)
    terminal = spend(profile, world)
    truths = (t for t in world.truths if isinstance(t, FaultTruth) and t.code == code)
    return Shop(world, terminal, next(truths))


@pytest.mark.parametrize(
    ("code", "method"),
    [
        ("SCN-452", "qr"),
        ("RDR-401", "stripe"),
        ("RDR-402", "chip"),
        ("RDR-403", "contactless"),
        ("RDR-404", "chip"),
    ],
)
def test_a_reader_that_fails_is_not_used_until_it_is_repaired(code: str, method: str) -> None:
    """Customers pay in the other ways meanwhile, and in this one before and afterwards."""
    life = shop(code)
    before, meanwhile, after = (life.paid(*span) for span in life.spans)
    assert before == after == {"qr", "chip", "stripe", "contactless"}
    assert meanwhile == before - {method}


@pytest.mark.parametrize("code", ["COM-206", "HW-603"])
def test_who_cannot_be_operated_beats_on_and_sells_nothing(code: str) -> None:
    """A lost phone, a dark display: no payment, customers lost, heartbeats as ever."""
    life = shop(code)
    before, meanwhile, after = (life.paid(*span) for span in life.spans)
    assert before
    assert after
    assert not meanwhile
    begin, end = life.spans[1]
    beats = [at for at, _ in life.world.beats if begin < at < end]
    assert len(beats) >= (end - begin) // HOUR_MS - 1
    lost = [int(s.code) for s in life.steps(begin, end + 1) if s.event is E.CUSTOMERS_LOST]
    assert sum(lost) > 100


@pytest.mark.parametrize(
    "code", [kind.code for kind in CATALOGUE.values() if "trade" in kind.effect.hinders]
)
def test_nobody_pays_while_trade_is_hindered(code: str) -> None:
    """From the onset to the repair not one payment is made; before and afterwards there are."""
    life = shop(code)
    before, meanwhile, after = (life.paid(*span) for span in life.spans)
    assert before
    assert after
    assert not meanwhile


def test_a_broken_keypad_lets_nobody_sign_in() -> None:
    """The session of the day goes on; once it is over, nobody signs in until the repair."""
    life = shop("HW-604", lines='sign_in.validity = "4h"')
    begin, end = life.spans[1]
    told = {step.event for step in life.steps(begin + 5 * HOUR_MS, end)}
    assert E.SIGNED_IN not in told
    assert not life.paid(begin + 5 * HOUR_MS, end)
    assert E.SIGNED_IN in {step.event for step in life.steps(*life.spans[2])}


@pytest.mark.parametrize(
    ("code", "word"), [("PRN-501", "PaperLow"), ("PRN-502", "NoPaper"), ("PRN-503", "PaperJam"),
                       ("PRN-505", "OutOfOrder")],
)  # fmt: skip
def test_the_printer_says_what_is_wrong_with_it(code: str, word: str) -> None:
    """The status report says so as long as the fault is known, OK before and after; sales go on."""
    life = shop(code)
    detected, repaired = life.fault.detected_at, life.fault.repaired_at
    assert detected is not None
    assert repaired is not None
    origin = life.world.origin_ms
    said = [(m.ts - origin, m.printer) for m in life.world.heard_of("status")]
    sound = {printer for at, printer in said if at < detected or 0 < at - repaired < AFTER_MS}
    assert sound == {"OK"}
    assert {printer for at, printer in said if detected < at < repaired} == {word}
    assert life.paid(detected, repaired)


def test_a_leak_fills_the_memory_and_a_restart_frees_it() -> None:
    """SW-702: memory fills from boot to boot before the terminal hangs, and is free again after."""
    spans = []
    for hours in (1.0, ONSET_H - 0.5, 79.0):
        profile = parse(f'{CALM}[faults.SW-702]\nonset = "{ONSET_H}h"\nprecursor = "15h"\n')
        terminal = spend(profile, settle(profile, hours=hours))
        spans.append(terminal.unit.level("mem_pct", int(hours * HOUR_MS)))
    fresh, full, again = spans
    assert full > fresh + 15.0
    assert again < full - 10.0
    assert E.HUNG in {s.event for s in shop("SW-702").world.steps}


@pytest.mark.parametrize(
    ("code", "channel"), [("RDR-405", "read_errors"), ("SCN-451", "decode_ms")]
)
def test_dirt_grows_slowly_and_is_gone_when_it_is_cleaned(code: str, channel: str) -> None:
    """The channel moves further from day to day before the onset, and is as before afterwards."""
    levels = []
    for hours in (1.0, 100.0, 239.0, 248.0):
        fault = f'[faults.{code}]\nonset = "10d"\nprecursor = "10d"\nrepair = "2h"\n'
        profile = parse(f"{CALM}{fault}")
        world = settle(profile, hours=hours)
        terminal = spend(profile, world)
        levels.append(_reading(terminal, channel, int(hours * HOUR_MS)))
    clean, some, much, cleaned = levels
    assert clean < some < much
    assert cleaned == pytest.approx(clean, rel=0.5)


def _reading(terminal: Terminal, channel: str, at: int) -> float:
    """Return a level of telemetry or, of what only the report tells, the mean of many readings."""
    if channel == "read_errors":
        return terminal.unit.level(channel, at)
    read = terminal.unit.gauges.read
    return sum(read(7, 0, number, at, 1.0)[channel] for number in range(50)) / 50


@pytest.mark.parametrize("code", ["COM-202", "COM-205"])
def test_a_bad_network_drops_the_link_again_and_again_for_a_short_while(code: str) -> None:
    """Each time it is taken up again within minutes; heartbeats are late, not lost for hours."""
    life = shop(code)
    begin, end = life.spans[1]
    steps = life.steps(begin, end)
    lost = [s.at_ms for s in steps if (s.event, s.code) == (E.LINK_LOST, code)]
    back = [s.at_ms for s in steps if s.event is E.LINK_RESTORED]
    assert len(lost) >= 5
    assert all(min(at for at in [*back, end] if at >= cut) - cut < 10 * MINUTE_MS for cut in lost)


def test_a_terminal_that_was_dropped_is_replaced_as_a_whole() -> None:
    """HW-608: out of order at once, nothing is sold, and another serial number comes."""
    life = shop("HW-608", hours=200.0)
    begin, end = life.spans[1]
    assert not life.paid(begin, end)
    assert not [at for at, _ in life.world.beats if begin < at < end]
    told = [m.serial_no for m in life.world.heard_of("register")]
    assert told[:2] == ["FL00000000", "FL00000000R1"]
