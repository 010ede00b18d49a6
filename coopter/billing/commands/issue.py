"""Issuing a month's invoices: drafted from shares, numbered in one block, frozen by set statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table

from coopter.billing import policies, rules
from coopter.billing.commands.documents import order_documents
from coopter.billing.commands.numbering import take_numbers
from coopter.billing.models import Invoice, InvoiceLine
from coopter.billing.queries.drafts import Drafted, DraftedLine
from coopter.billing.record import InvoiceRecord
from coopter.members import queries as members
from coopter.members.models import Grouping
from coopter.plumbing import journal, tenancy
from coopter.plumbing.bulk import insert_rows, take_ids
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.money import Money, total
from coopter.values.month import Month

INVOICES: Table = Invoice.__table__  # type: ignore[assignment]
LINES: Table = InvoiceLine.__table__  # type: ignore[assignment]
INVOICE_COLUMNS = (
    "grouping_id", "kind", "number", "series", "year", "sequence", "month", "structure_id", "issued_on", "due_on",
    "net_cents", "tax_cents", "gross_cents", "preceding_id", "corrects_id", "run_id", "reason", "record",
    "issued_by", "issued_at",
)  # fmt: skip
LINE_COLUMNS = (
    "grouping_id", "invoice_id", "position", "kind", "label", "detail", "employee_id", "minutes", "quantity_hundredths",
    "unit_price_ten_thousandths", "amount_cents", "share_id", "call_id", "decision_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class IssuedInvoice:
    """An invoice just issued; amounts in cents."""

    id: int
    number: str
    structure_id: int
    net: Money
    tax: Money
    gross: Money


@command
def issue_month(
    actor: Actor,
    *,
    month: Month,
    drafts: Sequence[Drafted],
    at: datetime,
) -> tuple[IssuedInvoice, ...]:
    """Number and write a month's drafts; joins the closing, which seals the rows. Raises SeriesAhead."""
    require(policies.can_issue_invoices(actor))
    grouping = members.get_grouping_by_id(tenancy.grouping_in_scope())
    issued = write_invoices(actor, grouping, drafts, series=grouping.invoice_series, month=month, at=at)
    order_documents([invoice.id for invoice in issued], at=at)
    numbers = [issued[0].number, issued[-1].number] if issued else []
    after = {"invoices": len(issued), "numbers": numbers, "gross": total(one.gross for one in issued)}
    journal.record(actor, "invoices.issued", f"month:{month}", at=at, after=after)
    return issued


def write_invoices(
    actor: Actor,
    grouping: Grouping,
    drafts: Sequence[Drafted],
    *,
    series: str,
    month: Month,
    at: datetime,
    run_id: int | None = None,
) -> tuple[IssuedInvoice, ...]:
    """Number the drafts in one block and write them, two statements for all; `run_id` is the call that they ask for.

    Raises SeriesAhead.
    """
    if not drafts:
        return ()
    on = drafts[0].record.issued_on
    first = take_numbers(series, count=len(drafts), on=on)
    common = {
        "grouping_id": grouping.id, "series": series, "year": on.year, "month": month, "issued_by": actor.name,
        "issued_at": at, "preceding_id": None, "run_id": run_id,
    }  # fmt: skip
    anchor = journal.anchor(grouping.id)
    records = [
        rules.numbered(
            drafted.record, number=rules.invoice_number(series, year=on.year, sequence=sequence), anchor=anchor
        )
        for sequence, drafted in enumerate(drafts, start=first)
    ]
    ids = insert_invoices(
        {**common, **invoice_row(record, logo_sha256=grouping.logo_sha256), "sequence": sequence,
         "structure_id": drafted.structure.id, "corrects_id": drafted.corrects_id}
        for sequence, (record, drafted) in enumerate(zip(records, drafts, strict=True), start=first)
    )  # fmt: skip
    lines = (
        line_row(line, grouping_id=grouping.id, invoice_id=invoice_id, position=position)
        for invoice_id, drafted in zip(ids, drafts, strict=True)
        for position, line in enumerate(drafted.lines, start=1)
    )
    insert_rows(LINES, columns=LINE_COLUMNS, rows=lines)
    return tuple(
        IssuedInvoice(invoice_id, record.number, drafted.structure.id, record.net, record.tax, record.gross)
        for invoice_id, record, drafted in zip(ids, records, drafts, strict=True)
    )


def insert_invoices(rows: Iterable[dict[str, Any]]) -> list[int]:
    """Write invoice rows in one statement and return their ids in the same order."""
    written = [tuple(row[name] for name in INVOICE_COLUMNS) for row in rows]
    ids = take_ids(INVOICES, count=len(written))
    insert_rows(
        INVOICES, columns=("id", *INVOICE_COLUMNS), rows=((i, *row) for i, row in zip(ids, written, strict=True))
    )
    return ids


def invoice_row(record: InvoiceRecord, *, logo_sha256: str | None) -> dict[str, Any]:
    """What an invoice's row says of its record: the amounts and days that lists need, and the whole, frozen."""
    return {
        "kind": record.kind,
        "number": record.number,
        "issued_on": record.issued_on,
        "due_on": record.due_on,
        "net_cents": record.net,
        "tax_cents": record.tax,
        "gross_cents": record.gross,
        "reason": record.reason,
        "record": {**rules.freeze(record), "logo_sha256": logo_sha256},
    }


def line_row(drafted: DraftedLine, *, grouping_id: int, invoice_id: int, position: int) -> tuple[Any, ...]:
    """One line as its row, in the order of LINE_COLUMNS."""
    line = drafted.line
    return (
        grouping_id, invoice_id, position, line.kind, line.label, line.detail, drafted.employee_id, line.minutes,
        int(line.quantity * 100), line.unit_price, line.amount, drafted.share_id, drafted.call_id, drafted.decision_id,
    )  # fmt: skip


def sealed_rows(invoice_id: int) -> dict[Table, journal.Conditions]:
    """An invoice and its lines, for the journal's seal."""
    return {INVOICES: [INVOICES.c.id == invoice_id], LINES: [LINES.c.invoice_id == invoice_id]}
