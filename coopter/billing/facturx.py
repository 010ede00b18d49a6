"""The invoice as data: a record in, the bytes of its Factur-X (EN 16931, CII) document out, nothing else touched."""

import re
from typing import Any

from coopter.billing.record import Address, InvoiceRecord, Line, LineKind, Party, Vat, VatCategory, VatLine
from coopter.billing.rules import check_record, einvoice_address
from coopter.values.durations import hours_and_minutes
from coopter.values.money import Money
from coopter.values.rate import Rate
from coopter.values.refusal import Refusal

LEVEL = "en16931"
_CREDIT_TRANSFER = "30"
_HOURS, _PIECE = "HUR", "C62"
_UNLAWFUL_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class NotIssued(Refusal):
    """Un brouillon n'a pas encore de numéro : il n'a donc pas de document à envoyer."""


def build(record: InvoiceRecord) -> bytes:
    """The Factur-X XML of an issued invoice or credit note, the same bytes for the same record.

    The totals are recomputed from the lines before anything is written (R18). Amounts are written in euros with two
    decimals, quantities in hours or pieces. Raises NotIssued for a draft, DoesNotAddUp for a record that lies.
    """
    from facturx import generate_xml

    if not record.number:
        raise NotIssued()
    check_record(record)
    xml: bytes = generate_xml(_document(record), flavor="factur-x", level=LEVEL, check_xsd=False, check_schematron=None)
    return xml


def _document(record: InvoiceRecord) -> dict[str, Any]:
    terms = {
        "BT-1": record.number,
        "BT-2": record.issued_on,
        "BT-3": record.kind.value,
        "BT-5": "EUR",
        "BT-8": _vat_point(record),
        "BT-9": record.due_on,
        "BT-10": _text(record.references.service_code),
        "BT-13": _text(record.references.public_order_ref or record.references.purchase_order),
        "BT-20": _text(record.payment_terms),
        "BT-23": record.business_process,
        "BT-72": record.last_day if record.due is None else record.issued_on,
        "BT-73": record.first_day,
        "BT-74": record.last_day,
        "BT-83": record.number,
        "BT-106": _amount(record.net),
        "BT-109": _amount(record.net),
        "BT-110": _amount(record.tax),
        "BT-112": _amount(record.gross),
        "BT-115": _amount(record.gross),
        "BG-1": _notes(record),
        "BG-3": _preceding(record),
        "BG-4": _party(record.seller, seller=True),
        "BG-7": _party(record.buyer),
        "BG-13": _delivery(record.buyer),
        "BG-23": [_tax(line) for line in record.vat_lines],
        "BG-25": [_line(line, index, record) for index, line in enumerate(record.lines, start=1)],
        **_payment(record),
    }
    return {key: value for key, value in terms.items() if value}


def _vat_point(record: InvoiceRecord) -> str:
    """When the tax on services is due: on payment, unless the seller opted for invoicing (art. 269-2 c CGI)."""
    if all(line.vat.category is not VatCategory.STANDARD for line in record.vat_lines):
        return ""
    return "invoice" if record.vat_on_invoice else "payment"


def _payment(record: InvoiceRecord) -> dict[str, str]:
    if record.account is None:
        return {}
    return {
        "BT-81": _CREDIT_TRANSFER,
        "BT-84": record.account.iban,
        "BT-85": _text(record.account.name),
        "BT-86": record.account.bic,
    }


def _notes(record: InvoiceRecord) -> list[dict[str, str]]:
    notes = [
        {"BT-21": "PMT", "BT-22": _text(record.notes.recovery)},
        {"BT-21": "PMD", "BT-22": _text(record.notes.penalties)},
        {"BT-21": "AAB", "BT-22": _text(record.notes.discount)},
    ]
    if record.is_outside_vat:
        notes.append({"BT-21": "BAR", "BT-22": "OUTOFSCOPE"})
    else:
        notes.append({"BT-22": f"Catégorie d’opération : {_text(record.operation_category)}"})
    if record.vat_on_invoice:
        notes.append({"BT-22": "Option pour le paiement de la taxe d’après les débits"})
    if record.reason:
        notes.append({"BT-22": _text(record.reason)})
    return notes


def _preceding(record: InvoiceRecord) -> list[dict[str, Any]]:
    if record.preceding is None:
        return []
    return [{"BT-25": record.preceding.number, "BT-26": record.preceding.issued_on}]


def _party(party: Party, *, seller: bool = False) -> dict[str, Any]:
    fields: dict[str, Any] = {"name": _text(party.legal_name), "biz_name": _text(party.trade_name)}
    if party.siren:
        fields |= {"legal_identifier": party.siren, "legal_identifier_schemeid": "0002"}
    if party.siret:
        fields["identifiers"] = {"0009": party.siret}
    if party.vat_number:
        fields["vat_identifier"] = party.vat_number
    elif seller:
        fields["tax_identifier"] = party.siren
    if seller:
        fields["legal_info"] = _text(party.legal_form)
    endpoint = einvoice_address(party)
    if endpoint:
        fields |= {"einvoicing_addr_schemeid": endpoint[0], "einvoicing_addr": endpoint[1]}
    return fields | _postal(party.address)


def _delivery(buyer: Party) -> dict[str, Any]:
    address = buyer.delivery_address
    if address is None:
        return {}
    return {"name": _text(address.name or buyer.legal_name)} | _postal(address)


def _postal(address: Address) -> dict[str, str]:
    lines = dict(zip(("addr_l1", "addr_l2", "addr_l3"), map(_text, address.lines), strict=False))
    place = {"postcode": _text(address.postcode), "city": _text(address.city), "country_code": address.country}
    return lines | place


def _tax(line: VatLine) -> dict[str, str]:
    return {
        "BT-116": _amount(line.base),
        "BT-117": _amount(line.tax),
        "BT-118": line.vat.category.value,
        **_rate("BT-119", line.vat),
        "BT-120": _text(line.vat.reason),
        "BT-121": line.vat.code,
    }


def _line(line: Line, index: int, record: InvoiceRecord) -> dict[str, Any]:
    priced = line.kind is LineKind.PRICED and line.unit_price is not None
    price = f"{line.unit_price.decimal:.4f}" if priced and line.unit_price else _amount(abs(line.amount))
    return {
        "BT-126": str(index),
        "BT-129": f"{line.quantity:.2f}" if priced else f"{line.quantity:.0f}",
        "BT-130": _HOURS if priced else _PIECE,
        "BT-131": _amount(line.amount),
        "BT-134": record.first_day,
        "BT-135": record.last_day,
        "BT-146": price,
        "BT-151": line.vat.category.value,
        **_rate("BT-152", line.vat),
        "BT-153": _text(line.label),
        "BT-154": _description(line),
    }


def _description(line: Line) -> str:
    parts = [_text(line.detail)]
    if line.kind is LineKind.SHARED and line.minutes is not None:
        parts.append(f"pour information : {hours_and_minutes(line.minutes)}")
    return " — ".join(part for part in parts if part)


def _amount(amount: Money) -> str:
    return f"{amount.decimal:.2f}"


def _rate(field: str, vat: Vat) -> dict[str, str]:
    """The rate, which what is outside VAT does not have (BR-O-05)."""
    return {} if vat.category is VatCategory.OUTSIDE else {field: _percent(vat.rate)}


def _percent(rate: Rate) -> str:
    return f"{rate.in_percent:.2f}"


def _text(text: str) -> str:
    """One line of text that XML can carry: no control character, no run of blanks."""
    return " ".join(_UNLAWFUL_IN_XML.sub(" ", text).split())
