"""Reading rows that somebody may have spoiled: in blocks, and one by one where a block cannot be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, select

from coopter.office.queries.verify.findings import Findings, RowUnreadable
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.values.refusal import No

BLOCK = 1_000
SPOILED = (ValueError, TypeError, ArithmeticError, LookupError, No)  # what a column type raises on a spoiled value


def ids_of(table: Table, *conditions: ColumnElement[bool]) -> list[int]:
    """The ids of a table's rows that answer the conditions, in the grouping in scope, ascending."""
    query = select(table.c.id).where(*walled(table), *conditions).order_by(table.c.id)
    return list(session().scalars(query))


def rows_of(table: Table, ids: Sequence[int], *, findings: Findings, size: int = BLOCK) -> Iterator[Row[Any]]:
    """The rows of these ids in their order, those that are gone left out; an unreadable one is told."""
    for start in range(0, len(ids), size):
        block = ids[start : start + size]
        try:
            found = {row.id: row for row in session().execute(_select(table, block))}
        except SPOILED:
            found = dict(_one_by_one(table, block, findings))
        yield from (found[row_id] for row_id in block if row_id in found)


def walled(table: Table) -> tuple[ColumnElement[bool], ...]:
    """The condition that keeps a tenant's table inside the grouping in scope; none for the installation's tables."""
    return (table.c.grouping_id == tenancy.current(),) if "grouping_id" in table.c else ()


def _one_by_one(table: Table, ids: Sequence[int], findings: Findings) -> Iterator[tuple[int, Row[Any]]]:
    for row_id in ids:
        try:
            row = session().execute(_select(table, [row_id])).one_or_none()
        except SPOILED:
            findings.add(RowUnreadable(table=table.name, row_id=row_id), table=table.name, row_id=row_id)
            continue
        if row is not None:
            yield row_id, row


def _select(table: Table, ids: Sequence[int]) -> Any:
    return select(table).where(*walled(table), table.c.id.in_(ids))
