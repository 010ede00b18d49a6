"""Entries: what was worked, what waits, what is locked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, func, select, tuple_

from coopter.hours.models import MonthLock, TimeEntry
from coopter.hours.rules import AWAITED, EntryKey, EntryRecord, EntryState, MonthLocked, Waiting, Worked
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.values.month import Month
from coopter.values.refusal import NotFound

ENTRIES: Table = TimeEntry.__table__  # type: ignore[assignment]
LOCKS: Table = MonthLock.__table__  # type: ignore[assignment]
E, L = ENTRIES.c, LOCKS.c
RECORD = (
    E.employee_id, E.worked_on, E.minutes, E.activity, E.state, E.confirmed_by, E.confirmed_at, E.confirmed_because,
    E.logged_by, E.id, E.structure_id, E.logged_at, E.disputed_because, E.version,
)  # fmt: skip


def worked_minutes(month: Month) -> tuple[Worked, ...]:
    """Confirmed minutes of a month by employee and structure, in one statement."""
    query = (
        select(E.structure_id, E.employee_id, func.sum(E.minutes))
        .where(E.grouping_id == tenancy.current(), E.month == month, E.state == EntryState.CONFIRMED)
        .group_by(E.structure_id, E.employee_id)  # in the order of the month's index, which answers it alone
    )
    found = [Worked(employee, structure, int(total)) for structure, employee, total in session().execute(query)]
    return tuple(sorted(found, key=attrgetter("employee_id", "structure_id")))


def worked_between(first: Month, last: Month) -> tuple[tuple[Month, Worked], ...]:
    """Confirmed minutes of the months first to last by month, employee and structure, in one statement."""
    query = (
        select(E.month, E.structure_id, E.employee_id, func.sum(E.minutes))
        .where(E.grouping_id == tenancy.current(), E.month.between(first, last), E.state == EntryState.CONFIRMED)
        .group_by(E.month, E.structure_id, E.employee_id)
    )
    found = [(month, Worked(who, where, int(total))) for month, where, who, total in session().execute(query)]
    return tuple(sorted(found, key=lambda one: (one[0], one[1].employee_id, one[1].structure_id)))


def waiting(month: Month) -> tuple[Waiting, ...]:
    """What keeps a month from being closed: its lines not confirmed, by structure, employee and state."""
    return _states(month, E.state != EntryState.CONFIRMED)


def states_of(month: Month) -> tuple[Waiting, ...]:
    """Lines and minutes of a month by structure, employee and state, confirmed ones included."""
    return _states(month)


def _states(month: Month, *conditions: ColumnElement[bool]) -> tuple[Waiting, ...]:
    query = (
        select(E.structure_id, E.employee_id, E.state, func.count(), func.sum(E.minutes))
        .where(E.grouping_id == tenancy.current(), E.month == month, *conditions)
        .group_by(E.structure_id, E.employee_id, E.state)
        .order_by(E.structure_id, E.employee_id, E.state)
    )
    return tuple(
        Waiting(structure, employee, state, int(lines), int(minutes))
        for structure, employee, state, lines, minutes in session().execute(query)
    )


def count_lines(month: Month) -> int:
    """How many lines a month has, in whatever state."""
    query = select(func.count()).select_from(ENTRIES).where(E.grouping_id == tenancy.current(), E.month == month)
    return session().scalar(query) or 0


def months_waiting() -> dict[Month, int]:
    """How many lines wait in each month that has some."""
    query = (
        select(E.month, func.count())
        .where(E.grouping_id == tenancy.current(), E.state.in_(AWAITED))
        .group_by(E.month)
        .order_by(E.month)
    )
    return {month: int(lines) for month, lines in session().execute(query)}


def entries_of(structure_id: int, month: Month) -> tuple[EntryRecord, ...]:
    """A structure's lines of a month, by employee, day and activity."""
    return _records(_select().where(E.month == month, E.structure_id == structure_id))


def entries_by_structure(month: Month) -> dict[int, tuple[EntryRecord, ...]]:
    """The lines of a month, by structure, in one statement."""
    found: dict[int, list[EntryRecord]] = defaultdict(list)
    for record in _records(_select().where(E.month == month)):
        found[record.structure_id].append(record)
    return {structure_id: tuple(records) for structure_id, records in found.items()}


def entries_between(
    start: date, end: date, *, employee_id: int | None = None, structure_id: int | None = None
) -> tuple[EntryRecord, ...]:
    """Lines of the days [start, end), of one employee or at one structure if said."""
    query = _select().where(E.worked_on >= start, E.worked_on < end)
    if employee_id is not None:
        query = query.where(E.employee_id == employee_id)
    if structure_id is not None:
        query = query.where(E.structure_id == structure_id)
    return _records(query)


def week_entries(
    monday: date, *, employee_id: int | None = None, structure_id: int | None = None
) -> tuple[EntryRecord, ...]:
    """Lines of the week that starts on this Monday."""
    return entries_between(monday, monday + timedelta(days=7), employee_id=employee_id, structure_id=structure_id)


def to_confirm(structure_ids: Iterable[int]) -> tuple[EntryRecord, ...]:
    """Lines of these structures that were submitted and await them, oldest first."""
    ids = sorted(structure_ids)
    if not ids:
        return ()
    query = _select().where(E.structure_id.in_(ids), E.state == EntryState.SUBMITTED)
    return _records(query.order_by(None).order_by(E.worked_on, E.employee_id, E.structure_id, E.activity))


def disputed(employee_id: int) -> tuple[EntryRecord, ...]:
    """An employee's lines that a structure sent back."""
    return _records(_select().where(E.employee_id == employee_id, E.state == EntryState.DISPUTED))


def records_by_id(ids: Iterable[int]) -> dict[int, EntryRecord]:
    """These lines by id; raises NotFound when one is unknown in this grouping."""
    wanted = set(ids)
    found = {record.id: record for record in _records(_select().where(E.id.in_(wanted)))} if wanted else {}
    if len(found) != len(wanted):
        raise NotFound()
    return found


def records_by_key(keys: Iterable[EntryKey]) -> dict[EntryKey, EntryRecord]:
    """The lines that stand under these keys."""
    wanted = sorted({(key.employee_id, key.structure_id, key.worked_on, key.activity) for key in keys})
    if not wanted:
        return {}
    query = _select().where(tuple_(E.employee_id, E.structure_id, E.worked_on, E.activity).in_(wanted))
    return {key_of(record): record for record in _records(query)}


def key_of(record: EntryRecord) -> EntryKey:
    """What makes this line one."""
    return EntryKey(record.employee_id, record.structure_id, record.worked_on, record.activity)


def is_locked(month: Month) -> bool:
    """Whether a month is closed."""
    return month in locked_months()


def locked_months() -> frozenset[Month]:
    """The closed months of the grouping."""
    query = select(L.month).where(L.grouping_id == tenancy.current())
    return frozenset(session().scalars(query))


def find_lock(month: Month) -> MonthLock | None:
    """The lock of a closed month: who closed it and when; None while it is open."""
    return session().scalar(select(MonthLock).where(MonthLock.month == month))


def check_open(month: Month) -> None:
    """Refuse a closed month; raises MonthLocked (row R23)."""
    if is_locked(month):
        raise MonthLocked(month=month)


def _select() -> Select[Any]:
    return (
        select(*RECORD)
        .where(E.grouping_id == tenancy.current())
        .order_by(E.employee_id, E.worked_on, E.structure_id, E.activity)
    )


def _records(query: Select[Any]) -> tuple[EntryRecord, ...]:
    return tuple(EntryRecord(*row) for row in session().execute(query))
