"""Somebody with the database in hand: how rows are read and changed behind the application's back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, select, text

from coopter.office.queries.verify import Verdict
from coopter.office.queries.verify.reading import walled
from coopter.office.queries.verify.store import triggers
from coopter.plumbing.database import EnumText, JsonText, session

# What a copy of a row must say otherwise, for the unique indexes to let it in.
OTHERWISE_TAKEN = {
    "call_run": {"turn": "99"},
    "capital_movement": {"number": "99"},
    "contribution_call": {"instalment": "99"},
    "decision": {"number": "99"},
    "decision_annulment": {"decision_id": "999"},
    "frozen_text": {"version_id": "999", "number": "99"},
    "outcome": {"number": "99", "item_id": "999"},
    "outcome_annulment": {"outcome_id": "999"},
    "payment_reversal": {"payment_id": "999"},
    "signature": {"request_id": "999"},
    "signature_stamp": {"signature_id": "999"},
    "signature_withdrawal": {"signature_id": "999"},
    "cost_share": {"structure_id": "999"},
    "invoice": {"number": "'FA-2026-9999'", "sequence": "9999", "preceding_id": "NULL"},
    "invoice_document": {"invoice_id": "999"},
    "invoice_line": {"position": "99"},
    "month_lock": {"month": "202712"},
    "time_entry": {"activity": "'autre'"},
}


def columns_of(table: Table) -> list[str]:
    """The names of a table's columns, as the database has them."""
    return [column.name for column in table.columns]


def table_of(row: Any) -> Table:
    table: Table = row.__table__
    return table


def rows(table: Table, row_id: int | None = None) -> list[Any]:
    """All rows of a table in scope, or one."""
    query = select(table).where(*walled(table))
    if row_id is not None:
        query = query.where(table.c.id == row_id)
    return list(session().execute(query.order_by(*table.primary_key.columns)))


@contextmanager
def behind_the_back() -> Iterator[None]:
    """Somebody with the database in hand: triggers, checks and references switched off; all undone at the end."""
    session().rollback()
    connection = session().connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
    else:
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        connection.execute(text("PRAGMA ignore_check_constraints = ON"))
        for name in sorted(triggers("sqlite")):
            connection.execute(text(f"DROP TRIGGER {name}"))
    try:
        yield
    finally:
        session().rollback()
        if connection.dialect.name == "sqlite":
            session().execute(text("PRAGMA ignore_check_constraints = OFF"))
        session().rollback()


def found(verdict: Verdict) -> set[tuple[str, str, int | None]]:
    """Kind, table and row of each finding, the walls left aside."""
    return {(f.kind, f.table, f.row_id) for f in verdict.findings if f.kind != "WallMissing"}


def change(table: Table, key: dict[str, Any], column: str, value: Any) -> bool:
    """Change one value of one row; False where a constraint of the engine itself refuses."""
    where = " AND ".join(f"{name} = :key_{name}" for name in key)
    point = session().begin_nested()
    try:
        session().execute(
            text(f'UPDATE {table.name} SET "{column}" = :value WHERE {where}'),
            {"value": value, **{f"key_{name}": wanted for name, wanted in key.items()}},
        )
    except Exception as refused:
        point.rollback()
        assert "constraint" in str(refused).lower(), refused
        return False
    return True


def others(table: Table, column: str, row_id: int) -> list[Any]:
    """Other values that somebody might write into this cell, as the database stores them."""
    kind = table.c[column].type
    raw = session().execute(text(f'SELECT "{column}" FROM {table.name} WHERE id = :id'), {"id": row_id}).scalar_one()
    changed: list[Any] = [] if raw is None or not table.c[column].nullable else [None]
    if raw is None:
        example = {"int": 7, "str": "x"}.get(python_type(kind), "2026-01-01")
        return [example]
    if isinstance(kind, EnumText):
        return changed + [one.value for one in kind.kind if one.value != raw][:1] + ["nonsense"]
    if isinstance(kind, JsonText):
        return [*changed, raw.replace("1", "2") if "1" in raw else '{"x":1}', "not json"]
    if isinstance(raw, int):
        return [*changed, raw + 1, raw + 1_000_003]
    if isinstance(raw, datetime | date):
        return [*changed, raw + timedelta(days=1)]
    if python_type(kind) in ("datetime", "date"):
        return [*changed, raw.replace("2026-", "2025-", 1)]
    return [*changed, raw + "x", raw[:-1] or "y"]


def python_type(kind: Any) -> str:
    """The Python type behind a column type, by name."""
    inner = getattr(kind, "impl", kind)
    return str(getattr(inner, "python_type", str).__name__)
