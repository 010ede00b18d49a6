"""A file of hours becomes submitted lines, in one transaction and few statements."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, update

from coopter.hours import imports, policies
from coopter.hours.queries import ENTRIES
from coopter.hours.rules import EntryState, WeekConflict
from coopter.members.commands.turns import take_turn
from coopter.plumbing import journal, tenancy
from coopter.plumbing.bulk import collector_paused
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
    """The new lines, by COPY on PostgreSQL and one prepared INSERT on SQLite: no object and no type work per line."""
    if not plan.new:
        return
    write = _writers()
    fixed = {
        "grouping_id": tenancy.current(),
        "state": write["state"](EntryState.SUBMITTED),
        "logged_by": actor.name,
        "logged_at": write["logged_at"](at),
    }
    days = {line[3] for line in plan.new}
    months = {day: write["month"](Month.of(day)) for day in days}
    written = {day: write["worked_on"](day) for day in days}
    g, state, by, instant = fixed["grouping_id"], fixed["state"], fixed["logged_by"], fixed["logged_at"]
    rows = [
        (g, employee, structure, placement, months[day], written[day], minutes, activity, state, by, instant, 1)
        for employee, structure, placement, day, minutes, activity in plan.new
    ]
    if session().get_bind().dialect.name == "postgresql":
        _copy(rows)
    else:
        marks = ", ".join("?" * len(COLUMNS))
        session().connection().exec_driver_sql(
            f"INSERT INTO {ENTRIES.name} ({', '.join(COLUMNS)}) VALUES ({marks})", rows
        )


def _copy(rows: Iterable[tuple[Any, ...]]) -> None:
    """COPY into a table of this transaction, then one INSERT: row-level security does not let COPY in directly."""
    connection = session().connection()
    names = ", ".join(COLUMNS)
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE hours_copy ON COMMIT DROP AS SELECT {names} FROM {ENTRIES.name} WITH NO DATA"
    )
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY hours_copy ({names}) FROM STDIN") as copy:
        lines: list[str] = []
        texts: dict[str, str] = {}
        for row in rows:
            cells = [
                str(cell) if type(cell) is not str else texts.get(cell) or texts.setdefault(cell, _escaped(cell))
                for cell in row
            ]
            lines.append("\t".join(cells))
        copy.write("\n".join(lines) + "\n")
    connection.exec_driver_sql(f"INSERT INTO {ENTRIES.name} ({names}) SELECT {names} FROM hours_copy")
    connection.exec_driver_sql("DROP TABLE hours_copy")


def _escaped(text: str) -> str:
    """A text as COPY reads it."""
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _writers() -> dict[str, Any]:
    """How the driver wants the values of each column."""
    dialect = session().get_bind().dialect
    found = {}
    for name in COLUMNS:
        write = ENTRIES.c[name].type.dialect_impl(dialect).bind_processor(dialect)
        found[name] = write or (lambda value: value)
    return found


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
