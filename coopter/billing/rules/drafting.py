"""Drafts: from lines to a complete document, its number, and the credit note that mirrors it."""

from dataclasses import fields, replace
from datetime import date

from coopter.billing.record import (
    BuyerReferences,
    Due,
    HourLine,
    InvoiceRecord,
    Issuance,
    Kind,
    Line,
    LineKind,
    Notes,
    Party,
    Preceding,
    VatCategory,
)
from coopter.billing.rules.vat import vat_lines
from coopter.values.money import Money, total
from coopter.values.month import Month
from coopter.values.refusal import Refusal

_NO_REFERENCES = BuyerReferences()
_COMMON = tuple(field.name for field in fields(Issuance))
NOTES_OF_DUES = Notes(
    recovery="Pas d’indemnité forfaitaire de recouvrement : une cotisation n’est pas le prix d’une prestation.",
    penalties="Pas de pénalités de retard.",
    discount="Pas d’escompte pour paiement anticipé.",
)
"""The three mentions that every e-invoice carries (BR-FR-05): art. L441-10 C. com. is about sales and services."""


class NothingToInvoice(Refusal):
    """Il n'y a aucune ligne à facturer à %(buyer)s pour %(period)s."""


class MixedLines(Refusal):
    """Une facture ne mélange pas des parts de coût exactes et des heures tarifées (%(buyer)s, %(period)s). Fixez un
    prix horaire pour tous les salariés que ce membre emploie, ou pour aucun."""


class MixedVat(Refusal):
    """Une cotisation hors du champ de la TVA ne se mélange avec rien d'autre sur une même pièce (%(buyer)s). Appelez-la
    à part."""


class NegativeTotal(Refusal):
    """Le total de %(buyer)s pour %(period)s est négatif : les aides dépassent les coûts. Reportez l'aide sur un autre
    mois."""


class DoesNotAddUp(Refusal):
    """Les totaux de %(number)s ne correspondent pas à ses lignes : le document n'est pas émis."""


class AlreadyNumbered(Refusal):
    """Ce document porte déjà le numéro %(number)s : un numéro ne change jamais."""


class NotAnInvoice(Refusal):
    """Seule une facture numérotée peut être annulée par un avoir ; %(number)s n'en est pas une."""


def draft(
    lines: tuple[Line, ...],
    *,
    buyer: Party,
    issuance: Issuance,
    due_on: date,
    payment_terms: str = "",
    references: BuyerReferences = _NO_REFERENCES,
    hours: tuple[HourLine, ...] = (),
    due: Due | None = None,
) -> InvoiceRecord:
    """An invoice without its number yet: VAT once per rate on the sum, totals in cents.

    Shares, priced lines and dues never meet on one invoice (art. 261 B CGI wants exact parts), nor what is outside VAT
    with what is not (EN 16931 BR-O-11). Raises NothingToInvoice, MixedLines, MixedVat, NegativeTotal.
    """
    if not lines:
        raise NothingToInvoice(buyer=buyer.legal_name, period=issuance.period)
    taxes = vat_lines(lines)
    net, tax = total(line.amount for line in lines), total(line.tax for line in taxes)
    _check_lines(lines, net=net, buyer=buyer, period=issuance.period)
    common = {name: getattr(issuance, name) for name in _COMMON}
    if due is not None and taxes[0].vat.category is VatCategory.OUTSIDE:
        common |= _outside_vat(issuance)
        buyer = replace(buyer, vat_number="")
    return InvoiceRecord(
        kind=Kind.INVOICE,
        number="",
        due_on=due_on,
        buyer=buyer,
        lines=lines,
        vat_lines=taxes,
        net=net,
        tax=tax,
        gross=net + tax,
        payment_terms=payment_terms,
        references=references,
        hours=hours,
        due=due,
        **common,
    )


def _outside_vat(issuance: Issuance) -> dict[str, object]:
    """No VAT identifier, no option on when VAT is due (BR-O-02), and the mentions of a due: it is no price."""
    return {
        "seller": replace(issuance.seller, vat_number=""),
        "vat_on_invoice": False,
        "notes": NOTES_OF_DUES,
        "operation_category": "",
    }


def correcting_note(record: InvoiceRecord, *, lowers: InvoiceRecord, reason: str) -> InvoiceRecord:
    """The draft of a credit note that lowers an earlier document in part (code 381, positive amounts, R19).

    The earlier document stays as it is, and is named with its day (BR-FR-CO-05). Raises NotAnInvoice.
    """
    if lowers.kind is not Kind.INVOICE or not lowers.number:
        raise NotAnInvoice(number=lowers.number or "—")
    return replace(
        record,
        kind=Kind.CREDIT_NOTE,
        due_on=record.issued_on,
        account=None,
        preceding=Preceding(lowers.number, lowers.issued_on),
        reason=reason,
        payment_terms="",
        lowers_in_part=True,
    )


def numbered(record: InvoiceRecord, *, number: str, anchor: str = "") -> InvoiceRecord:
    """The draft with the number it was given at issue. Raises AlreadyNumbered, DoesNotAddUp."""
    if record.number:
        raise AlreadyNumbered(number=record.number)
    issued = replace(record, number=number, anchor=anchor or record.anchor)
    check_record(issued)
    return issued


def credit_note(
    invoice: InvoiceRecord, *, issued_on: date, reason: str = "", logo: bytes | None = None
) -> InvoiceRecord:
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
    _check_lines(record.lines, net=record.net, buyer=record.buyer, period=record.period)
    taxes = vat_lines(record.lines)
    net, tax = total(line.amount for line in record.lines), total(line.tax for line in taxes)
    holds = (
        all(_multiplies_up(line) for line in record.lines)
        and taxes == record.vat_lines
        and (net, tax, net + tax) == (record.net, record.tax, record.gross)
    )
    if not holds:
        raise DoesNotAddUp(number=record.number or "—")


def _check_lines(lines: tuple[Line, ...], *, net: Money, buyer: Party, period: Month) -> None:
    if len({line.kind for line in lines}) != 1:
        raise MixedLines(buyer=buyer.legal_name, period=period)
    treatments = {line.vat for line in lines}
    if len(treatments) > 1 and any(vat.category is VatCategory.OUTSIDE for vat in treatments):
        raise MixedVat(buyer=buyer.legal_name)
    if net < Money.zero():
        raise NegativeTotal(buyer=buyer.legal_name, period=period)


def _multiplies_up(line: Line) -> bool:
    if line.kind in (LineKind.SHARED, LineKind.DUE):
        return line.quantity == (1 if line.amount >= Money.zero() else -1)
    return line.unit_price is not None and line.amount == Money(100).times(line.unit_price.decimal * line.quantity)
