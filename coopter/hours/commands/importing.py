"""A file of hours becomes submitted lines, in one transaction and few statements."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sqlalchemy import bindparam, update

from coopter.hours import imports, policies
from coopter.hours.queries import ENTRIES
from coopter.hours.rules import EntryState, WeekConflict
from coopter.members.commands.turns import take_turn
from coopter.plumbing import journal, tenancy
from coopter.plumbing.bulk import collector_paused, insert_rows
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.instants import paris_day
from coopter.values.month import Month
from coopter.values.table import MOST_BYTES, MOST_ROWS

COLUMNS = (
    "grouping_id", "employee_id", "structure_id", "placement_id", "month", "worked_on", "minutes", "activity", "state",
    "logged_by", "logged_at", "version",
)  # fmt: skip
BATCH = 5_000


@command
@collector_paused()
def import_hours(
    actor: Actor, *, content: bytes, at: datetime, most_rows: int = MOST_ROWS, most_bytes: int = MOST_BYTES
) -> imports.Imported:
    """Write a file of hours as submitted lines: all of it, or nothing; the same file again changes nothing (R50).

    A standing line takes the file's minutes unless it is confirmed. One journal row tells the counts and the file's
    SHA-256. Raises NotAllowed, Faults (every line at fault, R45-R48). The web keeps the default limits (R47).
    """
    require(policies.can_import_hours(actor))
    take_turn()
    plan = imports.plan_import(content, today=paris_day(at), most_rows=most_rows, most_bytes=most_bytes)
    counts = plan.counts
    if not plan.new and not plan.changed:
        return counts
    _insert(actor, plan, at=at)
    _update(actor, plan, at=at)
    digest = sha256(content).hexdigest()
    journal.record(
        actor, "hours.imported", f"file:{digest[:16]}", at=at,
        before={"changed": [{"id": one[0], "minutes": one[2]} for one in plan.changed]} if plan.changed else None,
        after={
            "sha256": digest,
            "added": counts.added,
            "changed": counts.changed,
            "unchanged": counts.unchanged,
            "minutes": {str(month): minutes for month, minutes in sorted(plan.months.items())},
            "new_minutes": [{"id": one[0], "minutes": one[3]} for one in plan.changed],
        },
    )  # fmt: skip
    return counts


def _insert(actor: Actor, plan: imports.Plan, *, at: datetime) -> None:
    """The new lines, some thousands at a time, so that a month of a big grouping is not held in memory twice."""
    here, state, by = tenancy.current(), EntryState.SUBMITTED, actor.name
    months = {day: Month.of(day) for day in {line[3] for line in plan.new}}
    for start in range(0, len(plan.new), BATCH):
        rows = (
            (here, employee, structure, placement, months[day], day, minutes, activity, state, by, at, 1)
            for employee, structure, placement, day, minutes, activity in plan.new[start : start + BATCH]
        )
        insert_rows(ENTRIES, columns=COLUMNS, rows=rows)


def _update(actor: Actor, plan: imports.Plan, *, at: datetime) -> None:
    if not plan.changed:
        return
    statement = (
        update(ENTRIES)
        .where(
            ENTRIES.c.grouping_id == tenancy.current(),
            ENTRIES.c.id == bindparam("line_id"),
            ENTRIES.c.version == bindparam("line_version"),
        )
        .values(
            minutes=bindparam("new_minutes"),
            state=EntryState.SUBMITTED,
            logged_by=actor.name,
            logged_at=at,
            version=ENTRIES.c.version + 1,
        )
    )
    changes = [
        {"line_id": line_id, "line_version": version, "new_minutes": after}
        for line_id, version, _, after in plan.changed
    ]
    written = session().execute(statement, changes).rowcount  # type: ignore[attr-defined]
    if written not in (-1, len(changes)):
        raise WeekConflict(cells={})
