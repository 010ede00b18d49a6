"""What still ties a structure that leaves: people placed there, hours and shifts after its day, debts born before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from coopter.governance.queries.departure import liability_rule
from coopter.governance.rules.departure import Debt, Debts
from coopter.hours.models import MonthLock, TimeEntry
from coopter.planning.models import Shift
from coopter.planning.rules import ShiftState
from coopter.plumbing.database import session
from coopter.staff.models import Employee, Placement
from coopter.treasury import queries as treasury
from coopter.values.money import Money


@dataclass(frozen=True, slots=True)
class PlacedAfter:
    """Somebody placed at a structure on or after a day; `ends_on` is the first day without."""

    placement_id: int
    employee: str
    starts_on: date
    ends_on: date | None
    version: int

    def can_end_on(self, day: date) -> bool:
        """Whether it may be ended before this day: one that begins later has first to be moved."""
        return self.starts_on < day


@dataclass(frozen=True, slots=True)
class Ties:
    """What must be ended before a structure leaves: placements, lines of hours and shifts on its first day outside or
    later."""

    placements: tuple[PlacedAfter, ...]
    hours: int
    shifts: int

    def __bool__(self) -> bool:
        return bool(self.placements or self.hours or self.shifts)


def ties_after(structure_id: int, *, on: date) -> Ties:
    """Everything that stands at a structure from a day on, in three statements."""
    placed = (
        select(Placement, Employee)
        .join(Employee, Employee.id == Placement.employee_id)
        .where(Placement.structure_id == structure_id, Placement.ends_on.is_(None) | (Placement.ends_on > on))
        .order_by(Placement.starts_on, Placement.id)
    )
    hours = select(func.count(TimeEntry.id)).where(TimeEntry.structure_id == structure_id, TimeEntry.worked_on >= on)
    shifts = (
        select(func.count(Shift.id))
        .join(Placement, Placement.id == Shift.placement_id)
        .where(Placement.structure_id == structure_id, Shift.day >= on, Shift.state != ShiftState.CANCELLED)
    )
    return Ties(
        tuple(
            PlacedAfter(row.id, employee.name, row.starts_on, row.ends_on, row.version)
            for row, employee in session().execute(placed)
        ),
        session().scalar(hours) or 0,
        session().scalar(shifts) or 0,
    )


def debts_of(structure_id: int, *, on: date) -> Debts:
    """What a structure was asked before a day and has not paid, and the months still to be invoiced.

    The joint liability of L1253-8 is told as the statutes have it, word for word.
    """
    unpaid = [
        Debt(one.number, one.issued_on, one.owing.due_on, one.owing.left)
        for one in treasury.owed_documents(structure_id=structure_id)
        if one.issued_on < on and one.owing.left > Money.zero()
    ]
    months = (
        select(TimeEntry.month)
        .where(TimeEntry.structure_id == structure_id, TimeEntry.worked_on < on)
        .where(TimeEntry.month.not_in(select(MonthLock.month)))
        .distinct()
    )
    return Debts(
        on,
        tuple(sorted(unpaid, key=lambda one: (one.issued_on, one.number), reverse=True)),
        tuple(str(month) for month in sorted(session().scalars(months))),
        liability_rule(on),
    )
