"""The coordinator's desk: what waits, in the order in which it is wanted, and the figures of the grouping."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from coopter.billing import queries as billing
from coopter.billing import rules as invoicing
from coopter.hours.rules import EntryState
from coopter.members import queries as members
from coopter.members.models import Invitation, Structure
from coopter.office import policies
from coopter.office.queries.desk_months import ClosedMonth, OpenMonth, closed_months, open_months
from coopter.office.queries.desk_records import (
    Task,
    TaskKind,
    bank_account_tasks,
    call_tasks,
    treasury_tasks,
)
from coopter.plumbing.database import session
from coopter.plumbing.outbox import OutboxRow
from coopter.plumbing.transaction import require
from coopter.staff import queries as staff
from coopter.staff.models import Employee, Placement
from coopter.values.actor import Actor
from coopter.values.instants import paris_day
from coopter.values.month import Month
from coopter.values.period import Period
from coopter.values.refusal import Words

SOON = timedelta(days=30)
APART = 3  # structures told one by one; beyond, they share a line
NOT_SENT = (EntryState.DRAFT,)


@dataclass(frozen=True, slots=True)
class Desk:
    """What a coordinator finds in the morning; minutes are those of the month in course."""

    tasks: tuple[Task, ...]
    months: tuple[OpenMonth, ...]
    last_closed: ClosedMonth | None
    month: Month
    minutes: int
    confirmed_minutes: int
    members: int
    employees: int


@dataclass(frozen=True, slots=True)
class _Names:
    structures: dict[int, Structure]
    employees: dict[int, Employee]

    def structure(self, structure_id: int) -> str:
        return self.structures[structure_id].name

    def employee(self, employee_id: int) -> str:
        return self.employees[employee_id].name


def coordinator_desk(actor: Actor, *, at: datetime) -> Desk:
    """Everything that waits for the coordination and the key figures, in a fixed number of statements."""
    require(policies.can_close_month(actor))
    today = paris_day(at)
    months = open_months(today)
    closed = closed_months(most=1)
    placements = staff.placements_between(Period(today, today + SOON))
    names = _Names(members.structures_by_id(), staff.employees_by_id())
    belonging = members.member_ids(today)
    this = Month.of(today)
    now = next((one for one in months if one.month == this), None)
    tasks = (
        *_months_tasks(months, names, asked_elsewhere=actor.validates_for),
        *bank_account_tasks(actor),
        *call_tasks(today),
        *treasury_tasks(today),
        *_outbox_tasks(actor),
        *_invitations(at),
        *_identities(actor.grouping_id or 0, names, belonging),
        *_endings(placements, today, names),
        *_beginnings(names),
    )
    return Desk(
        tasks=tuple(sorted(tasks, key=lambda task: not task.is_urgent)),
        months=months,
        last_closed=closed[0] if closed else None,
        month=this,
        minutes=now.minutes if now else 0,
        confirmed_minutes=now.confirmed_minutes if now else 0,
        members=len(belonging),
        employees=len({placement.employee_id for placement in placements if placement.starts_on <= today}),
    )


def _months_tasks(months: Iterable[OpenMonth], names: _Names, *, asked_elsewhere: frozenset[int]) -> Iterator[Task]:
    """What keeps each month open; `asked_elsewhere`: structures whose lines this very person is asked to confirm."""
    for one in months:
        yield from _disputed(one, names)
    for one in months:
        yield from _to_confirm(one, names, asked_elsewhere)
        if one.is_over:
            yield from _lacking(one, names)
        if one.is_ready:
            yield Task(TaskKind.MONTH_READY, month=one.month, minutes=one.minutes, is_urgent=True)
        elif one.is_over and one.has_complete_hours:
            yield Task(TaskKind.COSTS_MISSING, month=one.month, refusal=one.obstacles[0], is_urgent=True)


def _disputed(one: OpenMonth, names: _Names) -> Iterator[Task]:
    lines = _lines_by(one, (EntryState.DISPUTED,), "structure_id")
    if lines:
        told = tuple(names.structure(structure_id) for structure_id in lines)
        yield Task(TaskKind.HOURS_DISPUTED, lines.total(), one.month, names=told, is_urgent=True)


def _to_confirm(one: OpenMonth, names: _Names, asked_elsewhere: frozenset[int]) -> Iterator[Task]:
    """Structure by structure for a month that is over, as far as a list stays short; together otherwise."""
    lines = _lines_by(one, (EntryState.SUBMITTED,), "structure_id")
    for structure_id in asked_elsewhere:
        del lines[structure_id]  # a Counter deletes what it lacks in silence
    if not lines:
        return
    if one.is_over and len(lines) <= APART:
        for structure_id, count in lines.items():
            yield Task(
                TaskKind.HOURS_TO_CONFIRM, count, one.month, names=(names.structure(structure_id),),
                subject_id=structure_id, minutes=_minutes(one, structure_id), is_urgent=True,
            )  # fmt: skip
        return
    told = tuple(names.structure(structure_id) for structure_id, _ in lines.most_common())
    yield Task(TaskKind.HOURS_TO_CONFIRM, lines.total(), one.month, names=told, is_urgent=one.is_over)


def _lacking(one: OpenMonth, names: _Names) -> Iterator[Task]:
    drafts = _lines_by(one, NOT_SENT, "employee_id")
    if drafts:
        told = tuple(names.employee(employee_id) for employee_id in drafts)
        yield Task(TaskKind.HOURS_NOT_SENT, drafts.total(), one.month, names=told, is_urgent=True)
    if one.silent:
        told = tuple(dict.fromkeys(names.employee(team.employee_id) for team in one.silent))
        yield Task(TaskKind.HOURS_MISSING, len(one.silent), one.month, names=told)


def _outbox_tasks(actor: Actor) -> Iterator[Task]:
    """Documents and mails that did not leave: those that failed at least once, and documents still waiting."""
    query = (
        select(OutboxRow.kind, OutboxRow.error.is_not(None), func.count())
        .where(OutboxRow.grouping_id == actor.grouping_id, OutboxRow.done_at.is_(None))
        .group_by(OutboxRow.kind, OutboxRow.error.is_not(None))
    )
    waiting = {(kind, bool(failed)): count for kind, failed, count in session().execute(query)}
    if failed := waiting.get(("document", True)):
        yield Task(TaskKind.DOCUMENTS_FAILED, failed, is_urgent=True)
    if left := waiting.get(("document", False)):
        yield Task(TaskKind.DOCUMENTS_WAITING, left)
    if mails := waiting.get(("mail", True)):
        yield Task(TaskKind.MAIL_FAILED, mails, is_urgent=True)


def _invitations(at: datetime) -> Iterator[Task]:
    query = select(Invitation).where(Invitation.used_at.is_(None), Invitation.revoked_at.is_(None))
    pending = session().scalars(query.order_by(Invitation.created_at, Invitation.id)).all()
    if pending:
        told = tuple(f"{one.first_name} {one.last_name}".strip() or one.email for one in pending)
        expired = any(one.expires_at <= at for one in pending)
        yield Task(TaskKind.INVITATION_PENDING, len(pending), names=told, is_urgent=expired)


def _identities(grouping_id: int, names: _Names, belonging: frozenset[int]) -> Iterator[Task]:
    """Who could not be invoiced, or could not invoice, for want of a mention on their page."""
    grouping = members.get_grouping_by_id(grouping_id)
    lacks = list(invoicing.missing_mentions(billing.seller_of(grouping), seller=True))
    if not grouping.iban:
        lacks.append(Words("l’IBAN"))
    if lacks:
        yield Task(TaskKind.GROUPING_INCOMPLETE, len(lacks), names=(grouping.name,), lacks=tuple(lacks))
    incomplete = [
        (structure, missing)
        for structure in names.structures.values()
        if structure.id in belonging and (missing := invoicing.missing_mentions(billing.buyer_of(structure)))
    ]
    for structure, missing in incomplete[:APART]:
        yield Task(
            TaskKind.STRUCTURE_INCOMPLETE, 1, names=(structure.name,), subject_id=structure.id, lacks=missing
        )  # fmt: skip
    if rest := incomplete[APART:]:
        yield Task(TaskKind.STRUCTURE_INCOMPLETE, len(rest), names=tuple(structure.name for structure, _ in rest))


def _endings(placements: Iterable[Placement], today: date, names: _Names) -> Iterator[Task]:
    """Placements that end within thirty days; ranges are [start, end), so the last day is the one before."""
    ending = [
        (placement, placement.ends_on - timedelta(days=1))
        for placement in placements
        if placement.ends_on is not None and today < placement.ends_on <= today + SOON
    ]
    for placement, last in sorted(ending, key=lambda pair: pair[1])[:APART]:
        both = (names.employee(placement.employee_id), names.structure(placement.structure_id))
        yield Task(TaskKind.PLACEMENT_ENDING, 1, on=last, names=both, subject_id=placement.id)
    if rest := sorted(ending, key=lambda pair: pair[1])[APART:]:
        told = tuple(names.employee(placement.employee_id) for placement, _ in rest)
        yield Task(TaskKind.PLACEMENT_ENDING, len(rest), on=rest[-1][1], names=told)


def _beginnings(names: _Names) -> Iterator[Task]:
    """A new grouping: what to start with."""
    if not names.structures:
        yield Task(TaskKind.FIRST_STRUCTURE)
    elif not names.employees:
        yield Task(TaskKind.FIRST_EMPLOYEE)


def _lines_by(one: OpenMonth, states: tuple[EntryState, ...], who: str) -> Counter[int]:
    lines: Counter[int] = Counter()
    for team in one.teams:
        if team.state in states:
            lines[getattr(team, who)] += team.lines
    return lines


def _minutes(one: OpenMonth, structure_id: int) -> int:
    return sum(
        team.minutes
        for team in one.teams
        if team.structure_id == structure_id and team.state is EntryState.SUBMITTED
    )  # fmt: skip
