"""Calls of contributions: each leads to one document that asks the same sum, and nothing is asked without a call."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import aliased

from coopter.billing import queries as billing
from coopter.billing.models import Invoice, InvoiceLine
from coopter.billing.record import Kind, LineKind
from coopter.contributions.queries.calls import CallRecord, RunRecord, all_runs, list_calls
from coopter.office.queries.verify import findings as found
from coopter.office.queries.verify.findings import Findings
from coopter.plumbing.database import session
from coopter.treasury.models import Payment
from coopter.values.money import Money, total


@dataclass(frozen=True, slots=True)
class _Asked:
    """A document that asks for a call, or lowers an earlier one; `amount` before tax, below zero when it gives back."""

    number: str
    amount: Money
    is_cancelled: bool


def check_calls(findings: Findings) -> None:
    """Σ calls = what the run announced; each call has one document of its amount, unless it waits for its time."""
    asked = _asked()
    for run in all_runs():
        calls = list_calls(run.id)
        whole = total(call.amount for call in calls)
        if whole != run.total:
            facts = {"name": run.name, "year": str(run.year), "total": run.total.decimal, "sum": whole.decimal}
            findings.add(found.RunUnbalanced(**facts), table="call_run", row_id=run.id)
        for call in calls:
            _check_call(call, run, asked.get(call.id, []), findings)
    stray = (
        select(InvoiceLine.id, Invoice.number)
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .where((InvoiceLine.kind == LineKind.DUE) != InvoiceLine.call_id.is_not(None))
        .order_by(InvoiceLine.id)
    )
    for line_id, number in session().execute(stray):
        findings.add(found.DueWithoutCall(number=number), table="invoice_line", row_id=line_id)


def check_payments(findings: Findings) -> None:
    """A payment belongs to the member whose document it pays."""
    query = (
        select(Payment.id, Invoice.number)
        .join(Invoice, Invoice.id == Payment.invoice_id)
        .where(Payment.structure_id != Invoice.structure_id)
        .order_by(Payment.id)
    )
    for payment_id, number in session().execute(query):
        refusal = found.PaymentElsewhere(payment=payment_id, number=number)
        findings.add(refusal, table="payment", row_id=payment_id)


def _check_call(call: CallRecord, run: RunRecord, asked: list[_Asked], findings: Findings) -> None:
    facts = {"call": call.id, "name": run.name, "year": str(run.year)}
    in_force = [one for one in asked if not one.is_cancelled]
    if call.amount and not asked and not billing.waits(call, run=run, on=run.called_on):
        findings.add(found.CallUnissued(**facts), table="contribution_call", row_id=call.id)
    if len(in_force) > 1:
        findings.add(found.CallTwice(count=len(in_force), **facts), table="contribution_call", row_id=call.id)
    for one in asked:
        if one.amount != call.amount:
            refusal = found.CallDiffers(
                amount=call.amount.decimal, number=one.number, said=one.amount.decimal, **facts
            )  # fmt: skip
            findings.add(refusal, table="contribution_call", row_id=call.id)


def _asked() -> dict[int, list[_Asked]]:
    """By call, the documents that ask for it; the mirrors that cancel one are not among them."""
    credit = aliased(Invoice)
    query = (
        select(InvoiceLine.call_id, Invoice.number, Invoice.kind, Invoice.net, credit.id.is_not(None))
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .outerjoin(credit, credit.preceding_id == Invoice.id)
        .where(InvoiceLine.call_id.is_not(None), Invoice.preceding_id.is_(None))
        .order_by(Invoice.id)
    )
    gathered: dict[int, list[_Asked]] = defaultdict(list)
    for call_id, number, kind, net, cancelled in session().execute(query):
        amount = -net if kind is Kind.CREDIT_NOTE else net
        gathered[call_id or 0].append(_Asked(number, amount, bool(cancelled)))
    return gathered
