"""Hours are logged, cell by cell or a week at once, and the week is sent to the structures concerned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, update

from coopter.hours import mail, policies, queries
from coopter.hours.queries import ENTRIES
from coopter.hours.rules import (
    Change,
    EntryKey,
    EntryRecord,
    EntryState,
    MonthLocked,
    NothingToSubmit,
    Typed,
    WeekConflict,
    WeekRefused,
    check_day,
    check_rewritable,
    compare,
    state_after_edit,
)
from coopter.members import queries as members
from coopter.members.commands.turns import take_turn
from coopter.plumbing import journal, tenancy
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.staff import queries as staff
from coopter.values.actor import Actor
from coopter.values.instants import paris_day
from coopter.values.month import Month
from coopter.values.refusal import NotFound, Refusal


@dataclass(frozen=True)
class Logged:
    """What a form changed: lines written and lines removed."""

    written: int
    removed: int


@command
def log_hours(
    actor: Actor, *, key: EntryKey, minutes: int, at: datetime, version: int | None = None, confirm: bool = False
) -> Logged:
    """Set the minutes of one line; 0 removes it. Raises what stands in the way, WeekConflict for a stale form (R22)."""
    try:
        return log_week(actor, typed=[Typed(key, minutes, version)], at=at, confirm=confirm)
    except WeekRefused as refused:
        raise next(iter(refused.refusals.values())) from None


@command
def log_week(
    actor: Actor,
    *,
    typed: Sequence[Typed],
    at: datetime,
    confirm: bool = False,
    unread: Mapping[EntryKey, Refusal] | None = None,
) -> Logged:
    """Write a whole grid or nothing; with `confirm`, the structure that logs confirms what it wrote in the same act.

    `unread` is what the form could not read, told with the rest.

    Raises NotAllowed, NotFound, WeekConflict (cells changed meanwhile), WeekRefused (all refusals).
    """
    for cell in typed:
        key = cell.key
        require(policies.can_log_hours(actor, employee_id=key.employee_id, structure_id=key.structure_id))
        if confirm:
            who = {"employee_id": key.employee_id, "structure_id": key.structure_id}
            require(policies.can_confirm_hours(actor, **who))
    take_turn()
    _check_known(typed)
    changes = compare(typed, queries.records_by_key(cell.key for cell in typed))
    if not changes and not unread:
        return Logged(0, 0)
    placements, refusals = _check(actor, changes, today=paris_day(at), confirm=confirm)
    if refusals or unread:
        raise WeekRefused(refusals={**refusals, **(unread or {})})
    for change in changes:
        _write(actor, change, placements.get(change.key), at=at, confirm=confirm)
    journal.record(
        actor, "hours.logged", f"hours:{changes[0].key.worked_on}", at=at,
        before=[_told(change.before) for change in changes if change.before],
        after=[{**_named(change.key), "minutes": change.minutes, "confirmed": confirm} for change in changes],
    )  # fmt: skip
    removed = sum(1 for change in changes if not change.minutes)
    return Logged(len(changes) - removed, removed)


@command
def send_week(
    actor: Actor,
    *,
    employee_id: int,
    monday: date,
    typed: Sequence[Typed],
    at: datetime,
    unread: Mapping[EntryKey, Refusal] | None = None,
) -> tuple[EntryRecord, ...]:
    """Write a week's grid and send it, in one act; raises what log_week and submit_week raise."""
    log_week(actor, typed=typed, at=at, unread=unread)
    return submit_week(actor, employee_id=employee_id, monday=monday, at=at)


@command
def submit_week(actor: Actor, *, employee_id: int, monday: date, at: datetime) -> tuple[EntryRecord, ...]:
    """Send a week's drafts, and what was disputed and corrected, to the structures concerned; tells their validators.

    Raises NotAllowed, NotFound, NothingToSubmit.
    """
    require(policies.can_submit_week(actor, employee_id=employee_id))
    take_turn()
    employee = staff.get_employee(employee_id)
    entries = queries.week_entries(monday, employee_id=employee_id)
    sent = tuple(one for one in entries if one.state in (EntryState.DRAFT, EntryState.DISPUTED))
    if not sent:
        raise NothingToSubmit()
    session().execute(
        update(ENTRIES)
        .where(ENTRIES.c.grouping_id == tenancy.current(), ENTRIES.c.id.in_([one.id for one in sent]))
        .values(state=EntryState.SUBMITTED, version=ENTRIES.c.version + 1)
    )
    journal.record(
        actor, "hours.submitted", f"week:{employee_id}:{monday}", at=at,
        before=[_told(one) for one in sent], after={"state": "submitted", "lines": len(sent)},
    )  # fmt: skip
    for structure_id in sorted({one.structure_id for one in sent}):
        minutes = sum(one.minutes for one in sent if one.structure_id == structure_id)
        mail.ask_validators(structure_id, employee=employee, monday=monday, minutes=minutes, at=at)
    return sent


def _check_known(typed: Sequence[Typed]) -> None:
    """Refuse ids that are nobody's here, before anything is said of them; raises NotFound."""
    people, places = {cell.key.employee_id for cell in typed}, {cell.key.structure_id for cell in typed}
    if set(staff.employees_by_id(people)) != people or set(members.structures_by_id(places)) != places:
        raise NotFound()


def _check(
    actor: Actor, changes: Sequence[Change], *, today: date, confirm: bool
) -> tuple[dict[EntryKey, int], dict[EntryKey, Refusal]]:
    """The placement of each line to write, and the refusal of every cell that has one."""
    employees = {change.key.employee_id for change in changes}
    index = staff.placements_index(employee_id=employees.pop() if len(employees) == 1 else None)
    locked = queries.locked_months()
    others = _other_minutes(changes)
    placements: dict[EntryKey, int] = {}
    refusals: dict[EntryKey, Refusal] = {}
    for change in changes:
        key = change.key
        try:
            if Month.of(key.worked_on) in locked:
                raise MonthLocked(month=Month.of(key.worked_on))
            if change.before:
                as_structure = _as_structure(actor, key)
                check_rewritable(change.before, by=actor.name, as_structure=as_structure, confirm=confirm)
            if change.minutes:
                check_day(worked_on=key.worked_on, minutes=change.minutes, others=others(key), today=today)
                placements[key] = index.check_may_work(key.employee_id, key.structure_id, key.worked_on).id
        except Refusal as refusal:
            refusals[key] = refusal
    return placements, refusals


def _as_structure(actor: Actor, key: EntryKey) -> bool:
    """Whether the actor writes this line as the structure concerned, neither as its employee nor as the coordinator."""
    return not policies.can_submit_week(actor, employee_id=key.employee_id)


def _other_minutes(changes: Sequence[Change]) -> Callable[[EntryKey], int]:
    """What else each employee does on a day, over all structures, once the changes are made."""
    if not changes:
        return lambda key: 0
    days = [change.key.worked_on for change in changes]
    after: dict[EntryKey, int] = {}
    for employee_id in {change.key.employee_id for change in changes}:
        for entry in queries.entries_between(min(days), max(days) + timedelta(days=1), employee_id=employee_id):
            after[queries.key_of(entry)] = entry.minutes
    after.update({change.key: change.minutes for change in changes})
    totals: dict[tuple[int, date], int] = {}
    for key, minutes in after.items():
        day = key.employee_id, key.worked_on
        totals[day] = totals.get(day, 0) + minutes
    return lambda key: totals[key.employee_id, key.worked_on] - after[key]


def _write(actor: Actor, change: Change, placement_id: int | None, *, at: datetime, confirm: bool) -> None:
    key, before = change.key, change.before
    own = policies.is_own(actor, employee_id=key.employee_id)
    values = {
        "minutes": change.minutes,
        "placement_id": placement_id,
        "state": state_after_edit(by_employee=own, confirm=confirm),
        "logged_by": actor.name,
        "logged_at": at,
        "confirmed_by": actor.name if confirm else None,
        "confirmed_at": at if confirm else None,
        "confirmed_because": None,
    }
    if before is None:
        new = {"month": Month.of(key.worked_on), "version": 1, "grouping_id": tenancy.current(), **_columns(key)}
        session().execute(insert(ENTRIES).values(**values, **new))
        return
    mine = (
        ENTRIES.c.grouping_id == tenancy.current(),
        ENTRIES.c.id == before.id,
        ENTRIES.c.version == before.version,
    )
    statement: Any = update(ENTRIES).where(*mine).values(**values, version=before.version + 1)
    if not change.minutes:
        statement = delete(ENTRIES).where(*mine)
    if session().execute(statement).rowcount != 1:  # type: ignore[attr-defined]
        raise WeekConflict(cells={key: (Typed(key, change.minutes, before.version), before)})


def _columns(key: EntryKey) -> dict[str, Any]:
    return {
        "employee_id": key.employee_id,
        "structure_id": key.structure_id,
        "worked_on": key.worked_on,
        "activity": key.activity,
    }


def _named(key: EntryKey) -> dict[str, Any]:
    return {"employee": key.employee_id, "structure": key.structure_id, "day": key.worked_on, "activity": key.activity}


def _told(entry: EntryRecord) -> dict[str, Any]:
    state = {"id": entry.id, "minutes": entry.minutes, "state": entry.state, "logged_by": entry.logged_by}
    return {**_named(queries.key_of(entry)), **state}


def told(entries: Iterable[EntryRecord]) -> list[dict[str, Any]]:
    """Lines as the journal keeps them."""
    return [_told(entry) for entry in entries]
