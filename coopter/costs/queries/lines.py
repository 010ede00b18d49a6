"""Cost lines as they are read: by month, by what makes them one, and which months have any."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, Table, select

from coopter.costs.models import CostLine
from coopter.costs.rules import CostRecord, LineKey
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.values.month import Month
from coopter.values.refusal import NotFound

LINES: Table = CostLine.__table__  # type: ignore[assignment]
L = LINES.c
RECORD = (L.id, L.month, L.employee_id, L.kind, L.label, L.amount_cents, L.recorded_by, L.recorded_at, L.version)


def lines_of(month: Month) -> tuple[CostRecord, ...]:
    """The cost lines of a month in the order they were written."""
    return _records(_select().where(L.month == month))


def has_costs(month: Month) -> bool:
    """Whether a month has any cost line."""
    query = select(L.id).where(L.grouping_id == tenancy.current(), L.month == month).limit(1)
    return session().scalar(query) is not None


def get_line(line_id: int) -> CostRecord:
    """One cost line; raises NotFound, for another grouping's too."""
    found = _records(_select().where(L.id == line_id))
    if not found:
        raise NotFound()
    return found[0]


def records_by_key(months: Iterable[Month]) -> dict[LineKey, CostRecord]:
    """All cost lines of these months by what makes them one."""
    wanted = sorted(set(months))
    if not wanted:
        return {}
    return {record.key: record for record in _records(_select().where(L.month.in_(wanted)))}


def list_months() -> tuple[Month, ...]:
    """The months that have cost lines, the latest first."""
    query = select(L.month).where(L.grouping_id == tenancy.current()).distinct().order_by(L.month.desc())
    return tuple(session().scalars(query))


def _select() -> Select[Any]:
    return select(*RECORD).where(L.grouping_id == tenancy.current()).order_by(L.id)


def _records(query: Select[Any]) -> tuple[CostRecord, ...]:
    return tuple(CostRecord(*row) for row in session().execute(query))
