"""Reads of requests to join, of what members think of them, and of who may be told by law that the members changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select

from coopter.governance import policies
from coopter.governance.models import (
    Admission,
    AdmissionOpinion,
    AgendaItem,
    Assembly,
    BodySeat,
    FrozenText,
    GoverningText,
)
from coopter.governance.rules.admission import OPEN_STATES
from coopter.governance.rules.kinds import AssemblyState, ItemState, OpinionOnAdmission, TextKind
from coopter.governance.rules.obligations import one_agreement
from coopter.members import queries as members
from coopter.members.models import Grouping, Structure
from coopter.members.rules import as_money, folded, natural_order
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.values.actor import Actor
from coopter.values.money import Money
from coopter.values.refusal import NotFound


@dataclass(frozen=True, slots=True)
class AdmissionTerms:
    """What a structure that joins is asked, on a day; amounts in cents."""

    online: bool
    entrance_fee: Money
    deposit: Money


@dataclass(frozen=True, slots=True)
class OpinionLine:
    """What somebody thinks of a request, and in whose name."""

    structure_id: int | None
    structure: str
    opinion: OpinionOnAdmission
    comment: str
    given_by: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody who holds an office of the grouping."""

    name: str
    office: str


@dataclass(frozen=True, slots=True)
class MemberEntry:
    """A member as the labour inspectorate is told of it (D1253-1, 5°)."""

    name: str
    address: str
    activity: str
    headcount: int | None
    agreement: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class InspectorateNotice:
    """What the grouping writes to the labour inspectorate within one month of a change of its members.

    Under one collective agreement: items 1° to 3°, 5° a and b, 6° of D1253-1 (D1253-3), hence no headcount; under
    several: all of them (D1253-6). `lacking` names what the records do not say.
    """

    grouping: Grouping
    recipient: str
    one_agreement: bool
    officers: tuple[Officer, ...]
    members: tuple[MemberEntry, ...]
    left: tuple[str, ...]
    on: date
    lacking: tuple[str, ...]


def get_admission(admission_id: int) -> Admission:
    """The request of this id in the grouping in scope; raises NotFound."""
    found = session().scalar(select(Admission).where(Admission.id == admission_id))
    if found is None:
        raise NotFound()
    return found


def list_admissions(*, open: bool) -> tuple[Admission, ...]:
    """Requests still to be decided, the oldest first; or the closed ones, the latest first."""
    query = select(Admission)
    if open:
        return tuple(session().scalars(query.where(Admission.state.in_(OPEN_STATES)).order_by(Admission.id)))
    return tuple(session().scalars(query.where(Admission.state.not_in(OPEN_STATES)).order_by(Admission.id.desc())))


def admissions_waiting() -> tuple[str, ...]:
    """The names of the requests to be decided or closed: no assembly has them on its agenda; the oldest first."""
    voted = Admission.item_id.in_(_awaiting_vote())
    query = select(Admission.name).where(Admission.state.in_(OPEN_STATES), Admission.item_id.is_(None) | ~voted)
    return tuple(session().scalars(query.order_by(Admission.id)))


def opinions_wanted(actor: Actor) -> tuple[tuple[int, str], ...]:
    """The requests, id and name, of which a structure that somebody represents has not said what it thinks."""
    speaks_for = {one for one in actor.represents if policies.can_give_opinion(actor, one)}
    if not speaks_for:
        return ()
    query = (
        select(Admission.id, Admission.name, func.count(AdmissionOpinion.id))
        .outerjoin(
            AdmissionOpinion,
            (AdmissionOpinion.admission_id == Admission.id) & AdmissionOpinion.structure_id.in_(sorted(speaks_for)),
        )
        .where(Admission.state.in_(OPEN_STATES))
        .group_by(Admission.id, Admission.name)
        .order_by(Admission.id)
    )
    rows = session().execute(query).all()
    return tuple((admission_id, name) for admission_id, name, said in rows if said < len(speaks_for))


def awaits_vote(item_id: int | None) -> bool:
    """Whether a point is still on an agenda and not voted: once closed, withdrawn or annulled, no."""
    return item_id is not None and session().scalar(_awaiting_vote().where(AgendaItem.id == item_id)) is not None


def _awaiting_vote() -> Select[int]:
    """The points still on an agenda and not voted."""
    return (
        select(AgendaItem.id)
        .join(Assembly, Assembly.id == AgendaItem.assembly_id)
        .where(AgendaItem.state.in_((ItemState.PENDING, ItemState.OPEN)))
        .where(Assembly.state.not_in((AssemblyState.ANNULLED, AssemblyState.CLOSED)))
    )


def same_siret(admission: Admission) -> tuple[str, ...]:
    """What else is known under this SIRET: a structure of the grouping, another open request."""
    structures = session().scalars(select(Structure).where(Structure.siret == admission.siret))
    found = [one.name for one in structures if one.id != admission.structure_id]
    others = select(Admission.name).where(
        Admission.siret == admission.siret, Admission.id != admission.id, Admission.state.in_(OPEN_STATES)
    )
    return (*found, *session().scalars(others))


def opinions_on(admission_id: int) -> tuple[OpinionLine, ...]:
    """What was said of a request, in the order in which it was said."""
    query = (
        select(AdmissionOpinion, Structure)
        .outerjoin(Structure, Structure.id == AdmissionOpinion.structure_id)
        .where(AdmissionOpinion.admission_id == admission_id)
        .order_by(AdmissionOpinion.id)
    )
    return tuple(
        OpinionLine(
            row.structure_id, structure.name if structure else "", row.opinion, row.comment, row.given_by, row.given_at
        )
        for row, structure in session().execute(query)
    )


def find_opinion(admission_id: int, structure_id: int | None, *, given_by: str) -> AdmissionOpinion | None:
    """The opinion that a structure (or the office, by its author) has already given on a request."""
    query = select(AdmissionOpinion).where(AdmissionOpinion.admission_id == admission_id)
    if structure_id is not None:
        return session().scalar(query.where(AdmissionOpinion.structure_id == structure_id))
    mine = AdmissionOpinion.structure_id.is_(None), AdmissionOpinion.given_by == given_by
    return session().scalar(query.where(*mine))


def opinion_counts() -> dict[int, int]:
    """How many opinions each request has."""
    query = select(AdmissionOpinion.admission_id, func.count()).group_by(AdmissionOpinion.admission_id)
    return {admission_id: count for admission_id, count in session().execute(query)}


def admission_terms(on: date) -> AdmissionTerms:
    """What the grouping asks of a newcomer on a day, and whether it takes requests online."""
    return AdmissionTerms(
        online=members.parameter("public_joining", on=on).value == "yes",
        entrance_fee=as_money(members.parameter("entrance_fee", on=on)),
        deposit=as_money(members.parameter("member_deposit", on=on)),
    )


def charter_to_read() -> FrozenText | None:
    """The last frozen version of the grouping's charter, which whoever wants to join reads first; None without one."""
    query = (
        select(FrozenText)
        .join(GoverningText, GoverningText.id == FrozenText.text_id)
        .where(GoverningText.kind == TextKind.GROUPING_CHARTER, GoverningText.archived_at.is_(None))
        .order_by(FrozenText.id.desc())
    )
    return session().scalars(query.limit(1)).first()


def officers_on(on: date) -> tuple[Officer, ...]:
    """Who holds an office on a day, in any body of the grouping, once each."""
    query = select(BodySeat.name, BodySeat.office).where(
        BodySeat.office != "", BodySeat.starts_on <= on, BodySeat.ends_on.is_(None) | (BodySeat.ends_on > on)
    )
    found = {(name, office): None for name, office in session().execute(query.order_by(BodySeat.id))}
    return tuple(Officer(name, office) for name, office in found)


def inspectorate_notice(*, on: date, new: Iterable[int] = (), left: Iterable[int] = ()) -> InspectorateNotice:
    """The notice as the records stand on a day; `new` and `left` are the structures that changed."""
    grouping = members.get_grouping_by_id(tenancy.grouping_in_scope())
    fresh, gone = set(new), members.structures_by_id(left)
    rows = sorted(members.list_structures(on=on), key=lambda row: natural_order(row.code))
    single = one_agreement([grouping.collective_agreement, *(row.collective_agreement for row in rows)])
    entries = tuple(
        MemberEntry(
            row.legal_name, address_of(row), row.activity, row.headcount, row.collective_agreement, row.id in fresh
        )
        for row in rows
    )
    officers = officers_on(on)
    address = members.parameter("labour_inspectorate", on=on)
    recipient = "" if address.from_on is None else address.value
    lacking = _lacking(grouping, recipient, officers, entries, single=single)
    names = tuple(row.legal_name for row in gone.values())
    return InspectorateNotice(grouping, recipient, single, officers, entries, names, on, lacking)


def address_of(row: Structure | Grouping) -> str:
    """An address on one line."""
    place = f"{row.postcode} {row.city}".strip()
    return ", ".join(part for part in (row.address, row.address_more, place) if part)


def find_by_siret(siret: str) -> Structure | None:
    """The structure of the grouping that has this SIRET, a former member too."""
    return session().scalar(select(Structure).where(Structure.siret == siret))


def _lacking(
    grouping: Grouping, recipient: str, officers: tuple[Officer, ...], entries: tuple[MemberEntry, ...], *, single: bool
) -> tuple[str, ...]:
    """Machine names of what lacks; a name after « : » is a member's."""
    lacks = [] if recipient else ["recipient"]
    lacks += [] if officers else ["officers"]
    lacks += [] if folded(grouping.collective_agreement) else ["agreement"]
    for entry in entries:
        lacks += [] if entry.address else [f"address:{entry.name}"]
        lacks += [] if entry.agreement else [f"own-agreement:{entry.name}"]
        lacks += [] if entry.activity else [f"activity:{entry.name}"]
        lacks += [f"headcount:{entry.name}"] if entry.headcount is None and not single else []
    return tuple(lacks)
