"""What happened in the demonstration's last months: hours, costs and closings, each by whoever does it in real life."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import partial

import holidays

from coopter.costs import commands as costs
from coopter.costs.rules import CostKind
from coopter.hours import commands as hours
from coopter.hours import queries
from coopter.hours.rules import EntryKey, EntryState, Seen, Typed, monday_of
from coopter.office.commands.close import close_month
from coopter.office.commands.demo.cast import MANAGEMENT, WORKERS, Worker
from coopter.values.actor import Actor
from coopter.values.instants import PARIS
from coopter.values.money import Money
from coopter.values.month import Month

Act = Callable[[], object]
USUAL = 420  # minutes of a day
AGREE_AT_ONCE = ("KER", "TER", "RES")  # these confirm the open month's hours; the others let them wait
DISPUTES = "EAU"


def instant(day: date, hour: int = 9) -> datetime:
    """A working hour of a day in Paris."""
    return datetime.combine(day, time(hour), PARIS)


def days_worked(worker: Worker, start: date, end: date) -> Iterator[tuple[date, str, str, int]]:
    """Each working day in [start, end): the structure's code, what was done, the minutes; holidays are not worked."""
    closed = holidays.country_holidays("FR", years=range(start.year, end.year + 1))
    for number in range((end - start).days):
        day = start + timedelta(days=number)
        code = worker.week.get(day.weekday())
        if code is None or day in closed:
            continue
        shift = (day.toordinal() * 7 + len(worker.last_name)) % 5
        yield day, code, worker.activities[day.toordinal() // 7 % len(worker.activities)], USUAL + 15 * (shift - 2)


def past_month(
    coordinator: Actor, *, month: Month, structures: dict[str, int], representatives: dict[str, Actor]
) -> Iterator[tuple[datetime, Act]]:
    """A month from its file of hours to its invoices, each structure confirming its own; each act with its instant."""
    lines = ["date;salarié;structure;heures;activité"]
    for worker in WORKERS:
        for day, code, activity, minutes in days_worked(worker, month.first, month.end):
            lines.append(f"{day.isoformat()};{worker.code};{code};{minutes} min;{activity}")
    days = [month.end + timedelta(days=number) for number in range(5)]
    read_at, confirmed_at, costs_at = (instant(day) for day in days[:3])
    yield read_at, partial(hours.import_hours, coordinator, content="\n".join(lines).encode(), at=read_at)
    yield confirmed_at, partial(
        confirm, month, structures=structures, representatives=representatives, at=confirmed_at
    )  # fmt: skip
    yield costs_at, partial(write_costs, coordinator, month=month, at=costs_at)
    closed_at = instant(days[4], 10)
    yield closed_at, partial(close_month, coordinator, month=month, on=days[4], at=closed_at)


def write_costs(coordinator: Actor, *, month: Month, at: datetime) -> None:
    """Pay, contributions and travel of each employee, and what the grouping itself costs; a little else each month."""
    from coopter.staff import queries as staff

    ids = staff.employee_ids_by_code()
    for worker in WORKERS:
        for kind, label, cents in worker.costs:
            amount = Money(cents + (month.number * 37 % 1_900 if kind is CostKind.TRAVEL else 0))
            costs.add_cost_line(
                coordinator, month=month, employee_id=ids[worker.code], kind=kind, label=label, amount=amount, at=at
            )
    for label, cents in MANAGEMENT:
        costs.add_cost_line(
            coordinator,
            month=month,
            employee_id=None,
            kind=CostKind.MANAGEMENT,
            label=label,
            amount=Money(cents),
            at=at,
        )


def confirm(month: Month, *, structures: dict[str, int], representatives: dict[str, Actor], at: datetime) -> None:
    """Each of these structures confirms all of its submitted lines of a month."""
    for code, actor in representatives.items():
        entries = queries.entries_of(structures[code], month)
        seen = [Seen(one.id, one.version, one.minutes) for one in entries if one.state is EntryState.SUBMITTED]
        if seen:
            hours.confirm_entries(actor, seen=seen, at=at)


def open_months(
    *,
    open_month: Month,
    today: date,
    employees: dict[str, Actor],
    structures: dict[str, int],
    representatives: dict[str, Actor],
) -> Iterator[tuple[datetime, Act]]:
    """What is done from the open month's first day to today, each act with its instant.

    Each week is logged by its employee and sent, the current one is a draft; some structures confirm, one disputes.
    """
    for worker in WORKERS:
        actor = employees[worker.code]
        weeks: dict[date, list[Typed]] = {}
        for day, code, activity, minutes in days_worked(worker, open_month.first, today + timedelta(days=1)):
            key = EntryKey(actor.employee_id or 0, structures[code], day, activity)
            weeks.setdefault(monday_of(day), []).append(Typed(key, minutes))
        for monday, typed in sorted(weeks.items()):
            friday = monday + timedelta(days=4)
            if monday == monday_of(today):
                at = instant(today, 8)
                yield at, partial(hours.log_week, actor, typed=typed, at=at)
            else:
                at, own = instant(friday, 17), actor.employee_id or 0
                yield at, partial(hours.send_week, actor, employee_id=own, monday=monday, typed=typed, at=at)
    ready = {code: actor for code, actor in representatives.items() if code in AGREE_AT_ONCE}
    at = instant(today)
    yield at, partial(confirm, open_month, structures=structures, representatives=ready, at=at)
    yield at, partial(_dispute, open_month, structures[DISPUTES], representatives[DISPUTES], at=at)


def _dispute(month: Month, structure_id: int, actor: Actor, *, at: datetime) -> None:
    entries = [one for one in queries.entries_of(structure_id, month) if one.state is EntryState.SUBMITTED]
    if entries:
        one = max(entries, key=lambda entry: (entry.minutes, entry.worked_on))
        seen = Seen(one.id, one.version, one.minutes)
        reason = "La réunion a été annulée à midi : une demi-journée seulement."
        hours.dispute_entry(actor, seen=seen, reason=reason, at=at)
