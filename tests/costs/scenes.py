"""A grouping with one shared employee at two structures, for the tests of costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from coopter.costs import commands, queries, rules
from coopter.costs.rules import CostKind
from coopter.hours import queries as hours
from coopter.hours.commands import lock_month
from coopter.members.models import Structure
from coopter.plumbing.transaction import command
from coopter.staff.models import Employee
from coopter.values.actor import Actor
from coopter.values.money import Money
from coopter.values.month import Month
from tests import factories as a

MARCH, APRIL = Month(2026, 3), Month(2026, 4)
AT = a.AT


@dataclass
class Scene:
    grouping: Any
    north: Structure
    south: Structure
    nolwenn: Employee
    anne: Actor
    treasurer: Actor

    def add(self, **fields: Any) -> rules.CostRecord:
        line = {"month": MARCH, "employee_id": self.nolwenn.id, "kind": CostKind.GROSS_PAY, "label": "Salaire brut"}
        return commands.add_cost_line(self.anne, **{**line, "amount": Money(240_000), "at": AT, **fields})

    def close(self, month: Month = MARCH) -> tuple[queries.ShareRecord, ...]:
        @command
        def closing() -> tuple[queries.ShareRecord, ...]:
            lock_month(self.anne, month=month, at=AT)
            return commands.split_month(self.anne, month=month, worked=hours.worked_minutes(month), at=AT)

        return closing()
