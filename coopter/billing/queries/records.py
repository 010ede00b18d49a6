"""An issued invoice read back whole, exactly as it was frozen."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import select

from coopter.billing import rules
from coopter.billing.models import Invoice, InvoiceLine
from coopter.billing.queries.invoices import list_lines
from coopter.billing.record import HourLine, InvoiceRecord, Line, LineKind, Vat
from coopter.hours import queries as hours
from coopter.plumbing import files
from coopter.plumbing.database import session
from coopter.staff import queries as staff
from coopter.values.refusal import NotFound

_HUNDRED = Decimal(100)


def invoice_record(invoice_id: int) -> InvoiceRecord:
    """The record of an issued invoice, for its XML and its pages; raises NotFound."""
    invoice = session().scalar(select(Invoice).where(Invoice.id == invoice_id))
    if invoice is None:
        raise NotFound()
    vat = rules.only_vat(invoice.record)
    logo = invoice.record.get("logo_sha256")
    return rules.thaw(
        invoice.record,
        lines=tuple(_line(row, vat) for row in list_lines(invoice_id)),
        hours=_hours(invoice),
        logo=files.read(logo) if logo else None,
    )


def _line(row: InvoiceLine, vat: Vat) -> Line:
    quantity = Decimal(row.quantity_hundredths) / _HUNDRED
    return Line(
        kind=row.kind,
        label=row.label,
        amount=row.amount,
        vat=vat,
        quantity=quantity if row.kind is LineKind.PRICED else quantity.to_integral_value(),
        unit_price=row.unit_price,
        minutes=row.minutes,
        detail=row.detail,
        pool=str(row.share_id or ""),
    )


def _hours(invoice: Invoice) -> tuple[HourLine, ...]:
    if invoice.run_id is not None:
        return ()
    entries = hours.entries_of(invoice.structure_id, invoice.month)
    names = staff.employees_by_id({entry.employee_id for entry in entries})
    lines = (HourLine(names[e.employee_id].name, e.worked_on, e.minutes, e.activity) for e in entries)
    return tuple(sorted(lines, key=lambda line: (line.employee, line.day, line.activity)))


def bare_records(invoices: Sequence[Invoice]) -> tuple[tuple[Invoice, InvoiceRecord], ...]:
    """The records of these invoices without hours and logos, in one query: what a check recomputes totals from."""
    lines: dict[int, list[InvoiceLine]] = {invoice.id: [] for invoice in invoices}
    query = select(InvoiceLine).where(InvoiceLine.invoice_id.in_(lines)).order_by(InvoiceLine.position)
    for line in session().scalars(query.execution_options(populate_existing=True)):
        lines[line.invoice_id].append(line)
    return tuple(
        (
            invoice,
            rules.thaw(
                invoice.record,
                lines=tuple(_line(line, rules.only_vat(invoice.record)) for line in lines[invoice.id]),
                hours=(),
                logo=None,
            ),
        )
        for invoice in invoices
    )
