"""The PDF and XML of invoices: which are made, which are awaited, and their bytes for whoever may read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from coopter.billing.models import Invoice, InvoiceDocument
from coopter.billing.queries.invoices import get_invoice
from coopter.plumbing import files, tenancy
from coopter.plumbing.database import session
from coopter.plumbing.outbox import OutboxRow
from coopter.values.actor import Actor
from coopter.values.month import Month
from coopter.values.refusal import NotFound, Refusal


class DocumentDamaged(Refusal):
    """Le fichier de %(number)s n'est plus celui qui a été émis (son empreinte a changé, ou il a disparu) : il n'est pas
    envoyé. Prévenez la personne qui administre l'installation : elle le restaurera depuis une sauvegarde."""


@dataclass(frozen=True, slots=True)
class Download:
    """One file to hand out: its name and its bytes, which are those that were issued."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Progress:
    """How many documents of a month are made, of how many; `failed` = those whose making failed and is tried again."""

    month: Month | None
    made: int
    total: int
    failed: int = 0

    @property
    def is_over(self) -> bool:
        """Whether every document is made."""
        return self.made >= self.total


def document_key(grouping_id: int, invoice_id: int) -> str:
    """What makes the order of a document one."""
    return f"document:{grouping_id}:{invoice_id}"


def find_document(invoice_id: int) -> InvoiceDocument | None:
    """The document of an invoice, once it was made."""
    return session().scalar(select(InvoiceDocument).where(InvoiceDocument.invoice_id == invoice_id))


def documents_of_month(month: Month) -> dict[int, InvoiceDocument]:
    """The documents of a month that are made, each by its invoice's id, in one query."""
    query = (
        select(InvoiceDocument).join(Invoice, Invoice.id == InvoiceDocument.invoice_id).where(Invoice.month == month)
    )
    return {document.invoice_id: document for document in session().scalars(query)}


def download(actor: Actor, *, invoice_id: int, kind: str) -> Download:
    """The PDF or the XML (`kind`) of an invoice that the actor may see, checked against its SHA-256 (row R32).

    Raises NotFound when there is none yet, DocumentDamaged when the stored file is not what was issued.
    """
    invoice = get_invoice(actor, invoice_id)
    document = find_document(invoice.id)
    if document is None:
        raise NotFound()
    try:
        content = files.read(document.pdf_sha256 if kind == "pdf" else document.xml_sha256)
    except files.FileDamaged as damage:
        raise DocumentDamaged(number=invoice.number) from damage
    return Download(f"{invoice.number.replace('/', '-')}.{kind}", content)


def documents_missing(month: Month | None = None) -> tuple[int, ...]:
    """The invoices (of a month) that have no document yet, oldest first."""
    query = _missing()
    if month is not None:
        query = query.where(Invoice.month == month, Invoice.run_id.is_(None))
    return tuple(session().scalars(query))


def progress_of(month: Month) -> Progress:
    """How far the documents of a month are."""
    of_month = Invoice.month == month, Invoice.run_id.is_(None)
    total = session().scalar(select(func.count(Invoice.id)).where(*of_month)) or 0
    missing = documents_missing(month)
    return Progress(month, total - len(missing), total, _failed(missing))


def progress_of_run(run_id: int) -> Progress:
    """How far the documents of a call of contributions are."""
    of_run = Invoice.run_id == run_id
    total = session().scalar(select(func.count(Invoice.id)).where(of_run)) or 0
    missing = tuple(session().scalars(_missing().where(of_run)))
    return Progress(None, total - len(missing), total, _failed(missing))


def retried_at(invoice_id: int) -> datetime | None:
    """When the making of a document will be tried again, if it failed; None while all is well."""
    query = select(OutboxRow.available_at).where(
        OutboxRow.key == document_key(tenancy.grouping_in_scope(), invoice_id),
        OutboxRow.error.is_not(None),
        OutboxRow.done_at.is_(None),
    )
    return session().scalar(query)


def _missing() -> Select[Any]:
    return (
        select(Invoice.id)
        .outerjoin(InvoiceDocument, InvoiceDocument.invoice_id == Invoice.id)
        .where(InvoiceDocument.id.is_(None))
        .order_by(Invoice.id)
    )


def _failed(invoices: tuple[int, ...]) -> int:
    keys = [document_key(tenancy.grouping_in_scope(), invoice_id) for invoice_id in invoices]
    if not keys:
        return 0
    query = select(OutboxRow.key).where(
        OutboxRow.grouping_id == tenancy.grouping_in_scope(), OutboxRow.error.is_not(None), OutboxRow.done_at.is_(None)
    )
    return len(set(keys) & set(session().scalars(query)))
