"""A month as a whole: confirmed in bulk by the coordinator, then locked for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from coopter.hours import policies, queries
from coopter.hours.models import MonthLock
from coopter.hours.queries import ENTRIES, LOCKS
from coopter.hours.rules import EntryState, HoursNotConfirmed, Waiting, checked_reason
from coopter.members.commands.turns import take_turn
from coopter.plumbing import journal, tenancy
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.durations import hours_and_minutes
from coopter.values.month import Month


@dataclass(frozen=True)
class Confirmed:
    """What a bulk confirmation did: lines and minutes confirmed, and what still waits (drafts, disputed lines)."""

    lines: int
    minutes: int
    left: tuple[Waiting, ...]


@command
def confirm_month(
    actor: Actor,
    *,
    month: Month,
    reason: str,
    at: datetime,
    structure_id: int | None = None,
    employee_id: int | None = None,
) -> Confirmed:
    """Confirm a month's submitted lines, all or those of one structure or employee; the reason stays on each line.

    Drafts and disputed lines are nobody's agreement: they stay and are told. Raises MonthLocked, ReasonMissing.
    """
    require(policies.can_confirm_month(actor))
    because = checked_reason(reason)
    take_turn()
    queries.check_open(month)
    chosen = [
        one
        for one in queries.waiting(month)
        if structure_id in (None, one.structure_id) and employee_id in (None, one.employee_id)
    ]
    ready = [one for one in chosen if one.state is EntryState.SUBMITTED]
    left = tuple(one for one in chosen if one.state is not EntryState.SUBMITTED)
    if not ready:
        return Confirmed(0, 0, left)
    statement = update(ENTRIES).where(
        ENTRIES.c.grouping_id == tenancy.current(),
        ENTRIES.c.month == month,
        ENTRIES.c.state == EntryState.SUBMITTED,
    )
    if structure_id is not None:
        statement = statement.where(ENTRIES.c.structure_id == structure_id)
    if employee_id is not None:
        statement = statement.where(ENTRIES.c.employee_id == employee_id)
    session().execute(
        statement.values(
            state=EntryState.CONFIRMED,
            confirmed_by=actor.name,
            confirmed_at=at,
            confirmed_because=because,
            version=ENTRIES.c.version + 1,
        )
    )
    lines, minutes = sum(one.lines for one in ready), sum(one.minutes for one in ready)
    narrowed = {"structure": structure_id, "employee": employee_id}
    journal.record(
        actor, "hours.month_confirmed", f"month:{month}", at=at, before={"state": "submitted"},
        after={"lines": lines, "minutes": minutes, "reason": because, **{k: v for k, v in narrowed.items() if v}},
    )  # fmt: skip
    return Confirmed(lines, minutes, left)


@command
def lock_month(actor: Actor, *, month: Month, at: datetime) -> MonthLock:
    """Close a month's hours for good, and seal every line; joins the caller's transaction (rows R11, R23).

    Raises MonthLocked when it is closed already, HoursNotConfirmed while a line is not confirmed.
    """
    require(policies.can_lock_month(actor))
    take_turn()
    queries.check_open(month)
    unready = queries.waiting(month)
    if unready:
        minutes = sum(one.minutes for one in unready)
        count = sum(one.lines for one in unready)
        raise HoursNotConfirmed(month=month, lines=count, hours=hours_and_minutes(minutes))
    lock = MonthLock(month=month, locked_at=at, locked_by=actor.name)
    session().add(lock)
    session().flush()
    journal.record(
        actor, "hours.month_locked", f"month:{month}", at=at, after={"lines": queries.count_lines(month)},
        sealed={LOCKS: [LOCKS.c.id == lock.id], ENTRIES: [ENTRIES.c.month == month]},
    )  # fmt: skip
    return lock
