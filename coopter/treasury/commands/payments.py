"""Payments received: noted for a document, taken back with a reason, never edited."""

from __future__ import annotations

from datetime import date, datetime

from blinker import Signal
from sqlalchemy import Table, select

from coopter.billing.models import Invoice
from coopter.billing.record import Kind
from coopter.members.commands.turns import take_turn
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.treasury import policies
from coopter.treasury.models import Payment, PaymentReversal
from coopter.treasury.queries.payments import get_payment, owed_document, payments_of
from coopter.treasury.rules import (
    AlreadyReversed,
    Means,
    MoreThanLeft,
    NotPayable,
    ReasonMissing,
    SamePayment,
    check_payment,
)
from coopter.values.actor import Actor
from coopter.values.instants import paris_day
from coopter.values.money import Money
from coopter.values.refusal import NotFound
from coopter.values.texts import clean_line

PAYMENTS: Table = Payment.__table__  # type: ignore[assignment]
REVERSALS: Table = PaymentReversal.__table__  # type: ignore[assignment]

# Sent inside the command, with `invoice_id` and `at`: what waited for the money is told by whoever stands above.
payment_recorded = Signal()
payment_taken_back = Signal()


@command
def record_payment(
    actor: Actor,
    *,
    invoice_id: int,
    amount: Money,
    received_on: date,
    means: Means,
    at: datetime,
    reference: str = "",
    confirmed: bool = False,
) -> int:
    """Note money received for a document; returns the payment's id.

    The grouping's row is locked: of two people who note the same payment the second is warned, with who did and when.
    `confirmed` says that what looks doubtful was read: the same amount on the same day (SamePayment), or more than is
    left (MoreThanLeft). Also raises NotFound, NotPayable, PaymentNotPositive, PaidInFuture.
    """
    require(policies.can_record_payments(actor))
    take_turn()
    invoice = session().scalar(select(Invoice).where(Invoice.id == invoice_id))
    if invoice is None:
        raise NotFound()
    if invoice.kind is not Kind.INVOICE:
        raise NotPayable(number=invoice.number)
    check_payment(amount, received_on=received_on, today=paris_day(at))
    if not confirmed:
        _doubt(invoice, amount, received_on=received_on)
    row = Payment(
        structure_id=invoice.structure_id, invoice_id=invoice_id, received_on=received_on, amount=amount, means=means,
        reference=clean_line(reference, most=120), recorded_by=actor.name, recorded_at=at,
    )  # fmt: skip
    session().add(row)
    session().flush()
    after = {"document": invoice.number, "amount": amount, "received_on": received_on, "means": means}
    sealed = {PAYMENTS: [PAYMENTS.c.id == row.id]}
    journal.record(actor, "payment.recorded", f"invoice:{invoice_id}", at=at, after=after, sealed=sealed)
    payment_recorded.send(actor, invoice_id=invoice_id, at=at)
    return row.id


@command
def reverse_payment(actor: Actor, *, payment_id: int, reason: str, at: datetime) -> None:
    """Take back a payment noted by mistake; both stay told. Raises NotFound, ReasonMissing, AlreadyReversed."""
    require(policies.can_record_payments(actor))
    take_turn()
    payment = get_payment(payment_id)
    why = clean_line(reason, most=200)
    if not why:
        raise ReasonMissing()
    if payment.reversed_at is not None:
        raise AlreadyReversed(by=payment.reversed_by, at=payment.reversed_at)
    row = PaymentReversal(payment_id=payment_id, reason=why, author=actor.name, recorded_at=at)
    session().add(row)
    session().flush()
    before = {"document": payment.number, "amount": payment.amount, "received_on": payment.received_on}
    sealed = {REVERSALS: [REVERSALS.c.id == row.id]}
    journal.record(
        actor, "payment.reversed", f"invoice:{payment.invoice_id}", at=at, before=before, after={"reason": why},
        sealed=sealed,
    )  # fmt: skip
    payment_taken_back.send(actor, invoice_id=payment.invoice_id, at=at)


def _doubt(invoice: Invoice, amount: Money, *, received_on: date) -> None:
    for known in payments_of(invoice_id=invoice.id):
        if known.counts and (known.amount, known.received_on) == (amount, received_on):
            raise SamePayment(by=known.recorded_by, amount=amount, number=invoice.number, at=known.recorded_at)
    left = owed_document(invoice.id).owing.left
    if amount > left:
        raise MoreThanLeft(left=left, number=invoice.number, amount=amount)
