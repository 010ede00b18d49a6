"""A wrong invoice is never edited: a credit note mirrors it, and it may then be issued again with today's particulars."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Table, insert, select

from coopter.billing import policies, queries, rules
from coopter.billing.commands.documents import order_documents
from coopter.billing.commands.issue import Drafted, DraftedLine, IssuedInvoice, write_invoices
from coopter.billing.commands.numbering import take_numbers
from coopter.billing.models import Invoice, InvoiceLine
from coopter.billing.queries.parties import buyer_of, issuance_of, notes_on, references_of, terms_of
from coopter.billing.record import Kind
from coopter.members import queries as members
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.values.actor import Actor
from coopter.values.refusal import Refusal

_INVOICES: Table = Invoice.__table__  # type: ignore[assignment]
_LINES: Table = InvoiceLine.__table__  # type: ignore[assignment]


class AlreadyCredited(Refusal):
    """La facture %(number)s est déjà annulée par l'avoir %(credit)s."""


class NotCredited(Refusal):
    """La facture %(number)s n'est pas annulée : établissez d'abord un avoir, puis refacturez."""


class AlreadyIssuedAgain(Refusal):
    """%(name)s a déjà une facture en vigueur pour ce mois : %(number)s. Annulez-la d'abord par un avoir."""


class ReasonMissing(Refusal):
    """Dites en quelques mots pourquoi cette facture est annulée : le motif figure sur l'avoir."""


@command
def issue_credit_note(actor: Actor, *, invoice_id: int, reason: str, on: date, at: datetime) -> IssuedInvoice:
    """Cancel an invoice by its exact mirror (type 381, positive amounts, row R19) in the credit series."""
    require(policies.can_issue_invoices(actor))
    if not reason.strip():
        raise ReasonMissing()
    invoice = _locked(actor, invoice_id)
    if (credit := queries.find_credit_note(invoice.id)) is not None:
        raise AlreadyCredited(number=invoice.number, credit=credit.number)
    grouping = members.get_grouping_by_id(actor.grouping_id)
    draft = rules.credit_note(queries.invoice_record(invoice.id), issued_on=on, reason=reason.strip())
    sequence = take_numbers(grouping.credit_series, count=1, on=on)
    record = rules.numbered(draft, number=rules.invoice_number(grouping.credit_series, year=on.year, sequence=sequence))
    note = Invoice(
        kind=Kind.CREDIT_NOTE,
        number=record.number,
        series=grouping.credit_series,
        year=on.year,
        sequence=sequence,
        month=invoice.month,
        structure_id=invoice.structure_id,
        issued_on=on,
        due_on=record.due_on,
        net=record.net,
        tax=record.tax,
        gross=record.gross,
        preceding_id=invoice.id,
        reason=record.reason,
        record={**rules.freeze(record), "logo_sha256": invoice.record.get("logo_sha256")},
        issued_by=actor.name,
        issued_at=at,
    )
    session().add(note)
    session().flush()
    _copy_lines(invoice.id, to=note.id)
    _seal(actor, "invoice.credited", note.id, at=at, after={"number": note.number, "cancels": invoice.number})
    order_documents(actor, invoices=[note.id], at=at)
    return IssuedInvoice(note.id, note.number, note.structure_id, note.net, note.tax, note.gross)


@command
def issue_again(actor: Actor, *, invoice_id: int, on: date, at: datetime) -> IssuedInvoice:
    """Issue a cancelled invoice anew: the same lines, the parties and terms as they stand on the new day of issue."""
    require(policies.can_issue_invoices(actor))
    invoice = _locked(actor, invoice_id)
    if queries.find_credit_note(invoice.id) is None:
        raise NotCredited(number=invoice.number)
    structure = members.get_structure(invoice.structure_id)
    for other in queries.list_invoices(actor, month=invoice.month, structure_id=invoice.structure_id):
        if other.kind is Kind.INVOICE and other.credited_by is None:
            raise AlreadyIssuedAgain(name=structure.legal_name, number=other.number)
    grouping = members.get_grouping_by_id(actor.grouping_id)
    old = queries.invoice_record(invoice.id)
    issuance = issuance_of(grouping, month=invoice.month, on=on, basis=old.basis)
    if structure.is_public_body:
        issuance = replace(issuance, notes=notes_on(on, public=True))
    record = rules.draft(
        old.lines,
        buyer=buyer_of(structure),
        issuance=issuance,
        due_on=rules.due_date(on, terms=terms_of(structure, on=on), public_body=structure.is_public_body),
        references=references_of(structure),
    )
    rows = queries.list_lines(invoice.id)
    lines = tuple(
        DraftedLine(line, row.employee_id, row.share_id, row.price_id)
        for line, row in zip(old.lines, rows, strict=True)
    )
    (issued,) = write_invoices(
        actor,
        grouping,
        (Drafted(structure, record, lines),),
        series=grouping.invoice_series,
        month=invoice.month,
        at=at,
    )
    _seal(actor, "invoice.issued_again", issued.id, at=at, after={"number": issued.number, "replaces": invoice.number})
    order_documents(actor, invoices=[issued.id], at=at)
    return issued


def _locked(actor: Actor, invoice_id: int) -> Invoice:
    """The invoice, its row locked: two people who cancel it at once are put in line."""
    queries.get_invoice(actor, invoice_id)
    return session().scalars(select(Invoice).where(Invoice.id == invoice_id).with_for_update()).one()


def _copy_lines(invoice_id: int, *, to: int) -> None:
    columns = [column for column in _LINES.columns if column.name not in ("id", "invoice_id")]
    rows = session().execute(
        select(*columns).where(_LINES.c.grouping_id == _grouping(invoice_id), _LINES.c.invoice_id == invoice_id)
    )
    session().execute(insert(_LINES), [{**row._mapping, "invoice_id": to} for row in rows])


def _seal(actor: Actor, action: str, invoice_id: int, *, at: datetime, after: dict[str, str]) -> None:
    mine = actor.grouping_id
    journal.record(
        actor,
        action,
        f"invoice:{invoice_id}",
        at=at,
        after=after,
        sealed={
            _INVOICES: session().execute(
                select(_INVOICES).where(_INVOICES.c.grouping_id == mine, _INVOICES.c.id == invoice_id)
            ),
            _LINES: session().execute(
                select(_LINES).where(_LINES.c.grouping_id == mine, _LINES.c.invoice_id == invoice_id)
            ),
        },
    )


def _grouping(invoice_id: int) -> int:
    return session().scalars(select(Invoice.grouping_id).where(Invoice.id == invoice_id)).one()
