"""A second call takes over what the first one did not vote, or voted without its quorum."""

from __future__ import annotations

from sqlalchemy import select

from coopter.governance.models import AgendaItem, AssemblyDocument, Outcome
from coopter.governance.rules.kinds import ItemState, Verdict
from coopter.members.commands.versions import values_of
from coopter.plumbing.database import session


def items_of(assembly_id: int) -> list[AgendaItem]:
    """The points of an agenda, as rows, in order."""
    query = select(AgendaItem).where(AgendaItem.assembly_id == assembly_id)
    return list(session().scalars(query.order_by(AgendaItem.position, AgendaItem.id)))


def items_to_vote_again(assembly_id: int) -> list[AgendaItem]:
    """The points that a second call takes over: not voted, or voted by too few (a consultation knows at its end)."""
    query = select(Outcome.item_id).where(Outcome.assembly_id == assembly_id, Outcome.verdict == Verdict.NO_QUORUM)
    lacking = set(session().scalars(query))
    return [item for item in items_of(assembly_id) if item.state is ItemState.PENDING or item.id in lacking]


def copy_agenda(assembly_id: int, new_id: int) -> None:
    """Those points, with their amendments and documents, in the second call."""
    copied: dict[int, AgendaItem] = {}
    kept = items_to_vote_again(assembly_id)
    names = [column.key for column in AgendaItem.__table__.columns if column.key not in _NOT_COPIED]
    for item in sorted(kept, key=lambda one: one.amends_id is not None):
        amends = copied.get(item.amends_id) if item.amends_id is not None else None
        copied[item.id] = AgendaItem(
            **values_of(item, names), assembly_id=new_id, amends_id=amends.id if amends else None,
            state=ItemState.PENDING, version=1,
        )  # fmt: skip
        session().add(copied[item.id])
        session().flush()
    documents = session().scalars(select(AssemblyDocument).where(AssemblyDocument.assembly_id == assembly_id)).all()
    for one in documents:
        item_id = copied[one.item_id].id if one.item_id in copied else None
        if one.item_id is None or item_id is not None:
            same = values_of(one, ("name", "media_type", "size", "sha256"))
            session().add(AssemblyDocument(assembly_id=new_id, item_id=item_id, **same))
    session().flush()


_NOT_COPIED = {"id", "grouping_id", "assembly_id", "amends_id", "version", "state", "opened_at", "closed_at", "notes"}
