"""The points of an agenda: heard, voted or elected, with the parameter that they set when adopted, and documents."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from coopter.governance import policies
from coopter.governance.commands.agenda_checks import ItemDetails, checked_item
from coopter.governance.commands.documents import add_document
from coopter.governance.models import AgendaItem, Assembly, AssemblyDocument
from coopter.governance.queries.sittings import get_assembly, get_item
from coopter.governance.rules.kinds import AssemblyMode, AssemblyState, BallotMethod, ItemForm, ItemState
from coopter.governance.rules.motions import Motion
from coopter.members.commands.versions import changes, refuse_stale, reread
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.refusal import Refusal

__all__ = ["ItemDetails", "add_document", "add_item", "edit_item", "move_item", "note_item", "propose", "remove_item"]


class AgendaFixed(Refusal):
    """L’ordre du jour est fixé par la convocation : on n’y ajoute que des amendements et des points d’information.
    Une décision hors ordre du jour serait nulle."""


class ItemAlreadyOpened(Refusal):
    """Ce point a déjà été mis au vote ou retiré : il ne change plus."""


@command
def add_item(actor: Actor, *, assembly_id: int, details: ItemDetails, at: datetime) -> int:
    """Put a point on an agenda; returns its id. After the convocation, amendments and reports alone.

    Raises AgendaFixed, ItemTitleMissing, SeatsMissing, CandidatesMissing, PersonsSecret, MajorityUnknown and what the
    motion's kind refuses.
    """
    require(policies.can_prepare_governance(actor))
    row = reread(get_assembly(assembly_id))
    _refuse_fixed(row, details)
    checked = checked_item(row, details)
    last = session().scalar(select(func.max(AgendaItem.position)).where(AgendaItem.assembly_id == assembly_id)) or 0
    item = AgendaItem(assembly_id=assembly_id, position=last + 1, state=ItemState.PENDING, version=1)
    _write(item, checked)
    session().add(item)
    session().flush()
    if checked.amends_id is not None:
        _place_before(assembly_id, item, checked.amends_id)
    journal.record(actor, "item.added", f"item:{item.id}", at=at, after=_facts(item))
    return item.id


def propose(
    actor: Actor,
    *,
    assembly_id: int,
    motion: Motion,
    title: str,
    body: str = "",
    majority: str = "",
    method: BallotMethod = BallotMethod.SHOW_OF_HANDS,
    at: datetime,
) -> int:
    """Put a resolution that carries a parameter on an agenda; its kind says what may be proposed. Returns its id."""
    if method is BallotMethod.SHOW_OF_HANDS and get_assembly(assembly_id).mode is AssemblyMode.CONSULTATION:
        method = BallotMethod.ROLL_CALL
    details = ItemDetails(title=title, body=body, majority=majority, method=method, motion=motion)
    return add_item(actor, assembly_id=assembly_id, details=details, at=at)


@command
def edit_item(actor: Actor, *, item_id: int, version: int, details: ItemDetails, at: datetime) -> None:
    """Change a point before it is voted: everything before the convocation, then amendments and reports alone.

    Raises Conflict (R22), ItemAlreadyOpened and what `add_item` raises.
    """
    require(policies.can_prepare_governance(actor))
    item = reread(get_item(item_id))
    row = get_assembly(item.assembly_id)
    _refuse_opened(item)
    _refuse_fixed(row, details)
    checked = checked_item(row, details, item_id=item_id)
    mine = _columns(checked)
    refuse_stale(item, version=version, mine=mine)
    before, after = changes(item, mine)
    if not after:
        return
    _write(item, checked)
    item.version += 1
    journal.record(actor, "item.edited", f"item:{item_id}", at=at, before=before, after=after)


@command
def note_item(actor: Actor, *, item_id: int, version: int, notes: str, at: datetime) -> None:
    """Write what was said about a point, for the minutes; raises Conflict (R22)."""
    require(policies.can_prepare_governance(actor))
    item = reread(get_item(item_id))
    text = notes.strip()[:20_000]
    refuse_stale(item, version=version, mine={"notes": text})
    if text == item.notes:
        return
    before, item.notes = {"notes": item.notes}, text
    item.version += 1
    journal.record(actor, "item.noted", f"item:{item_id}", at=at, before=before, after={"notes": text})


@command
def move_item(actor: Actor, *, item_id: int, position: int, at: datetime) -> None:
    """Put a point at another place of the agenda, 1 being the first, before the convocation."""
    require(policies.can_prepare_governance(actor))
    item = get_item(item_id)
    row = reread(get_assembly(item.assembly_id))
    if row.state is not AssemblyState.DRAFT:
        raise AgendaFixed()
    _place(item.assembly_id, item, position - 1)
    journal.record(actor, "item.moved", f"item:{item_id}", at=at, after={"position": item.position})


@command
def remove_item(actor: Actor, *, item_id: int, at: datetime) -> None:
    """Take a point off the agenda of a draft; after the convocation it is withdrawn (`withdraw_item`)."""
    require(policies.can_prepare_governance(actor))
    item = get_item(item_id)
    row = reread(get_assembly(item.assembly_id))
    if row.state is not AssemblyState.DRAFT:
        raise AgendaFixed()
    before = _facts(item)
    for one in session().scalars(select(AgendaItem).where(AgendaItem.amends_id == item_id)).all():
        session().delete(one)
    for document in session().scalars(select(AssemblyDocument).where(AssemblyDocument.item_id == item_id)).all():
        session().delete(document)
    session().flush()
    session().delete(item)
    session().flush()
    journal.record(actor, "item.removed", f"item:{item_id}", at=at, before=before)


def _refuse_fixed(row: Assembly, details: ItemDetails) -> None:
    if row.state is AssemblyState.DRAFT:
        return
    held = row.state in (AssemblyState.CONVENED, AssemblyState.OPEN)
    if not held or (details.form is not ItemForm.REPORT and details.amends_id is None):
        raise AgendaFixed()


def _refuse_opened(item: AgendaItem) -> None:
    if item.state is not ItemState.PENDING:
        raise ItemAlreadyOpened()


def _columns(details: ItemDetails) -> dict[str, Any]:
    names = ("title", "body", "form", "method", "majority", "seats", "amends_id")
    motion = details.motion
    return {
        **{name: getattr(details, name) for name in names},
        "candidates": list(details.candidates) or None,
        "motion_kind": motion.kind if motion else "",
        "motion_subject": motion.subject if motion else "",
        "motion_value": motion.value if motion else None,
        "motion_from_on": motion.from_on if motion else None,
    }


def _write(item: AgendaItem, details: ItemDetails) -> None:
    for name, value in _columns(details).items():
        setattr(item, name, value)


def _facts(item: AgendaItem) -> dict[str, Any]:
    names = ("assembly_id", "title", "form", "method", "majority", "amends_id", "motion_kind", "motion_subject")
    return {name: getattr(item, name) for name in names}


def _place_before(assembly_id: int, item: AgendaItem, other_id: int) -> None:
    order = _order(assembly_id)
    _place(assembly_id, item, [one.id for one in order].index(other_id))


def _place(assembly_id: int, item: AgendaItem, index: int) -> None:
    order = [one for one in _order(assembly_id) if one.id != item.id]
    order.insert(max(0, min(index, len(order))), item)
    for number, one in enumerate(order, start=1):
        if one.position != number:
            one.position = number
    session().flush()


def _order(assembly_id: int) -> list[AgendaItem]:
    query = select(AgendaItem).where(AgendaItem.assembly_id == assembly_id)
    return list(session().scalars(query.order_by(AgendaItem.position, AgendaItem.id)))
