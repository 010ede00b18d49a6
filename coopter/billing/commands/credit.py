"""A wrong invoice is never edited: a credit note mirrors it, then it may be issued again with today's particulars."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import insert, select

from coopter.billing import policies, queries, rules
from coopter.billing.commands.documents import order_documents
from coopter.billing.commands.issue import (
    LINES,
    IssuedInvoice,
    insert_invoices,
    invoice_row,
    sealed_rows,
    write_invoices,
)
from coopter.billing.commands.numbering import take_numbers
from coopter.billing.models import Invoice
from coopter.billing.record import Kind
from coopter.members import queries as members
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.refusal import Refusal
from coopter.values.texts import clean_line


class AlreadyCredited(Refusal):
    """La facture %(number)s est déjà annulée par l'avoir %(credit)s."""


class AlreadyLowered(Refusal):
    """%(number)s a déjà été baissée par l'avoir %(credit)s : l'annuler en entier rendrait trop. Corrigez les chiffres,
    puis appelez la différence."""


class CreditBeforeInvoice(Refusal):
    """L'avoir ne peut pas être daté du %(on)s, avant la facture %(number)s qu'il annule (%(issued)s). Choisissez ce
    jour ou un jour suivant."""


class NotCredited(Refusal):
    """La facture %(number)s n'est pas annulée : établissez d'abord un avoir, puis refacturez."""


class AlreadyIssuedAgain(Refusal):
    """%(name)s a déjà une pièce en vigueur pour la même chose : %(number)s. Annulez-la d'abord par un avoir."""


class ReasonMissing(Refusal):
    """Dites en quelques mots pourquoi cette facture est annulée : le motif figure sur l'avoir."""


@command
def issue_credit_note(actor: Actor, *, invoice_id: int, reason: str, on: date, at: datetime) -> IssuedInvoice:
    """Cancel an invoice by its exact mirror (type 381, positive amounts, row R19) in the credit series.

    Raises NotFound, ReasonMissing, NotAnInvoice, AlreadyCredited, AlreadyLowered, CreditBeforeInvoice, SeriesAhead.
    """
    require(policies.can_issue_invoices(actor))
    invoice = _locked(actor, invoice_id)
    told = clean_line(reason, most=200)
    if not told:
        raise ReasonMissing()
    _check_credit(invoice, on=on)
    grouping = members.get_grouping_by_id(invoice.grouping_id)
    series = grouping.credit_series
    draft = rules.credit_note(queries.invoice_record(invoice.id), issued_on=on, reason=told)
    sequence = take_numbers(series, count=1, on=on)
    number = rules.invoice_number(series, year=on.year, sequence=sequence)
    record = rules.numbered(draft, number=number, anchor=journal.anchor(grouping.id))
    row = {
        **invoice_row(record, logo_sha256=invoice.record.get("logo_sha256")),
        "grouping_id": invoice.grouping_id, "series": series, "year": on.year, "sequence": sequence,
        "month": invoice.month, "structure_id": invoice.structure_id, "preceding_id": invoice.id, "corrects_id": None,
        "run_id": invoice.run_id,
        "issued_by": actor.name, "issued_at": at,
    }  # fmt: skip
    (note_id,) = insert_invoices([row])
    _copy_lines(invoice, to=note_id)
    after = {"number": record.number, "cancels": invoice.number, "reason": told, "gross": record.gross}
    subject = f"invoice:{note_id}"
    journal.record(actor, "invoice.credited", subject, at=at, after=after, sealed=sealed_rows(note_id))
    order_documents([note_id], at=at)
    return IssuedInvoice(note_id, record.number, invoice.structure_id, record.net, record.tax, record.gross)


@command
def issue_again(actor: Actor, *, invoice_id: int, on: date, at: datetime) -> IssuedInvoice:
    """Issue a cancelled invoice anew: the same lines, the parties and terms as they stand on the new day of issue.

    Raises NotFound, NotAnInvoice, NotCredited, AlreadyIssuedAgain, CreditBeforeInvoice, SeriesAhead, and the refusals
    of `rules.draft`.
    """
    require(policies.can_issue_invoices(actor))
    invoice = _locked(actor, invoice_id)
    _check_again(invoice, on=on)
    grouping = members.get_grouping_by_id(invoice.grouping_id)
    drafted = queries.draft_again(invoice, on=on, at=at)
    series = grouping.invoice_series
    month, run = drafted.record.period, invoice.run_id
    (issued,) = write_invoices(actor, grouping, (drafted,), series=series, month=month, at=at, run_id=run)
    after = {"number": issued.number, "replaces": invoice.number, "gross": issued.gross}
    subject = f"invoice:{issued.id}"
    journal.record(actor, "invoice.issued_again", subject, at=at, after=after, sealed=sealed_rows(issued.id))
    order_documents([issued.id], at=at)
    return issued


def _check_credit(invoice: Invoice, *, on: date) -> None:
    if invoice.kind is not Kind.INVOICE:
        raise rules.NotAnInvoice(number=invoice.number)
    if (credit := queries.find_credit_note(invoice.id)) is not None:
        raise AlreadyCredited(number=invoice.number, credit=credit.number)
    if (lowered := queries.find_correction(invoice.id)) is not None:
        raise AlreadyLowered(number=invoice.number, credit=lowered.number)
    if on < invoice.issued_on:
        raise CreditBeforeInvoice(number=invoice.number, issued=invoice.issued_on, on=on)


def _check_again(invoice: Invoice, *, on: date) -> None:
    if invoice.kind is not Kind.INVOICE:
        raise rules.NotAnInvoice(number=invoice.number)
    if queries.find_credit_note(invoice.id) is None:
        raise NotCredited(number=invoice.number)
    if (other := queries.find_in_force(invoice)) is not None:
        raise AlreadyIssuedAgain(name=other.structure_name, number=other.number)


def _locked(actor: Actor, invoice_id: int) -> Invoice:
    """The invoice, locked with all those of its structure and month: two people who act on it are put in line."""
    invoice = queries.get_invoice(actor, invoice_id)
    of_the_month = select(Invoice.id).where(
        Invoice.month == invoice.month, Invoice.structure_id == invoice.structure_id
    )
    session().execute(of_the_month.order_by(Invoice.id).with_for_update())
    return invoice


def _copy_lines(invoice: Invoice, *, to: int) -> None:
    columns = [column for column in LINES.columns if column.name not in ("id", "invoice_id")]
    query = select(*columns).where(LINES.c.grouping_id == invoice.grouping_id, LINES.c.invoice_id == invoice.id)
    rows = session().execute(query.order_by(LINES.c.position))
    session().execute(insert(LINES), [{**row._mapping, "invoice_id": to} for row in rows])
