"""Many rows in one statement, with ids known beforehand: no object and no type work per row in the hot path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, Table

from coopter.plumbing.database import session


def take_ids(table: Table, *, count: int) -> list[int]:
    """Ids for so many new rows of a table whose rows are never removed; ascending.

    On SQLite the command holds the only write lock, so the next ones are free; PostgreSQL's sequence gives a block.
    """
    connection = session().connection()
    if connection.dialect.name == "postgresql":
        query = f"SELECT nextval(pg_get_serial_sequence('{table.name}', 'id')) FROM generate_series(1, {int(count)})"
        return sorted(connection.exec_driver_sql(query).scalars())
    last = connection.exec_driver_sql(f"SELECT coalesce(max(id), 0) FROM {table.name}").scalar_one()
    return list(range(last + 1, last + 1 + count))


def insert_rows(table: Table, *, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows of plain integers and texts, as the columns store them: one statement, whatever their number."""
    if not rows:
        return
    connection, names = session().connection(), ", ".join(columns)
    if connection.dialect.name == "postgresql":
        kinds = (_array(table, column) for column in columns)
        arrays = tuple(list(cells) for cells in zip(*rows, strict=True))
        query = f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({', '.join(kinds)})"
        connection.exec_driver_sql(query, arrays)
        return
    marks = ", ".join("?" * len(columns))
    connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(rows))


def _array(table: Table, column: str) -> str:
    kind: Any = table.c[column].type
    return "%s::bigint[]" if isinstance(getattr(kind, "impl", kind), Integer) else "%s::text[]"
