"""Money, hours and days as French and English people write them."""

from datetime import date
from decimal import Decimal

import pytest

from coopter.plumbing import formats
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.rate import Rate


@pytest.mark.parametrize(
    ("cents", "french", "english"),
    [
        (123456, "1\u202f234,56\u00a0€", "€1,234.56"),
        (0, "0,00\u00a0€", "€0.00"),
        (-5, "-0,05\u00a0€", "-€0.05"),
        (10**11, "1\u202f000\u202f000\u202f000,00\u00a0€", "€1,000,000,000.00"),
    ],
)
def test_money(cents: int, french: str, english: str) -> None:
    assert formats.money(Money(cents)) == french
    assert formats.money(Money(cents), locale="en_GB") == english


@pytest.mark.parametrize(("minutes", "french", "english"), [(450, "7\u00a0h\u00a030", "7h30"), (420, "7\u00a0h", "7h")])
def test_hours(minutes: int, french: str, english: str) -> None:
    assert formats.hours(minutes) == french
    assert formats.hours(minutes, locale="en_GB") == english


def test_days() -> None:
    assert formats.day(date(2007, 3, 5)) == "5 mars 2007"
    assert formats.day(date(2007, 3, 1)) == "1er\u00a0mars 2007"
    assert formats.day(date(2007, 3, 5), locale="en_GB") == "5 March 2007"
    assert formats.weekday(date(2007, 3, 5)) == "lun. 5 mars"
    assert formats.short_day(date(2007, 3, 5)) == "05/03/2007"


def test_months() -> None:
    assert formats.month(Month(2007, 3)) == "mars 2007"
    assert formats.month(Month(2007, 8)) == "août 2007"
    assert formats.month(Month(2007, 8), locale="en_GB") == "August 2007"


def test_rates_and_prices() -> None:
    assert formats.rate_percent(Rate.percent("20")) == "20\u00a0%"
    assert formats.rate_percent(Rate.percent("5.5")) == "5,5\u00a0%"
    assert formats.rate_percent(Rate.percent("5.5"), locale="en_GB") == "5.5%"
    assert formats.unit_price(Rate.parse("27.23")) == "27,23\u00a0€"
    assert formats.unit_price(Rate.parse("18.4375")) == "18,4375\u00a0€"
    assert formats.unit_price(Rate.parse("18.4375"), locale="en_GB") == "€18.4375"
    assert formats.number(Decimal("62.5")) == "62,50"


def test_identifiers_in_groups() -> None:
    assert formats.iban("FR7630006000011234567890189").replace("\u00a0", " ") == "FR76 3000 6000 0112 3456 7890 189"
    assert formats.siret("70204275500240").replace("\u00a0", " ") == "702 042 755 00240"
    assert formats.siret("702042755").replace("\u00a0", " ") == "702 042 755"
