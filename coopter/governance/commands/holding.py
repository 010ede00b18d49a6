"""An assembly as it is held: opened with its bureau, its bureau corrected, closed."""

from __future__ import annotations

from datetime import datetime

from coopter.governance import policies
from coopter.governance.commands.obligations import bear_obligation
from coopter.governance.commands.second_calls import items_of
from coopter.governance.commands.votes import open_vote
from coopter.governance.models import Assembly
from coopter.governance.queries.sittings import get_assembly
from coopter.governance.queries.texts import find_draft, frozen_of
from coopter.governance.rules.kinds import AssemblyMode, AssemblyState, ItemForm, ItemState
from coopter.members.commands.versions import changes, refuse_stale, reread, values_of
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.instants import paris_day
from coopter.values.refusal import Refusal
from coopter.values.texts import clean_line


class WrongMoment(Refusal):
    """Cette assemblée n’en est pas là : rechargez la page pour voir où elle en est."""


class TooEarly(Refusal):
    """Cette assemblée est convoquée pour le %(on)s : elle s’ouvre ce jour-là."""


class VoteStillOpen(Refusal):
    """Le vote « %(title)s » est encore ouvert : closez-le ou retirez-le d’abord."""


class ChairMissing(Refusal):
    """Une séance a une présidence et un secrétariat : nommez-les."""


class PeopleFrozen(Refusal):
    """Le procès-verbal est figé avec ces noms : ils ne changent plus."""


PEOPLE = ("chair", "secretary", "scrutineers")


@command
def open_assembly(
    actor: Actor, *, assembly_id: int, chair: str, secretary: str, scrutineers: str = "", at: datetime
) -> None:
    """Open a convened assembly, with its bureau; a consultation opens every vote of its agenda at the same time.

    Raises WrongMoment, TooEarly and, for a consultation, what `open_vote` raises.
    """
    require(policies.can_prepare_governance(actor))
    row = reread(get_assembly(assembly_id))
    demand(row, AssemblyState.CONVENED)
    if row.mode is not AssemblyMode.CONSULTATION and paris_day(at) < paris_day(row.starts_at):
        raise TooEarly(on=paris_day(row.starts_at))
    row.state, row.opened_at = AssemblyState.OPEN, at
    row.chair, row.secretary, row.scrutineers = clean_line(chair), clean_line(secretary), clean_line(scrutineers)
    row.version += 1
    session().flush()
    after = values_of(row, PEOPLE)
    journal.record(actor, "assembly.opened", f"assembly:{assembly_id}", at=at, after=after)
    if row.mode is AssemblyMode.CONSULTATION:
        for item in items_of(assembly_id):
            if item.form is not ItemForm.REPORT and item.state is ItemState.PENDING:
                open_vote(actor, item_id=item.id, at=at)


@command
def set_people(
    actor: Actor, *, assembly_id: int, version: int, chair: str, secretary: str, scrutineers: str = "", at: datetime
) -> None:
    """Correct who presides, writes and counts, until the minutes are frozen with their names.

    Raises Conflict (R22), WrongMoment, ChairMissing, PeopleFrozen.
    """
    require(policies.can_prepare_governance(actor))
    row = reread(get_assembly(assembly_id))
    demand(row, AssemblyState.OPEN, AssemblyState.CLOSED)
    if row.minutes_text_id is not None and find_draft(row.minutes_text_id) is None and frozen_of(row.minutes_text_id):
        raise PeopleFrozen()
    mine = {"chair": clean_line(chair), "secretary": clean_line(secretary), "scrutineers": clean_line(scrutineers)}
    if not (mine["chair"] and mine["secretary"]):
        raise ChairMissing()
    refuse_stale(row, version=version, mine=mine)
    before, after = changes(row, mine)
    if not after:
        return
    for name, value in after.items():
        setattr(row, name, value)
    row.version += 1
    journal.record(actor, "assembly.people_set", f"assembly:{assembly_id}", at=at, before=before, after=after)


@command
def close_assembly(actor: Actor, *, assembly_id: int, at: datetime) -> None:
    """Close an assembly; everybody leaves. Raises WrongMoment, VoteStillOpen."""
    require(policies.can_prepare_governance(actor))
    row = reread(get_assembly(assembly_id))
    demand(row, AssemblyState.OPEN)
    close_now(actor, row, at=at)


def demand(row: Assembly, *states: AssemblyState) -> None:
    """Raise WrongMoment unless the assembly is in one of these states."""
    if row.state not in states:
        raise WrongMoment()


def refuse_open_votes(assembly_id: int) -> None:
    """Raise VoteStillOpen while a vote is open."""
    for item in items_of(assembly_id):
        if item.state is ItemState.OPEN:
            raise VoteStillOpen(title=item.title)


def close_now(actor: Actor, row: Assembly, *, at: datetime) -> None:
    """Close it, and give birth to the duty of keeping its minutes."""
    refuse_open_votes(row.id)
    row.state, row.closed_at, row.door_token_hash = AssemblyState.CLOSED, at, None
    row.version += 1
    session().flush()
    journal.record(actor, "assembly.closed", f"assembly:{row.id}", at=at)
    bear_obligation(actor, kind="minutes-register", subject=f"assembly:{row.id}", title=row.title, at=at)
