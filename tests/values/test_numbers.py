"""French numbers, amounts, durations and days are understood; everything else is refused, never stored (R45)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coopter.values.durations import parse_minutes
from coopter.values.money import Money
from coopter.values.numbers import (
    AmountNotUnderstood,
    DayNotUnderstood,
    NoSuchDay,
    NumberNotUnderstood,
    parse_amount,
    parse_day,
    parse_decimal,
    parse_whole,
)
from coopter.values.refusal import Refusal
from tests.values.hostile_numbers import HOSTILE

AMOUNTS = {
    "0": 0,
    "7": 700,
    "1234,56": 123_456,
    "1234.56": 123_456,
    "1 234,56": 123_456,
    "1\u00a0234,56": 123_456,
    "1\u202f234,56\u00a0€": 123_456,
    "1 234 567,8": 123_456_780,
    "1 234,56 €": 123_456,
    "1234,56€": 123_456,
    "12,5 EUR": 1250,
    "  12,05  ": 1205,
    "-12,05": -1205,
    "- 12,05 €": -1205,
    "-0": 0,
    "007": 700,
    "0,1": 10,
    "999999999,99": 99_999_999_999,
    "999 999 999,99": 99_999_999_999,
}


@pytest.mark.parametrize(("text", "cents"), AMOUNTS.items())
def test_french_amounts(text, cents):
    assert parse_amount(text) == Money(cents)


def test_five_hundred_hostile_strings_are_all_refused_as_amounts():
    assert len(HOSTILE) >= 500
    for text in HOSTILE:
        with pytest.raises(AmountNotUnderstood) as refusal:
            parse_amount(text)
        assert len(str(refusal.value)) < 400
        assert "1 234,56" in str(refusal.value)


def test_the_hostile_strings_are_refused_or_finite_everywhere_else():
    for text in HOSTILE:
        for parse in (parse_decimal, parse_whole, parse_minutes, parse_day):
            try:
                value = parse(text)
            except Refusal as refusal:
                assert str(refusal)
            else:
                assert text.isascii() and isinstance(value, int | Decimal) and abs(value) < 10**9


@settings(deadline=None, max_examples=500)
@given(st.text(max_size=30) | st.text(alphabet="0123456789,. -€hHmin:/\u00a0\u202f", max_size=15))
def test_any_text_is_a_value_or_a_refusal(text):
    for parse in (parse_amount, parse_decimal, parse_whole, parse_minutes, parse_day):
        try:
            parse(text)
        except Refusal as refusal:
            assert str(refusal)


@given(st.integers(-(10**11) + 1, 10**11 - 1).map(Money))
def test_what_we_show_we_read_back(amount):
    assert parse_amount(str(amount)) == amount
    assert parse_amount(str(amount.decimal)) == amount


def test_decimals_and_whole_numbers():
    assert parse_decimal("18,4375") == Decimal("18.4375")
    assert parse_decimal("1 234.5", decimals=1) == Decimal("1234.5")
    assert parse_whole("1 234") == 1234
    with pytest.raises(NumberNotUnderstood, match="et 2 après"):
        parse_decimal("1,234", decimals=2)
    with pytest.raises(NumberNotUnderstood):
        parse_whole("12,5")


def test_days_first_day_or_iso():
    assert parse_day("05/03/2007") == parse_day("5/3/2007") == parse_day(" 2007-03-05 ") == date(2007, 3, 5)


@pytest.mark.parametrize(
    "wrong", ["", "5 mars", "05/03/07", "2007/03/05", "05-03-2007", "2007-3-5", "０5/03/2007", "2007-03-05T00:00"]
)
def test_other_days_are_refused(wrong):
    with pytest.raises(DayNotUnderstood, match="05/03/2007"):
        parse_day(wrong)


@pytest.mark.parametrize("wrong", ["30/02/2007", "2007-13-01", "01/01/0207", "01/01/2300", "00/01/2007"])
def test_days_outside_the_calendar_are_refused(wrong):
    with pytest.raises(NoSuchDay, match=wrong):
        parse_day(wrong)
