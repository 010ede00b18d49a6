"""What a decision did to money: the invoiced lines that cite it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Table, case, func, select

from coopter.billing.models import Invoice, InvoiceLine
from coopter.billing.record import Kind
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.values.money import Money
from coopter.values.month import Month

_INVOICES: Table = Invoice.__table__  # type: ignore[assignment]
_LINES: Table = InvoiceLine.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class BilledUnder:
    """What was invoiced under one decision: documents, months, and cents before tax, credit notes taken off."""

    documents: int
    first: Month
    last: Month
    net: Money


def billed_by_decision() -> dict[int, BilledUnder]:
    """For each decision that some invoiced line cites, what was invoiced under it; one statement."""
    line, invoice = _LINES.c, _INVOICES.c
    signed = case((invoice.kind == Kind.CREDIT_NOTE, -line.amount_cents), else_=line.amount_cents)
    query = (
        select(
            line.decision_id, func.count(line.invoice_id.distinct()), func.min(invoice.month), func.max(invoice.month),
            func.sum(signed),
        )
        .join(_INVOICES, (invoice.id == line.invoice_id) & (invoice.grouping_id == line.grouping_id))
        .where(
            line.grouping_id == tenancy.current(), invoice.grouping_id == tenancy.current(),
            line.decision_id.is_not(None),
        )
        .group_by(line.decision_id)
    )  # fmt: skip
    return {
        decision: BilledUnder(int(documents), first, last, net if isinstance(net, Money) else Money(int(net)))
        for decision, documents, first, last, net in session().execute(query)
    }
