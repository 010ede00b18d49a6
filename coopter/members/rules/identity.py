"""What is known of a grouping and of a structure, checked and completed before it is written."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from coopter.members.rules.kinds import VatStatus
from coopter.values.identifiers import check_bic, check_iban, check_siren, check_siret, check_vat_number, vat_number_of
from coopter.values.refusal import Refusal
from coopter.values.texts import clean_line

LONG_STANDING = date(2000, 1, 1)


class SirenAndSiretDiffer(Refusal):
    """Le SIREN %(siren)s n'est pas celui du SIRET %(siret)s (ses neuf premiers chiffres) : corrigez l'un ou l'autre."""


class NameMissing(Refusal):
    """Donnez un nom : il paraîtra sur les factures."""


class SeriesNotValid(Refusal):
    """« %(series)s » ne peut pas être une série de factures : prenez 1 à 8 lettres capitales ou chiffres (BR-FR-02)."""


class SeriesAlike(Refusal):
    """Les factures et les avoirs ne peuvent pas avoir la même série : changez l'une des deux."""


@dataclass(frozen=True)
class GroupingDetails:
    """What a grouping says of itself on its documents."""

    name: str
    legal_form: str = ""
    siren: str | None = None
    siret: str | None = None
    rna: str | None = None
    vat_number: str | None = None
    address: str = ""
    address_more: str = ""
    postcode: str = ""
    city: str = ""
    country: str = "FR"
    email: str = ""
    phone: str = ""
    iban: str | None = None
    bic: str | None = None
    collective_agreement: str = ""
    fiscal_year_month: int = 1
    invoice_series: str = "FA"
    credit_series: str = "AV"


@dataclass(frozen=True)
class StructureDetails:
    """What an invoice and the coordinator need to know of a structure (domain.md §4.8)."""

    code: str
    legal_name: str
    vat_status: VatStatus = VatStatus.LIABLE
    trade_name: str = ""
    legal_form: str = ""
    siren: str | None = None
    siret: str | None = None
    rna: str | None = None
    ape: str = ""
    activity: str = ""
    collective_agreement: str = ""
    headcount: int | None = None
    headcount_on: date | None = None
    vat_number: str | None = None
    address: str = ""
    address_more: str = ""
    postcode: str = ""
    city: str = ""
    country: str = "FR"
    billing_name: str = ""
    billing_address: str = ""
    billing_postcode: str = ""
    billing_city: str = ""
    email: str = ""
    phone: str = ""
    einvoice_address: str = ""
    is_public_body: bool = False
    service_code: str = ""
    public_order_ref: str = ""
    purchase_order: str = ""


GROUPING_FIELDS = tuple(field.name for field in fields(GroupingDetails))
STRUCTURE_FIELDS = tuple(field.name for field in fields(StructureDetails))


def checked_grouping(details: GroupingDetails) -> GroupingDetails:
    """The same, its identifiers canonical and coherent (R76, R77); raises a Refusal."""
    _check_texts(details)
    if not details.name:
        raise NameMissing()
    for series in (details.invoice_series, details.credit_series):
        if not (1 <= len(series) <= 8 and series.isascii() and series.isalnum() and series == series.upper()):
            raise SeriesNotValid(series=series)
    if details.invoice_series == details.credit_series:
        raise SeriesAlike()
    siren, siret = _checked_numbers(details.siren, details.siret)
    return replace(
        details,
        siren=siren,
        siret=siret,
        vat_number=check_vat_number(details.vat_number) if details.vat_number else None,
        iban=check_iban(details.iban) if details.iban else None,
        bic=check_bic(details.bic) if details.bic else None,
        rna=details.rna or None,
    )


def checked_structure(details: StructureDetails) -> StructureDetails:
    """The same, its identifiers canonical and coherent; a VAT number and an electronic address follow from the SIREN.

    Raises a Refusal (R76).
    """
    _check_texts(details)
    if not (details.legal_name and details.code):
        raise NameMissing()
    siren, siret = _checked_numbers(details.siren, details.siret)
    number = check_vat_number(details.vat_number) if details.vat_number else None
    if number is None and siren and details.vat_status is VatStatus.LIABLE:
        number = vat_number_of(siren)
    return replace(
        details,
        siren=siren,
        siret=siret,
        vat_number=number,
        rna=details.rna or None,
        einvoice_address=details.einvoice_address or siren or "",
    )


def missing_for_invoices(details: Any) -> tuple[str, ...]:
    """Names of the fields that an invoice to this structure needs and that are empty (domain.md §4.1-4.2)."""
    needed = ["address", "postcode", "city"]
    if not (details.billing_address and details.billing_postcode and details.billing_city):
        lacking = [name for name in needed if not getattr(details, name)]
    else:
        lacking = []
    return tuple(lacking + [name for name in ("siren",) if not getattr(details, name)])


def _checked_numbers(siren: str | None, siret: str | None) -> tuple[str | None, str | None]:
    siret = check_siret(siret) if siret else None
    siren = check_siren(siren) if siren else None
    if siren and siret and siret[:9] != siren:
        raise SirenAndSiretDiffer(siren=siren, siret=siret)
    return siren or (siret[:9] if siret else None), siret


def _check_texts(details: Any) -> None:
    for field in fields(details):
        value = getattr(details, field.name)
        if isinstance(value, str):
            clean_line(value, most=300)
