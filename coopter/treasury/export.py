"""A member's account as a table for a French spreadsheet: records in, CSV text out; pure."""

from __future__ import annotations

from collections.abc import Iterable

from coopter.treasury.rules import StatementRow
from coopter.values.csv_text import csv_lines

COLUMNS = ("date", "nature", "numéro", "objet", "échéance", "débit", "crédit", "solde", "moyen", "note")


def statement_csv(rows: Iterable[StatementRow]) -> str:
    """The lines of an account in their order: semicolons, decimal commas, amounts in euros."""
    table = (
        (row.on, row.kind, row.number, row.about, row.due_on, row.debit, row.credit, row.balance, row.means, row.note)
        for row in rows
    )
    return "\ufeff" + "".join(csv_lines(COLUMNS, table, delimiter=";"))
