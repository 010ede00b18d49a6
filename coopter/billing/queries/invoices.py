"""Which invoices there are, and who may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from coopter.billing import policies
from coopter.billing.models import Invoice, InvoiceDocument, InvoiceLine
from coopter.billing.record import Kind
from coopter.contributions.models import CallRun, Contribution
from coopter.members.models import Structure
from coopter.members.rules import natural_order
from coopter.plumbing.database import session
from coopter.values.actor import Actor
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.refusal import NotFound


class Standing(Enum):
    """How a document stands: an invoice in force, one that a credit note cancelled, or a credit note."""

    ISSUED = "issued"
    CREDITED = "credited"
    CREDIT_NOTE = "credit_note"


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
    called: str | None = None
    called_year: int | None = None
    is_partial: bool = False

    @property
    def title(self) -> str | Month:
        """What it is for: a contribution and its year, or a month of work."""
        return f"{self.called} {self.called_year}" if self.called else self.month

    @property
    def standing(self) -> Standing:
        """Issued, cancelled, or a credit note."""
        if self.kind is Kind.CREDIT_NOTE:
            return Standing.CREDIT_NOTE
        return Standing.CREDITED if self.credited_by else Standing.ISSUED

    @property
    def effect(self) -> Money:
        """What it changes in the buyer's debt, in cents: negative for a credit note."""
        return -self.gross if self.kind is Kind.CREDIT_NOTE else self.gross


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which invoices a list shows: by month (or year) of work, structure and standing; None = all."""

    month: Month | None = None
    year: int | None = None
    structure_id: int | None = None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """A list summed up, in cents: credit notes are taken away."""

    count: int
    net: Money
    tax: Money
    gross: Money


@dataclass(frozen=True, slots=True)
class Choices:
    """What a list can be narrowed by: the months and the structures (id, name) that have an invoice."""

    months: tuple[Month, ...]
    structures: tuple[tuple[int, str], ...]


EVERYTHING = Wanted()
_credit = aliased(Invoice)  # the credit note that cancels the invoice of the row


def list_invoices(
    actor: Actor,
    *,
    month: Month | None = None,
    structure_id: int | None = None,
    wanted: Wanted = EVERYTHING,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[InvoiceSummary, ...]:
    """The invoices and credit notes that the actor may see, newest first; `month` and `structure_id` narrow further."""
    query = _seen_by(_narrowed(_summaries(), wanted), actor)
    if month is not None:
        query = query.where(Invoice.month == month)
    if structure_id is not None:
        query = query.where(Invoice.structure_id == structure_id)
    query = query.order_by(Invoice.issued_on.desc(), Invoice.id.desc()).limit(limit).offset(offset)
    return tuple(InvoiceSummary(*row) for row in session().execute(query))


def sum_invoices(actor: Actor, *, wanted: Wanted = EVERYTHING) -> Totals:
    """How many invoices and credit notes the same list has, and what they come to."""
    sums: tuple[Any, ...] = (
        Invoice.kind, func.count(Invoice.id), func.sum(Invoice.net), func.sum(Invoice.tax), func.sum(Invoice.gross),
    )  # fmt: skip
    query = select(*sums).outerjoin(_credit, _credit.preceding_id == Invoice.id)
    count, net, tax, gross = 0, Money.zero(), Money.zero(), Money.zero()
    for kind, lines, *amounts in session().execute(_seen_by(_narrowed(query, wanted), actor).group_by(Invoice.kind)):
        signed = [-amount if kind is Kind.CREDIT_NOTE else amount for amount in amounts]
        count, net, tax, gross = count + lines, net + signed[0], tax + signed[1], gross + signed[2]
    return Totals(count, net, tax, gross)


def invoice_choices(actor: Actor) -> Choices:
    """By what this actor's list can be narrowed: months newest first, structures by code."""
    months = session().scalars(_seen_by(select(Invoice.month).distinct(), actor).order_by(Invoice.month.desc()))
    query = select(Structure.id, Structure.code, Structure.legal_name, Structure.trade_name).where(
        Structure.id.in_(_seen_by(select(Invoice.structure_id), actor))
    )
    structures = sorted(session().execute(query), key=lambda row: natural_order(row.code))
    return Choices(tuple(months), tuple((row.id, row.trade_name or row.legal_name) for row in structures))


def invoices_of_month(month: Month) -> tuple[InvoiceSummary, ...]:
    """Every invoice and credit note of a month's work in the order of their numbers, calls of contributions apart; for
    exports and checks."""
    query = (
        _summaries()
        .where(Invoice.month == month, Invoice.run_id.is_(None))
        .order_by(Invoice.series, Invoice.year, Invoice.sequence)
    )
    return tuple(InvoiceSummary(*row) for row in session().execute(query))


def invoices_of_run(run_id: int) -> tuple[InvoiceSummary, ...]:
    """Every document of a call of contributions, in the order of their numbers."""
    query = _summaries().where(Invoice.run_id == run_id).order_by(Invoice.series, Invoice.year, Invoice.sequence)
    return tuple(InvoiceSummary(*row) for row in session().execute(query))


def get_invoice(actor: Actor, invoice_id: int) -> Invoice:
    """An invoice that the actor may see; raises NotFound for any other."""
    invoice = session().scalar(select(Invoice).where(Invoice.id == invoice_id))
    if invoice is None or not policies.can_see_invoices_of(actor, invoice.structure_id):
        raise NotFound()
    return invoice


def get_summary(actor: Actor, invoice_id: int) -> InvoiceSummary:
    """An invoice as lists show it, for an actor who may see it; raises NotFound."""
    row = session().execute(_seen_by(_summaries(), actor).where(Invoice.id == invoice_id)).first()
    if row is None:
        raise NotFound()
    return InvoiceSummary(*row)


def list_lines(invoice_id: int) -> tuple[InvoiceLine, ...]:
    """The lines of an invoice, in their order."""
    query = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id).order_by(InvoiceLine.position)
    return tuple(session().scalars(query))


def find_credit_note(invoice_id: int) -> Invoice | None:
    """The credit note that cancels an invoice, if there is one."""
    return session().scalar(select(Invoice).where(Invoice.preceding_id == invoice_id, Invoice.kind == Kind.CREDIT_NOTE))


def find_correction(invoice_id: int) -> Invoice | None:
    """The first credit note that lowered a document in part, if there is one."""
    return session().scalar(select(Invoice).where(Invoice.corrects_id == invoice_id).order_by(Invoice.id).limit(1))


def find_in_force(invoice: Invoice) -> InvoiceSummary | None:
    """The invoice that stands for the same thing as this one, not cancelled: itself, or what replaced it.

    The same thing is the structure's month of work, or the very call of a contribution.
    """
    if invoice.run_id is not None:
        return _in_force_for_call(invoice)
    wanted = Wanted(month=invoice.month, structure_id=invoice.structure_id, standing=Standing.ISSUED)
    query = _narrowed(_summaries(), wanted).where(Invoice.run_id.is_(None)).order_by(Invoice.id.desc()).limit(1)
    row = session().execute(query).first()
    return None if row is None else InvoiceSummary(*row)


def _in_force_for_call(invoice: Invoice) -> InvoiceSummary | None:
    calls = select(InvoiceLine.call_id).where(InvoiceLine.invoice_id == invoice.id)
    same = select(InvoiceLine.invoice_id).where(InvoiceLine.call_id.in_(calls))
    wanted = Wanted(structure_id=invoice.structure_id, standing=Standing.ISSUED)
    query = _narrowed(_summaries(), wanted).where(Invoice.id.in_(same)).order_by(Invoice.id.desc()).limit(1)
    row = session().execute(query).first()
    return None if row is None else InvoiceSummary(*row)


def _seen_by(query: Select[Any], actor: Actor) -> Select[Any]:
    if policies.can_see_all_invoices(actor):
        return query
    own = [structure_id for structure_id in actor.sees_invoices_of if policies.can_see_invoices_of(actor, structure_id)]
    return query.where(Invoice.structure_id.in_(own))


def _narrowed(query: Select[Any], wanted: Wanted) -> Select[Any]:
    """Narrow a query that joins `_credit`."""
    if wanted.month is not None:
        query = query.where(Invoice.month == wanted.month)
    if wanted.year is not None:
        query = query.where(Invoice.month.between(Month(wanted.year, 1), Month(wanted.year, 12)))
    if wanted.structure_id is not None:
        query = query.where(Invoice.structure_id == wanted.structure_id)
    if wanted.standing is Standing.CREDIT_NOTE:
        return query.where(Invoice.kind == Kind.CREDIT_NOTE)
    if wanted.standing is not None:
        query = query.where(Invoice.kind == Kind.INVOICE)
        query = query.where(_credit.id.is_(None) if wanted.standing is Standing.ISSUED else _credit.id.is_not(None))
    return query


def _summaries() -> Select[Any]:
    credited = aliased(Invoice)
    earlier = func.coalesce(Invoice.preceding_id, Invoice.corrects_id)
    columns: tuple[Any, ...] = (
        Invoice.id, Invoice.kind, Invoice.number, Invoice.month, Invoice.structure_id, Structure.code,
        Structure.legal_name, Invoice.issued_on, Invoice.due_on, Invoice.net, Invoice.tax, Invoice.gross,
        _credit.number, credited.number, InvoiceDocument.id.is_not(None), Contribution.name, CallRun.year,
        Invoice.corrects_id.is_not(None),
    )  # fmt: skip
    return (
        select(*columns)
        .join(Structure, Structure.id == Invoice.structure_id)
        .outerjoin(_credit, _credit.preceding_id == Invoice.id)
        .outerjoin(credited, credited.id == earlier)
        .outerjoin(InvoiceDocument, InvoiceDocument.invoice_id == Invoice.id)
        .outerjoin(CallRun, CallRun.id == Invoice.run_id)
        .outerjoin(Contribution, Contribution.id == CallRun.contribution_id)
    )
