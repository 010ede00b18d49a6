"""Payments on documents: what was noted, what was taken back, what is left and what is late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
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
    query = _documents(left=Left.UNPAID).where(Invoice.due_on < today, or_(Invoice.run_id.is_not(None), noted))
    if of is not None:
        query = query.where(Invoice.structure_id.in_(sorted(of)))
    by_member: dict[int, list[OwedDocument]] = defaultdict(list)
    for row in session().execute(query):
        one = _document(*row)
        by_member[one.structure_id].append(one)
    for row in session().execute(_documents(left=Left.OVERPAID).where(Invoice.structure_id.in_(by_member))):
        one = _document(*row)
        by_member[one.structure_id].append(one)
    owing = {one: amount for one, documents in by_member.items() if (amount := overdue_of(documents, on=today))}
    late = [one for documents in by_member.values() for one in late_of(documents, on=today)]
    if not late:
        return None
    named = {one: by_member[one][0].structure for one in owing}
    names = tuple(named[one] for one in sorted(owing, key=lambda one: (-owing[one].cents, named[one])))
    return Overdue(len(late), total(owing.values()), min(one.owing.due_on for one in late), names)


def overdue_of(documents: Sequence[OwedDocument], *, on: date) -> Money:
    """What one member is late with on a day: its late documents, less what it paid too much elsewhere (T42)."""
    late = total(one.owing.left for one in documents if one.owing.is_overdue(on))
    credit = total(-one.owing.left for one in documents if one.owing.left < Money.zero())
    return max(late - credit, Money.zero())


def late_of(documents: Sequence[OwedDocument], *, on: date) -> tuple[OwedDocument, ...]:
    """The documents that one member is late with; none when its credits cover them."""
    return tuple(one for one in documents if one.owing.is_overdue(on)) if overdue_of(documents, on=on) else ()


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


class Left(Enum):
    """On which documents something is left, and on which more was paid than was asked."""

    UNPAID = "unpaid"
    OVERPAID = "overpaid"


def _documents(*, left: Left | None = None) -> Select[Any]:
    """Documents with three sums beside them, each gathered once; with `left`, those that stand so."""
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
    if left is not None:
        lessened = [func.coalesce(_cents(sum_), 0) for sum_ in (credit.gross, lowered.c.cents, paid.c.cents)]
        rest = _cents(Invoice.gross) - lessened[0] - lessened[1] - lessened[2]
        query = query.where(rest > 0 if left is Left.UNPAID else rest < 0)
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
