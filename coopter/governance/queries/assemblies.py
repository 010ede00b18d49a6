"""Assemblies as they are held: the roll with who is there and who holds which power, the quorum as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from coopter.governance.models import (
    Assembly,
    Attendance,
    Elector,
    Proxy,
)
from coopter.governance.policies import can_speak_for
from coopter.governance.queries.sittings import (
    AssemblyRecord,
    DocumentRecord,
    ItemRecord,
    QuestionRecord,
    agenda_of,
    assemblies_for,
    assembly_record,
    documents_of,
    get_assembly,
    get_elector,
    get_item,
    item_record,
    motion_of,
    questions_of,
    records_of,
    statutes_of,
)
from coopter.governance.rules.kinds import (
    AssemblyMode,
    AttendanceMeans,
)
from coopter.governance.rules.proxies import Power, Voice, hands
from coopter.governance.rules.quorum import Place, QuorumState, quorum_state
from coopter.governance.rules.statutes import WHY_NOT
from coopter.plumbing.database import session
from coopter.values.actor import Actor
from coopter.values.refusal import Words

__all__ = [
    "AssemblyRecord", "DocumentRecord", "ElectorRecord", "ItemRecord", "Presence", "ProxyRecord", "QuestionRecord",
    "StayRecord", "agenda_of", "assemblies_for", "assembly_record", "documents_of", "get_assembly", "get_elector",
    "get_item", "item_record", "motion_of", "own_electors", "places_of", "powers_of", "presence_of", "proxies_of",
    "questions_of", "quorum_now", "roll_of", "statutes_of", "stays_of",
]  # fmt: skip


@dataclass(frozen=True)
class ElectorRecord:
    """One line of the roll: who may vote, whether it is there, and by whose hand it votes if a vote opens now."""

    id: int
    seat_id: int
    structure_id: int | None
    person_id: int | None
    name: str
    category: str
    college: str
    weight: int
    may_vote: bool
    why_not: Words | None
    present: bool
    means: AttendanceMeans | None
    person_name: str  # who is there for it
    proxy_id: int | None  # the live power that it gave
    gave_to_id: int | None
    gave_to: str  # "" when it gave none, or an open one that nobody holds yet
    hand_id: int | None  # None: neither there nor represented
    holds: tuple[int, ...]  # electors whose hand it is, itself left out


@dataclass(frozen=True)
class Presence:
    """Rows that say who is there: read once for the roll, the quorum and the opening of a vote."""

    electors: tuple[Elector, ...]
    inside: dict[int, Attendance]
    powers: tuple[Power, ...]
    hands: dict[int, int]


def presence_of(row: Assembly) -> Presence:
    """Who is on the roll of an assembly, who is there and whose hand votes for whom, at this instant."""
    electors = tuple(
        session().scalars(select(Elector).where(Elector.assembly_id == row.id).order_by(Elector.name, Elector.id))
    )
    query = select(Attendance).where(Attendance.assembly_id == row.id, Attendance.left_at.is_(None))
    inside = {one.elector_id: one for one in session().scalars(query)}
    powers = powers_of(row.id)
    statutes = statutes_of(row)
    return Presence(
        electors,
        inside,
        powers,
        hands(
            [Voice(one.id, one.college, one.weight, one.may_vote) for one in electors],
            present=frozenset(inside),
            powers=powers,
            most=None if statutes is None else statutes.most_proxies,
            everybody_is_there=row.mode is AssemblyMode.CONSULTATION,
        ),
    )


def powers_of(assembly_id: int) -> tuple[Power, ...]:
    """The live proxies of an assembly, in the order they were given."""
    query = select(Proxy).where(Proxy.assembly_id == assembly_id, Proxy.revoked_at.is_(None)).order_by(Proxy.id)
    return tuple(Power(row.id, row.giver_id, row.holder_id, row.nominative) for row in session().scalars(query))


def roll_of(assembly_id: int) -> tuple[ElectorRecord, ...]:
    """The roll of an assembly, by name, with who is there and who holds which power."""
    found = presence_of(get_assembly(assembly_id))
    names = {one.id: one.name for one in found.electors}
    given = {power.giver_id: power for power in found.powers}
    return tuple(_elector(one, found, given.get(one.id), names) for one in found.electors)


def own_electors(actor: Actor, assembly_id: int) -> tuple[ElectorRecord, ...]:
    """The lines of the roll for which somebody may speak."""
    return tuple(one for one in roll_of(assembly_id) if can_speak_for(actor, one))


def quorum_now(assembly_id: int) -> QuorumState | None:
    """The quorum as it stands, per college too; None before any rule was set. A consultation counts those who voted
    only when it closes: until then everybody is there."""
    row = get_assembly(assembly_id)
    statutes = statutes_of(row)
    return None if statutes is None else quorum_state(places_of(presence_of(row)), statutes.quorum_of(row.call))


def places_of(found: Presence) -> list[Place]:
    """Those who may vote, as a quorum counts them."""
    return [
        Place(one.college, one.weight, found.hands.get(one.id) == one.id, found.hands.get(one.id, one.id) != one.id)
        for one in found.electors
        if one.may_vote
    ]


@dataclass(frozen=True)
class StayRecord:
    """One stay, from arrival to departure, for the attendance sheet."""

    elector_id: int
    person_name: str
    means: AttendanceMeans
    arrived_at: datetime
    left_at: datetime | None


@dataclass(frozen=True)
class ProxyRecord:
    """A power, live or not."""

    id: int
    giver_id: int
    holder_id: int | None
    nominative: bool
    given_by: str
    given_at: datetime
    revoked_at: datetime | None
    revoked_because: str


def proxies_of(assembly_id: int) -> tuple[ProxyRecord, ...]:
    """Every power given for an assembly, the revoked ones too."""
    return records_of(ProxyRecord, Proxy, assembly_id)


def stays_of(assembly_id: int) -> tuple[StayRecord, ...]:
    """Every arrival and departure, in order."""
    return records_of(StayRecord, Attendance, assembly_id)


def _elector(one: Elector, found: Presence, given: Power | None, names: dict[int, str]) -> ElectorRecord:
    stay = found.inside.get(one.id)
    holder = given.holder_id if given else None
    return ElectorRecord(
        id=one.id, seat_id=one.seat_id, structure_id=one.structure_id, person_id=one.person_id, name=one.name,
        category=one.category, college=one.college, weight=one.weight, may_vote=one.may_vote,
        why_not=None if one.may_vote else WHY_NOT.get(one.why_not),
        present=stay is not None, means=stay.means if stay else None, person_name=stay.person_name if stay else "",
        proxy_id=given.id if given else None, gave_to_id=holder, gave_to="" if holder is None else names[holder],
        hand_id=found.hands.get(one.id),
        holds=tuple(giver for giver, hand in found.hands.items() if hand == one.id and giver != one.id),
    )  # fmt: skip
