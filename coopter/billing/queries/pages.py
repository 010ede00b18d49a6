"""What the page of one invoice shows: the document as it was frozen, what became of it, and its files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from coopter.billing import policies
from coopter.billing.queries.documents import find_document, retried_at
from coopter.billing.queries.drafts import draft_again
from coopter.billing.queries.explaining import LineSummary, lines_of
from coopter.billing.queries.invoices import (
    InvoiceSummary,
    Standing,
    find_credit_note,
    find_in_force,
    get_invoice,
    get_summary,
)
from coopter.billing.queries.records import bare_records
from coopter.billing.record import Address, InvoiceRecord, Party
from coopter.contributions.queries.calls import RunRecord, get_run
from coopter.plumbing import formats
from coopter.values.actor import Actor
from coopter.values.refusal import Words

_SELLER = (
    Words("Émetteur"),
    Words("Émetteur : SIRET"),
    Words("Émetteur : numéro de TVA"),
    Words("Émetteur : adresse"),
    Words("Émetteur : adresse de facturation"),
    Words("Émetteur : courriel"),
    Words("Émetteur : adresse de facturation électronique"),
)
_BUYER = (
    Words("Destinataire"),
    Words("Destinataire : SIRET"),
    Words("Destinataire : numéro de TVA"),
    Words("Destinataire : adresse"),
    Words("Destinataire : adresse de facturation"),
    Words("Destinataire : courriel"),
    Words("Destinataire : adresse de facturation électronique"),
)


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """One invoice as its page shows it; `record` is what was issued, without the hours and the logo of the paper."""

    summary: InvoiceSummary
    record: InvoiceRecord
    lines: tuple[LineSummary, ...]
    issued_by: str
    issued_at: datetime
    reason: str
    made_at: datetime | None
    retried_at: datetime | None
    credit_id: int | None
    credited_id: int | None
    in_force: InvoiceSummary | None
    may_credit: bool
    may_issue_again: bool
    corrects_id: int | None = None
    run: RunRecord | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that issuing again would say otherwise than the cancelled invoice, as both would print it."""

    what: Words
    before: str
    after: str


def invoice_page(actor: Actor, invoice_id: int) -> InvoicePage:
    """The page of an invoice that the actor may see; raises NotFound."""
    invoice = get_invoice(actor, invoice_id)
    summary = get_summary(actor, invoice.id)
    ((_, record),) = bare_records([invoice])
    document = find_document(invoice.id)
    in_force = find_in_force(invoice)
    credit = find_credit_note(invoice.id)
    writes = policies.can_issue_invoices(actor)
    return InvoicePage(
        summary=summary,
        record=record,
        lines=lines_of(invoice.id),
        issued_by=invoice.issued_by,
        issued_at=invoice.issued_at,
        reason=invoice.reason,
        made_at=document.made_at if document else None,
        retried_at=None if document else retried_at(invoice.id),
        credit_id=credit.id if credit else None,
        credited_id=invoice.preceding_id,
        in_force=in_force,
        may_credit=writes and summary.standing is Standing.ISSUED,
        corrects_id=invoice.corrects_id,
        run=get_run(invoice.run_id) if invoice.run_id is not None else None,
        may_issue_again=writes and summary.standing is Standing.CREDITED and in_force is None,
    )


def changes_again(actor: Actor, *, invoice_id: int, on: date, at: datetime) -> tuple[Change, ...]:
    """What would be printed otherwise if a cancelled invoice were issued again on this day; raises NotFound.

    Also raises the refusals of `rules.draft` and `rules.due_date`.
    """
    invoice = get_invoice(actor, invoice_id)
    ((_, before),) = bare_records([invoice])
    after = draft_again(invoice, on=on, at=at).record
    pairs = zip(_told(before), _told(after), strict=True)
    return tuple(Change(what, old, new) for (what, old), (_, new) in pairs if old != new)


def _told(record: InvoiceRecord) -> Iterator[tuple[Words, str]]:
    yield Words("Date d’émission"), formats.day(record.issued_on)
    yield Words("Échéance"), formats.day(record.due_on)
    yield from _party(_SELLER, record.seller)
    yield Words("IBAN"), formats.iban(record.account.iban) if record.account else ""
    yield from _party(_BUYER, record.buyer)
    yield Words("Bon de commande"), record.references.purchase_order
    yield Words("Numéro d’engagement"), record.references.public_order_ref
    yield Words("Code service"), record.references.service_code
    yield Words("TVA"), ", ".join(line.vat.reason or formats.rate_percent(line.vat.rate) for line in record.vat_lines)
    yield Words("Total à payer"), formats.money(record.gross)


def _party(told: tuple[Words, ...], party: Party) -> Iterator[tuple[Words, str]]:
    addresses = _address(party.address), _address(party.billing_address)
    identity = party.legal_name, formats.siret(party.siret), party.vat_number
    yield from zip(told, (*identity, *addresses, party.email, party.einvoice_address), strict=True)


def _address(address: Address | None) -> str:
    if address is None:
        return ""
    lines = (address.name, *address.lines, f"{address.postcode} {address.city}".strip())
    return ", ".join(line for line in lines if line)
