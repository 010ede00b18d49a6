"""Cost lines: written, corrected and removed as long as their month is open (row R23)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from coopter.costs import policies, queries
from coopter.costs.models import CostLine
from coopter.costs.rules import CostKind, CostRecord, CostsLocked, LineKey, SameCostLine, check_line
from coopter.hours import queries as hours
from coopter.members.commands.turns import take_turn
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.staff import queries as staff
from coopter.values.actor import Actor
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.refusal import Conflict, NotFound, Words
from coopter.values.texts import clean_line


@command
def add_cost_line(
    actor: Actor,
    *,
    month: Month,
    employee_id: int | None,
    kind: CostKind,
    label: str,
    amount: Money,
    at: datetime,
) -> CostRecord:
    """Write one cost (cents) of a month, an employee's or, without one, the grouping's.

    Raises CostsLocked, SameCostLine, NotFound, and the refusals of `check_line`.
    """
    require(policies.can_write_costs(actor))
    words = clean_line(label, most=120)
    check_line(employee_id=employee_id, kind=kind, label=words, amount=amount)
    _take_open(month)
    who = _name(employee_id)
    _refuse_twin(LineKey.of(month, employee_id=employee_id, kind=kind, label=words), who=who, label=words)
    row = CostLine(
        month=month, employee_id=employee_id, kind=kind, label=words, amount=amount, recorded_by=actor.name,
        recorded_at=at, version=1,
    )  # fmt: skip
    session().add(row)
    session().flush()
    journal.record(actor, "costs.line_added", f"cost_line:{row.id}", at=at, after=told(row))
    return queries.get_line(row.id)


@command
def edit_cost_line(
    actor: Actor, *, line_id: int, version: int, kind: CostKind, label: str, amount: Money, at: datetime
) -> CostRecord:
    """Correct a cost line; `version` is the one that the form showed.

    Raises Conflict with both values when somebody was first (row R22), CostsLocked, SameCostLine, NotFound, and the
    refusals of `check_line`.
    """
    require(policies.can_write_costs(actor))
    words = clean_line(label, most=120)
    row = _take_line(line_id)
    check_line(employee_id=row.employee_id, kind=kind, label=words, amount=amount)
    if row.version != version:
        mine = {"kind": kind, "label": words, "amount": amount}
        raise Conflict(mine=mine, theirs={name: getattr(row, name) for name in mine})
    key = LineKey.of(row.month, employee_id=row.employee_id, kind=kind, label=words)
    _refuse_twin(key, who=_name(row.employee_id), label=words, other_than=line_id)
    before = told(row)
    row.kind, row.label, row.amount, row.version = kind, words, amount, version + 1
    row.recorded_by, row.recorded_at = actor.name, at
    session().flush()
    journal.record(actor, "costs.line_edited", f"cost_line:{line_id}", at=at, before=before, after=told(row))
    return queries.get_line(line_id)


@command
def remove_cost_line(actor: Actor, *, line_id: int, version: int, at: datetime) -> Month:
    """Remove a cost line that the page showed in this version; returns its month. Raises Conflict, CostsLocked."""
    require(policies.can_write_costs(actor))
    row = _take_line(line_id)
    if row.version != version:
        raise Conflict()
    before, month = told(row), row.month
    session().delete(row)
    session().flush()
    journal.record(actor, "costs.line_removed", f"cost_line:{line_id}", at=at, before=before)
    return month


def told(row: CostLine) -> dict[str, Any]:
    """A cost line as the journal and a conflict tell it."""
    return {
        "month": row.month, "employee_id": row.employee_id, "kind": row.kind, "label": row.label, "amount": row.amount,
        "recorded_by": row.recorded_by,
    }  # fmt: skip


def _take_line(line_id: int) -> CostLine:
    """The line, while nobody can close its month; raises NotFound, CostsLocked."""
    _take_open(queries.get_line(line_id).month)
    row = session().scalar(select(CostLine).where(CostLine.id == line_id).execution_options(populate_existing=True))
    if row is None:
        raise NotFound()
    return row


def _take_open(month: Month) -> None:
    take_turn()
    if hours.is_locked(month):
        raise CostsLocked(month=month)


def _name(employee_id: int | None) -> str:
    return Words("le groupement") if employee_id is None else staff.get_employee(employee_id).name


def _refuse_twin(key: LineKey, *, who: str, label: str, other_than: int | None = None) -> None:
    twin = queries.records_by_key([key.month]).get(key)
    if twin is not None and twin.id != other_than:
        raise SameCostLine(label=label, who=who, month=key.month)
