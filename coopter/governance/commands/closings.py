"""What closing a vote does: the box emptied, the count, the outcome written and sealed, the effect."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from coopter.governance.commands.ballots import open_sealed
from coopter.governance.commands.decisions import write_decision
from coopter.governance.models import AgendaItem, Assembly, Outcome, VoterRoll
from coopter.governance.queries.bodies import get_body
from coopter.governance.queries.sittings import get_item, motion_of, statutes_of
from coopter.governance.queries.votes import (
    OUTCOMES,
    ROLL,
    SEALED,
    SECRET,
    OutcomeRecord,
    published_ballots,
)
from coopter.governance.rules.ballots import ballots_digest, published_groups, too_small
from coopter.governance.rules.kinds import (
    AssemblyMode,
    Basis,
    ItemForm,
    ItemState,
    Verdict,
)
from coopter.governance.rules.motions import Motion
from coopter.governance.rules.quorum import Place, QuorumState, quorum_state
from coopter.governance.rules.statutes import Statutes
from coopter.governance.rules.tally import Cast, Seated, Tally, tally_election, tally_resolution
from coopter.members.commands.versions import reread
from coopter.plumbing import journal, tenancy
from coopter.plumbing.database import session
from coopter.values.actor import Actor
from coopter.values.instants import paris_day
from coopter.values.refusal import Refusal, Words


class ConsultationStillOpen(Refusal):
    """La consultation court jusqu’au %(until)s et tous n’ont pas voté : attendez sa fin."""


class BoxDoesNotMatch(Refusal):
    """L’urne contient %(found)s bulletins et la liste compte %(voted)s votants. Rien n’a été dépouillé : retirez ce
    point, puis votez à nouveau."""


def rules_frozen(row: Assembly) -> Statutes:
    """The rules that the convocation froze."""
    statutes = statutes_of(row)
    assert statutes is not None  # frozen at the convocation
    return statutes


def refuse_early(row: Assembly, roll: list[VoterRoll], *, at: datetime) -> None:
    """Raise ConsultationStillOpen before the end of a consultation in which somebody has not voted yet."""
    if row.mode is not AssemblyMode.CONSULTATION or row.ends_at is None or at >= row.ends_at:
        return
    if not all(line.has_voted for line in roll if line.hand_id is not None):
        raise ConsultationStillOpen(until=row.ends_at)


def quorum_at_closing(row: Assembly, roll: list[VoterRoll]) -> QuorumState:
    """In a meeting, who was there when the vote opened; in a consultation, who voted."""
    consulted = row.mode is AssemblyMode.CONSULTATION
    places = [
        Place(
            line.college, line.weight, line.hand_id == line.elector_id and (line.has_voted or not consulted),
            line.hand_id not in (None, line.elector_id) and (line.has_voted or not consulted),
        )
        for line in roll
    ]  # fmt: skip
    return quorum_state(places, rules_frozen(row).quorum_of(row.call))


def empty_box(item: AgendaItem, roll: list[VoterRoll]) -> bool:
    """Publish the secret ballots in the order of their receipts and empty the box; False where that would betray
    somebody, and then they are destroyed unopened (R34)."""
    here = tenancy.grouping_in_scope()
    inside = SEALED.c.grouping_id == here, SEALED.c.item_id == item.id
    voted = [line for line in roll if line.has_voted]
    found = session().scalar(select(func.count()).select_from(SEALED).where(*inside)) or 0
    if found != len(voted):
        raise BoxDoesNotMatch(found=found, voted=len(voted))
    fit = too_small(published_groups((line.college, line.weight) for line in voted)) is None
    if fit and voted:
        rows = [
            {"id": one["receipt"], "item_id": item.id, "grouping_id": here, **{k: one[k] for k in _PUBLISHED}}
            for one in open_sealed(item.id)
        ]
        session().execute(insert(SECRET), rows)
    session().execute(delete(SEALED).where(*inside))
    # One statement writes every line of the roll anew: their versions no longer tell who voted after whom.
    again = update(ROLL).where(ROLL.c.grouping_id == here, ROLL.c.item_id == item.id)
    session().execute(again.values(has_voted=ROLL.c.has_voted))
    return fit


_PUBLISHED = ("college", "weight", "choice")


def tally_of(
    item: AgendaItem, row: Assembly, roll: list[VoterRoll], *, quorum: QuorumState, void: bool, casting: str | None
) -> Tally:
    """Count a vote by the rules that the convocation froze; what stops it (no quorum, void) keeps its figures."""
    statutes = rules_frozen(row)
    electors = [Seated(line.college, line.weight, line.hand_id is not None) for line in roll]
    ballots = [Cast(one["college"], one["weight"], one["choice"]) for one in published_ballots(item)]
    stopped = Verdict.VOID if void else None if quorum.reached else Verdict.NO_QUORUM
    if item.form is ItemForm.ELECTION:
        names = list(item.candidates or ())
        tally = tally_election(ballots, electors=electors, statutes=statutes, candidates=names, seats=item.seats)
    else:
        majority = statutes.majority(item.majority)
        chair = "no" if stopped else casting
        tally = tally_resolution(ballots, electors=electors, statutes=statutes, majority=majority, casting=chair)
    cast_by = sum(1 for line in roll if line.has_voted)
    result = {**tally.result, "quorum": quorum.as_json(), "voted": cast_by, "call": row.call}
    if stopped and item.form is ItemForm.ELECTION:
        result["elected"], result["tied"] = [], []
    return Tally(stopped or tally.verdict, result)


def write_outcome(actor: Actor, item: AgendaItem, row: Assembly, tally: Tally, *, at: datetime) -> Outcome:
    """Number the outcome in the register of deliberations, write and seal it."""
    here = tenancy.current()
    last = session().scalar(select(func.max(OUTCOMES.c.number)).where(OUTCOMES.c.grouping_id == here)) or 0
    outcome = Outcome(
        number=last + 1, assembly_id=row.id, item_id=item.id, title=item.title, verdict=tally.verdict,
        result=tally.result, ballots_sha256=ballots_digest(published_ballots(item)), decided_on=paris_day(at),
        recorded_by=actor.name, recorded_at=at,
    )  # fmt: skip
    session().add(outcome)
    session().flush()
    after = {
        "number": outcome.number, "verdict": tally.verdict, "ballots_sha256": outcome.ballots_sha256,
        "voted": tally.result["voted"],
    }  # fmt: skip
    sealed = {OUTCOMES: [OUTCOMES.c.id == outcome.id]}
    journal.record(actor, "vote.closed", f"item:{item.id}", at=at, after=after, sealed=sealed)
    return outcome


def take_effect(actor: Actor, item: AgendaItem, row: Assembly, outcome: Outcome, *, at: datetime) -> None:
    """An adopted amendment changes what it amends; an adopted resolution sets its parameter."""
    motion = motion_of(item)
    if item.amends_id is not None:
        amended = reread(get_item(item.amends_id))
        body = f"{amended.body}{_section(item, outcome.number)}".strip()
        _rewrite(actor, amended, body=body, motion=motion or motion_of(amended), action="item.amended", at=at)
        return
    if motion is not None:
        write_decision(
            actor, motion, basis=Basis.RESOLUTION, decided_by=authority(outcome.number, row, at=at), item_id=item.id,
            at=at,
        )  # fmt: skip


def take_back(actor: Actor, item: AgendaItem, outcome: OutcomeRecord, *, at: datetime) -> None:
    """What an adopted amendment wrote into a resolution leaves it, unless that was voted already."""
    if item.amends_id is None or "replaced" not in outcome.result:
        return
    amended = reread(get_item(item.amends_id))
    if amended.state is not ItemState.PENDING:
        return
    section, motion = _section(item, outcome.number), motion_of(amended)
    body = amended.body.replace(section, "").removeprefix(section.strip())
    if motion is not None and motion == motion_of(item):
        motion = _read(outcome.result["replaced"])
    _rewrite(actor, amended, body=body.strip(), motion=motion, action="item.restored", at=at)


def replaced_by(item: AgendaItem) -> dict[str, Any] | None:
    """The parameter of the resolution that an amendment changes, as its outcome keeps it in case it is annulled."""
    motion = None if item.amends_id is None else motion_of(get_item(item.amends_id))
    if motion is None:
        return None
    return {"kind": motion.kind, "subject": motion.subject, "value": motion.value, "from_on": f"{motion.from_on}"}


def _read(kept: dict[str, Any] | None) -> Motion | None:
    if kept is None:
        return None
    return Motion(kept["kind"], kept["subject"], kept["value"], date.fromisoformat(kept["from_on"]))


def _section(item: AgendaItem, number: int) -> str:
    """What an adopted amendment adds to the text of a resolution."""
    heading = Words("Amendement adopté (délibération n° %(number)s) : %(title)s", number=number, title=item.title)
    return f"\n\n**{heading}**\n\n{item.body}".rstrip()


def _rewrite(actor: Actor, item: AgendaItem, *, body: str, motion: Motion | None, action: str, at: datetime) -> None:
    before = {"body": item.body}
    item.body = body
    item.motion_kind, item.motion_subject = (motion.kind, motion.subject) if motion else ("", "")
    item.motion_value, item.motion_from_on = (motion.value, motion.from_on) if motion else (None, None)
    item.version += 1
    session().flush()
    journal.record(actor, action, f"item:{item.id}", at=at, before=before, after={"body": item.body})


def authority(number: int, row: Assembly, *, at: datetime) -> str:
    """What an invoice cites: « Résolution n° 12, assemblée générale du 14/03/2026 »."""
    name = get_body(row.body_id).name
    return f"Résolution n° {number}, {name[:1].lower()}{name[1:]} du {paris_day(at):%d/%m/%Y}"
