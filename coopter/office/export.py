"""The tables of a month's export: records in, CSV text out; pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from coopter.billing.record import Kind
from coopter.members.rules import natural_order
from coopter.values.csv_text import csv_lines
from coopter.values.money import Money
from coopter.values.month import Month

INVOICE_COLUMNS = (
    "number", "kind", "month", "issued_on", "due_on", "structure", "name", "net", "tax", "gross", "credits",
    "credited_by", "pdf_sha256", "xml_sha256",
)  # fmt: skip
LATER = frozenset({"credited_by", "pdf_sha256", "xml_sha256"})
SHARE_COLUMNS = ("month", "employee", "structure", "minutes", "amount")


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One invoice or credit note; amounts are positive, the kind (380, 381) says which way the money goes."""

    number: str
    kind: Kind
    month: Month
    issued_on: date
    due_on: date
    structure: str
    name: str
    net: Money
    tax: Money
    gross: Money
    credits: str | None
    credited_by: str | None
    pdf_sha256: str | None
    xml_sha256: str | None


@dataclass(frozen=True, slots=True)
class ShareRow:
    """One structure's part of one pool: an employee's by code, or management's when `employee` is empty."""

    month: Month
    employee: str
    structure: str
    minutes: int
    amount: Money


def invoices_csv(rows: Iterable[InvoiceRow]) -> str:
    """The month's invoices in the order of their numbers, amounts in euros with a point."""
    return _text(INVOICE_COLUMNS, (tuple(getattr(row, name) for name in INVOICE_COLUMNS) for row in rows))


def shares_csv(rows: Iterable[ShareRow]) -> str:
    """Who owes what: employees in the order of their codes, then management; structures in the order of theirs."""
    ordered = sorted(
        rows,
        key=lambda row: (row.month, not row.employee, natural_order(row.employee), natural_order(row.structure)),
    )
    return _text(SHARE_COLUMNS, (tuple(getattr(row, name) for name in SHARE_COLUMNS) for row in ordered))


def continues(now: str, before: str) -> bool:
    """Whether a table is that of `before` or a later state of it: the same columns, each of its rows still there.

    What may have changed since is what comes after an invoice: the number of its credit note, its documents' digests.
    """
    if now.split("\n", 1)[0] != before.split("\n", 1)[0]:
        return False
    return set(map(_settled, _rows(before))) <= set(map(_settled, _rows(now)))


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def _settled(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(str(value) for name, value in row.items() if name not in LATER)


def _text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    return "".join(line.removesuffix("\r\n") + "\n" for line in csv_lines(header, rows))
