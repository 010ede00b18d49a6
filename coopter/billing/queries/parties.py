"""Who invoices whom, under which terms: read from the members' room on the day of issue, then copied."""

from __future__ import annotations

from datetime import date, datetime

from coopter.billing import rules
from coopter.billing.record import Address, BankAccount, BuyerReferences, Issuance, Notes, Party
from coopter.members import queries as members
from coopter.members import rules as terms
from coopter.members.models import Grouping, Structure
from coopter.plumbing import files
from coopter.values.identifiers import vat_number_of
from coopter.values.month import Month

_TAXED = terms.VatStatus.LIABLE


def seller_of(grouping: Grouping) -> Party:
    """The grouping as its invoices name it."""
    return Party(
        legal_name=grouping.name,
        legal_form=grouping.legal_form,
        siren=grouping.siren or "",
        siret=grouping.siret or "",
        vat_number=grouping.vat_number or (vat_number_of(grouping.siren) if grouping.siren else ""),
        address=_address(grouping.address, grouping.address_more, grouping.postcode, grouping.city, grouping.country),
        email=grouping.email,
        phone=grouping.phone,
    )


def buyer_of(structure: Structure) -> Party:
    """A member structure as invoices name it; its billing address only where it differs."""
    own = _address(structure.address, structure.address_more, structure.postcode, structure.city, structure.country)
    billing = None
    if structure.billing_address:
        billing = Address(
            lines=(structure.billing_address,),
            postcode=structure.billing_postcode,
            city=structure.billing_city,
            country=structure.country,
            name=structure.billing_name,
        )
    implied = vat_number_of(structure.siren) if structure.siren and structure.vat_status is _TAXED else ""
    return Party(
        legal_name=structure.legal_name,
        trade_name=structure.trade_name,
        legal_form=structure.legal_form,
        siren=structure.siren or "",
        siret=structure.siret or "",
        vat_number=structure.vat_number or implied,
        address=own,
        billing_address=billing,
        email=structure.email,
        phone=structure.phone,
        einvoice_scheme="0225" if structure.einvoice_address else "",
        einvoice_address=structure.einvoice_address,
        public_body=structure.is_public_body,
    )


def references_of(structure: Structure) -> BuyerReferences:
    """What the structure wants to read on its invoices."""
    return BuyerReferences(
        purchase_order=structure.purchase_order,
        public_order_ref=structure.public_order_ref,
        service_code=structure.service_code,
    )


def issuance_of(grouping: Grouping, *, month: Month, on: date, at: datetime, basis: str) -> Issuance:
    """What all invoices of a month have in common on the day of issue; the account is the one in force at this instant,
    whatever day the invoice is dated (R39)."""
    account = members.bank_account_on(at)
    return Issuance(
        seller=seller_of(grouping),
        period=month,
        issued_on=on,
        vat_regime=members.vat_regime(month.last),
        notes=notes_on(on),
        account=BankAccount(iban=account.iban, name=grouping.name, bic=account.bic) if account else None,
        basis=basis,
        vat_on_invoice=members.parameter("vat_on_debits", on=on).value == "yes",
        logo=logo_of(grouping),
    )


def notes_on(on: date, *, public: bool = False) -> Notes:
    """The mandatory mentions with the figures in force on the day of issue."""
    suffix = "_public" if public else ""
    return rules.legal_notes(
        rules.LegalTerms(
            penalty_rate=terms.as_rate(members.parameter(f"late_penalty_rate{suffix}", on=on)),
            recovery=terms.as_money(members.parameter("recovery_indemnity", on=on)),
            discount=members.parameter("discount_terms", on=on).value,
        )
    )


def terms_of(*, public_body: bool, on: date) -> rules.PaymentTerms:
    """The delay granted on the day of issue, to public bodies or to the others."""
    name = "payment_days_public" if public_body else "payment_days"
    return rules.PaymentTerms(days=terms.as_days(members.parameter(name, on=on)))


def logo_of(grouping: Grouping) -> bytes | None:
    """The grouping's logo as a file's bytes."""
    return files.read(grouping.logo_sha256) if grouping.logo_sha256 else None


def _address(street: str, more: str, postcode: str, city: str, country: str) -> Address:
    return Address(lines=tuple(line for line in (street, more) if line), postcode=postcode, city=city, country=country)
