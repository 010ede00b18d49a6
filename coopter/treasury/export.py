"""A member's account as a table: records in, CSV text out; pure. Amounts in euros with a point."""

from __future__ import annotations

from collections.abc import Iterable

from coopter.treasury.rules import StatementRow
from coopter.values.csv_text import csv_lines

COLUMNS = ("date", "kind", "number", "about", "due_on", "debit", "credit", "balance", "means", "note")


def statement_csv(rows: Iterable[StatementRow]) -> str:
    """The lines of an account in their order."""
    return "".join(
        csv_lines(COLUMNS, ((row.on, row.kind, row.number, row.about, row.due_on, row.debit, row.credit, row.balance,
                             row.means, row.note) for row in rows))
    )  # fmt: skip
