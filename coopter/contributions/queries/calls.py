"""Calls: what was asked of each member and why, in the words that it was sealed with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select

from coopter.contributions.models import Call, CallRun, Contribution
from coopter.contributions.rules.formulas import KIND, Formula, VatRule
from coopter.contributions.rules.kinds import CallKind, Product
from coopter.governance.models import Decision
from coopter.plumbing.database import session
from coopter.values.money import Money
from coopter.values.refusal import NotFound

OF_A_YEAR = (CallKind.YEAR, CallKind.CORRECTION)
Pairs = tuple[tuple[str, str], ...]


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
    summary: str
    sentences: tuple[str, ...]
    figures: Pairs
    steps: Pairs


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
    rows = session().scalars(select(Call).where(Call.run_id == run_id).order_by(Call.id))
    return tuple(_call(row) for row in rows)


def get_call(call_id: int) -> CallRecord:
    """One call; raises NotFound."""
    row = session().scalar(select(Call).where(Call.id == call_id))
    if row is None:
        raise NotFound()
    return _call(row)


def calls_of_structure(structure_id: int) -> tuple[tuple[RunRecord, CallRecord], ...]:
    """Everything that one structure was called, the first called first."""
    rows = session().scalars(select(Call).where(Call.structure_id == structure_id).order_by(Call.id)).all()
    runs = {run.id: run for run in all_runs()} if rows else {}
    return tuple((runs[row.run_id], _call(row)) for row in rows)


def pairs(rows: Iterable[Iterable[Any]]) -> Pairs:
    """Labels and values as they are kept and printed."""
    return tuple((str(label), str(value)) for label, value in rows)


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


def _call(row: Call) -> CallRecord:
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
        summary=told["summary"],
        sentences=tuple(told["sentences"]),
        figures=pairs(told["figures"]),
        steps=pairs(told["steps"]),
    )
