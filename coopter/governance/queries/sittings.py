"""Assemblies as they were prepared: what was convened, its agenda, documents and written questions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from coopter.governance.models import (
    AgendaItem,
    Assembly,
    AssemblyDocument,
    Body,
    Elector,
    WrittenQuestion,
)
from coopter.governance.policies import can_prepare_governance
from coopter.governance.queries.bodies import find_rules
from coopter.governance.rules.kinds import (
    AssemblyMode,
    AssemblyState,
    BallotMethod,
    ItemForm,
    ItemState,
)
from coopter.governance.rules.motions import Motion
from coopter.governance.rules.statutes import Statutes, from_json
from coopter.plumbing.database import session
from coopter.values.actor import Actor
from coopter.values.instants import paris_day
from coopter.values.refusal import NotFound


@dataclass(frozen=True)
class AssemblyRecord:
    """One assembly as pages show it. `statutes` are those frozen at the convocation, before it those in force."""

    id: int
    body_id: int
    body: str
    title: str
    mode: AssemblyMode
    call: int
    first_call_id: int | None
    starts_at: datetime
    ends_at: datetime | None
    place: str
    link: str
    record_on: date
    message: str
    state: AssemblyState
    statutes: Statutes | None
    rules_decision: int | None
    chair: str
    secretary: str
    scrutineers: str
    has_door_code: bool
    calendar_sequence: int
    minutes_text_id: int | None
    convened_by: str
    convened_at: datetime | None
    opened_at: datetime | None
    closed_at: datetime | None
    annulled_because: str
    version: int

    @property
    def day(self) -> date:
        """The civil day of the assembly, in Paris."""
        return paris_day(self.starts_at)


@dataclass(frozen=True)
class ItemRecord:
    """One point of an agenda."""

    id: int
    assembly_id: int
    position: int
    title: str
    body: str
    form: ItemForm
    method: BallotMethod
    majority: str
    seats: int
    candidates: tuple[str, ...]
    amends_id: int | None
    motion: Motion | None
    state: ItemState
    opened_at: datetime | None
    closed_at: datetime | None
    notes: str
    version: int


def get_assembly(assembly_id: int) -> Assembly:
    """The row of an assembly; raises NotFound."""
    row = session().scalar(select(Assembly).where(Assembly.id == assembly_id))
    if row is None:
        raise NotFound()
    return row


def get_item(item_id: int) -> AgendaItem:
    """The row of a point of an agenda; raises NotFound."""
    row = session().scalar(select(AgendaItem).where(AgendaItem.id == item_id))
    if row is None:
        raise NotFound()
    return row


def get_elector(elector_id: int, *, assembly_id: int) -> Elector:
    """The row of an elector of this assembly; raises NotFound."""
    query = select(Elector).where(Elector.id == elector_id, Elector.assembly_id == assembly_id)
    row = session().scalar(query)
    if row is None:
        raise NotFound()
    return row


def assembly_record(assembly_id: int) -> AssemblyRecord:
    """One assembly; raises NotFound."""
    return _record(get_assembly(assembly_id), _body_names())


def assemblies_for(actor: Actor) -> tuple[AssemblyRecord, ...]:
    """Assemblies that somebody may see, the latest first: drafts are for whoever prepares them."""
    query = select(Assembly).order_by(Assembly.starts_at.desc(), Assembly.id.desc())
    if not can_prepare_governance(actor):
        query = query.where(Assembly.state != AssemblyState.DRAFT)
    names = _body_names()
    return tuple(_record(row, names) for row in session().scalars(query))


def agenda_of(assembly_id: int) -> tuple[ItemRecord, ...]:
    """The points of an agenda, in order; each amendment stands before what it amends."""
    query = select(AgendaItem).where(AgendaItem.assembly_id == assembly_id)
    return tuple(item_record(row) for row in session().scalars(query.order_by(AgendaItem.position, AgendaItem.id)))


def item_record(row: AgendaItem) -> ItemRecord:
    """A point of an agenda as pages show it."""
    same = {name: getattr(row, name) for name in ItemRecord.__dataclass_fields__ if name not in _ITEM_MADE}
    return ItemRecord(candidates=tuple(row.candidates or ()), motion=motion_of(row), **same)


def motion_of(row: AgendaItem) -> Motion | None:
    """The parameter that a point carries, or None."""
    if not row.motion_kind or row.motion_from_on is None:
        return None
    return Motion(row.motion_kind, row.motion_subject, row.motion_value, row.motion_from_on)


def statutes_of(row: Assembly) -> Statutes | None:
    """The rules of an assembly: those frozen when it was convened, before it those in force on its day."""
    if row.rules is not None:
        return from_json(row.rules)
    found = find_rules(row.body_id, on=paris_day(row.starts_at))
    return None if found is None else found[0]


@dataclass(frozen=True)
class DocumentRecord:
    """A file of a convocation, or of one of its points."""

    id: int
    item_id: int | None
    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True)
class QuestionRecord:
    """A written question and its answer."""

    id: int
    elector_id: int
    elector: str
    question: str
    asked_by: str
    asked_at: datetime
    answer: str
    answered_by: str
    answered_at: datetime | None


def documents_of(assembly_id: int) -> tuple[DocumentRecord, ...]:
    """The files of an assembly, in the order they were joined."""
    return records_of(DocumentRecord, AssemblyDocument, assembly_id)


def questions_of(assembly_id: int) -> tuple[QuestionRecord, ...]:
    """The written questions of an assembly, in the order they came."""
    electors = session().execute(select(Elector.id, Elector.name).where(Elector.assembly_id == assembly_id))
    names = {one.id: one.name for one in electors}
    query = select(WrittenQuestion).where(WrittenQuestion.assembly_id == assembly_id).order_by(WrittenQuestion.id)
    fields = [name for name in QuestionRecord.__dataclass_fields__ if name != "elector"]
    return tuple(
        QuestionRecord(elector=names[row.elector_id], **{name: getattr(row, name) for name in fields})
        for row in session().scalars(query)
    )


_ITEM_MADE = {"candidates", "motion"}
_ASSEMBLY_MADE = {"body", "statutes", "has_door_code"}


def records_of(kind: Any, row: Any, assembly_id: int) -> tuple[Any, ...]:
    """Rows of one assembly, in the order they were written, as frozen records of this kind."""
    found: Iterable[Any] = session().scalars(select(row).where(row.assembly_id == assembly_id).order_by(row.id))
    return tuple(kind(**{name: getattr(one, name) for name in kind.__dataclass_fields__}) for one in found)


def _body_names() -> dict[int, str]:
    return {body_id: name for body_id, name in session().execute(select(Body.id, Body.name))}


def _record(row: Assembly, bodies: dict[int, str]) -> AssemblyRecord:
    same = {name: getattr(row, name) for name in AssemblyRecord.__dataclass_fields__ if name not in _ASSEMBLY_MADE}
    return AssemblyRecord(
        body=bodies[row.body_id], statutes=statutes_of(row), has_door_code=row.door_token_hash is not None, **same
    )
