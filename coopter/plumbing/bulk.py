"""Many rows at once: in one statement, with ids known beforehand, and without looking for cycles meanwhile."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Date, DateTime, Integer, Table

from coopter.plumbing.database import session


@contextmanager
def collector_paused() -> Iterator[None]:
    """No search for cycles while a batch runs: it would walk over a hundred thousand new values again and again, none
    of them garbage yet, for a third of the time. What is in no cycle is freed at once as ever."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


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


def insert_rows(table: Table, *, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Write rows of values in the order of the columns, as the program has them: one statement for all."""
    cells = [_stored(table, name, values) for name, values in zip(columns, zip(*rows, strict=True), strict=False)]
    if not cells:
        return
    connection, names = session().connection(), ", ".join(columns)
    if connection.dialect.name == "postgresql":
        arrays = ", ".join(f"%s::{_kind(table, name)}[]" for name in columns)
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({arrays})", tuple(cells))
        return
    marks = ", ".join("?" * len(columns))
    connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(zip(*cells, strict=True)))


def _stored(table: Table, name: str, values: Sequence[Any]) -> list[Any]:
    """A column's values as the driver wants them; a column of one value, such as the grouping, is converted once."""
    dialect = session().get_bind().dialect
    write: Callable[[Any], Any] | None = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
    if write is None:
        return list(values)
    first = values[0]
    if all(value is first for value in values):
        return [write(first)] * len(values)
    return [write(value) for value in values]


def _kind(table: Table, name: str) -> str:
    """What PostgreSQL calls the values of a column."""
    kind: Any = getattr(table.c[name].type, "impl", table.c[name].type)
    for python, sql in ((Integer, "bigint"), (DateTime, "timestamptz"), (Date, "date")):
        if isinstance(kind, python):
            return sql
    return "text"
