"""The journal as it is read: who did what to what, newest first, its subjects named, a page at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from coopter.billing.models import Invoice
from coopter.contributions.queries.calls import all_runs
from coopter.governance.models import Commitment, FrozenText, GoverningText, Signature, SignatureCampaign
from coopter.hours.models import TimeEntry
from coopter.members import queries as members
from coopter.members.models import Person
from coopter.office import policies
from coopter.plumbing.database import session
from coopter.plumbing.journal import JournalEntry
from coopter.plumbing.transaction import require
from coopter.staff import queries as staff
from coopter.staff.models import Contract, Placement
from coopter.values.actor import Actor
from coopter.values.instants import at_paris
from coopter.values.month import Month, NoSuchMonth

PAGE = 40


@dataclass(frozen=True, slots=True)
class JournalFilter:
    """What of the journal is asked for; days are those of Paris, both included."""

    subject: str = ""  # "month", or "invoice:12"
    person: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One thing that somebody did; the subject's name is None when it is not there any more."""

    sequence: int
    at: datetime
    who: str
    action: str
    subject: str
    kind: str
    name: str | Month | None
    before: Any
    after: Any
    seals: int


@dataclass(frozen=True, slots=True)
class JournalPage:
    """A page of the journal, and what it can be narrowed to."""

    lines: tuple[JournalLine, ...]
    page: int
    pages: int
    total: int
    names: dict[str, str | Month]  # of every subject named on the page, "structure:3"
    people: tuple[str, ...]
    kinds: tuple[str, ...]


def list_journal(actor: Actor, *, wanted: JournalFilter, page: int = 1) -> JournalPage:
    """A page of the grouping's journal; a page beyond the last is the last."""
    require(policies.can_read_office(actor))
    own = JournalEntry.chain == actor.grouping_id
    query = _narrowed(select(JournalEntry).where(own), wanted)
    total = session().scalar(_narrowed(select(func.count(JournalEntry.id)).where(own), wanted)) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    rows = session().scalars(query.order_by(JournalEntry.sequence.desc()).limit(PAGE).offset((page - 1) * PAGE)).all()
    names = _names(_named(rows))
    people = session().scalars(select(JournalEntry.actor).where(own).distinct().order_by(JournalEntry.actor))
    subjects = session().scalars(select(_kind_column()).where(own).distinct())
    return JournalPage(
        lines=tuple(_line(row, names) for row in rows),
        page=page,
        pages=pages,
        total=total,
        names=names,
        people=tuple(people),
        kinds=tuple(sorted({kind for kind in subjects if kind})),
    )


def _narrowed(query: Select[Any], wanted: JournalFilter) -> Select[Any]:
    if ":" in wanted.subject:
        query = query.where(JournalEntry.subject == wanted.subject)
    elif wanted.subject:
        inside = JournalEntry.subject.startswith(f"{wanted.subject}:", autoescape=True)
        query = query.where((JournalEntry.subject == wanted.subject) | inside)
    if wanted.person:
        query = query.where(JournalEntry.actor == wanted.person)
    if wanted.since is not None:
        query = query.where(JournalEntry.at >= at_paris(wanted.since, time()))
    if wanted.until is not None:
        query = query.where(JournalEntry.at < at_paris(wanted.until + timedelta(days=1), time()))
    return query


def _kind_column() -> Any:
    """What stands before the colon of a subject, in the dialect of the database."""
    if session().get_bind().dialect.name == "postgresql":
        return func.split_part(JournalEntry.subject, ":", 1)
    return func.substr(JournalEntry.subject + ":", 1, func.instr(JournalEntry.subject + ":", ":") - 1)


def _line(row: JournalEntry, names: dict[str, str | Month]) -> JournalLine:
    return JournalLine(
        sequence=row.sequence,
        at=row.at,
        who=row.actor,
        action=row.action,
        subject=row.subject,
        kind=row.subject.partition(":")[0],
        name=names.get(row.subject),
        before=row.before,
        after=row.after,
        seals=len(row.seals or ()),
    )


def _named(rows: Iterable[JournalEntry]) -> Iterable[str]:
    """The subjects of these entries, and the employees and structures that they tell of."""
    for row in rows:
        yield row.subject
        yield from _inside(row.before)
        yield from _inside(row.after)


def _inside(value: Any) -> Iterable[str]:
    if isinstance(value, list):
        for item in value:
            yield from _inside(item)
    elif isinstance(value, dict):
        for key, part in value.items():
            kind = key.removesuffix("_id")
            if kind in {"employee", "structure"} and isinstance(part, int):
                yield f"{kind}:{part}"
            elif isinstance(part, list | dict):
                yield from _inside(part)


def _names(subjects: Iterable[str]) -> dict[str, str | Month]:
    """The names of these subjects, in one statement a kind."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for subject in subjects:
        kind, _, key = subject.partition(":")
        if key:
            wanted[kind].add(key)
    found: dict[str, str | Month] = {}
    for kind, keys in wanted.items():
        if kind == "month":
            found |= {f"month:{key}": month for key in keys if (month := _month(key)) is not None}
        elif kind in _NAMERS:
            ids = {int(key) for key in keys if key.isdecimal()}
            found |= {f"{kind}:{key}": name for key, name in _NAMERS[kind](ids).items()}
    return found


def _month(key: str) -> Month | None:
    try:
        return Month.parse(key)
    except NoSuchMonth:
        return None


def _structures(ids: set[int]) -> dict[int, str]:
    return {key: row.name for key, row in members.structures_by_id(ids).items()}


def _employees(ids: set[int]) -> dict[int, str]:
    return {key: row.name for key, row in staff.employees_by_id(ids).items()}


def _invoices(ids: set[int]) -> dict[int, str]:
    return {key: name for key, name in session().execute(select(Invoice.id, Invoice.number).where(Invoice.id.in_(ids)))}


def _people(ids: set[int]) -> dict[int, str]:
    """People stand above groupings; only those whom this journal names are asked for."""
    return {row.id: row.name for row in session().scalars(select(Person).where(Person.id.in_(ids)))}


def _entries(ids: set[int]) -> dict[int, str]:
    query = select(TimeEntry.id, TimeEntry.employee_id, TimeEntry.structure_id).where(TimeEntry.id.in_(ids))
    return _both(session().execute(query).all())


def _placements(ids: set[int]) -> dict[int, str]:
    query = select(Placement.id, Placement.employee_id, Placement.structure_id).where(Placement.id.in_(ids))
    return _both(session().execute(query).all())


def _contracts(ids: set[int]) -> dict[int, str]:
    rows = session().execute(select(Contract.id, Contract.employee_id).where(Contract.id.in_(ids))).all()
    people = _employees({employee_id for _, employee_id in rows})
    return {key: people[employee_id] for key, employee_id in rows}


def _both(rows: Iterable[Any]) -> dict[int, str]:
    """An employee at a structure, in words that need no language."""
    rows = list(rows)
    people, places = _employees({row[1] for row in rows}), _structures({row[2] for row in rows})
    return {key: f"{people[employee_id]} · {places[structure_id]}" for key, employee_id, structure_id in rows}


def _texts(ids: set[int]) -> dict[int, str]:
    query = select(GoverningText.id, GoverningText.title).where(GoverningText.id.in_(ids))
    return {key: title for key, title in session().execute(query)}


def _commitments(ids: set[int]) -> dict[int, str]:
    query = select(Commitment.id, Commitment.title).where(Commitment.id.in_(ids))
    return {key: title for key, title in session().execute(query)}


def _call_runs(ids: set[int]) -> dict[int, str]:
    return {run.id: f"{run.name} {run.year}" for run in all_runs() if run.id in ids}


def _campaigns(ids: set[int]) -> dict[int, str]:
    query = select(SignatureCampaign.id, FrozenText.title).where(SignatureCampaign.id.in_(ids))
    return {key: title for key, title in session().execute(query.join(FrozenText, _frozen_by(SignatureCampaign)))}


def _signatures(ids: set[int]) -> dict[int, str]:
    query = select(Signature.id, FrozenText.title).where(Signature.id.in_(ids))
    return {key: title for key, title in session().execute(query.join(FrozenText, _frozen_by(Signature)))}


def _frozen_by(row: type[Signature] | type[SignatureCampaign]) -> ColumnElement[bool]:
    return FrozenText.id == row.frozen_id


_NAMERS: dict[str, Callable[[set[int]], dict[int, str]]] = {
    "structure": _structures,
    "employee": _employees,
    "invoice": _invoices,
    "person": _people,
    "entry": _entries,
    "placement": _placements,
    "contract": _contracts,
    "text": _texts,
    "commitment": _commitments,
    "call_run": _call_runs,
    "campaign": _campaigns,
    "signature": _signatures,
}
