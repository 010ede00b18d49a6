"""The document of an invoice: ordered with the invoice, made after the commit, stored once with its SHA-256."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Table, select

from coopter.billing import mail, policies, queries
from coopter.billing.models import Invoice, InvoiceDocument
from coopter.billing.pdf.page import print_invoice
from coopter.plumbing import files, journal, outbox, tenancy
from coopter.plumbing.database import session
from coopter.plumbing.pdf.press import press
from coopter.plumbing.transaction import command, end_reads, require
from coopter.values.actor import Actor, Role

_DOCUMENTS: Table = InvoiceDocument.__table__  # type: ignore[assignment]


def order_documents(invoices: Iterable[int], *, at: datetime) -> None:
    """Write one outbox row per invoice in the running command: its PDF and XML will be made once, whatever happens."""
    here = tenancy.grouping_in_scope()
    effects = [(queries.document_key(here, invoice_id), {"invoice": invoice_id}) for invoice_id in invoices]
    outbox.post_many("document", effects, grouping_id=here, at=at)


@outbox.handles("document")
def make_document(effect: outbox.Effect) -> None:
    """Render, store, attach. Idempotent: the same invoice makes the same bytes, a document already there is kept."""
    if effect.grouping_id is None:
        raise ValueError("a document belongs to a grouping")
    with tenancy.scope(effect.grouping_id):
        invoice_id = effect.payload["invoice"]
        if queries.find_document(invoice_id) is not None:
            return
        record = queries.invoice_record(invoice_id)
        issued_at = session().scalars(select(Invoice.issued_at).where(Invoice.id == invoice_id)).one()
        end_reads()  # no read is left open while the child works
        printed = print_invoice(record, renderer=press(), when=issued_at)
        pdf, xml = files.store(printed.pdf), files.store(printed.xml)
        presser = Actor(None, "CoopTer", effect.grouping_id, roles=frozenset({Role.COORDINATOR}))
        attach_document(presser, invoice_id=invoice_id, pdf_sha256=pdf, xml_sha256=xml, at=effect.created_at)


@command
def attach_document(actor: Actor, *, invoice_id: int, pdf_sha256: str, xml_sha256: str, at: datetime) -> None:
    """Write that this PDF and this XML are the invoice's, and tell the buyer; the first wins."""
    require(policies.can_issue_invoices(actor))
    invoice = queries.get_invoice(actor, invoice_id)
    session().scalars(select(Invoice.id).where(Invoice.id == invoice_id).with_for_update()).one()
    if queries.find_document(invoice_id) is not None:
        return
    document = InvoiceDocument(invoice_id=invoice_id, pdf_sha256=pdf_sha256, xml_sha256=xml_sha256, made_at=at)
    session().add(document)
    session().flush()
    after = {"pdf": pdf_sha256, "xml": xml_sha256}
    sealed = {_DOCUMENTS: [_DOCUMENTS.c.id == document.id]}
    journal.record(actor, "document.made", f"invoice:{invoice_id}", at=at, after=after, sealed=sealed)
    mail.announce(invoice, at=at)
