"""How far an assembly is, as one short word: a page that asks every few seconds learns cheaply that nothing moved."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from sqlalchemy import Table, func, or_, select

from coopter.governance.models import Attendance, Proxy
from coopter.governance.queries.votes import ASSEMBLIES, ELECTORS, ITEMS, ROLL
from coopter.governance.rules.kinds import ItemState
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.values.actor import Actor

_ATTENDANCES: Table = Attendance.__table__  # type: ignore[assignment]
_PROXIES: Table = Proxy.__table__  # type: ignore[assignment]


def moment_of_booth(actor: Actor, assembly_id: int) -> str:
    """What a phone shows depends on this alone: the assembly, its points, and which of my voices have voted."""
    here, hand = tenancy.current(), ELECTORS
    mine = or_(
        hand.c.structure_id.in_(actor.represents), hand.c.structure_id.is_(None) & (hand.c.person_id == actor.person_id)
    )
    voices = (
        select(ROLL.c.item_id, ROLL.c.elector_id, ROLL.c.has_voted)
        .join(ITEMS, (ITEMS.c.id == ROLL.c.item_id) & (ITEMS.c.grouping_id == here))
        .join(hand, (hand.c.id == ROLL.c.hand_id) & (hand.c.grouping_id == here))
        .where(ROLL.c.grouping_id == here, ITEMS.c.assembly_id == assembly_id, ITEMS.c.state == ItemState.OPEN, mine)
        .order_by(ROLL.c.item_id, ROLL.c.elector_id)
    )
    return _word(_points(assembly_id), session().execute(voices).all())


def moment_of_room(assembly_id: int) -> str:
    """What the room, the desk and the sheet of arrivals show depends on this: also who is there and how many voted."""
    here = tenancy.current()

    def counted(table: Table, *where: Any) -> Any:
        inside = (table.c.grouping_id == here, table.c.assembly_id == assembly_id, *where)
        return select(func.count()).select_from(table).where(*inside).scalar_subquery()

    voted = (
        select(func.count())
        .select_from(ROLL)
        .join(ITEMS, (ITEMS.c.id == ROLL.c.item_id) & (ITEMS.c.grouping_id == here))
        .where(ROLL.c.grouping_id == here, ITEMS.c.assembly_id == assembly_id, ROLL.c.has_voted)
        .scalar_subquery()
    )
    holders = select(func.sum(_PROXIES.c.holder_id)).where(
        _PROXIES.c.grouping_id == here, _PROXIES.c.assembly_id == assembly_id
    )
    figures = select(
        counted(_ATTENDANCES), counted(_ATTENDANCES, _ATTENDANCES.c.left_at.is_(None)),
        counted(_PROXIES), counted(_PROXIES, _PROXIES.c.revoked_at.is_(None)), holders.scalar_subquery(),
        counted(ELECTORS, ELECTORS.c.may_vote), voted,
    )  # fmt: skip
    return _word(_points(assembly_id), session().execute(figures).all())


def _points(assembly_id: int) -> Any:
    """The assembly and its points: their states, and the versions that every change raises."""
    here = tenancy.current()
    query = (
        select(ASSEMBLIES.c.state, ASSEMBLIES.c.version, ITEMS.c.id, ITEMS.c.state, ITEMS.c.version)
        .join(ITEMS, (ITEMS.c.assembly_id == ASSEMBLIES.c.id) & (ITEMS.c.grouping_id == here), isouter=True)
        .where(ASSEMBLIES.c.grouping_id == here, ASSEMBLIES.c.id == assembly_id)
        .order_by(ITEMS.c.position, ITEMS.c.id)
    )
    return session().execute(query).all()


def _word(*facts: Any) -> str:
    return sha256(repr(facts).encode()).hexdigest()[:16]
