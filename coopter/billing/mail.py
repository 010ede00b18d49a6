"""Mails about invoices: « votre facture est prête », to the address that the invoice itself was issued with."""

from __future__ import annotations

from datetime import datetime

from coopter.billing import rules
from coopter.billing.models import Invoice
from coopter.billing.record import InvoiceRecord
from coopter.members import queries as members
from coopter.plumbing import formats, mail
from coopter.values.refusal import Words


def announce(invoice: Invoice, *, at: datetime) -> None:
    """Tell the buyer, in the running command, that its document is ready; once per invoice, with a link, no attachment.

    The address is the one frozen in the invoice, so that recipient and invoice cannot part (row R30). A buyer without
    a usable address gets no mail: its invoice waits on its page all the same.
    """
    record = rules.thaw(invoice.record, lines=(), hours=(), logo=None)
    if not record.buyer.email:
        return
    grouping = members.get_grouping_by_id(invoice.grouping_id)
    try:
        mail.post(
            to=record.buyer.email,
            subject=_subject(record),
            template="billing/mail/ready",
            context={
                "grouping_name": grouping.name, "slug": grouping.slug, "invoice_id": invoice.id, "record": record,
                "iban": formats.iban(record.account.iban) if record.account else "",
            },
            key=f"invoice-ready:{invoice.grouping_id}:{invoice.id}",
            grouping_id=invoice.grouping_id,
            at=at,
            language=members.language_of(record.buyer.email),
        )  # fmt: skip
    except mail.NotAnAddress:
        return


def _subject(record: InvoiceRecord) -> Words:
    number, month = record.number, record.due.title if record.due is not None else record.period
    if record.is_partial and record.preceding is not None:
        return Words(
            "Avoir %(number)s : %(gross)s de moins sur la pièce %(before)s (%(month)s)",
            number=number, gross=record.gross, before=record.preceding.number, month=month,
        )  # fmt: skip
    if record.preceding is not None:
        before = record.preceding.number
        return Words(
            "Avoir %(number)s : la facture %(before)s (%(month)s) est annulée",
            number=number, before=before, month=month,
        )  # fmt: skip
    if record.is_outside_vat:
        return Words(
            "%(month)s : %(gross)s à régler au plus tard le %(due)s (pièce %(number)s)",
            number=number, month=month, gross=record.gross, due=record.due_on,
        )  # fmt: skip
    return Words(
        "Facture %(number)s (%(month)s) : %(gross)s à régler au plus tard le %(due)s",
        number=number, month=month, gross=record.gross, due=record.due_on,
    )  # fmt: skip
