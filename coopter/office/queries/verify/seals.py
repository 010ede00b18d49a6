"""The sealed rows: each is still what it was when an act made it final, and none stands there unsealed (R11, R12)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, select

from coopter.hours.models import MonthLock
from coopter.office.queries.verify import findings as found
from coopter.office.queries.verify.findings import Findings
from coopter.office.queries.verify.reading import ids_of, walled
from coopter.plumbing import journal

UNTIL_LOCKED = ("time_entry", "cost_line")  # these may change until their month is closed


def check_rows(seals: Iterable[Row[Any]], *, findings: Findings) -> int:
    """Compare every sealed row with what it is now, and look for rows without a seal; returns how many are sealed."""
    sealed: dict[str, set[int]] = {name: set() for name in journal.PROTECTED}
    for seal in seals:
        table = journal.PROTECTED.get(seal.table_name)
        if table is None:
            continue  # the table was retired by a migration; its seals stay in the chain
        expected = journal.sealed_digests(seal.rows)
        _check_block(table, expected, sequence=seal.sequence, findings=findings)
        sealed[table.name].update(expected)
    for name, table in sorted(journal.PROTECTED.items()):
        for row_id in ids_of(table, *_final(table)):
            if row_id not in sealed[name]:
                findings.add(found.RowUnsealed(table=name, row_id=row_id), table=name, row_id=row_id)
    return sum(len(ids) for ids in sealed.values())


def _check_block(table: Table, expected: dict[int, str], *, sequence: int, findings: Findings) -> None:
    facts = {"table": table.name, "sequence": sequence}
    parts = journal.final_rows(table, *walled(table), table.c.id.in_(expected))
    there = {row_id: journal.row_digest(content) for part in parts for row_id, content in part}
    for row_id, digest in expected.items():
        if row_id not in there:
            findings.add(found.RowMissing(row_id=row_id, **facts), table=table.name, row_id=row_id)
        elif there[row_id] != digest:
            findings.add(found.RowAltered(row_id=row_id, **facts), table=table.name, row_id=row_id)


def _final(table: Table) -> tuple[ColumnElement[bool], ...]:
    if table.name not in UNTIL_LOCKED:
        return ()
    locks: Table = MonthLock.__table__  # type: ignore[assignment]
    return (table.c.month.in_(select(locks.c.month).where(*walled(locks))),)
