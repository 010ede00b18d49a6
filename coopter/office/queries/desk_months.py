"""Where each month stands: open ones with what they lack, closed ones with what they gave; read for all at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from coopter.billing.models import Invoice
from coopter.billing.record import Kind
from coopter.costs import queries as costs
from coopter.costs.models import CostLine
from coopter.hours import queries as hours
from coopter.hours.models import MonthLock, TimeEntry
from coopter.hours.rules import EntryState, Worked
from coopter.office.queries.desk_records import MissingTeam, Team
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.staff import queries as staff
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.period import Period
from coopter.values.refusal import NotFound, Refusal

_LOCKS = select(MonthLock.month, MonthLock.locked_at, MonthLock.locked_by)


@dataclass(frozen=True, slots=True)
class OpenMonth:
    """A month that is not closed: its lines by state, who logged nothing, what its costs lack. Minutes and cents."""

    month: Month
    is_over: bool
    teams: tuple[Team, ...]
    cost: Money
    silent: tuple[MissingTeam, ...] = ()
    obstacles: tuple[Refusal, ...] = ()

    @property
    def minutes(self) -> int:
        """All minutes logged, whatever their state."""
        return sum(team.minutes for team in self.teams)

    @property
    def confirmed_minutes(self) -> int:
        """Minutes that the structures (or the coordinator) confirmed."""
        return sum(team.minutes for team in self.teams if team.state is EntryState.CONFIRMED)

    @property
    def waiting_lines(self) -> int:
        """Lines that keep the month from being closed."""
        return sum(team.lines for team in self.teams if team.state is not EntryState.CONFIRMED)

    @property
    def has_complete_hours(self) -> bool:
        """Every line that was logged is confirmed, and there is one."""
        return bool(self.teams) and not self.waiting_lines

    @property
    def is_ready(self) -> bool:
        """Over, its hours confirmed and its costs there: its preview says the rest."""
        return self.is_over and self.has_complete_hours and not self.obstacles


@dataclass(frozen=True, slots=True)
class ClosedMonth:
    """A closed month: who closed it and when, its invoices (credit notes apart), and documents still to be made."""

    month: Month
    closed_at: datetime
    closed_by: str
    invoices: int
    net: Money
    gross: Money
    credit_notes: int


def open_months(today: date) -> tuple[OpenMonth, ...]:
    """The months that have hours or costs and are not closed, and the one that just ended if anyone was placed then.

    Oldest first. A handful of statements for all, and a handful more for each month whose hours are complete.
    """
    locked = hours.locked_months()
    teams, spent = _teams(locked), _costs(locked)
    ended = Month.of(today).previous()
    placed = staff.placements_between(Period(ended.first, ended.end))
    months = {*teams, *spent, *({ended} if placed else ())} - locked
    found = []
    for month in sorted(months):
        own = tuple(teams.get(month, ()))
        one = OpenMonth(month, is_over=month.end <= today, teams=own, cost=spent.get(month, Money.zero()))
        if month == ended:
            logged = {(team.employee_id, team.structure_id) for team in one.teams}
            silent = {(p.employee_id, p.structure_id) for p in placed} - logged
            one = replace(one, silent=tuple(MissingTeam(*pair) for pair in sorted(silent)))
        if one.has_complete_hours:
            worked = [Worked(team.employee_id, team.structure_id, team.minutes) for team in one.teams]
            one = replace(one, obstacles=costs.obstacles(month, worked))
        found.append(one)
    return tuple(found)


def closed_months(*, most: int | None = None) -> tuple[ClosedMonth, ...]:
    """The closed months, the latest first, in two statements."""
    return _closed(_LOCKS.order_by(MonthLock.month.desc()).limit(most))


def find_closed(month: Month) -> ClosedMonth | None:
    """A month as it was closed, or None while it is open."""
    return next(iter(_closed(_LOCKS.where(MonthLock.month == month))), None)


def get_closed(month: Month) -> ClosedMonth:
    """A month as it was closed; raises NotFound while it is open."""
    found = find_closed(month)
    if found is None:
        raise NotFound()
    return found


def unlocked(column: InstrumentedAttribute[Month], locked: frozenset[Month]) -> tuple[Month, ...]:
    """The months that are not closed, from the first to the last that a table holds: an index finds their rows at once,
    without reading those of the closed ones."""
    mine = column.class_.grouping_id == tenancy.current()
    ends = [select(end(column)).where(mine).scalar_subquery() for end in (func.min, func.max)]
    first, last = session().execute(select(*ends)).one()  # each by the index, both in one statement
    months = []
    while first is not None and last is not None and first <= last:
        if first not in locked:
            months.append(first)
        first = first.next()
    return tuple(months)


def _closed(query: Select[Month, datetime, str]) -> tuple[ClosedMonth, ...]:
    locks = session().execute(query).all()
    sums = _invoiced(month for month, _, _ in locks)
    nothing = (0, Money.zero(), Money.zero())
    return tuple(
        ClosedMonth(
            month, at, by, *sums.get((month, Kind.INVOICE), nothing),
            credit_notes=sums.get((month, Kind.CREDIT_NOTE), nothing)[0],
        )
        for month, at, by in locks
    )  # fmt: skip


def _teams(locked: frozenset[Month]) -> dict[Month, list[Team]]:
    """Lines and minutes of every open month by structure, employee and state, in one statement."""
    query = (
        select(
            TimeEntry.month, TimeEntry.structure_id, TimeEntry.employee_id, TimeEntry.state,
            func.count(), func.sum(TimeEntry.minutes),
        )
        .where(TimeEntry.month.in_(unlocked(TimeEntry.month, locked)))
        .group_by(TimeEntry.month, TimeEntry.structure_id, TimeEntry.employee_id, TimeEntry.state)
        .order_by(TimeEntry.month, TimeEntry.structure_id, TimeEntry.employee_id, TimeEntry.state)
    )  # fmt: skip
    found: dict[Month, list[Team]] = defaultdict(list)
    for month, structure_id, employee_id, state, lines, minutes in session().execute(query):
        found[month].append(Team(structure_id, employee_id, state, int(lines), int(minutes)))
    return found


def _costs(locked: frozenset[Month]) -> dict[Month, Money]:
    query = (
        select(CostLine.month, func.sum(CostLine.amount))
        .where(CostLine.month.in_(unlocked(CostLine.month, locked)))
        .group_by(CostLine.month)
    )
    return {month: amount for month, amount in session().execute(query)}


def _invoiced(months: Iterable[Month]) -> dict[tuple[Month, Kind], tuple[int, Money, Money]]:
    """Of each month and kind: how many, and their sums without and with VAT."""
    wanted = sorted(months)
    if not wanted:
        return {}
    query = (
        select(Invoice.month, Invoice.kind, func.count(), func.sum(Invoice.net), func.sum(Invoice.gross))
        .where(Invoice.month.in_(wanted), Invoice.run_id.is_(None))
        .group_by(Invoice.month, Invoice.kind)
    )
    return {(month, kind): (int(count), net, gross) for month, kind, count, net, gross in session().execute(query)}
