"""Which invoices there are, and who may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from coopter.billing import policies
from coopter.billing.models import Invoice, InvoiceDocument, InvoiceLine
from coopter.billing.record import Kind
from coopter.members.models import Structure
from coopter.plumbing.database import session
from coopter.values.actor import Actor
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.refusal import NotFound


@dataclass(frozen=True, slots=True)
class InvoiceSummary:
    """One line of a list of invoices; amounts are positive, `kind` says which way the money goes."""

    id: int
    kind: Kind
    number: str
    month: Month
    structure_id: int
    structure_code: str
    structure_name: str
    issued_on: date
    due_on: date
    net: Money
    tax: Money
    gross: Money
    credited_by: str | None
    credits: str | None
    has_document: bool


def list_invoices(
    actor: Actor, *, month: Month | None = None, structure_id: int | None = None, year: int | None = None
) -> tuple[InvoiceSummary, ...]:
    """The invoices and credit notes that the actor may see, newest first."""
    query = _summaries()
    if not policies.can_see_all_invoices(actor):
        query = query.where(Invoice.structure_id.in_(actor.sees_invoices_of))
    if month is not None:
        query = query.where(Invoice.month == month)
    if structure_id is not None:
        query = query.where(Invoice.structure_id == structure_id)
    if year is not None:
        query = query.where(Invoice.year == year)
    query = query.order_by(Invoice.issued_on.desc(), Invoice.id.desc())
    return tuple(InvoiceSummary(*row) for row in session().execute(query))


def invoices_of_month(month: Month) -> tuple[InvoiceSummary, ...]:
    """Every invoice and credit note of a month in the order of their numbers; for exports and checks."""
    query = _summaries().where(Invoice.month == month).order_by(Invoice.series, Invoice.year, Invoice.sequence)
    return tuple(InvoiceSummary(*row) for row in session().execute(query))


def get_invoice(actor: Actor, invoice_id: int) -> Invoice:
    """An invoice that the actor may see; raises NotFound for any other."""
    invoice = session().scalar(select(Invoice).where(Invoice.id == invoice_id))
    if invoice is None or not policies.can_see_invoices_of(actor, invoice.structure_id):
        raise NotFound()
    return invoice


def list_lines(invoice_id: int) -> tuple[InvoiceLine, ...]:
    """The lines of an invoice, in their order."""
    query = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id).order_by(InvoiceLine.position)
    return tuple(session().scalars(query))


def find_credit_note(invoice_id: int) -> Invoice | None:
    """The credit note that cancels an invoice, if there is one."""
    return session().scalar(select(Invoice).where(Invoice.preceding_id == invoice_id, Invoice.kind == Kind.CREDIT_NOTE))


def find_document(invoice_id: int) -> InvoiceDocument | None:
    """The document of an invoice, once it was made."""
    return session().scalar(select(InvoiceDocument).where(InvoiceDocument.invoice_id == invoice_id))


def documents_missing() -> tuple[int, ...]:
    """The invoices that have no document yet, oldest first."""
    query = (
        select(Invoice.id)
        .outerjoin(InvoiceDocument, InvoiceDocument.invoice_id == Invoice.id)
        .where(InvoiceDocument.id.is_(None))
        .order_by(Invoice.id)
    )
    return tuple(session().scalars(query))


def _summaries() -> Select[tuple[object, ...]]:
    credit, credited = aliased(Invoice), aliased(Invoice)
    return (
        select(
            Invoice.id,
            Invoice.kind,
            Invoice.number,
            Invoice.month,
            Invoice.structure_id,
            Structure.code,
            Structure.legal_name,
            Invoice.issued_on,
            Invoice.due_on,
            Invoice.net,
            Invoice.tax,
            Invoice.gross,
            credit.number,
            credited.number,
            InvoiceDocument.id.is_not(None),
        )
        .join(Structure, Structure.id == Invoice.structure_id)
        .outerjoin(credit, credit.preceding_id == Invoice.id)
        .outerjoin(credited, credited.id == Invoice.preceding_id)
        .outerjoin(InvoiceDocument, InvoiceDocument.invoice_id == Invoice.id)
    )
