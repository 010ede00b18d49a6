"""Commands on structures and on their time in the grouping."""

from __future__ import annotations

from datetime import date, datetime

from blinker import Signal
from sqlalchemy import select

from coopter.members import policies, queries
from coopter.members.commands.versions import changes, one_at_a_time, refuse_stale, reread, values_of
from coopter.members.models import Membership, Structure
from coopter.members.rules import STRUCTURE_FIELDS, StructureDetails, checked_structure
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.instants import paris_day
from coopter.values.period import Period
from coopter.values.refusal import Refusal

# Declared here, heard by the rooms above in the same transaction (the office refuses while somebody is placed there
# later): sent with the actor, structure_id and left_on, the first day outside.
membership_ending = Signal()


class CodeTaken(Refusal):
    """Le code « %(code)s » est déjà celui d'une structure de ce groupement : prenez-en un autre."""


class SiretTaken(Refusal):
    """Le SIRET %(siret)s est déjà celui de « %(name)s » : complétez cette structure plutôt que d'en créer une autre."""


class AlreadyMember(Refusal):
    """Cette structure est déjà adhérente à cette date : mettez d'abord fin à l'adhésion en cours."""


class NotMember(Refusal):
    """Cette structure n'a pas d'adhésion en cours : il n'y a rien à terminer."""


class LeavesBeforeJoining(Refusal):
    """La structure a adhéré le %(joined_on)s : son départ ne peut pas être antérieur ni le même jour."""


class AlreadyBegun(Refusal):
    """L'adhésion a commencé le %(joined_on)s : elle se termine par un départ, elle ne s'efface pas."""


class AlreadyOver(Refusal):
    """L'adhésion est finie depuis le %(left_on)s : si la structure revient, enregistrez une nouvelle adhésion."""


@command
def add_structure(
    actor: Actor, *, details: StructureDetails, joined_on: date | None, at: datetime, note: str = ""
) -> Structure:
    """Add a structure, member from `joined_on` on when a day is given.

    Raises CodeTaken, SiretTaken and what the identifiers refuse (R76).
    """
    require(policies.can_add_structure(actor))
    one_at_a_time(actor)
    checked = checked_structure(details)
    refuse_taken(checked)
    structure = Structure(version=1, **values_of(checked, STRUCTURE_FIELDS))
    session().add(structure)
    session().flush()
    journal.record(
        actor, "structure.added", f"structure:{structure.id}", at=at, after=values_of(checked, STRUCTURE_FIELDS)
    )
    if joined_on is not None:
        _join(actor, structure, joined_on, note=note, at=at)
    return structure


@command
def edit_structure(
    actor: Actor, *, structure_id: int, version: int, details: StructureDetails, at: datetime
) -> Structure:
    """Change what is known of a structure; documents already issued keep what they say.

    Raises Conflict when somebody changed it since the form was opened (R22), CodeTaken, SiretTaken, NotFound.
    """
    require(policies.can_edit_structure(actor, structure_id))
    one_at_a_time(actor)
    structure = reread(queries.get_structure(structure_id))
    checked = checked_structure(details)
    mine = values_of(checked, STRUCTURE_FIELDS)
    refuse_stale(structure, version=version, mine=mine)
    refuse_taken(checked, but=structure_id)
    write_changes(actor, structure, mine, at=at)
    return structure


@command
def join_grouping(actor: Actor, *, structure_id: int, joined_on: date, at: datetime, note: str = "") -> Membership:
    """A structure joins (again) from a day on; raises AlreadyMember when that overlaps a membership."""
    require(policies.can_change_membership(actor))
    return _join(actor, reread(queries.get_structure(structure_id)), joined_on, note=note, at=at)


@command
def leave_grouping(actor: Actor, *, structure_id: int, left_on: date, at: datetime) -> Membership:
    """A structure leaves; `left_on` is its first day outside. Raises NotMember, LeavesBeforeJoining."""
    require(policies.can_change_membership(actor))
    reread(queries.get_structure(structure_id))
    current = next((m for m in queries.memberships_of(structure_id) if m.left_on is None), None)
    if current is None:
        raise NotMember()
    if left_on <= current.joined_on:
        raise LeavesBeforeJoining(joined_on=current.joined_on)
    membership_ending.send(actor, structure_id=structure_id, left_on=left_on)
    current.left_on = left_on
    journal.record(
        actor,
        "structure.left",
        f"structure:{structure_id}",
        at=at,
        before={"joined_on": current.joined_on},
        after={"left_on": left_on},
    )
    return current


@command
def stay_in_grouping(actor: Actor, *, structure_id: int, left_on: date, at: datetime) -> Membership:
    """Take back a departure whose day, the first one outside, has not come. Raises NotMember, AlreadyOver."""
    require(policies.can_change_membership(actor))
    reread(queries.get_structure(structure_id))
    ending = next((m for m in queries.memberships_of(structure_id) if m.left_on == left_on), None)
    if ending is None:
        raise NotMember()
    if left_on <= paris_day(at):
        raise AlreadyOver(left_on=left_on)
    ending.left_on = None
    journal.record(actor, "structure.stayed", f"structure:{structure_id}", at=at, before={"left_on": left_on})
    return ending


@command
def cancel_membership(actor: Actor, *, structure_id: int, joined_on: date, at: datetime) -> None:
    """Take back a membership whose first day has not come: it never was. Raises NotMember, AlreadyBegun."""
    require(policies.can_change_membership(actor))
    reread(queries.get_structure(structure_id))
    coming = next((m for m in queries.memberships_of(structure_id) if m.joined_on == joined_on), None)
    if coming is None:
        raise NotMember()
    if joined_on <= paris_day(at):
        raise AlreadyBegun(joined_on=joined_on)
    membership_ending.send(actor, structure_id=structure_id, left_on=joined_on)
    session().delete(coming)
    session().flush()
    before = {"joined_on": joined_on}
    journal.record(actor, "structure.joining_cancelled", f"structure:{structure_id}", at=at, before=before)


def refuse_taken(details: StructureDetails, *, but: int | None = None) -> None:
    """Raise CodeTaken or SiretTaken when another structure of the grouping has this code or this SIRET."""
    query = select(Structure).where(Structure.id != but) if but is not None else select(Structure)
    if session().scalar(query.where(Structure.code == details.code)) is not None:
        raise CodeTaken(code=details.code)
    if details.siret and (other := session().scalar(query.where(Structure.siret == details.siret))) is not None:
        raise SiretTaken(siret=details.siret, name=other.name)


def write_changes(actor: Actor, structure: Structure, mine: dict[str, object], *, at: datetime) -> bool:
    """Write the fields that differ, with their line in the journal; whether there were any."""
    before, after = changes(structure, mine)
    if not after:
        return False
    for name, value in after.items():
        setattr(structure, name, value)
    structure.version += 1
    journal.record(actor, "structure.edited", f"structure:{structure.id}", at=at, before=before, after=after)
    return True


def _join(actor: Actor, structure: Structure, joined_on: date, *, note: str, at: datetime) -> Membership:
    wanted = Period(joined_on, None)
    for other in queries.memberships_of(structure.id):
        if Period(other.joined_on, other.left_on).overlaps(wanted):
            raise AlreadyMember()
    membership = Membership(structure_id=structure.id, joined_on=joined_on, left_on=None, note=note)
    session().add(membership)
    session().flush()
    journal.record(actor, "structure.joined", f"structure:{structure.id}", at=at, after={"joined_on": joined_on})
    return membership
