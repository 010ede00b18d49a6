"""Written questions, asked before an assembly closes, and their answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from coopter.governance import policies
from coopter.governance.models import WrittenQuestion
from coopter.governance.queries.assemblies import get_assembly, get_elector
from coopter.governance.rules.kinds import AssemblyState
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.refusal import NotFound, Refusal


class QuestionsClosed(Refusal):
    """On pose ses questions entre la convocation et la clôture de l’assemblée."""


class QuestionMissing(Refusal):
    """Écrivez votre question."""


class AnswerMissing(Refusal):
    """Écrivez une réponse."""


@command
def ask_question(actor: Actor, *, assembly_id: int, elector_id: int, question: str, at: datetime) -> int:
    """A written question of somebody on the roll, before the assembly closes; returns its id."""
    row = get_assembly(assembly_id)
    require(policies.can_give_proxy(actor, get_elector(elector_id, assembly_id=assembly_id)))
    if row.state not in (AssemblyState.CONVENED, AssemblyState.OPEN):
        raise QuestionsClosed()
    text = question.strip()[:4000]
    if not text:
        raise QuestionMissing()
    asked = WrittenQuestion(
        assembly_id=assembly_id, elector_id=elector_id, question=text, asked_by=actor.name, asked_at=at
    )
    session().add(asked)
    session().flush()
    after = {"assembly_id": assembly_id, "elector_id": elector_id}
    journal.record(actor, "question.asked", f"question:{asked.id}", at=at, after=after)
    return asked.id


@command
def answer_question(actor: Actor, *, question_id: int, answer: str, at: datetime) -> None:
    """Answer a written question, or correct the answer; everybody reads it."""
    require(policies.can_prepare_governance(actor))
    asked = session().scalar(select(WrittenQuestion).where(WrittenQuestion.id == question_id))
    if asked is None:
        raise NotFound()
    text = answer.strip()[:4000]
    if not text:
        raise AnswerMissing()
    before = {"answer": asked.answer}
    asked.answer, asked.answered_by, asked.answered_at = text, actor.name, at
    after = {"answer": text}
    journal.record(actor, "question.answered", f"question:{question_id}", at=at, before=before, after=after)
