"""Reads of structures and of their time in the grouping."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select

from coopter.members.models import Membership, Structure
from coopter.members.queries.absent import absent
from coopter.members.rules import found_in, natural_order
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.values.actor import Actor, Role


@dataclass(frozen=True)
class Recorded:
    """One line of the journal about a thing, and the names of the fields it changed."""

    at: datetime
    by: str
    action: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """What another room has to say on a structure's page: facts, and where its own list stands."""

    title: str
    icon: str
    facts: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    columns: tuple[str, ...] = ()
    links: tuple[str, ...] = ()  # where each row leads, when it leads somewhere
    url: str = ""
    action: str = ""
    empty: str = ""


# Rooms above add theirs when their views are imported: (actor, structure, today) -> Section, or None to stay silent.
structure_page_sections: list[Callable[[Actor, Structure, date], Section | None]] = []


def get_structure(structure_id: int) -> Structure:
    """The structure of this id in the grouping in scope; raises NotFound, for another grouping's too."""
    return session().scalar(select(Structure).where(Structure.id == structure_id)) or absent()


def find_structure_by_code(code: str) -> Structure | None:
    """The structure of this code in the grouping in scope, or None."""
    return session().scalar(select(Structure).where(Structure.code == code))


def list_structures(*, on: date | None = None, search: str = "") -> tuple[Structure, ...]:
    """Structures in natural order of their codes; with `on`, those who are members that day."""
    query = select(Structure)
    if on is not None:
        query = query.where(Structure.id.in_(_members_on(on)))
    rows = [row for row in session().scalars(query) if not search or found_in(search, *_searched(row))]
    return tuple(sorted(rows, key=lambda row: natural_order(row.code)))


def structures_by_id(ids: Iterable[int] | None = None) -> dict[int, Structure]:
    """Structures by id, in one query; all of the grouping when no ids are given."""
    wanted = None if ids is None else set(ids)
    rows = session().scalars(select(Structure)).all() if wanted is None or len(wanted) > 50 else _some(wanted)
    return {row.id: row for row in rows if wanted is None or row.id in wanted}


def is_member(structure_id: int, on: date) -> bool:
    """Whether this structure is a member of the grouping that day."""
    return structure_id in set(session().scalars(_members_on(on)))


def member_ids(on: date) -> frozenset[int]:
    """Ids of the structures that are members that day."""
    return frozenset(session().scalars(_members_on(on)))


def memberships_of(structure_id: int) -> tuple[Membership, ...]:
    """A structure's times in the grouping, the latest first."""
    query = select(Membership).where(Membership.structure_id == structure_id).order_by(Membership.joined_on.desc())
    return tuple(session().scalars(query))


def memberships_by_structure() -> dict[int, Membership]:
    """The latest time in the grouping of each structure."""
    rows = session().scalars(select(Membership).order_by(Membership.joined_on))
    return {row.structure_id: row for row in rows}


def history_of(actor: Actor, structure_id: int, *, most: int = 10) -> tuple[Recorded, ...]:
    """The last things done to a structure, for those who run or check the grouping; nothing for others."""
    if not actor.has(Role.COORDINATOR, Role.TREASURER, Role.AUDITOR):
        return ()
    entry = journal.JournalEntry
    query = select(entry).where(entry.chain == actor.grouping_id, entry.subject == f"structure:{structure_id}")
    rows = session().scalars(query.order_by(entry.sequence.desc()).limit(most))
    return tuple(Recorded(row.at, row.actor, row.action, tuple(row.after or ())) for row in rows)


def _members_on(on: date) -> Any:
    return select(Membership.structure_id).where(
        Membership.joined_on <= on, or_(Membership.left_on.is_(None), Membership.left_on > on)
    )


def _some(ids: set[int]) -> Iterable[Structure]:
    return session().scalars(select(Structure).where(Structure.id.in_(ids))) if ids else ()


def _searched(row: Structure) -> tuple[str | None, ...]:
    return row.code, row.legal_name, row.trade_name, row.siret, row.city, row.email, row.activity
