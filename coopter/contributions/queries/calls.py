"""Calls: what was asked of each member and why, from the facts that were sealed, in the words of whoever reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select

from coopter.contributions.models import Call, CallRun, Contribution
from coopter.contributions.rules.formulas import KIND, Formula, Step, VatRule, figure_told, say
from coopter.contributions.rules.kinds import Base, CallKind, Product
from coopter.governance.models import Decision
from coopter.plumbing.database import session
from coopter.values.money import Money
from coopter.values.refusal import NotFound, Words

OF_A_YEAR = (CallKind.YEAR, CallKind.CORRECTION)
Pairs = tuple[tuple[str, Money | str], ...]
"""Labels and values: words of ours and amounts, or French texts as the first calls kept them."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One call of a contribution from its members: who called it, by which decision."""

    id: int
    grouping_id: int
    contribution_id: int
    name: str
    product: Product
    year: int
    kind: CallKind
    turn: int
    decision_id: int
    decided_by: str
    is_taxed: bool
    called_on: date
    total: Money
    called_by: str
    called_at: datetime

    @property
    def is_correction(self) -> bool:
        """Whether it asks for, or gives back, a difference."""
        return self.kind is CallKind.CORRECTION


@dataclass(frozen=True, slots=True)
class CallRecord:
    """What one member was called, one instalment, and what makes the amount; below zero it lowers an earlier call."""

    id: int
    run_id: int
    structure_id: int
    instalment: int
    instalments: int
    due_on: date
    amount: Money
    owed: Money
    before: Money
    lowers: int | None
    is_correction: bool
    sentences: tuple[str, ...]
    figures: Pairs
    steps: Pairs

    @property
    def summary(self) -> str:
        """The amount in a few words: the figures it rests on, or what a difference is between."""
        if self.is_correction:
            return Words("dû %(owed)s, déjà appelé %(before)s", owed=self.owed, before=self.before)
        return " · ".join(f"{label} : {value}" for label, value in self.figures)


def get_row(contribution_id: int) -> Contribution:
    """A contribution of the grouping in scope; raises NotFound."""
    row = session().scalar(select(Contribution).where(Contribution.id == contribution_id))
    if row is None:
        raise NotFound()
    return row


def first_run(contribution_id: int, year: int) -> CallRun | None:
    """The call of a contribution for a year, once there is one."""
    return session().scalar(
        select(CallRun).where(
            CallRun.contribution_id == contribution_id, CallRun.year == year, CallRun.kind == CallKind.YEAR
        )
    )


def called_for(contribution_id: int, year: int) -> dict[int, Money]:
    """What each structure was called for a year, corrections included."""
    query = (
        select(Call.structure_id, func.sum(Call.amount))
        .join(CallRun, CallRun.id == Call.run_id)
        .where(CallRun.contribution_id == contribution_id, CallRun.year == year, CallRun.kind.in_(OF_A_YEAR))
        .group_by(Call.structure_id)
    )
    return {structure_id: amount for structure_id, amount in session().execute(query)}


def left_of_calls(contribution_id: int, year: int) -> dict[int, list[tuple[int, Money]]]:
    """By structure, its calls of a year above zero with what earlier corrections left of them, as they were due."""
    query = (
        select(Call)
        .join(CallRun, CallRun.id == Call.run_id)
        .where(CallRun.contribution_id == contribution_id, CallRun.year == year, CallRun.kind.in_(OF_A_YEAR))
        .order_by(Call.due_on, Call.id)
    )
    rows = session().scalars(query).all()
    taken: dict[int, int] = defaultdict(int)
    for row in rows:
        if row.detail.get("lowers"):
            taken[row.detail["lowers"]] -= row.amount.cents
    found: dict[int, list[tuple[int, Money]]] = defaultdict(list)
    for row in rows:
        if row.amount.cents > taken[row.id]:
            found[row.structure_id].append((row.id, Money(row.amount.cents - taken[row.id])))
    return found


def get_run(run_id: int) -> RunRecord:
    """One call of a contribution; raises NotFound."""
    row = session().execute(_runs().where(CallRun.id == run_id)).first()
    if row is None:
        raise NotFound()
    return _run(*row)


def runs_of(contribution_id: int, *, year: int | None = None) -> tuple[RunRecord, ...]:
    """The calls of a contribution (for a year), the first called first."""
    query = _runs().where(CallRun.contribution_id == contribution_id)
    if year is not None:
        query = query.where(CallRun.year == year)
    return tuple(_run(*row) for row in session().execute(query.order_by(CallRun.year, CallRun.id)))


def all_runs() -> tuple[RunRecord, ...]:
    """Every call of the grouping, the first called first."""
    return tuple(_run(*row) for row in session().execute(_runs().order_by(CallRun.id)))


def list_calls(run_id: int) -> tuple[CallRecord, ...]:
    """The calls of a run, in the order they were written (structures by code, instalments as they are due)."""
    return tuple(_told(session().execute(_calls().where(Call.run_id == run_id).order_by(Call.id))))


def get_call(call_id: int) -> CallRecord:
    """One call; raises NotFound."""
    for found in _told(session().execute(_calls().where(Call.id == call_id))):
        return found
    raise NotFound()


def calls_of_structure(structure_id: int) -> tuple[tuple[RunRecord, CallRecord], ...]:
    """Everything that one structure was called, the first called first."""
    calls = tuple(_told(session().execute(_calls().where(Call.structure_id == structure_id).order_by(Call.id))))
    runs = {run.id: run for run in all_runs()} if calls else {}
    return tuple((runs[call.run_id], call) for call in calls)


def _runs() -> Select[Any]:
    return (
        select(CallRun, Contribution.name, Contribution.product, Decision.kind, Decision.value, Decision.decided_by)
        .join(Contribution, Contribution.id == CallRun.contribution_id)
        .join(Decision, Decision.id == CallRun.decision_id)
    )


def _run(row: CallRun, name: str, product: Product, kind: str, value: Any, decided_by: str) -> RunRecord:
    taxed = kind == KIND and Formula.from_json(value["formula"]).vat is VatRule.GROUPING
    return RunRecord(
        row.id, row.grouping_id, row.contribution_id, name, product, row.year, row.kind, row.turn, row.decision_id,
        decided_by, taxed, row.called_on, row.total, row.called_by, row.called_at,
    )  # fmt: skip


def _calls() -> Select[Any]:
    return (
        select(Call, CallRun.kind, Decision.id, Decision.kind, Decision.value)
        .join(CallRun, CallRun.id == Call.run_id)
        .join(Decision, Decision.id == CallRun.decision_id)
    )


def _told(rows: Iterable[Any]) -> Iterator[CallRecord]:
    """Calls as they are told; the formula of each decision is read and said once."""
    formulas: dict[int, tuple[Formula, tuple[Words, ...]] | None] = {}
    for row, run_kind, decision_id, kind, value in rows:
        if decision_id not in formulas:
            formula = Formula.from_json(value["formula"]) if kind == KIND else None
            formulas[decision_id] = (formula, say(formula)) if formula else None
        yield _call(row, run_kind, formulas[decision_id])


def _call(row: Call, kind: CallKind, said: tuple[Formula, tuple[Words, ...]] | None) -> CallRecord:
    told = row.detail
    return CallRecord(
        id=row.id,
        run_id=row.run_id,
        structure_id=row.structure_id,
        instalment=row.instalment,
        instalments=told["instalments"],
        due_on=row.due_on,
        amount=row.amount,
        owed=Money(told["owed"]),
        before=Money(told["before"]),
        lowers=told["lowers"],
        is_correction=kind is CallKind.CORRECTION,
        sentences=said[1] if said else tuple(told["sentences"]),
        figures=_figures(told, said[0]) if said else (),
        steps=tuple(_step(one) for one in told["steps"]),
    )


def _figures(told: dict[str, Any], formula: Formula) -> Pairs:
    year = told["figures_year"]
    return tuple(figure_told(Base(name), formula.named, year, amount) for name, amount in told["measured"].items())


def _step(kept: Any) -> tuple[str, Money | str]:
    """A step from its facts; the first calls kept two French texts instead."""
    if isinstance(kept, list):
        return str(kept[0]), str(kept[1])
    step = Step.from_json(kept)
    return step.words, "" if step.amount is None else step.amount
