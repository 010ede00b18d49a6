"""French numbers, amounts, durations and days are understood; everything else is refused, never stored (R45)."""

import sys
import unicodedata
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coopter.values.durations import (
    DurationNotUnderstood,
    TooManyMinutes,
    hours_and_minutes,
    hundredths_of_hour,
    parse_minutes,
)
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
ODD = [
    "NaN",
    "nan",
    "sNaN",
    "Infinity",
    "-Infinity",
    "inf",
    "∞",
    "1e400",
    "1e4",
    "1E4",
    "1_000",
    "0x10",
    "0b1",
    "１２",
    "１２,５",
    "١٢",
    "१२",
    "--1",
    "+-1",
    "-+1",
    "+1",
    "1-",
    "(1)",
    "1.234,56",
    "1,234.56",
    "1.234.567",
    "1,234,567",
    "12,345",
    "1,2,3",
    "1..2",
    "1,,2",
    ",5",
    ".5",
    "5,",
    "5.",
    ",",
    ".",
    "-",
    "+",
    "€",
    "-€",
    "€12",
    "12$",
    "12£",
    "1'234,56",
    "1’234",
    "½",
    "²",
    "1²",
    "Ⅻ",
    "ⅷ",
    "一",
    "一二",
    "零",
    "1O",
    "l2",
    "O",
    "1/2",
    "1:2",
    "1;2",
    "1%00",
    "%31",
    "&#49;",
    "<b>1</b>",
    "{1}",
    "{{1}}",
    "${1}",
    "#1",
    "1#",
    '"1"',
    "'1'",
    "`1`",
    "=1",
    "@1",
    "1=1",
    "1+1",
    "2*3",
    "null",
    "None",
    "none",
    "true",
    "false",
    "undefined",
    "1e",
    "1e-",
    "1j",
    "1L",
    "1u",
    "1n",
    "1d",
    "1f",
    "1.0f",
    "1.d",
    "−1",
    "–1",
    "—1",
    "‐1",
    "﹣1",
    "－1",
    "1，5",
    "1．5",
    "1٫5",
    "1٬000",
    "1·",
    "1·5",
    "12,5€€",
    "€€",
    "EUR",
    "EUREUR",
    "12EUREUR",
    "eur12",
    "12eur",
    "1234567890",
    "12345678901234567890",
    "9999999999,99",
    "0000000000",
    "1,000",
    "0,001",
    "12,001",
    "-12,005",
    "1,123456789",
    "deux",
    "cent",
    "douze",
    "mille",
]
SPACED = [
    "",
    " ",
    "\u00a0",
    "\t",
    "\n",
    "12\n",
    "12\r\n",
    "\n12",
    "1\t234",
    "12\0",
    "\0",
    "1\u200b2",
    "\u200b12",
    "12\ufeff",
    "\ufeff12",
    "1\u2009234",
    "1\u2007234",
    "1\u3000234",
    "12 34",
    "1 23",
    "1  234",
    "1234 567",
    "1 2345",
    "1 234 56",
    "12 345 6",
    "1 2 3",
    "1 234 567 890",
    "1, 5",
    "1 ,5",
    "1,5 0",
    "- - 1",
    "-  1",
    "1 €€",
    "12 € 5",
    "12 €\n",
    "\u202e21",
    "1\u20602",
    "12\u00ad3",
    "1\x0b2",
    "12\x85",
    "12\u2028",
    "१२,५० €",
    "1" * 1000,
    "9" * 100_000,
    "1," + "0" * 100_000,
    " " * 100_000,
    "-" * 1000,
    "1 " * 1000,
]
ZEROS = [c for c in map(chr, range(128, sys.maxunicode + 1)) if unicodedata.decimal(c, None) == 0]
FOREIGN = [
    written
    for zero in ZEROS
    for one, two in [(chr(ord(zero) + 1), chr(ord(zero) + 2))]
    for written in (one, one + two, f"1{two}", f"{one},5", f"1,{two}", f"-{one}", f"{one} 234,56 €")
]
HOSTILE = sorted({*ODD, *SPACED, *FOREIGN})


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


DURATIONS = {
    "7h30": 450,
    "7 h 30": 450,
    "7H30": 450,
    "7:30": 450,
    "07:05": 425,
    "7h": 420,
    "7 h": 420,
    "7": 420,
    "7,5": 450,
    "7.5": 450,
    "7,50 h": 450,
    "450 min": 450,
    "450min": 450,
    "450 mn": 450,
    "30 minutes": 30,
    "7 heures 30": 450,
    "1 heure": 60,
    "0": 0,
    "7\u00a0h\u00a030": 450,
    "7\u202fh\u202f30\u202fmin": 450,
    "7h30min": 450,
    "0,25": 15,
    "3.4833": 209,
    "7,33": 440,
    "1607": 96_420,
    " 7h30 ": 450,
    "0h05": 5,
    "24:00": 1440,
}


@pytest.mark.parametrize(("text", "minutes"), DURATIONS.items())
def test_durations_as_french_people_write_them(text, minutes):
    assert parse_minutes(text) == minutes


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "-7",
        "-1h30",
        "7h5",
        "7h300",
        "7,12345",
        "7h30,5",
        "h30",
        "7hh",
        "1e2",
        "NaN",
        "７h30",
        "7  h 30",
        "7;30",
        "450 s",
    ],
)
def test_other_durations_are_refused_with_the_way_to_write_them(wrong):
    with pytest.raises(DurationNotUnderstood, match="7h30, 7,5 ou 450 min"):
        parse_minutes(wrong)


def test_sixty_minutes_are_an_hour():
    with pytest.raises(TooManyMinutes, match="7h75"):
        parse_minutes("7h75")


@given(st.integers(0, 100_000))
def test_written_durations_read_back(minutes):
    assert parse_minutes(hours_and_minutes(minutes)) == minutes
    assert parse_minutes(str(hundredths_of_hour(minutes))) == minutes
    assert hundredths_of_hour(-minutes) == -hundredths_of_hour(minutes)


def test_hundredths_of_an_hour_are_rounded_half_up():
    for minutes in range(3000):
        assert hundredths_of_hour(minutes) == Decimal((minutes * 200 + 60) // 120) / 100
    assert str(hundredths_of_hour(209)) == "3.48"
    assert hours_and_minutes(450) == "7\u00a0h\u00a030"
    assert hours_and_minutes(-60) == "-1\u00a0h"


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
