"""Numbers: how an invoice is called in its continuous series."""

import re

from coopter.values.refusal import Refusal

MAX_LENGTH = 35
_ALLOWED = re.compile(r"[A-Za-z0-9+\-_/]+", re.ASCII)


class BadNumber(Refusal):
    """Le numéro « %(number)s » ne convient pas : au plus 35 caractères, lettres sans accent, chiffres et
    + - _ /. Changez le préfixe de la série."""


def invoice_number(series: str, *, year: int, sequence: int) -> str:
    """The number in its series, such as FA-2007-0012; past 9999 it simply gets longer.

    Continuous per series and year (CGI ann. II art. 242 nonies A); at most 35 characters of a short list
    (BR-FR-01, BR-FR-02). Raises BadNumber.
    """
    number = f"{series}-{year}-{sequence:04d}"
    if len(number) > MAX_LENGTH or sequence < 1 or not _ALLOWED.fullmatch(number):
        raise BadNumber(number=number)
    return number
