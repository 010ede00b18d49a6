"""Sheets: a week or a month of hours arranged as a page shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from coopter.hours import policies
from coopter.hours.queries.entries import key_of, locked_months, states_of, to_confirm, week_entries
from coopter.hours.rules import (
    EntryKey,
    EntryRecord,
    EntryState,
    LongTime,
    Waiting,
    long_times,
    monday_of,
    sum_by_day,
    week_days,
)
from coopter.members import queries as members
from coopter.members.models import Structure
from coopter.members.rules import as_minutes, natural_order
from coopter.staff import queries as staff
from coopter.staff.models import Employee
from coopter.staff.rules import StaffIndex
from coopter.values.actor import Actor
from coopter.values.month import Month
from coopter.values.period import Period
from coopter.values.refusal import NotFound, Refusal

Line = tuple[int, int, str]  # employee, structure, activity


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of one line; `entry` is what stands there, `is_void` a day without placement."""

    key: EntryKey
    entry: EntryRecord | None
    is_void: bool
    is_editable: bool
    is_closed: bool

    @property
    def minutes(self) -> int:
        """What stands there, in minutes."""
        return self.entry.minutes if self.entry else 0

    @property
    def version(self) -> int:
        """What a form that shows this cell has seen: 0 when nothing stands there."""
        return self.entry.version if self.entry else 0

    @property
    def state(self) -> str:
        """Its state in one word: « closed » once the month is locked, nothing when it is empty."""
        if self.entry is None:
            return ""
        return "closed" if self.is_closed else self.entry.state.value


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the grid: an employee at a structure, for one activity."""

    employee_id: int
    structure_id: int
    activity: str
    employee: str
    structure: str
    cells: tuple[Cell, ...]

    @property
    def total(self) -> int:
        """Its minutes."""
        return sum(cell.minutes for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A week of one employee, or of one structure."""

    monday: date
    days: tuple[date, ...]
    rows: tuple[Row, ...]
    warnings: tuple[LongTime, ...] = ()
    choices: tuple[tuple[int, str], ...] = ()  # what a new line may be: structures (or employees) of the week
    total: int = 0
    by_day: dict[date, int] = field(default_factory=dict)

    @property
    def entries(self) -> tuple[EntryRecord, ...]:
        """All lines of the sheet that stand."""
        return tuple(cell.entry for row in self.rows for cell in row.cells if cell.entry)

    def count(self, *states: EntryState) -> int:
        """How many of its lines are in one of these states."""
        return sum(1 for entry in self.entries if entry.state in states)


@dataclass(frozen=True, slots=True)
class Batch:
    """What one employee did at one structure in one week and that awaits confirmation."""

    employee_id: int
    employee: str
    structure_id: int
    structure: str
    monday: date
    entries: tuple[EntryRecord, ...]
    is_allowed: bool

    @property
    def total(self) -> int:
        """Its minutes."""
        return sum(entry.minutes for entry in self.entries)


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One employee at one structure in a month: lines and minutes by state, none when nothing was logged."""

    structure_id: int
    structure: str
    employee_id: int
    employee: str
    lines: dict[EntryState, int]
    minutes: dict[EntryState, int]

    @property
    def is_ready(self) -> bool:
        """Whether every line is confirmed, and there is one."""
        return set(self.lines) == {EntryState.CONFIRMED}

    @property
    def total(self) -> int:
        """All its minutes, whatever their state."""
        return sum(self.minutes.values())


def visible_employee(actor: Actor, employee_id: int) -> Employee:
    """The employee whose weeks the actor may see; raises NotFound for any other."""
    if not policies.can_see_week(actor, employee_id=employee_id):
        raise NotFound()
    return staff.get_employee(employee_id)


def visible_structure(actor: Actor, structure_id: int) -> Structure:
    """The structure whose hours the actor may see; raises NotFound for any other."""
    if not policies.can_see_hours_at(actor, structure_id=structure_id):
        raise NotFound()
    return members.get_structure(structure_id)


def employee_sheet(actor: Actor, *, employee_id: int, day: date, today: date, more: Iterable[Line] = ()) -> Sheet:
    """An employee's week over all structures. A structure where nothing is logged yet shows the lines of the week
    before, ready to be filled again, or one line of no activity; any other line is asked for.

    Raises NotFound for an unknown employee and for whoever may not see this week.
    """
    visible_employee(actor, employee_id)
    monday = monday_of(day)
    index = staff.placements_index(employee_id=employee_id)
    entries = week_entries(monday, employee_id=employee_id)
    before = week_entries(monday - timedelta(days=7), employee_id=employee_id)
    placed = [key for key, periods in index.placements.items() if _touches(periods, monday)]
    filled = {_line(entry)[:2] for entry in entries}
    lines = {line for line in map(_line, before) if line[:2] in placed and line[:2] not in filled}
    lines |= {(*pair, "") for pair in placed if pair not in filled and pair not in {line[:2] for line in lines}}
    sheet = _sheet(actor, monday, today=today, index=index, entries=entries, lines={*lines, *_own(more, employee_id)})
    choices = sorted({(pair[1], index.structures[pair[1]]) for pair in placed}, key=lambda one: one[1])
    warnings = long_times(
        sheet.by_day,
        daily=as_minutes(members.parameter("daily_warning", on=monday)),
        weekly=as_minutes(members.parameter("weekly_warning", on=monday)),
    )
    return Sheet(monday, sheet.days, sheet.rows, warnings, tuple(choices), sheet.total, sheet.by_day)


def structure_sheet(actor: Actor, *, structure_id: int, day: date, today: date, more: Iterable[Line] = ()) -> Sheet:
    """A structure's week: the employees placed there, and only what they do there; an empty line for who has none.

    Raises NotFound for an unknown structure and for whoever may not see its hours.
    """
    visible_structure(actor, structure_id)
    monday = monday_of(day)
    index = staff.placements_index()
    entries = week_entries(monday, structure_id=structure_id)
    placed = [
        pair for pair, periods in index.placements.items() if pair[1] == structure_id and _touches(periods, monday)
    ]
    filled = {_line(entry)[:2] for entry in entries}
    lines = {(*pair, "") for pair in placed if pair not in filled}
    lines |= {line for line in more if line[1] == structure_id and line[:2] in placed}
    sheet = _sheet(actor, monday, today=today, index=index, entries=entries, lines=lines)
    choices = sorted({(pair[0], index.employees[pair[0]]) for pair in placed}, key=lambda one: one[1])
    return Sheet(monday, sheet.days, sheet.rows, (), tuple(choices), sheet.total, sheet.by_day)


def batches_to_confirm(actor: Actor) -> tuple[Batch, ...]:
    """What awaits the actor's confirmation, by week, employee and structure; their own hours are shown, not theirs to
    confirm."""
    found: dict[tuple[date, int, int], list[EntryRecord]] = {}
    for entry in to_confirm(actor.validates_for):
        found.setdefault((monday_of(entry.worked_on), entry.employee_id, entry.structure_id), []).append(entry)
    people = staff.employees_by_id({key[1] for key in found})
    places = members.structures_by_id({key[2] for key in found})
    return tuple(
        Batch(
            employee_id, people[employee_id].name, structure_id, places[structure_id].name, monday, tuple(entries),
            policies.can_confirm_hours(actor, structure_id=structure_id, employee_id=employee_id),
        )
        for (monday, employee_id, structure_id), entries in sorted(found.items())
    )  # fmt: skip


def month_rows(month: Month) -> tuple[MonthRow, ...]:
    """Who lacks what in a month: every placement that touches it and every line of it, by structure, then employee."""
    rows: dict[tuple[int, int], list[Waiting]] = {}
    for placement in staff.placements_between(Period.of_month(month)):
        rows.setdefault((placement.structure_id, placement.employee_id), [])
    for one in states_of(month):
        rows.setdefault((one.structure_id, one.employee_id), []).append(one)
    people = staff.employees_by_id({key[1] for key in rows})
    places = members.structures_by_id({key[0] for key in rows})
    ordered = sorted(rows, key=lambda key: (natural_order(places[key[0]].code), people[key[1]].name))
    return tuple(
        MonthRow(
            key[0], places[key[0]].name, key[1], people[key[1]].name,
            {one.state: one.lines for one in rows[key]}, {one.state: one.minutes for one in rows[key]},
        )
        for key in ordered
    )  # fmt: skip


def _sheet(
    actor: Actor,
    monday: date,
    *,
    today: date,
    index: StaffIndex,
    entries: Sequence[EntryRecord],
    lines: Iterable[Line],
) -> Sheet:
    days = week_days(monday)
    standing = {key_of(entry): entry for entry in entries}
    locked = locked_months()

    def cell(line: Line, day: date) -> Cell:
        key = EntryKey(line[0], line[1], day, line[2])
        entry, closed = standing.get(key), Month.of(day) in locked
        may_work = _holds(lambda: index.check_may_work(line[0], line[1], day))
        editable = may_work and not closed and day <= week_days(today)[-1] and _may_write(actor, key, entry)
        return Cell(key, entry, not may_work and entry is None, editable, closed)

    found = {*lines, *map(_line, entries)}
    ordered = sorted(found, key=lambda one: (index.structures[one[1]], index.employees[one[0]], one[2]))
    rows = tuple(
        Row(*line, index.employees[line[0]], index.structures[line[1]], tuple(cell(line, day) for day in days))
        for line in ordered
    )
    by_day = {day: 0 for day in days} | sum_by_day(entries)
    return Sheet(monday, days, rows, total=sum(by_day.values()), by_day=by_day)


def _may_write(actor: Actor, key: EntryKey, entry: EntryRecord | None) -> bool:
    """Whether the grid offers this cell to the actor; the command decides again."""
    if not policies.can_log_hours(actor, employee_id=key.employee_id, structure_id=key.structure_id):
        return False
    if entry is None:
        return True
    if policies.can_submit_week(actor, employee_id=key.employee_id):
        return entry.state is not EntryState.CONFIRMED
    return entry.logged_by == actor.name


def _holds(check: Callable[[], object]) -> bool:
    try:
        check()
    except (Refusal, NotFound):
        return False
    return True


def _touches(placements: Sequence[object], monday: date) -> bool:
    week = Period(monday, monday + timedelta(days=7))
    return any(one.period.overlaps(week) for one in placements)  # type: ignore[attr-defined]


def _own(lines: Iterable[Line], employee_id: int) -> set[Line]:
    return {line for line in lines if line[0] == employee_id}


def _line(entry: EntryRecord) -> Line:
    return entry.employee_id, entry.structure_id, entry.activity
