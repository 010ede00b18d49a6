"""Drafts: from lines to a complete document, its number, and the credit note that mirrors it."""

from dataclasses import replace
from datetime import date

from coopter.billing.record import (
    BankAccount,
    BuyerReferences,
    HourLine,
    InvoiceRecord,
    Kind,
    Line,
    LineKind,
    Notes,
    Party,
    Preceding,
    VatRegime,
)
from coopter.billing.rules.vat import vat_lines
from coopter.values.money import Money, total
from coopter.values.month import Month
from coopter.values.refusal import Refusal


class NothingToInvoice(Refusal):
    """Il n’y a aucune ligne à facturer à %(buyer)s pour %(period)s."""


class MixedLines(Refusal):
    """Une facture ne mélange pas des parts de coût exactes et des heures tarifées (%(buyer)s, %(period)s). Faites deux factures."""  # noqa: E501


class NegativeTotal(Refusal):
    """Le total de %(buyer)s pour %(period)s est négatif : les aides dépassent les coûts. Reportez l’aide sur un autre mois."""  # noqa: E501


class DoesNotAddUp(Refusal):
    """Les totaux de %(number)s ne correspondent pas à ses lignes : le document n’est pas émis."""


class AlreadyNumbered(Refusal):
    """Ce document porte déjà le numéro %(number)s : un numéro ne change jamais."""


class NotAnInvoice(Refusal):
    """Seule une facture numérotée peut être annulée par un avoir ; %(number)s n’en est pas une."""


def draft(
    lines: tuple[Line, ...],
    *,
    seller: Party,
    buyer: Party,
    period: Month,
    issued_on: date,
    due_on: date,
    vat_regime: VatRegime,
    notes: Notes,
    account: BankAccount | None,
    references: BuyerReferences = BuyerReferences(),  # noqa: B008 - frozen
    hours: tuple[HourLine, ...] = (),
    basis: str = "",
    payment_terms: str = "",
    vat_on_invoice: bool = False,
    closing_text: str = "",
    logo: bytes | None = None,
) -> InvoiceRecord:
    """An invoice without its number yet: VAT once per rate on the sum, totals in cents.

    Shares and priced lines never meet on one invoice (art. 261 B CGI wants exact parts).
    Raises NothingToInvoice, MixedLines, NegativeTotal.
    """
    facts = {"buyer": buyer.legal_name, "period": str(period)}
    if not lines:
        raise NothingToInvoice(**facts)
    if len({line.kind for line in lines}) > 1:
        raise MixedLines(**facts)
    taxes = vat_lines(lines)
    net = total(line.amount for line in lines)
    tax = total(line.tax for line in taxes)
    if net < Money.zero():
        raise NegativeTotal(**facts)
    return InvoiceRecord(
        kind=Kind.INVOICE,
        number="",
        issued_on=issued_on,
        due_on=due_on,
        period=period,
        seller=seller,
        buyer=buyer,
        vat_regime=vat_regime,
        lines=lines,
        vat_lines=taxes,
        net=net,
        tax=tax,
        gross=net + tax,
        notes=notes,
        account=account,
        references=references,
        hours=hours,
        basis=basis,
        payment_terms=payment_terms,
        vat_on_invoice=vat_on_invoice,
        closing_text=closing_text,
        logo=logo,
    )


def numbered(record: InvoiceRecord, *, number: str, anchor: str = "") -> InvoiceRecord:
    """The draft with the number it was given at issue. Raises AlreadyNumbered, DoesNotAddUp."""
    if record.number:
        raise AlreadyNumbered(number=record.number)
    issued = replace(record, number=number, anchor=anchor or record.anchor)
    check_record(issued)
    return issued


def credit_note(invoice: InvoiceRecord, *, issued_on: date, reason: str = "", logo: bytes | None = None) -> InvoiceRecord:
    """The draft of the exact mirror of an invoice: code 381, the same positive amounts, the invoice named.

    Invoice and credit note together are zero to the cent because nothing is computed anew (R19).
    It keeps parties, lines, VAT and hours as they were issued. Raises NotAnInvoice.
    """
    if invoice.kind is not Kind.INVOICE or not invoice.number:
        raise NotAnInvoice(number=invoice.number or "—")
    return replace(
        invoice,
        kind=Kind.CREDIT_NOTE,
        number="",
        issued_on=issued_on,
        due_on=issued_on,
        account=None,
        preceding=Preceding(invoice.number, invoice.issued_on),
        reason=reason,
        payment_terms="",
        logo=logo or invoice.logo,
        anchor="",
    )


def check_record(record: InvoiceRecord) -> None:
    """Recompute every total from the lines and compare (R18). Raises DoesNotAddUp, MixedLines, NegativeTotal."""
    facts = {"buyer": record.buyer.legal_name, "period": str(record.period)}
    if len({line.kind for line in record.lines}) != 1:
        raise MixedLines(**facts)
    if record.net < Money.zero():
        raise NegativeTotal(**facts)
    amounts_hold = all(_multiplies_up(line) for line in record.lines)
    taxes = vat_lines(record.lines)
    sums = (total(line.amount for line in record.lines), total(line.tax for line in taxes))
    if not amounts_hold or taxes != record.vat_lines or sums != (record.net, record.tax):
        raise DoesNotAddUp(number=record.number or "—")
    if record.gross != record.net + record.tax:
        raise DoesNotAddUp(number=record.number or "—")


def _multiplies_up(line: Line) -> bool:
    if line.kind is LineKind.SHARED:
        return line.quantity == (1 if line.amount >= Money.zero() else -1)
    return line.unit_price is not None and line.amount == Money(100).times(line.unit_price.decimal * line.quantity)
