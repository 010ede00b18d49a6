"""Voting again: a second call takes over what lacked its quorum; a sitting, what had no effect or was annulled."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from coopter.governance import policies
from coopter.governance.models import AgendaItem, Assembly, AssemblyDocument, Outcome
from coopter.governance.queries.sittings import get_assembly, get_item
from coopter.governance.queries.votes import may_vote_again, outcome_of
from coopter.governance.rules.kinds import AssemblyState, ItemState, Verdict
from coopter.members.commands.versions import reread, values_of
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.refusal import Refusal


class NothingToVoteAgain(Refusal):
    """Ce point ne se remet pas aux voix : son vote a eu son effet, il attend déjà, ou la séance est close."""


def items_of(assembly_id: int) -> list[AgendaItem]:
    """The points of an agenda, as rows, in order."""
    query = select(AgendaItem).where(AgendaItem.assembly_id == assembly_id)
    return list(session().scalars(query.order_by(AgendaItem.position, AgendaItem.id)))


def items_to_vote_again(assembly_id: int) -> list[AgendaItem]:
    """The points that a second call takes over: not voted, or voted by too few (a consultation knows at its end)."""
    query = select(Outcome.item_id).where(Outcome.assembly_id == assembly_id, Outcome.verdict == Verdict.NO_QUORUM)
    lacking = set(session().scalars(query))
    return [item for item in items_of(assembly_id) if item.state is ItemState.PENDING or item.id in lacking]


@command
def vote_again(actor: Actor, *, item_id: int, at: datetime) -> int:
    """Put a point to the vote again in the same sitting, after a vote without effect or annulled; returns its new id.

    It stands right after the first, which stays with its deliberation. Raises NothingToVoteAgain.
    """
    require(policies.can_prepare_governance(actor))
    first = get_item(item_id)
    row: Assembly = reread(get_assembly(first.assembly_id))
    found = outcome_of(item_id)
    undone = found is not None and may_vote_again(found)
    agenda = items_of(row.id)
    waiting = any(one.title == first.title and one.state in (ItemState.PENDING, ItemState.OPEN) for one in agenda)
    if row.state is not AssemblyState.OPEN or not undone or waiting:
        raise NothingToVoteAgain()
    names = [column.key for column in AgendaItem.__table__.columns if column.key not in _NOT_COPIED]
    again = AgendaItem(
        **values_of(first, names), assembly_id=row.id, amends_id=first.amends_id, state=ItemState.PENDING, version=1
    )
    for one in agenda:
        if one.position > first.position:
            one.position += 1
    again.position = first.position + 1
    session().add(again)
    session().flush()
    after = {"assembly_id": row.id, "title": again.title, "again": item_id}
    journal.record(actor, "item.added", f"item:{again.id}", at=at, after=after)
    return again.id


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
