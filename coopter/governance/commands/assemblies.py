"""Assemblies as they are prepared: planned, edited, called again when the quorum lacks, annulled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select

from coopter.governance import policies
from coopter.governance.commands.agenda import (
    ItemDetails,
    add_item,
    edit_item,
    move_item,
    note_item,
    propose,
    remove_item,
)
from coopter.governance.commands.convocation import convene, send_cancelled, send_moved
from coopter.governance.commands.documents import add_document
from coopter.governance.commands.holding import (
    WrongMoment,
    close_assembly,
    close_now,
    demand,
    open_assembly,
    refuse_open_votes,
    set_people,
)
from coopter.governance.commands.questions import answer_question, ask_question
from coopter.governance.commands.second_calls import copy_agenda, items_to_vote_again
from coopter.governance.commands.votes import annul_outcome
from coopter.governance.models import Assembly, Outcome, OutcomeAnnulment
from coopter.governance.queries.assemblies import get_assembly, quorum_now, statutes_of
from coopter.governance.queries.bodies import get_body
from coopter.governance.rules.kinds import AssemblyMode, AssemblyState
from coopter.members.commands.turns import take_turn
from coopter.members.commands.versions import changes, refuse_stale, reread, values_of
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.instants import paris_day
from coopter.values.refusal import Refusal
from coopter.values.texts import clean_line

__all__ = [
    "AssemblyDetails", "ItemDetails", "add_document", "add_item", "annul_assembly", "answer_question", "ask_question",
    "call_again", "close_assembly", "convene", "edit_assembly", "edit_item", "move_item", "note_item", "open_assembly",
    "plan_assembly", "propose", "remove_item", "set_people",
]  # fmt: skip


class TitleMissing(Refusal):
    """Donnez un titre à cette assemblée, par exemple « Assemblée générale ordinaire 2026 »."""


class BodyClosed(Refusal):
    """« %(body)s » n’existe plus : elle ne tient plus d’assemblée. Choisissez une autre instance, ou rouvrez
    celle-ci."""


class EndsBeforeStarting(Refusal):
    """La fin est avant le début : corrigez les heures."""


class ConsultationNeedsEnd(Refusal):
    """Une consultation écrite se clôt à une heure dite : indiquez sa fin."""


class PlaceMissing(Refusal):
    """Dites où l’on se réunit : un lieu, ou un lien pour suivre à distance."""


class RecordDayAfter(Refusal):
    """La liste des votants s’arrête au plus tard le jour de l’assemblée : avancez cette date."""


class FixedByConvocation(Refusal):
    """L’instance, la forme et la date d’arrêté de la liste ne changent plus après la convocation. Annulez cette
    assemblée et convoquez-en une autre."""


class NoSecondCall(Refusal):
    """Les statuts ne prévoient pas de seconde convocation pour cette instance."""


class QuorumWasReached(Refusal):
    """Le quorum est atteint : il n’y a pas lieu de convoquer à nouveau."""


class ReasonMissing(Refusal):
    """Dites pourquoi : une annulation sans motif ne se relit pas."""


@dataclass(frozen=True, slots=True)
class AssemblyDetails:
    """What is typed of an assembly; `ends_at` closes a consultation, and only says when a meeting should end."""

    body_id: int
    title: str
    mode: AssemblyMode
    starts_at: datetime
    record_on: date
    ends_at: datetime | None = None
    place: str = ""
    link: str = ""
    message: str = ""


DETAILS = tuple(AssemblyDetails.__slots__)
_FIXED = ("body_id", "mode", "record_on")
_SHOWN_IN_CALENDARS = ("title", "starts_at", "ends_at", "place", "link")


@command
def plan_assembly(actor: Actor, *, details: AssemblyDetails, at: datetime) -> int:
    """Prepare an assembly, as a draft; returns its id.

    Raises TitleMissing, EndsBeforeStarting, ConsultationNeedsEnd, PlaceMissing, RecordDayAfter, BodyClosed, NotFound.
    """
    require(policies.can_prepare_governance(actor))
    return _plan(actor, _checked(details), at=at)


@command
def edit_assembly(actor: Actor, *, assembly_id: int, version: int, details: AssemblyDetails, at: datetime) -> None:
    """Change an assembly before it opens. Once convened, those convened are told of a new day, hour or place.

    Raises Conflict (R22), WrongMoment, FixedByConvocation, NoticeTooShort and what `plan_assembly` raises.
    """
    require(policies.can_prepare_governance(actor))
    row = reread(get_assembly(assembly_id))
    demand(row, AssemblyState.DRAFT, AssemblyState.CONVENED)
    checked = _checked(details)
    mine = values_of(checked, DETAILS)
    refuse_stale(row, version=version, mine=mine)
    before, after = changes(row, mine)
    if not after:
        return
    if row.state is AssemblyState.CONVENED and any(name in after for name in _FIXED):
        raise FixedByConvocation()
    for name, value in after.items():
        setattr(row, name, value)
    row.version += 1
    journal.record(actor, "assembly.edited", f"assembly:{assembly_id}", at=at, before=before, after=after)
    if row.state is AssemblyState.CONVENED and any(name in after for name in _SHOWN_IN_CALENDARS):
        send_moved(row, at=at, notice="starts_at" in after)


@command
def annul_assembly(actor: Actor, *, assembly_id: int, reason: str, at: datetime) -> None:
    """Call an assembly off, or annul one that was held: every deliberation it took is annulled, and its decisions.

    Raises ReasonMissing, WrongMoment, VoteStillOpen and what annulling a decision raises.
    """
    require(policies.can_prepare_governance(actor))
    why = clean_line(reason, most=500)
    if not why:
        raise ReasonMissing()
    row = reread(get_assembly(assembly_id))
    if row.state is AssemblyState.ANNULLED:
        raise WrongMoment()
    refuse_open_votes(assembly_id)
    annulled = select(OutcomeAnnulment.outcome_id)
    query = select(Outcome.id).where(Outcome.assembly_id == assembly_id, Outcome.id.not_in(annulled))
    for outcome_id in session().scalars(query.order_by(Outcome.number)).all():
        annul_outcome(actor, outcome_id=outcome_id, reason=why, at=at)
    was, row.state, row.annulled_because = row.state, AssemblyState.ANNULLED, why
    row.version += 1
    after = {"state": row.state, "reason": why}
    journal.record(actor, "assembly.annulled", f"assembly:{assembly_id}", at=at, before={"state": was}, after=after)
    if was in (AssemblyState.CONVENED, AssemblyState.OPEN):
        send_cancelled(row, at=at)


@command
def call_again(actor: Actor, *, assembly_id: int, starts_at: datetime, at: datetime) -> int:
    """Prepare the second call of an assembly without quorum: same agenda, its own day; the first one is closed.

    The new one is a draft, to convene. Raises WrongMoment, NoSecondCall, QuorumWasReached.
    """
    require(policies.can_prepare_governance(actor))
    row = reread(get_assembly(assembly_id))
    demand(row, AssemblyState.CONVENED, AssemblyState.OPEN)
    statutes, quorum = statutes_of(row), quorum_now(assembly_id)
    if statutes is None or statutes.second_quorum is None or row.call != 1:
        raise NoSecondCall()
    consulted = row.mode is AssemblyMode.CONSULTATION  # counted vote by vote, on those who answered
    if not items_to_vote_again(assembly_id) if consulted else quorum is not None and quorum.reached:
        raise QuorumWasReached()
    close_now(actor, row, at=at)
    length = None if row.ends_at is None else row.ends_at - row.starts_at
    details = AssemblyDetails(**values_of(row, DETAILS))
    ends_at = None if length is None else starts_at + length
    details = replace(details, starts_at=starts_at, ends_at=ends_at, record_on=min(row.record_on, paris_day(starts_at)))
    new_id = _plan(actor, _checked(details), at=at, first_call_id=assembly_id)
    copy_agenda(assembly_id, new_id)
    return new_id


def _plan(actor: Actor, details: AssemblyDetails, *, at: datetime, first_call_id: int | None = None) -> int:
    take_turn()
    body = get_body(details.body_id)
    if body.closed_at is not None:
        raise BodyClosed(body=body.name)
    row = Assembly(
        **values_of(details, DETAILS), state=AssemblyState.DRAFT, call=1 if first_call_id is None else 2,
        first_call_id=first_call_id, version=1,
    )  # fmt: skip
    session().add(row)
    session().flush()
    after = {"body": body.name, **values_of(details, ("title", "mode", "starts_at", "record_on")), "call": row.call}
    journal.record(actor, "assembly.planned", f"assembly:{row.id}", at=at, after=after)
    return row.id


def _checked(details: AssemblyDetails) -> AssemblyDetails:
    get_body(details.body_id)
    checked = replace(
        details, title=clean_line(details.title), place=clean_line(details.place), link=clean_line(details.link),
        message=details.message.strip()[:10_000],
    )  # fmt: skip
    if not checked.title:
        raise TitleMissing()
    if checked.ends_at is not None and checked.ends_at <= checked.starts_at:
        raise EndsBeforeStarting()
    if checked.mode is AssemblyMode.CONSULTATION and checked.ends_at is None:
        raise ConsultationNeedsEnd()
    if checked.mode in (AssemblyMode.IN_PERSON, AssemblyMode.MIXED) and not checked.place:
        raise PlaceMissing()
    if checked.mode is AssemblyMode.REMOTE and not (checked.link or checked.place):
        raise PlaceMissing()
    if checked.record_on > paris_day(checked.starts_at):
        raise RecordDayAfter()
    return checked
