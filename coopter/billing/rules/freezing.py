"""Freezing: what an issued invoice says of parties, terms and VAT, as the JSON that its row keeps for ever."""

from __future__ import annotations

from typing import Any

from coopter.billing.record import (
    Address,
    BankAccount,
    BuyerReferences,
    Due,
    HourLine,
    InvoiceRecord,
    Kind,
    Line,
    Notes,
    Party,
    Preceding,
    Vat,
    VatCategory,
    VatLine,
    VatRegime,
)
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.numbers import parse_day
from coopter.values.rate import Rate

_PLAIN = ("number", "reason", "basis", "payment_terms", "vat_on_invoice", "business_process", "operation_category",
          "closing_text", "anchor")  # fmt: skip


_PAIRS = ("figures", "steps")


def freeze(record: InvoiceRecord) -> dict[str, Any]:
    """Everything of an invoice but its lines and hours (they are rows) and its logo (it is a file)."""
    return {
        **({"due": _due(record.due), "lowers_in_part": record.lowers_in_part} if record.due is not None else {}),
        **{name: getattr(record, name) for name in _PLAIN},
        "kind": record.kind.value,
        "issued_on": record.issued_on.isoformat(),
        "due_on": record.due_on.isoformat(),
        "period": str(record.period),
        "seller": _party(record.seller),
        "buyer": _party(record.buyer),
        "vat_regime": record.vat_regime.value,
        "vat_lines": [
            {"vat": _vat(line.vat), "base": line.base.cents, "tax": line.tax.cents} for line in record.vat_lines
        ],
        "totals": [record.net.cents, record.tax.cents, record.gross.cents],
        "notes": _plain(record.notes),
        "account": _plain(record.account) if record.account else None,
        "references": _plain(record.references),
        "preceding": [record.preceding.number, record.preceding.issued_on.isoformat()] if record.preceding else None,
    }


def thaw(
    frozen: dict[str, Any], *, lines: tuple[Line, ...], hours: tuple[HourLine, ...], logo: bytes | None
) -> InvoiceRecord:
    """The invoice exactly as it was frozen, with its lines and hours."""
    net, tax, gross = (Money(cents) for cents in frozen["totals"])
    preceding = frozen["preceding"]
    return InvoiceRecord(
        **{name: frozen[name] for name in _PLAIN},
        kind=Kind(frozen["kind"]),
        issued_on=parse_day(frozen["issued_on"]),
        due_on=parse_day(frozen["due_on"]),
        period=Month.parse(frozen["period"]),
        seller=_to_party(frozen["seller"]),
        buyer=_to_party(frozen["buyer"]),
        vat_regime=VatRegime(frozen["vat_regime"]),
        vat_lines=tuple(VatLine(_to_vat(v["vat"]), Money(v["base"]), Money(v["tax"])) for v in frozen["vat_lines"]),
        net=net,
        tax=tax,
        gross=gross,
        notes=Notes(**frozen["notes"]),
        account=BankAccount(**frozen["account"]) if frozen["account"] else None,
        references=BuyerReferences(**frozen["references"]),
        preceding=Preceding(preceding[0], parse_day(preceding[1])) if preceding else None,
        lines=lines,
        hours=hours,
        logo=logo,
        due=_to_due(frozen.get("due")),
        lowers_in_part=frozen.get("lowers_in_part", False),
    )


def only_vat(frozen: dict[str, Any]) -> Vat:
    """How the lines of a frozen invoice are taxed: an invoice of a month has one treatment."""
    return _to_vat(frozen["vat_lines"][0]["vat"])


def _plain(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}  # its fields: `fields()` is slow, 4,000 a month


def _due(due: Due) -> dict[str, Any]:
    pairs = {name: [list(pair) for pair in getattr(due, name)] for name in _PAIRS}
    return {**_plain(due), **pairs, "sentences": list(due.sentences)}


def _to_due(frozen: dict[str, Any] | None) -> Due | None:
    if frozen is None:
        return None
    pairs = {name: tuple((label, value) for label, value in frozen[name]) for name in _PAIRS}
    return Due(**{**frozen, **pairs, "sentences": tuple(frozen["sentences"])})


def _vat(vat: Vat) -> dict[str, Any]:
    return {
        "category": vat.category.value,
        "rate": vat.rate.ten_thousandths,
        "reason": vat.reason,
        "code": vat.code,
    }


def _to_vat(frozen: dict[str, Any]) -> Vat:
    return Vat(VatCategory(frozen["category"]), Rate(frozen["rate"]), frozen["reason"], frozen["code"])


def _address(address: Address | None) -> dict[str, Any] | None:
    return None if address is None else {**_plain(address), "lines": list(address.lines)}


def _to_address(frozen: dict[str, Any] | None) -> Address | None:
    return None if frozen is None else Address(**{**frozen, "lines": tuple(frozen["lines"])})


_ADDRESSES = ("address", "billing_address", "delivery_address")


def _party(party: Party) -> dict[str, Any]:
    return {**_plain(party), **{name: _address(getattr(party, name)) for name in _ADDRESSES}}


def _to_party(frozen: dict[str, Any]) -> Party:
    return Party(**{**frozen, **{name: _to_address(frozen[name]) for name in _ADDRESSES}})
