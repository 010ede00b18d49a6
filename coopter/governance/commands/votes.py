"""Votes: opened with a roll that no longer changes, closed into a protected outcome that takes effect by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, select

from coopter.governance import policies
from coopter.governance.commands.agenda_checks import check_method
from coopter.governance.commands.ballots import VoteNotOpen, cast, record_ballot, record_show_of_hands
from coopter.governance.commands.closings import (
    empty_box,
    quorum_at_closing,
    refuse_early,
    replaced_by,
    rules_frozen,
    take_back,
    take_effect,
    tally_of,
    write_outcome,
)
from coopter.governance.commands.decisions import annul_decision
from coopter.governance.models import AgendaItem, Assembly, Decision, Elector, Outcome, OutcomeAnnulment, VoterRoll
from coopter.governance.queries.assemblies import presence_of
from coopter.governance.queries.decisions import is_annulled
from coopter.governance.queries.sittings import get_assembly, get_item
from coopter.governance.queries.votes import (
    OUTCOME_ANNULMENTS,
    SEALED,
    get_outcome,
)
from coopter.governance.rules.ballots import check_groups
from coopter.governance.rules.kinds import (
    AssemblyMode,
    AssemblyState,
    BallotMethod,
    ItemForm,
    ItemState,
    Verdict,
)
from coopter.governance.rules.quorum import Place, QuorumNotReached, quorum_state
from coopter.members.commands.turns import take_turn
from coopter.members.commands.versions import reread
from coopter.plumbing import journal, tenancy
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.refusal import Refusal
from coopter.values.texts import clean_line

__all__ = [
    "annul_outcome", "cast", "close_vote", "open_vote", "record_ballot", "record_show_of_hands", "withdraw_item",
]  # fmt: skip


class AssemblyNotOpen(Refusal):
    """L’assemblée n’est pas ouverte : ouvrez-la d’abord."""


class NothingToVote(Refusal):
    """Ce point ne se vote pas, ou son vote a déjà eu lieu."""


class AmendmentFirst(Refusal):
    """Un amendement se vote avant ce qu’il modifie : commencez par « %(title)s »."""


class NobodyOnRoll(Refusal):
    """Personne n’est présent ni représenté avec droit de vote : notez les arrivées avant d’ouvrir le vote."""


class AlreadyAnnulled(Refusal):
    """La délibération n° %(number)s est déjà annulée."""


class ReasonMissing(Refusal):
    """Dites pourquoi : une annulation sans motif ne se relit pas."""


@command
def open_vote(actor: Actor, *, item_id: int, at: datetime, method: BallotMethod | None = None) -> None:
    """Open the vote on a point: the roll, weights, colleges and hands are fixed from now on (R33).

    `method` is how the room decides to vote, when not as the convocation said: a member may ask for the secret. Raises
    AssemblyNotOpen, NothingToVote, AmendmentFirst, NobodyOnRoll, QuorumNotReached, PersonsSecret, and GroupTooSmall
    where a secret result would betray somebody (R34).
    """
    require(policies.can_prepare_governance(actor))
    item = get_item(item_id)
    row = reread(get_assembly(item.assembly_id))
    item = reread(item)
    if row.state is not AssemblyState.OPEN:
        raise AssemblyNotOpen()
    if item.form is ItemForm.REPORT or item.state is not ItemState.PENDING:
        raise NothingToVote()
    _refuse_before_amendments(item)
    if method is not None and method is not item.method:
        check_method(row, item, method)
        item.method = method
    found = presence_of(row)
    voting = [one for one in found.electors if one.may_vote]
    roll = [(one, found.hands.get(one.id)) for one in voting]
    if all(hand is None for _one, hand in roll):
        raise NobodyOnRoll()
    _check_quorum(row, roll)
    if item.method is BallotMethod.SECRET:
        colleges = {one.code: one.label for one in rules_frozen(row).colleges}
        check_groups(((one.college, one.weight) for one, hand in roll if hand is not None), colleges=colleges)
    rows = [
        VoterRoll(item_id=item_id, elector_id=one.id, hand_id=hand, college=one.college, weight=one.weight)
        for one, hand in roll
    ]
    session().add_all(rows)
    item.state, item.opened_at = ItemState.OPEN, at
    item.version += 1
    session().flush()
    after = {"method": item.method, "on_roll": sum(1 for _one, hand in roll if hand is not None), "electors": len(roll)}
    journal.record(actor, "vote.opened", f"item:{item_id}", at=at, after=after)


@command
def close_vote(actor: Actor, *, item_id: int, at: datetime, casting: str | None = None) -> Outcome:
    """Close a vote, count it and write its outcome; an adopted motion is a decision in the same transaction.

    `casting` is the chair's vote, "yes" or "no", asked for by CastingVoteNeeded on a tie where the statutes give it.
    Raises VoteNotOpen, ConsultationStillOpen, CastingVoteNeeded, BoxDoesNotMatch, SealBroken, and what the motion's
    kind refuses.
    """
    require(policies.can_prepare_governance(actor))
    item = reread(get_item(item_id))  # waits for the ballots that are on their way
    if item.state is not ItemState.OPEN:
        raise VoteNotOpen()
    row = get_assembly(item.assembly_id)
    take_turn()
    roll = list(session().scalars(select(VoterRoll).where(VoterRoll.item_id == item_id).order_by(VoterRoll.elector_id)))
    for line in roll:
        session().refresh(line)
    refuse_early(row, roll, at=at)
    void = item.method is BallotMethod.SECRET and not empty_box(item, roll)
    item.state, item.closed_at = ItemState.CLOSED, at
    item.version += 1
    session().flush()
    quorum = quorum_at_closing(row, roll)
    tally = tally_of(item, row, roll, quorum=quorum, void=void, casting=casting)
    if tally.verdict is Verdict.ADOPTED and item.amends_id is not None:
        tally = replace(tally, result={**tally.result, "replaced": replaced_by(item)})
    outcome = write_outcome(actor, item, row, tally, at=at)
    if tally.verdict is Verdict.ADOPTED:
        take_effect(actor, item, row, outcome, at=at)
    return outcome


@command
def withdraw_item(actor: Actor, *, item_id: int, at: datetime, reason: str = "") -> None:
    """Take a point off, before its vote or in the middle of it: sealed ballots are destroyed unopened.

    Its amendments that were not voted yet fall with it, and are not voted.
    """
    require(policies.can_prepare_governance(actor))
    item = reread(get_item(item_id))
    if item.state not in (ItemState.PENDING, ItemState.OPEN):
        raise NothingToVote()
    for one in (item, *_amendments_waiting(item_id)):
        was, one.state, one.closed_at = one.state, ItemState.WITHDRAWN, at
        one.version += 1
        session().flush()
        session().execute(delete(SEALED).where(SEALED.c.grouping_id == tenancy.current(), SEALED.c.item_id == one.id))
        after = {"state": one.state, "reason": clean_line(reason, most=500)}
        journal.record(actor, "item.withdrawn", f"item:{one.id}", at=at, before={"state": was}, after=after)


@command
def annul_outcome(actor: Actor, *, outcome_id: int, reason: str, at: datetime) -> None:
    """Say that a deliberation does not count, and the decision that it took with it; both stay in their register.

    What an amendment had changed goes back, as long as the resolution was not voted with it: from then on that vote is
    annulled on its own.

    Raises AlreadyAnnulled, ReasonMissing, NotFound and what the decision's room refuses.
    """
    require(policies.can_annul_decision(actor))
    take_turn()
    outcome = get_outcome(outcome_id)
    if outcome.annulled_because is not None:
        raise AlreadyAnnulled(number=outcome.number)
    why = clean_line(reason, most=500)
    if not why:
        raise ReasonMissing()
    row = OutcomeAnnulment(outcome_id=outcome_id, reason=why, author=actor.name, recorded_at=at)
    session().add(row)
    session().flush()
    sealed = {OUTCOME_ANNULMENTS: [OUTCOME_ANNULMENTS.c.id == row.id]}
    after = {"number": outcome.number, "reason": why}
    journal.record(actor, "outcome.annulled", f"outcome:{outcome_id}", at=at, after=after, sealed=sealed)
    take_back(actor, get_item(outcome.item_id), outcome, at=at)
    for decision_id in session().scalars(select(Decision.id).where(Decision.item_id == outcome.item_id)).all():
        if not is_annulled(decision_id):
            annul_decision(actor, decision_id, reason=why, at=at)


def _refuse_before_amendments(item: AgendaItem) -> None:
    for first in _amendments_waiting(item.id):
        raise AmendmentFirst(title=first.title)


def _amendments_waiting(item_id: int) -> list[AgendaItem]:
    waiting = select(AgendaItem).where(
        AgendaItem.amends_id == item_id, AgendaItem.state.in_((ItemState.PENDING, ItemState.OPEN))
    )
    return list(session().scalars(waiting.order_by(AgendaItem.position)))


def _check_quorum(row: Assembly, roll: list[tuple[Elector, int | None]]) -> None:
    if row.mode is AssemblyMode.CONSULTATION:  # counted on those who voted, at the closing
        return
    places = [Place(one.college, one.weight, hand == one.id, hand not in (None, one.id)) for one, hand in roll]
    state = quorum_state(places, rules_frozen(row).quorum_of(row.call))
    if not state.reached:
        raise QuorumNotReached(there=state.lacking.counted, needed=state.lacking.needed)
