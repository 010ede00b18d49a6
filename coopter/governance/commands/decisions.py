"""Decisions: written once with what they rest on, in force from their day, annulled but never edited."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from coopter.governance import policies
from coopter.governance.models import Decision, DecisionAnnulment
from coopter.governance.queries.decisions import ANNULMENTS, DECISIONS, get_decision, is_annulled
from coopter.governance.rules.kinds import Basis
from coopter.governance.rules.motions import Decided, Motion, kind_of
from coopter.members.commands.turns import take_turn
from coopter.members.rules import INITIAL
from coopter.plumbing import journal, tenancy
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.refusal import Refusal
from coopter.values.texts import clean_line


class AlreadyAnnulled(Refusal):
    """La décision n° %(number)s est déjà annulée."""


class ReasonMissing(Refusal):
    """Dites pourquoi : une annulation sans motif ne se relit pas."""


@command
def decide(actor: Actor, motion: Motion, *, at: datetime, decided_by: str = INITIAL) -> Decided:
    """Write down what is in force from a day on, decided before or outside an assembly held here.

    Its citation is « Reprise initiale » unless somebody names the body that decided. Raises UnknownMotion, and whatever
    the kind's own room refuses.
    """
    require(policies.can_decide(actor))
    return write_decision(actor, motion, basis=Basis.INITIAL, decided_by=clean_line(decided_by) or INITIAL, at=at)


def write_decision(
    actor: Actor, motion: Motion, *, basis: Basis, decided_by: str, at: datetime, item_id: int | None = None
) -> Decided:
    """Check, number, write, seal, and have its effect, inside the caller's command (a vote that closes, an import)."""
    kind = kind_of(motion.kind)
    take_turn()  # so that what is checked still holds when it is written, and no number is taken twice
    if basis is Basis.RESOLUTION:
        motion = kind.postpone(motion)
    kind.check(motion)
    row = Decision(
        number=_next_number(), kind=motion.kind, subject=motion.subject, value=motion.value, from_on=motion.from_on,
        basis=basis, item_id=item_id, decided_by=decided_by, author=actor.name, recorded_at=at,
    )  # fmt: skip
    session().add(row)
    session().flush()
    decided = get_decision(row.id)
    after = {
        "number": row.number, "kind": row.kind, "subject": row.subject, "value": row.value, "from_on": row.from_on,
        "decided_by": decided_by,
    }  # fmt: skip
    sealed = {DECISIONS: [DECISIONS.c.id == row.id]}
    journal.record(actor, "decision.written", f"decision:{row.id}", at=at, after=after, sealed=sealed)
    kind.adopt(actor, decided, at)
    return decided


@command
def annul_decision(actor: Actor, decision_id: int, *, reason: str, at: datetime) -> Decided:
    """Say that a decision does not count, and never did; raises NotFound, AlreadyAnnulled, ReasonMissing.

    The kind's room refuses when a closed month was already shared by it: what was invoiced is mirrored by a credit
    note, not by a change of the past.
    """
    require(policies.can_annul_decision(actor))
    decided = get_decision(decision_id)
    if is_annulled(decision_id):
        raise AlreadyAnnulled(number=decided.number)
    if not clean_line(reason):
        raise ReasonMissing()
    kind_of(decided.kind).annul(actor, decided, at)
    row = DecisionAnnulment(
        decision_id=decision_id, reason=clean_line(reason, most=500), author=actor.name, recorded_at=at
    )
    session().add(row)
    session().flush()
    after = {"number": decided.number, "reason": row.reason}
    sealed = {ANNULMENTS: [ANNULMENTS.c.id == row.id]}
    journal.record(actor, "decision.annulled", f"decision:{decision_id}", at=at, after=after, sealed=sealed)
    return decided


def _next_number() -> int:
    """The next number of the register; the caller has its turn."""
    last = session().scalar(select(func.max(DECISIONS.c.number)).where(DECISIONS.c.grouping_id == tenancy.current()))
    return (last or 0) + 1
