"""The desks of the others: a structure's representative, a shared employee, whoever watches over the accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from coopter.billing import queries as billing
from coopter.billing.queries import InvoiceSummary
from coopter.hours import queries as hours
from coopter.hours.rules import EntryRecord, EntryState, monday_of
from coopter.members import queries as members
from coopter.office import policies
from coopter.office.queries.desk_months import ClosedMonth, OpenMonth, closed_months, open_months
from coopter.office.queries.desk_records import Task, TaskKind, bank_account_tasks, owed_tasks, treasury_tasks
from coopter.planning import queries as planning
from coopter.planning.queries import ShiftRecord
from coopter.plumbing.transaction import require
from coopter.staff import queries as staff
from coopter.values.actor import Actor
from coopter.values.month import Month
from coopter.values.period import Period

FORTNIGHT, WEEK = timedelta(days=14), timedelta(days=7)
WEEKS_BACK = 4
MOST = 6


@dataclass(frozen=True, slots=True)
class MemberDesk:
    """What a structure's representative finds: hours to confirm, who comes next, the latest invoices."""

    structures: tuple[str, ...]
    tasks: tuple[Task, ...]
    shifts: tuple[ShiftRecord, ...]
    invoices: tuple[InvoiceSummary, ...]
    sees_invoices: bool


@dataclass(frozen=True, slots=True)
class EmployeeDesk:
    """What a shared employee finds: weeks to fill and to send, hours that came back, where to go next. Minutes."""

    tasks: tuple[Task, ...]
    shifts: tuple[ShiftRecord, ...]
    monday: date
    minutes: int
    planned_minutes: int


@dataclass(frozen=True, slots=True)
class AccountsDesk:
    """What a treasurer or an auditor finds: what waits for them, the months closed and to come, the latest invoices."""

    tasks: tuple[Task, ...]
    closed: tuple[ClosedMonth, ...]
    months: tuple[OpenMonth, ...]
    invoices: tuple[InvoiceSummary, ...]


def member_desk(actor: Actor, *, today: date) -> MemberDesk:
    """The desk of whoever represents structures."""
    structures = members.structures_by_id(actor.represents)
    invoices = billing.list_invoices(actor) if actor.sees_invoices_of else ()
    return MemberDesk(
        structures=tuple(sorted(structure.name for structure in structures.values())),
        tasks=(*_to_confirm(actor, today), *owed_tasks(actor, today)),
        shifts=_coming(actor, today, structures=actor.represents),
        invoices=tuple(one for one in invoices if one.structure_id in actor.sees_invoices_of)[:MOST],
        sees_invoices=bool(actor.sees_invoices_of),
    )


def employee_desk(actor: Actor, *, today: date) -> EmployeeDesk:
    """The desk of a shared employee."""
    monday = monday_of(today)
    since, until = monday - WEEKS_BACK * WEEK, monday + WEEK
    employee_id = actor.employee_id or 0
    entries = hours.entries_between(since, until, employee_id=employee_id)
    shifts = [
        shift
        for shift in planning.visible_shifts(actor, Period(since, today + FORTNIGHT), employee_id=employee_id)
        if not shift.is_cancelled
    ]
    return EmployeeDesk(
        tasks=(*_came_back(employee_id), *_weeks(entries, shifts, today)),
        shifts=tuple(shift for shift in shifts if shift.slot.day >= today)[:MOST],
        monday=monday,
        minutes=sum(entry.minutes for entry in entries if entry.worked_on >= monday),
        planned_minutes=sum(shift.slot.minutes for shift in shifts if monday <= shift.slot.day < until),
    )


def accounts_desk(actor: Actor, *, today: date) -> AccountsDesk:
    """The desk of whoever reads the accounts; a treasurer may find a change of IBAN to approve."""
    require(policies.can_read_office(actor))
    closed = closed_months(most=MOST)
    invoices = billing.list_invoices(actor, month=closed[0].month) if closed else ()
    tasks = (*bank_account_tasks(actor), *treasury_tasks(today))
    return AccountsDesk(tasks, closed, open_months(today), invoices[:MOST])


def _to_confirm(actor: Actor, today: date) -> Iterator[Task]:
    """One task a structure and employee: their lines that await this very person, never their own. The lines of a month
    that is over keep it from being closed."""
    waiting: dict[tuple[int, int], list[EntryRecord]] = defaultdict(list)
    for entry in hours.to_confirm(actor.validates_for):
        if entry.employee_id != actor.employee_id:
            waiting[entry.structure_id, entry.employee_id].append(entry)
    people = staff.employees_by_id({employee_id for _, employee_id in waiting})
    names = members.structures_by_id({structure_id for structure_id, _ in waiting})
    for (structure_id, employee_id), entries in waiting.items():
        yield Task(
            TaskKind.CONFIRM_HOURS,
            len(entries),
            on=entries[0].worked_on,
            names=(people[employee_id].name, names[structure_id].name),
            subject_id=structure_id,
            minutes=sum(entry.minutes for entry in entries),
            is_urgent=Month.of(entries[0].worked_on) < Month.of(today),
        )


def _came_back(employee_id: int) -> Iterator[Task]:
    disputed = hours.disputed(employee_id)
    names = members.structures_by_id({entry.structure_id for entry in disputed})
    for entry in disputed:
        yield Task(
            TaskKind.CORRECT_HOURS,
            on=entry.worked_on,
            names=(names[entry.structure_id].name, entry.disputed_because or ""),
            minutes=entry.minutes,
            is_urgent=True,
        )


def _weeks(entries: tuple[EntryRecord, ...], shifts: list[ShiftRecord], today: date) -> Iterator[Task]:
    """Weeks with shifts done and nothing logged at their structure that day, then weeks logged and not sent."""
    logged = {(entry.worked_on, entry.structure_id) for entry in entries}
    missing: dict[date, list[ShiftRecord]] = defaultdict(list)
    for shift in shifts:
        if shift.slot.day <= today and (shift.slot.day, shift.structure_id) not in logged:
            missing[monday_of(shift.slot.day)].append(shift)
    drafts: dict[date, list[EntryRecord]] = defaultdict(list)
    for entry in entries:
        if entry.state is EntryState.DRAFT:
            drafts[monday_of(entry.worked_on)].append(entry)
    this = monday_of(today)
    for monday in sorted({*missing, *drafts}):
        late = monday < this
        if monday in missing:
            own = missing[monday]
            minutes = sum(shift.slot.minutes for shift in own)
            days = len({shift.slot.day for shift in own})
            told = tuple(dict.fromkeys(shift.structure for shift in own))
            yield Task(TaskKind.FILL_WEEK, days, on=monday, names=told, minutes=minutes, is_urgent=late)
        elif late or today >= this + timedelta(days=4):
            minutes = sum(entry.minutes for entry in drafts[monday])
            yield Task(TaskKind.SEND_WEEK, len(drafts[monday]), on=monday, minutes=minutes, is_urgent=late)


def _coming(actor: Actor, today: date, *, structures: frozenset[int]) -> tuple[ShiftRecord, ...]:
    shifts = planning.visible_shifts(actor, Period(today, today + FORTNIGHT))
    coming = (shift for shift in shifts if shift.structure_id in structures and not shift.is_cancelled)
    return tuple(coming)[:MOST]
