"""Money, hours and days as people read them: the one place where Babel writes them, for pages, mails and documents."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, get_month_names
from babel.numbers import format_currency, format_decimal

from coopter.values.durations import hours_and_minutes
from coopter.values.instants import PARIS
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.rate import Rate

FRENCH = "fr_FR"
_NARROW_SPACE, _SPACE = "\u202f", "\u00a0"
_CENTS, _UP_TO_FOUR = "#,##0.00", "#,##0.00##"


@lru_cache(maxsize=8)
def _locale(locale: str) -> Locale:
    return Locale.parse(locale)


@lru_cache(maxsize=8)
def _as_money(locale: str, negative: bool) -> tuple[str, str, str, str]:
    """What Babel writes before, between the thousands, before the cents and after an amount in euros."""
    sample = format_currency(Decimal("-1234.56" if negative else "1234.56"), "EUR", locale=_locale(locale))
    before, rest = sample.split("1", 1)
    between, rest = rest.split("234", 1)
    point, after = rest.split("56", 1)
    return before, between, point, after


def money(amount: Money, *, locale: str = FRENCH) -> str:
    """An amount in euros with two decimals: « 1 234,56 € ». Pages write hundreds: Babel is asked once for its marks."""
    before, between, point, after = _as_money(locale, amount.cents < 0)
    euros, cents = divmod(abs(amount.cents), 100)
    return f"{before}{f'{euros:,}'.replace(',', between)}{point}{cents:02d}{after}"


def number(quantity: Decimal, *, locale: str = FRENCH) -> str:
    """A quantity with two decimals: « 62,50 »."""
    return format_decimal(quantity, format=_CENTS, locale=_locale(locale))


def hours(minutes: int, *, locale: str = FRENCH) -> str:
    """Minutes as hours: « 7 h 30 »; the English page writes « 7h30 »."""
    written = hours_and_minutes(minutes)
    return written if _locale(locale).language == "fr" else written.replace(_SPACE, "")


def day(day: date, *, locale: str = FRENCH) -> str:
    """A civil day in full: « 5 mars 2007 », « 1er mars 2007 »."""
    parsed = _locale(locale)
    if parsed.language == "fr" and day.day == 1:
        return f"1er{_SPACE}" + format_date(day, "MMMM y", locale=parsed)
    return format_date(day, "long", locale=parsed)


def weekday(day: date, *, locale: str = FRENCH) -> str:
    """A civil day as a line of a calendar: « lun. 5 mars »."""
    parsed = _locale(locale)
    first = parsed.language == "fr" and day.day == 1
    return format_date(day, f"EEE '1er{_SPACE}'MMM" if first else "EEE d MMM", locale=parsed)


def short_day(day: date, *, locale: str = FRENCH) -> str:
    """A civil day in figures: « 05/03/2007 »."""
    return format_date(day, "dd/MM/yyyy", locale=_locale(locale))


def month(month: Month, *, locale: str = FRENCH) -> str:
    """A month in full: « mars 2007 »."""
    return f"{get_month_names('wide', locale=_locale(locale), context='stand-alone')[month.month]} {month.year}"


def rate_percent(rate: Rate, *, locale: str = FRENCH) -> str:
    """A rate as a percentage: « 20 % », « 5,5 % »."""
    parsed = _locale(locale)
    gap = _SPACE if parsed.language == "fr" else ""
    return format_decimal(rate.in_percent, format="#,##0.##", locale=parsed) + f"{gap}%"


def unit_price(rate: Rate, *, locale: str = FRENCH) -> str:
    """A price per hour with two to four decimals: « 27,23 € », « 18,4375 € »."""
    parsed = _locale(locale)
    pattern = f"{_UP_TO_FOUR}{_SPACE}¤" if parsed.language == "fr" else f"¤{_UP_TO_FOUR}"
    return format_currency(rate.decimal, "EUR", format=pattern, locale=parsed, currency_digits=False)


def iban(account: str) -> str:
    """An IBAN in groups of four, with spaces that do not break."""
    return _SPACE.join(account[start : start + 4] for start in range(0, len(account), 4))


def siret(digits: str) -> str:
    """A SIREN or a SIRET in its usual groups: « 702 042 755 00240 »."""
    groups = [digits[0:3], digits[3:6], digits[6:9], digits[9:]]
    return _SPACE.join(group for group in groups if group)


def instant(at: datetime, *, locale: str = FRENCH) -> str:
    """« 5 mars 2026 à 14:05 »: an instant as Paris clocks show it."""
    there = at.astimezone(PARIS)
    between = " à " if _locale(locale).language == "fr" else ", "
    return f"{day(there.date(), locale=locale)}{between}{there:%H:%M}"


def written(value: object, *, locale: str = FRENCH) -> str:
    """Any value of the trade as people write it; whatever is none of them, as its own text."""
    if isinstance(value, Money):
        return money(value, locale=locale)
    if isinstance(value, Month):
        return month(value, locale=locale)
    if isinstance(value, datetime):
        return instant(value, locale=locale)
    if isinstance(value, date):
        return day(value, locale=locale)
    if isinstance(value, Decimal):
        return format_decimal(value, format="#,##0.######", locale=_locale(locale))
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(written(one, locale=locale) for one in value)
    return str(value)
