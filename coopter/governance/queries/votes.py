"""Votes as they stand: whose hands somebody holds, turnout, outcomes, the register of deliberations, the export."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, and_, or_, select

from coopter.governance.models import (
    AgendaItem,
    Assembly,
    Ballot,
    Body,
    Decision,
    Elector,
    Outcome,
    OutcomeAnnulment,
    SealedBallot,
    SecretBallot,
    VoterRoll,
)
from coopter.governance.queries.sittings import ItemRecord, get_assembly, get_item, item_record
from coopter.governance.rules.kinds import BallotMethod, ItemState, Verdict
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.values.actor import Actor
from coopter.values.instants import paris_day
from coopter.values.refusal import NotFound

OUTCOMES: Table = Outcome.__table__  # type: ignore[assignment]
OUTCOME_ANNULMENTS: Table = OutcomeAnnulment.__table__  # type: ignore[assignment]
ROLL: Table = VoterRoll.__table__  # type: ignore[assignment]
ITEMS: Table = AgendaItem.__table__  # type: ignore[assignment]
ASSEMBLIES: Table = Assembly.__table__  # type: ignore[assignment]
ELECTORS: Table = Elector.__table__  # type: ignore[assignment]
BALLOTS: Table = Ballot.__table__  # type: ignore[assignment]
HAND = ELECTORS.alias("hand")  # by whose hand a line of the roll votes
SEALED: Table = SealedBallot.__table__  # type: ignore[assignment]
SECRET: Table = SecretBallot.__table__  # type: ignore[assignment]
EXPORT_FORMAT = "coopter-votes-1"


@dataclass(frozen=True)
class Hand:
    """One voice that somebody may cast in an open vote: its own, or that of a power it holds."""

    elector_id: int
    name: str
    college: str
    weight: int
    is_own: bool
    hand: str  # by whose hand
    has_voted: bool


@dataclass(frozen=True)
class Turnout:
    """How many of a college may vote, and have ("" is the whole)."""

    college: str
    on_roll: int
    voted: int


@dataclass(frozen=True)
class RollLine:
    """One voice of an open or closed vote, with its named ballot when the vote is not secret."""

    elector_id: int
    name: str
    college: str
    weight: int
    hand_id: int | None
    hand: str
    has_voted: bool
    choice: Any


@dataclass(frozen=True)
class OutcomeRecord:
    """One deliberation of the register."""

    id: int
    number: int
    assembly_id: int
    item_id: int
    title: str
    verdict: Verdict
    result: dict[str, Any]
    ballots_sha256: str
    decided_on: date
    recorded_by: str
    recorded_at: datetime
    body: str
    annulled_because: str | None
    decision_number: int | None
    decision_id: int | None


@dataclass(frozen=True)
class VoteRecord:
    """A vote as it stands: nothing of a secret one but who has voted, until it is closed."""

    item: ItemRecord
    assembly_id: int
    assembly: str
    is_open: bool
    turnout: Turnout
    colleges: tuple[Turnout, ...]
    lines: tuple[RollLine, ...]
    outcome: OutcomeRecord | None


def hands_of(actor: Actor, item_id: int) -> tuple[Hand, ...]:
    """The voices that somebody may cast in a vote, its own first; none before it opens."""
    here, hand = tenancy.current(), HAND
    own = and_(hand.c.structure_id.is_(None), hand.c.person_id == actor.person_id)
    query = (
        select(
            ELECTORS.c.id, ELECTORS.c.name, ROLL.c.college, ROLL.c.weight, hand.c.id == ELECTORS.c.id, hand.c.name,
            ROLL.c.has_voted,
        )
        .select_from(ROLL)
        .join(ELECTORS, (ELECTORS.c.id == ROLL.c.elector_id) & (ELECTORS.c.grouping_id == here))
        .join(hand, (hand.c.id == ROLL.c.hand_id) & (hand.c.grouping_id == here))
        .where(ROLL.c.grouping_id == here, ROLL.c.item_id == item_id)
        .where(or_(hand.c.structure_id.in_(actor.represents), own))  # as `can_speak_for` has it
    )  # fmt: skip
    found = [Hand(*row) for row in session().execute(query)]
    return tuple(sorted(found, key=lambda one: (not one.is_own, one.name.casefold(), one.elector_id)))


def vote_record(item_id: int) -> VoteRecord:
    """A vote as it stands; raises NotFound."""
    item = get_item(item_id)
    lines = _lines(item)
    colleges = sorted({line.college for line in lines if line.college})
    assembly = get_assembly(item.assembly_id)
    return VoteRecord(
        item=item_record(item),
        assembly_id=item.assembly_id,
        assembly=assembly.title,
        is_open=item.state is ItemState.OPEN,
        turnout=_turnout("", lines),
        colleges=tuple(_turnout(code, [line for line in lines if line.college == code]) for code in colleges),
        lines=lines,
        outcome=outcome_of(item_id),
    )


def outcome_of(item_id: int) -> OutcomeRecord | None:
    """What came out of a vote, or None."""
    return next(iter(_outcomes(OUTCOMES.c.item_id == item_id)), None)


def may_vote_again(outcome: OutcomeRecord) -> bool:
    """Whether a deliberation leaves its point undecided: without effect, or annulled."""
    return outcome.verdict is Verdict.VOID or outcome.annulled_because is not None


def get_outcome(outcome_id: int) -> OutcomeRecord:
    """One deliberation; raises NotFound."""
    for found in _outcomes(OUTCOMES.c.id == outcome_id):
        return found
    raise NotFound()


def register() -> tuple[OutcomeRecord, ...]:
    """The register of deliberations, the latest number first, the annulled ones in their place."""
    return _outcomes()


def outcomes_of(assembly_id: int) -> tuple[OutcomeRecord, ...]:
    """What an assembly decided, in the order of its votes."""
    return tuple(reversed(_outcomes(OUTCOMES.c.assembly_id == assembly_id)))


def answered_by(assembly_id: int) -> dict[int, int]:
    """Who voted on one point of an assembly at least, as elector → by whose hand; never what."""
    query = (
        select(VoterRoll.elector_id, VoterRoll.hand_id)
        .join(AgendaItem, AgendaItem.id == VoterRoll.item_id)
        .where(AgendaItem.assembly_id == assembly_id, VoterRoll.has_voted.is_(True))
    )
    return {elector: hand for elector, hand in session().execute(query) if hand is not None}


def published_ballots(item: AgendaItem) -> list[dict[str, Any]]:
    """The one list of ballots that is published, hashed and recounted (R35).

    Named ballots in the order of the electors' numbers; secret ones by their receipt, which nothing links to a voter.
    """
    if item.method is BallotMethod.SECRET:
        rows = session().scalars(select(SecretBallot).where(SecretBallot.item_id == item.id)).all()
        return [
            {"receipt": row.id, "college": row.college, "weight": row.weight, "choice": row.choice}
            for row in sorted(rows, key=lambda one: one.id)
        ]
    query = (
        select(Ballot, VoterRoll, Elector)
        .join(VoterRoll, (VoterRoll.item_id == Ballot.item_id) & (VoterRoll.elector_id == Ballot.elector_id))
        .join(Elector, Elector.id == Ballot.elector_id)
        .where(Ballot.item_id == item.id)
        .order_by(Ballot.elector_id, Ballot.id)
    )
    return [
        {"elector": one.id, "name": one.name, "college": line.college, "weight": line.weight, "choice": ballot.choice}
        for ballot, line, one in session().execute(query)
    ]


def ballots_export(assembly_id: int) -> dict[str, Any]:
    """Everything a recount needs of an assembly's votes, as plain JSON: rules, roll, ballots, published results."""
    assembly = get_assembly(assembly_id)
    votes = []
    for outcome in outcomes_of(assembly_id):
        item = get_item(outcome.item_id)
        votes.append(
            {
                "number": outcome.number,
                "title": outcome.title,
                "method": item.method.value,
                "verdict": outcome.verdict.value,
                "annulled": outcome.annulled_because is not None,
                "roll": _roll_export(item.id),
                "ballots": published_ballots(item),
                "ballots_sha256": outcome.ballots_sha256,
                "result": outcome.result,
            }
        )
    return {
        "format": EXPORT_FORMAT,
        "assembly": {"title": assembly.title, "day": paris_day(assembly.starts_at).isoformat()},
        "votes": votes,
    }


def _roll_export(item_id: int) -> list[dict[str, Any]]:
    """The roll without names: what the bases of majorities are made of."""
    query = select(VoterRoll).where(VoterRoll.item_id == item_id).order_by(VoterRoll.elector_id)
    return [
        {"college": line.college, "weight": line.weight, "on_roll": line.hand_id is not None, "voted": line.has_voted}
        for line in session().scalars(query)
    ]


def _lines(item: AgendaItem) -> tuple[RollLine, ...]:
    found = session().execute(
        select(VoterRoll, Elector).join(Elector, Elector.id == VoterRoll.elector_id).where(VoterRoll.item_id == item.id)
    )
    rows = found.all()
    names = {one.id: one.name for _line, one in rows}
    ballots = session().execute(select(Ballot.elector_id, Ballot.choice).where(Ballot.item_id == item.id))
    choices: dict[int, Any] = {one.elector_id: one.choice for one in ballots}
    lines = [
        RollLine(one.id, one.name, line.college, line.weight, line.hand_id, names.get(line.hand_id or 0, ""),
                 line.has_voted, choices.get(one.id))
        for line, one in rows
    ]  # fmt: skip
    return tuple(sorted(lines, key=lambda line: (line.name.casefold(), line.elector_id)))


def _turnout(college: str, lines: Any) -> Turnout:
    on_roll = [line for line in lines if line.hand_id is not None]
    return Turnout(college, len(on_roll), sum(1 for line in on_roll if line.has_voted))


def _outcomes(*where: Any) -> tuple[OutcomeRecord, ...]:
    here = tenancy.current()
    assembly, body, annulled = Assembly.__table__, Body.__table__, OUTCOME_ANNULMENTS
    decided: Table = Decision.__table__  # type: ignore[assignment]
    query = (
        select(
            OUTCOMES.c.id, OUTCOMES.c.number, OUTCOMES.c.assembly_id, OUTCOMES.c.item_id, OUTCOMES.c.title,
            OUTCOMES.c.verdict, OUTCOMES.c.result, OUTCOMES.c.ballots_sha256, OUTCOMES.c.decided_on,
            OUTCOMES.c.recorded_by, OUTCOMES.c.recorded_at, body.c.name, annulled.c.reason, decided.c.number,
            decided.c.id,
        )
        .join(assembly, assembly.c.id == OUTCOMES.c.assembly_id)
        .join(body, body.c.id == assembly.c.body_id)
        .outerjoin(annulled, (annulled.c.outcome_id == OUTCOMES.c.id) & (annulled.c.grouping_id == here))
        .outerjoin(decided, (decided.c.item_id == OUTCOMES.c.item_id) & (decided.c.grouping_id == here))
        .where(OUTCOMES.c.grouping_id == here, assembly.c.grouping_id == here, body.c.grouping_id == here, *where)
        .order_by(OUTCOMES.c.number.desc())
    )  # fmt: skip
    return tuple(OutcomeRecord(*row) for row in session().execute(query))  # type: ignore[arg-type, call-arg]
