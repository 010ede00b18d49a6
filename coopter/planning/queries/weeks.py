"""The week's page: rows × seven days, added up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from coopter.members import queries as members
from coopter.members.rules import as_minutes
from coopter.planning import policies
from coopter.planning.queries.shifts import ShiftRecord, visible_shifts
from coopter.planning.rules import monday_of
from coopter.staff import queries as staff
from coopter.values.actor import Actor
from coopter.values.period import Period


@dataclass(frozen=True, slots=True)
class WeekCell:
    """What one row holds on one day; minutes count planned shifts alone."""

    day: date
    shifts: tuple[ShiftRecord, ...]
    minutes: int
    is_long: bool  # over the day's warning, for one person over all structures


@dataclass(frozen=True, slots=True)
class WeekRow:
    """One person (or, on one's own page, one structure) over the week."""

    key: int
    title: str
    note: str
    cells: tuple[WeekCell, ...]
    minutes: int
    is_long: bool


@dataclass(frozen=True, slots=True)
class Week:
    """A week from Monday to Sunday, its rows and its totals in minutes."""

    monday: date
    rows: tuple[WeekRow, ...]
    day_minutes: tuple[int, ...]
    minutes: int

    @property
    def days(self) -> tuple[date, ...]:
        """Its seven days."""
        return tuple(self.monday + timedelta(days=step) for step in range(7))

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + timedelta(days=6)


def week_of(actor: Actor, day: date, *, mine: bool = False) -> Week:
    """The week that holds a day, as this actor may see it: a row per person, or per structure on one's own page."""
    monday = monday_of(day)
    shifts = visible_shifts(
        actor, Period(monday, monday + timedelta(days=7)), employee_id=(actor.employee_id or 0) if mine else None
    )
    titles: dict[int, tuple[str, str]] = {}
    if not mine and policies.can_see_all_shifts(actor):
        titles |= {one.id: (one.name, _job(one)) for one in _employed_in(monday)}
    for shift in shifts:
        key = shift.structure_id if mine else shift.employee_id
        titles.setdefault(key, (shift.structure, shift.site) if mine else (shift.employee, ""))
    long_day = as_minutes(members.parameter("daily_warning", on=monday))
    long_week = as_minutes(members.parameter("weekly_warning", on=monday))
    rows = []
    for key, (title, note) in titles.items():
        own = [one for one in shifts if key == (one.structure_id if mine else one.employee_id)]
        cells = tuple(_cell(monday + timedelta(days=step), own, long_day) for step in range(7))
        minutes = sum(cell.minutes for cell in cells)
        rows.append(WeekRow(key, title, note, cells, minutes, is_long=minutes > long_week))
    per_day = tuple(sum(row.cells[step].minutes for row in rows) for step in range(7))
    return Week(monday, tuple(rows), per_day, sum(per_day))


def _employed_in(monday: date) -> Iterable[staff.EmployeeRecord]:
    """Who is employed on the first or the last day of the week, by last name."""
    found = {one.id: one for day in (monday + timedelta(days=6), monday) for one in staff.list_employees(on=day)}
    return sorted(found.values(), key=lambda one: (one.last_name, one.first_name, one.code))


def _job(employee: staff.EmployeeRecord) -> str:
    return employee.contract.job_title if employee.contract else ""


def _cell(day: date, shifts: Iterable[ShiftRecord], long_day: int) -> WeekCell:
    own = tuple(shift for shift in shifts if shift.slot.day == day)
    minutes = sum(shift.slot.minutes for shift in own if not shift.is_cancelled)
    return WeekCell(day, own, minutes, is_long=minutes > long_day)
