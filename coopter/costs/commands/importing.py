"""A file of costs, written whole or not at all; the same file again changes nothing (row R50)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, update

from coopter.costs import policies
from coopter.costs.imports import CostRow, CostsPlan, plan_costs
from coopter.costs.queries.lines import LINES
from coopter.members.commands.turns import take_turn
from coopter.plumbing import journal, tenancy
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.money import total


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: lines added, changed, and those that said what was there already."""

    added: int
    changed: int
    unchanged: int


@command
def import_costs(actor: Actor, *, records: Iterable[CostRow], at: datetime) -> Imported:
    """Write the records of a file of costs (imports.read_costs); raises Faults with all that is wrong, nothing written.

    A line that is there with another amount is changed as long as its month is open.
    """
    require(policies.can_write_costs(actor))
    take_turn()
    plan = plan_costs(records)
    done = Imported(len(plan.added), len(plan.changed), plan.unchanged)
    if not (plan.added or plan.changed):
        return done
    _add(actor, plan, at=at)
    _change(actor, plan, at=at)
    after = {
        "added": done.added, "changed": done.changed, "unchanged": done.unchanged,
        "months": [str(month) for month in plan.months], "total_added": total(new.amount for new in plan.added),
        "amounts": {str(old.id): amount for old, amount in plan.changed},
    }  # fmt: skip
    before = {"amounts": {str(old.id): old.amount for old, _ in plan.changed}}
    journal.record(actor, "costs.imported", "costs", at=at, before=before, after=after)
    return done


def _add(actor: Actor, plan: CostsPlan, *, at: datetime) -> None:
    rows = [
        {
            "grouping_id": tenancy.current(), "month": new.key.month, "employee_id": new.key.employee_id,
            "kind": new.key.kind, "label": new.label, "amount_cents": new.amount, "recorded_by": actor.name,
            "recorded_at": at, "version": 1,
        }
        for new in plan.added
    ]  # fmt: skip
    if rows:
        session().execute(insert(LINES), rows)


def _change(actor: Actor, plan: CostsPlan, *, at: datetime) -> None:
    if not plan.changed:
        return
    statement = (
        update(LINES)
        .where(LINES.c.grouping_id == tenancy.current(), LINES.c.id == bindparam("line"))
        .values(amount_cents=bindparam("cents"), recorded_by=actor.name, recorded_at=at, version=LINES.c.version + 1)
    )
    session().execute(statement, [{"line": old.id, "cents": amount} for old, amount in plan.changed])
