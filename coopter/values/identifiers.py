"""Public identifiers (SIREN, SIRET, VAT number, IBAN, BIC): strict shape first, then their check digits (R76, R77)."""

import re

from stdnum import bic, iban
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError
from stdnum.fr import siren, siret

from coopter.values.digits import BLANKS
from coopter.values.refusal import Refusal, quoted

_SEPARATORS = re.compile(f"[{BLANKS}]")
_SIREN = re.compile(r"[0-9]{9}")
_SIRET = re.compile(r"[0-9]{14}")
_VAT = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,13}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}")
_BIC = re.compile(r"[A-Z]{6}[0-9A-Z]{2}(?:[0-9A-Z]{3})?")
_WITH_FRENCH_KEY = ("FR", "MC")
_RIB_VALUES = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")


class SirenNotValid(Refusal):
    """« %(value)s » n'est pas un numéro SIREN. Il a 9 chiffres, le dernier contrôle les autres : recopiez-le depuis
    l'avis de situation de l'Insee."""


class SiretNotValid(Refusal):
    """« %(value)s » n'est pas un numéro SIRET. Il a 14 chiffres (le SIREN, puis 5 chiffres pour l'établissement) et le
    dernier contrôle les autres : recopiez-le depuis l'avis de situation de l'Insee."""


class VatNumberNotValid(Refusal):
    """« %(value)s » n'est pas un numéro de TVA intracommunautaire. En France, il s'écrit FR, 2 caractères de contrôle,
    puis le SIREN, par exemple FR63702042755 : vérifiez chaque caractère."""


class IbanNotValid(Refusal):
    """« %(value)s » n'est pas un IBAN. Recopiez-le depuis le relevé d'identité bancaire : en France, il commence par FR
    et compte 27 caractères."""


class BicNotValid(Refusal):
    """« %(value)s » n'est pas un BIC. Il compte 8 ou 11 caractères, par exemple AGRIFRPP882 : recopiez-le depuis le
    relevé d'identité bancaire."""


def _bare(text: str) -> str:
    """Take the separators of French typography away; every other stranger stays and is refused by the shape."""
    return _SEPARATORS.sub("", text)


def _capitals(text: str) -> str:
    """Raise ASCII letters only: a dotless or long letter must not become an ASCII one."""
    return re.sub(r"[a-z]", lambda letter: letter[0].upper(), text)


def check_siren(text: str) -> str:
    """Return the 9 ASCII digits of a SIREN (Luhn, not nine times one digit); raises SirenNotValid."""
    number = _bare(text)
    try:
        if not _SIREN.fullmatch(number) or len(set(number)) == 1:
            raise ValidationError
        return siren.validate(number)
    except ValidationError:
        raise SirenNotValid(value=quoted(text)) from None


def check_siret(text: str) -> str:
    """Return the 14 ASCII digits of a SIRET (Luhn, or La Poste's own sum; sound SIREN; NIC not 00000) (R76).

    Raises SiretNotValid.
    """
    number = _bare(text)
    try:
        if not _SIRET.fullmatch(number) or len(set(number[:9])) == 1 or number.endswith("00000"):
            raise ValidationError
        return siret.validate(number)
    except ValidationError:
        raise SiretNotValid(value=quoted(text)) from None


def check_vat_number(text: str) -> str:
    """Return a VAT number of a member state with its prefix, in capitals; the French key is checked.

    Raises VatNumberNotValid. Source: directive 2006/112/CE art. 215; domain.md §4.8.
    """
    number = _capitals(_bare(text))
    try:
        if not _VAT.fullmatch(number):
            raise ValidationError
        eu_vat.validate(number)
    except ValidationError:
        raise VatNumberNotValid(value=quoted(text)) from None
    return number


def vat_number_of(siren_text: str) -> str:
    """The French VAT number of a SIREN: key = (12 + 3 × (SIREN mod 97)) mod 97; raises SirenNotValid."""
    number = check_siren(siren_text)
    return f"FR{(12 + 3 * (int(number) % 97)) % 97:02d}{number}"


def _french_key_holds(number: str) -> bool:
    """Whether the RIB key inside a French or Monegasque IBAN agrees with bank, branch and account."""
    digits = number[4:].translate(_RIB_VALUES)
    bank, branch, account, key = int(digits[:5]), int(digits[5:10]), int(digits[10:21]), int(digits[21:])
    return (89 * bank + 15 * branch + 3 * account + key) % 97 == 0


def check_iban(text: str) -> str:
    """Return an IBAN in capitals without spaces (mod 97, the country's length and shape, the French key) (R77).

    Raises IbanNotValid.
    """
    number = _capitals(_bare(text))
    try:
        if not _IBAN.fullmatch(number) or number[2:4] in ("00", "01", "99"):
            raise ValidationError
        iban.validate(number)
        if number.startswith(_WITH_FRENCH_KEY) and not _french_key_holds(number):
            raise ValidationError
    except ValidationError:
        raise IbanNotValid(value=quoted(text)) from None
    return number


def check_bic(text: str) -> str:
    """Return a BIC of 8 or 11 characters in capitals; raises BicNotValid."""
    number = _capitals(_bare(text))
    try:
        if not _BIC.fullmatch(number):
            raise ValidationError
        return bic.validate(number)
    except ValidationError:
        raise BicNotValid(value=quoted(text)) from None


def grouped_iban(number: str) -> str:
    """An IBAN in groups of four, as on a bank slip (R77)."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def mask_iban(number: str) -> str:
    """An IBAN of which only the country, the check digits and the last four characters can be read."""
    return grouped_iban(number[:4] + "•" * (len(number) - 8) + number[-4:])
