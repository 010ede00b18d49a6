"""Parties: what an invoice must know of its seller and its buyer."""

from coopter.billing.record import Party, VatRegime
from coopter.values.refusal import Words

SIREN_SCHEME, EMAIL_SCHEME = "0225", "EM"


def einvoice_address(party: Party) -> tuple[str, str] | None:
    """The scheme and the value of a party's electronic address (BT-34, BT-49), or None where nothing is known.

    What the party's own record says comes first; else its SIREN under scheme 0225, as the directory of the reform
    does (BR-FR-21); else, for a body that has no SIREN and is outside the directory, its e-mail address.
    """
    if party.einvoice_address:
        return party.einvoice_scheme or SIREN_SCHEME, party.einvoice_address
    if party.siren:
        return SIREN_SCHEME, party.siren
    if party.email:
        return EMAIL_SCHEME, party.email
    return None


def missing_mentions(party: Party, *, seller: bool = False, regime: VatRegime | None = None) -> tuple[str, ...]:
    """What an invoice with this party would lack, as French words, empty if nothing: so a closing can refuse first.

    Name, address and, for the seller, SIREN and (when it taxes) VAT number are mandatory (CGI ann. II art. 242
    nonies A); a buyer needs an electronic address, which its SIREN or its e-mail address provides (BR-FR-12).
    """
    address = party.address
    lacks = {
        Words("le nom"): not party.legal_name.strip(),
        Words("l’adresse"): not any(line.strip() for line in address.lines),
        Words("le code postal"): not address.postcode.strip(),
        Words("la commune"): not address.city.strip(),
        Words("le SIREN"): seller and not party.siren,
        Words("le numéro de TVA"): seller and regime is VatRegime.TAXED and not party.vat_number,
        Words("le SIREN ou une adresse de courriel"): not seller and einvoice_address(party) is None,
    }
    return tuple(name for name, missing in lacks.items() if missing)
