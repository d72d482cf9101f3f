"""The remedy ladder: restart, check, hotline, technician, another unit (重启→检查→客服→维修).

Theory of operation
-------------------
Whoever has noticed a fault climbs from the lowest rung. A rung that cannot cure this kind takes the
time of an attempt; one that can takes its repair time, lognormal by its profile, and cures by its
chance; the last one always does. From the hotline on, somebody has to be reached first, by one of
the channels of support, and then the case may be taken for another fault: that visit is in vain and
has its own ticket, with the wrong diagnosis. A case that lies with the network provider waits for
the provider besides. Technicians and couriers work in service hours only; a visit's time counts
within them.

A unit that was swapped goes to the depot, where in a part of the cases nothing is found.
"""

from typing import Final, NamedTuple

from msgspec.structs import replace

from fleet.chance.streams import Purpose, Streams
from fleet.life.faults.catalogue import CATALOGUE
from fleet.life.faults.kinds import FaultKind, Remedy, Rung
from fleet.life.faults.service_hours import ServiceHours
from fleet.life.truth import NO_FAULT_FOUND, Channel, Ticket, TicketKind
from fleet.profile.faults import Repair, Support
from fleet.profile.profile import Profile
from fleet.units import Millis

_CURES: Final = Purpose("repair.cures")
_ATTEMPT: Final = Purpose("repair.attempt")
_CHANNEL: Final = Purpose("support.channel")
_LATENCY: Final = Purpose("support.latency")
_PROVIDER: Final = Purpose("support.provider")
_MISTAKEN: Final = Purpose("support.misdiagnosis")
_MISTAKEN_FOR: Final = Purpose("support.misdiagnosis.code")
_MISTAKEN_UNTIL: Final = Purpose("support.misdiagnosis.until")
_NOTHING: Final = Purpose("depot.no_fault_found")
_DEPOT: Final = Purpose("repair.depot")
REPAIR: Final = {code: Purpose(f"fault.{code}.repair") for code in CATALOGUE}
DIAGNOSIS: Final = {code: Purpose(f"fault.{code}.diagnosis") for code in CATALOGUE}
_LAWS: Final = {
    Rung.RECOVERY: "watchdog", Rung.MERCHANT: "merchant", Rung.REMOTE: "remote",
    Rung.VISIT: "field", Rung.SWAP: "swap",
}  # fmt: skip
_PARTS: Final = {Rung.VISIT: "component", Rung.SWAP: "unit"}


class Visit(NamedTuple):
    """One time that support took the case up: when, and what it was taken for."""

    start_at: Millis
    end_at: Millis
    rung: Rung
    diagnosis: str


class Plan(NamedTuple):
    """How a fault is going to be repaired.

    Attributes:
        began_at: When the repair begins.
        until: When it is over.
        rung: What cures.
        opened_at: When a ticket was opened; None if nobody but the merchant ever knew.
        visits: What support did, in order.
    """

    began_at: Millis
    until: Millis
    rung: Rung
    opened_at: Millis | None
    visits: tuple[Visit, ...]


def plan(
    streams: Streams, profile: Profile, hours: ServiceHours, kind: FaultKind, now: Millis
) -> Plan:
    """Draw how a fault that has just been noticed will be repaired."""
    rung = _curing_rung(streams, kind.remedies)
    asked = profile.faults.get(kind.code)
    if asked is not None and asked.repair is not None:
        return _as_asked(streams, profile, kind, rung, now)
    at = now
    for _ in range(rung):
        at += streams.draw(_ATTEMPT, profile.support.attempt)
    if rung < Rung.REMOTE:
        until = at + _repair_ms(streams, profile.repair, kind, rung)
        return Plan(at, until, rung, None, ())
    at = _reach(streams, profile.support, kind, at)
    visits = _visits(streams, profile, hours, kind, rung, at)
    return Plan(visits[0].start_at, visits[-1].end_at, rung, at, visits)


def tickets(
    plan: Plan, channel: Channel, serial_no: str, *, first: int, fault: int
) -> list[Ticket]:
    """Return the tickets that a plan has led to, numbered from `first`."""
    what: TicketKind = "swap" if plan.rung is Rung.SWAP else "corrective"
    return [
        Ticket(
            number=first + n,
            serial_no=serial_no,
            opened_at=plan.opened_at or visit.start_at,
            start_at=visit.start_at,
            end_at=visit.end_at,
            kind=what,
            channel=channel,
            component=CATALOGUE[visit.diagnosis].component,
            diagnosis=visit.diagnosis,
            parts_replaced=_PARTS.get(visit.rung, ""),
            fault=fault,
        )
        for n, visit in enumerate(plan.visits)
    ]


def preventive(number: int, serial_no: str, now: Millis) -> Ticket:
    """Return the ticket of an inspection, which is over at once and finds nothing."""
    return Ticket(
        number=number,
        serial_no=serial_no,
        opened_at=now,
        start_at=now,
        end_at=now,
        kind="preventive",
        channel="user_report",
        component="unit",
        diagnosis="",
        parts_replaced="",
        fault=0,
    )


def depot(streams: Streams, profile: Profile, ticket: Ticket, number: int, now: Millis) -> Ticket:
    """Return the depot's ticket about a unit that was swapped now, by the ticket of the swap."""
    nothing = streams.chance(_NOTHING, profile.support.no_fault_found)
    return replace(
        ticket,
        number=number,
        opened_at=now,
        start_at=now,
        end_at=now + streams.draw(_DEPOT, profile.repair.depot),
        kind="depot",
        diagnosis=NO_FAULT_FOUND if nothing else ticket.diagnosis,
        parts_replaced="" if nothing else "component",
    )


def _curing_rung(streams: Streams, remedies: tuple[Remedy, ...]) -> Rung:
    for remedy in remedies[:-1]:
        if streams.chance(_CURES, remedy.chance):
            return remedy.rung
    return remedies[-1].rung


def _as_asked(streams: Streams, profile: Profile, kind: FaultKind, rung: Rung, now: Millis) -> Plan:
    """Draw a repair by the laws that a profile has for this very kind; they say how long it takes.

    So a wrong diagnosis makes it no longer: it takes a part of the time, at whose end somebody
    knows better.
    """
    asked = profile.faults[kind.code]
    assert asked.repair is not None  # noqa: S101 - the caller has looked
    began_at = now
    if asked.diagnosis is not None:
        began_at += streams.draw(DIAGNOSIS[kind.code], asked.diagnosis)
    until = began_at + streams.draw(REPAIR[kind.code], asked.repair)
    if rung < Rung.REMOTE:
        return Plan(began_at, until, rung, None, ())
    *mistaken, right = _diagnoses(streams, profile.support, kind)
    known_at = began_at
    if mistaken:
        known_at += int((until - began_at) * streams.uniform(_MISTAKEN_UNTIL))
    visits = [Visit(began_at, known_at, rung, code) for code in mistaken]
    return Plan(began_at, until, rung, now, (*visits, Visit(known_at, until, rung, right)))


def _reach(streams: Streams, support: Support, kind: FaultKind, at: Millis) -> Millis:
    shares = [contact.share for contact in support.contacts]
    contact = support.contacts[streams.pick(_CHANNEL, shares)]
    at += streams.draw(_LATENCY, contact.latency)
    return at + streams.draw(_PROVIDER, support.provider) if kind.provider else at


def _visits(  # noqa: PLR0913, PLR0917 - what a visit depends on
    streams: Streams,
    profile: Profile,
    hours: ServiceHours,
    kind: FaultKind,
    rung: Rung,
    at: Millis,
) -> tuple[Visit, ...]:
    visits = []
    for diagnosis in _diagnoses(streams, profile.support, kind):
        work_ms = _repair_ms(streams, profile.repair, kind, rung)
        span = hours.work(at, work_ms) if rung >= Rung.VISIT else (at, at + work_ms)
        visits.append(Visit(*span, rung, diagnosis))
        at = span[1]
    return tuple(visits)


def _repair_ms(streams: Streams, repair: Repair, kind: FaultKind, rung: Rung) -> Millis:
    return streams.draw(REPAIR[kind.code], getattr(repair, _LAWS[rung]))


def _diagnoses(streams: Streams, support: Support, kind: FaultKind) -> list[str]:
    """Draw what a case is taken for, in order; the last diagnosis is right."""
    if streams.chance(_MISTAKEN, support.misdiagnosis):
        return [_mistaken_for(streams, kind), kind.code]
    return [kind.code]


def _mistaken_for(streams: Streams, kind: FaultKind) -> str:
    others = [code for code in CATALOGUE if code != kind.code]
    alike = [code for code in others if CATALOGUE[code].fault_class == kind.fault_class]
    codes = alike or others
    return codes[streams.pick(_MISTAKEN_FOR, [1.0] * len(codes))]
