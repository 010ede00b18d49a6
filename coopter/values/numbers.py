"""Numbers and days as French people write them, read strictly (R45)."""

import re
from datetime import date

from coopter.values.digits import BLANKS, NumberNotUnderstood, WholeNumberNotUnderstood, parse_decimal, scaled_digits
from coopter.values.money import Money
from coopter.values.refusal import Refusal, quoted

__all__ = ["NumberNotUnderstood", "parse_amount", "parse_day", "parse_decimal", "parse_whole"]

_DAY_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_YEARS = range(1900, 2200)


class AmountNotUnderstood(Refusal):
    """« %(value)s » n'est pas un montant. Écrivez par exemple 1 234,56 : des chiffres, au plus 9 avant la virgule et 2
    après."""


class DayNotUnderstood(Refusal):
    """« %(value)s » n'est pas une date. Écrivez par exemple 05/03/2007 (jour/mois/année) ou 2007-03-05."""


class NoSuchDay(Refusal):
    """Le jour « %(value)s » n'existe pas au calendrier (années 1900 à 2199). Corrigez le jour, le mois ou l'année."""


def parse_amount(text: str) -> Money:
    """Read euros, "1 234,56 €", "1234.56" or "-12", at most 2 decimals; raises AmountNotUnderstood (R45)."""
    bare = text.strip(BLANKS)
    bare = bare.removesuffix("€") if bare.endswith("€") else bare.removesuffix("EUR")
    cents = scaled_digits(bare, decimals=2)
    if cents is None:
        raise AmountNotUnderstood(value=quoted(text))
    return Money(cents)


def parse_whole(text: str) -> int:
    """Read a whole number, "12" or "1 234"; raises WholeNumberNotUnderstood."""
    count = scaled_digits(text, decimals=0)
    if count is None:
        raise WholeNumberNotUnderstood(value=quoted(text))
    return count


def parse_day(text: str) -> date:
    """Read "05/03/2007" (day first) or "2007-03-05"; raises DayNotUnderstood and NoSuchDay."""
    bare = text.strip(BLANKS)
    if match := _YEAR_FIRST.fullmatch(bare):
        year, month, day = map(int, match.groups())
    elif match := _DAY_FIRST.fullmatch(bare):
        day, month, year = map(int, match.groups())
    else:
        raise DayNotUnderstood(value=quoted(text))
    if year not in _YEARS:
        raise NoSuchDay(value=quoted(text))
    try:
        return date(year, month, day)
    except ValueError:
        raise NoSuchDay(value=quoted(text)) from None
