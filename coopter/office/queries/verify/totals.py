"""The sums and the numbers: invoices recomputed, months that balance to the cent, series without a gap (②, ③, ④)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from coopter.billing import queries as billing
from coopter.billing import rules as invoicing
from coopter.billing.models import Invoice, InvoiceLine, NumberSeries
from coopter.billing.record import Kind, LineKind
from coopter.costs.models import CostLine, CostShare, CostSplit
from coopter.hours.models import MonthLock
from coopter.office.queries.verify import findings as found
from coopter.office.queries.verify.anchors import Printed, check_anchors
from coopter.office.queries.verify.findings import Findings
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.plumbing.journal import JournalEntry
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.refusal import Refusal, Words

BLOCK = 200
CLOSED = "month.closed"
COSTS, SPLIT = Words("le total des coûts"), Words("la somme répartie")
SHARED, INVOICED = Words("la somme des parts"), Words("la somme facturée")


def check_invoices(findings: Findings) -> int:
    """Recompute the totals of every invoice from its lines, and compare with its row; returns how many there are."""
    ids = session().scalars(select(Invoice.id).order_by(Invoice.id)).all()
    printed: list[Printed] = []
    for start in range(0, len(ids), BLOCK):
        query = select(Invoice).where(Invoice.id.in_(ids[start : start + BLOCK])).order_by(Invoice.id)
        fresh = session().scalars(query.execution_options(populate_existing=True)).all()
        for invoice, record in billing.bare_records(fresh):
            if not _holds(invoice, record):
                findings.add(found.InvoiceWrong(number=invoice.number), table="invoice", row_id=invoice.id)
            printed.append(Printed(invoice.id, invoice.number, record.anchor))
    check_anchors(printed, findings=findings)
    return len(ids)


def _holds(invoice: Invoice, record: Any) -> bool:
    try:
        invoicing.check_record(record)
    except (Refusal, IndexError):
        return False
    said = ("kind", "number", "issued_on", "due_on", "net", "tax", "gross", "reason")
    return record.period == invoice.month and all(getattr(record, name) == getattr(invoice, name) for name in said)


def check_months(findings: Findings) -> None:
    """In each closed month costs, splits, shares and shared lines are one sum; nothing stands without its close."""
    locked = set(session().scalars(select(MonthLock.month)))
    splits = _sums(select(CostSplit.month, func.sum(CostSplit.amount)).group_by(CostSplit.month))
    shares = _sums(
        select(CostSplit.month, func.sum(CostShare.amount))
        .join(CostShare, CostShare.split_id == CostSplit.id)
        .group_by(CostSplit.month)
    )
    costs = _sums(select(CostLine.month, func.sum(CostLine.amount)).group_by(CostLine.month))
    invoiced = set(session().scalars(select(Invoice.month).where(Invoice.run_id.is_(None)).distinct()))
    for month in sorted((splits.keys() | invoiced) - locked):
        findings.add(found.CloseMissing(month=month), table="month_lock")
    for month in sorted(locked):
        cost = costs.get(month, Money.zero())
        _same(month, COSTS, cost, SPLIT, splits.get(month), "cost_split", findings)
        _same(month, COSTS, cost, SHARED, shares.get(month), "cost_share", findings)
    _check_lines(findings)
    _check_closes(findings)


def _sums(query: Any) -> dict[Month, Money]:
    return {month: amount for month, amount in session().execute(query)}


def _same(
    month: Month, one: str, amount: Money, other: str, other_amount: Money | None, table: str, findings: Findings
) -> None:
    second = other_amount or Money.zero()
    if amount != second:
        refusal = found.MonthUnbalanced(
            month=month, one=one, one_amount=amount.decimal, other=other, other_amount=second.decimal
        )
        findings.add(refusal, table=table)


def _check_lines(findings: Findings) -> None:
    """Σ shared lines of a month's first invoices = Σ cost shares, wherever the month was invoiced at cost."""
    first = (
        select(func.min(Invoice.id).label("id"))
        .where(Invoice.kind == Kind.INVOICE, Invoice.run_id.is_(None))
        .group_by(Invoice.month, Invoice.structure_id)
        .subquery()
    )
    lines = (
        select(Invoice.month, InvoiceLine.kind, func.sum(InvoiceLine.amount))
        .join(InvoiceLine, InvoiceLine.invoice_id == Invoice.id)
        .where(Invoice.id.in_(select(first.c.id)))
        .group_by(Invoice.month, InvoiceLine.kind)
    )
    rows = session().execute(lines).all()
    priced = {month for month, kind, _ in rows if kind is LineKind.PRICED}
    shared = {month: amount for month, kind, amount in rows if kind is LineKind.SHARED and month not in priced}
    splits = _sums(select(CostSplit.month, func.sum(CostSplit.amount)).group_by(CostSplit.month))
    for month, amount in sorted(splits.items()):
        if month not in priced:
            _same(month, SPLIT, amount, INVOICED, shared.get(month), "invoice_line", findings)
    unequal = (
        select(InvoiceLine.id, Invoice.number)
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .join(CostShare, CostShare.id == InvoiceLine.share_id)
        .where(InvoiceLine.kind == LineKind.SHARED, InvoiceLine.amount != CostShare.amount)
        .order_by(InvoiceLine.id)
    )
    for line_id, number in session().execute(unequal):
        findings.add(found.InvoiceWrong(number=number), table="invoice_line", row_id=line_id)


def _check_closes(findings: Findings) -> None:
    """At most one close per month, and one for each lock (①)."""
    query = (
        select(JournalEntry.subject, func.count())
        .where(JournalEntry.action == CLOSED, JournalEntry.chain == tenancy.current())
        .group_by(JournalEntry.subject)
    )
    closes: dict[str, int] = dict(session().execute(query).all())  # type: ignore[arg-type]
    for month in session().scalars(select(MonthLock.month).order_by(MonthLock.month)):
        count = closes.get(f"month:{month}", 0)
        if count != 1:
            findings.add(found.CloseRepeated(month=month, count=count), table="month_lock")


def check_numbers(findings: Findings) -> None:
    """Each series of each year runs 1…n without a gap, and its counter stands at n (R10)."""
    last: dict[tuple[str, int], int] = {}
    query = select(Invoice.series, Invoice.year, Invoice.sequence, Invoice.number, Invoice.id)
    for series, year, sequence, number, row_id in session().execute(
        query.order_by(Invoice.series, Invoice.year, Invoice.sequence)
    ):
        expected = last.get((series, year), 0) + 1
        if sequence != expected or number != f"{series}-{year}-{sequence:04d}":
            refusal = found.NumbersBroken(series=series, year=year, expected=expected, found=number)
            findings.add(refusal, table="invoice", row_id=row_id)
        last[series, year] = sequence
    for counter in session().scalars(select(NumberSeries).order_by(NumberSeries.id)):
        real = last.pop((counter.series, counter.year), 0)
        if counter.last_number != real:
            facts = {"series": counter.series, "year": counter.year, "expected": counter.last_number, "found": real}
            findings.add(found.NumbersBroken(**facts), table="number_series", row_id=counter.id)
    for (series, year), real in sorted(last.items()):
        refusal = found.NumbersBroken(series=series, year=year, expected=0, found=real)
        findings.add(refusal, table="number_series")
