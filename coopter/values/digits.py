"""The shape of a written number: ASCII digits, French spaces, comma or point (R45)."""

import re
from decimal import Decimal

from coopter.values.refusal import Refusal, quoted

BLANKS = " \u00a0\u202f"
"""The spaces that French typography and spreadsheets put inside numbers: plain, no-break, narrow no-break."""

_NUMBER = re.compile(rf"(-?)[{BLANKS}]?([0-9]{{1,9}}|[0-9]{{1,3}}(?:[{BLANKS}][0-9]{{3}}){{1,2}})(?:[,.]([0-9]+))?")


class NumberNotUnderstood(Refusal):
    """« %(value)s » n'est pas un nombre. Écrivez par exemple 18,4375 : des chiffres, au plus 9 avant la virgule et
    %(decimals)s après."""


class WholeNumberNotUnderstood(NumberNotUnderstood):
    """« %(value)s » n'est pas un nombre entier. Écrivez-le en chiffres, par exemple 12."""


def scaled_digits(text: str, *, decimals: int) -> int | None:
    """Read a number as a whole count of its last allowed decimal, or None when it has another shape."""
    match = _NUMBER.fullmatch(text.strip(BLANKS))
    if match is None or len(match[3] or "") > decimals:
        return None
    whole = re.sub(f"[{BLANKS}]", "", match[2])
    count = int(whole + (match[3] or "").ljust(decimals, "0"))
    return -count if match[1] else count


def parse_decimal(text: str, *, decimals: int = 4) -> Decimal:
    """Read "1 234,5" or "1234.5": ASCII digits, comma or point, groups of three; raises NumberNotUnderstood (R45)."""
    count = scaled_digits(text, decimals=decimals)
    if count is None:
        raise NumberNotUnderstood(value=quoted(text), decimals=decimals)
    return Decimal(count).scaleb(-decimals)
