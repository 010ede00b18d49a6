"""Payments on documents: what was noted, what was taken back, what is left and what is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Select, func, or_, select, type_coerce
from sqlalchemy.orm import aliased

from coopter.billing.models import Invoice
from coopter.billing.record import Kind
from coopter.contributions.models import CallRun, Contribution
from coopter.members.models import Structure
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.treasury.models import Payment, PaymentReversal
from coopter.treasury.rules import Means, Owing
from coopter.values.money import Money, total
from coopter.values.month import Month
from coopter.values.refusal import NotFound


@dataclass(frozen=True, slots=True)
class PaymentRecord:
    """A payment as it was noted, and why it was taken back if it was."""

    id: int
    structure_id: int
    invoice_id: int
    number: str
    received_on: date
    amount: Money
    means: Means
    reference: str
    recorded_by: str
    recorded_at: datetime
    reversed_because: str | None
    reversed_by: str | None
    reversed_at: datetime | None

    @property
    def counts(self) -> bool:
        """Whether it was not taken back."""
        return self.reversed_at is None


@dataclass(frozen=True, slots=True)
class OwedDocument:
    """An invoice or a call with what was paid on it."""

    id: int
    number: str
    structure_id: int
    structure: str
    title: str | Month
    issued_on: date
    owing: Owing


@dataclass(frozen=True, slots=True)
class Overdue:
    """What is late: how many documents, how much, since when, whose (the largest debts first)."""

    documents: int
    amount: Money
    since: date
    names: tuple[str, ...]


def payments_of(*, invoice_id: int | None = None, structure_id: int | None = None) -> tuple[PaymentRecord, ...]:
    """The payments noted for a document or a structure, those taken back too, as they were received."""
    query = _payments()
    if invoice_id is not None:
        query = query.where(Payment.invoice_id == invoice_id)
    if structure_id is not None:
        query = query.where(Payment.structure_id == structure_id)
    rows = session().execute(query.order_by(Payment.received_on, Payment.id))
    return tuple(PaymentRecord(*row) for row in rows)


def get_payment(payment_id: int) -> PaymentRecord:
    """One payment; raises NotFound."""
    row = session().execute(_payments().where(Payment.id == payment_id)).first()
    if row is None:
        raise NotFound()
    return PaymentRecord(*row)


def owed_documents(*, structure_id: int | None = None, due_before: date | None = None) -> tuple[OwedDocument, ...]:
    """Documents that ask for money, with what lowered them and what was paid, the first due first."""
    query = _documents()
    if structure_id is not None:
        query = query.where(Invoice.structure_id == structure_id)
    if due_before is not None:
        query = query.where(Invoice.due_on < due_before)
    return tuple(_document(*row) for row in session().execute(query.order_by(Invoice.due_on, Invoice.id)))


def owed_document(invoice_id: int) -> OwedDocument:
    """One document that asks for money; raises NotFound for a credit note too."""
    row = session().execute(_documents().where(Invoice.id == invoice_id)).first()
    if row is None:
        raise NotFound()
    return _document(*row)


def overdue(*, today: date, of: frozenset[int] | None = None) -> Overdue | None:
    """What is late, of these structures or of all, or None. A grouping that notes no payment here is told of its calls
    alone, since it may keep the payments of its months elsewhere."""
    noted = select(Payment.id).where(Payment.grouping_id == tenancy.current()).exists()
    query = _documents(only_left=True).where(Invoice.due_on < today, or_(Invoice.run_id.is_not(None), noted))
    if of is not None:
        query = query.where(Invoice.structure_id.in_(sorted(of)))
    late = [one for one in (_document(*row) for row in session().execute(query)) if one.owing.is_overdue(today)]
    if not late:
        return None
    by_name: dict[str, int] = {}
    for one in late:
        by_name[one.structure] = by_name.get(one.structure, 0) + one.owing.left.cents
    names = tuple(sorted(by_name, key=lambda name: (-by_name[name], name)))
    return Overdue(len(late), total(one.owing.left for one in late), min(one.owing.due_on for one in late), names)


def _payments() -> Select[Any]:
    columns: tuple[Any, ...] = (
        Payment.id, Payment.structure_id, Payment.invoice_id, Invoice.number, Payment.received_on, Payment.amount,
        Payment.means, Payment.reference, Payment.recorded_by, Payment.recorded_at, PaymentReversal.reason,
        PaymentReversal.author, PaymentReversal.recorded_at,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Invoice, Invoice.id == Payment.invoice_id)
        .outerjoin(PaymentReversal, PaymentReversal.payment_id == Payment.id)
    )


def _documents(*, only_left: bool = False) -> Select[Any]:
    """Documents with three sums beside them, each gathered once; `only_left`: those on which something is left."""
    paid = (
        select(Payment.invoice_id.label("id"), func.sum(Payment.amount).label("cents"))
        .outerjoin(PaymentReversal, PaymentReversal.payment_id == Payment.id)
        .where(PaymentReversal.id.is_(None))
        .group_by(Payment.invoice_id)
        .subquery()
    )
    lowered = (
        select(Invoice.corrects_id.label("id"), func.sum(Invoice.gross).label("cents"))
        .where(Invoice.corrects_id.is_not(None))
        .group_by(Invoice.corrects_id)
        .subquery()
    )
    credit = aliased(Invoice)
    columns: tuple[Any, ...] = (
        Invoice.id, Invoice.number, Invoice.structure_id, func.coalesce(func.nullif(Structure.trade_name, ""),
        Structure.legal_name), Invoice.month, Contribution.name, CallRun.year, Invoice.issued_on, Invoice.due_on,
        Invoice.gross, credit.gross, lowered.c.cents, paid.c.cents,
    )  # fmt: skip
    query = (
        select(*columns)
        .join(Structure, Structure.id == Invoice.structure_id)
        .outerjoin(CallRun, CallRun.id == Invoice.run_id)
        .outerjoin(Contribution, Contribution.id == CallRun.contribution_id)
        .outerjoin(credit, credit.preceding_id == Invoice.id)
        .outerjoin(lowered, lowered.c.id == Invoice.id)
        .outerjoin(paid, paid.c.id == Invoice.id)
        .where(Invoice.kind == Kind.INVOICE)
    )
    if only_left:
        lessened = [func.coalesce(_cents(sum_), 0) for sum_ in (credit.gross, lowered.c.cents, paid.c.cents)]
        query = query.where(_cents(Invoice.gross) - lessened[0] - lessened[1] - lessened[2] > 0)
    return query


def _cents(amount: Any) -> Any:
    return type_coerce(amount, BigInteger)


def _document(
    invoice_id: int, number: str, structure_id: int, structure: str, month: Month, called: str | None,
    year: int | None, issued_on: date, due_on: date, gross: Money, *sums: Money | None,
) -> OwedDocument:  # fmt: skip
    credited, lowered, paid = (one or Money.zero() for one in sums)
    title: str | Month = f"{called} {year}" if called else month
    owing = Owing(gross, credited + lowered, paid, due_on)
    return OwedDocument(invoice_id, number, structure_id, structure, title, issued_on, owing)
