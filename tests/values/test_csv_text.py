"""Exports are inert in any spreadsheet, and our own import gives the same values back (R46)."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coopter.values.csv_text import csv_lines, guarded, unguarded
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.numbers import parse_amount, parse_day, parse_whole
from coopter.values.rate import Rate
from coopter.values.table import Column, read_table

TRIGGERS = "=+-@\t\r＝＋－＠"
tricky = st.text(alphabet="=+-@\t\r\n＝＋－＠;,'\" \u00a0\u202fab1é|!", max_size=12)
texts = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Cn")), max_size=20) | tricky
cells = texts.filter(lambda text: text.strip() or not text)
ATTACKS = [
    "=1+1",
    "+33 2 97 00 00 00",
    "-5 %",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "a;=cmd|'/c calc'!A1;b",
    "a,=1",
    "a\t=1",
    '";=1',
    "'=1",
    "''=1",
    " =1",
    "\u00a0=1",
    '"=1"',
    "a\n=1",
    "Rennes, -5",
    "l'été",
    "'",
    "=",
    ";",
    '"',
    "a;\t=1",
    "x;;=1",
]


def cells_for_any_reader(text):
    """Every cell that a reader could see, whichever separator it believes in and whatever it does of quotes."""
    return [piece.strip(" \u00a0\u202f").lstrip('" \u00a0\u202f') for piece in re.split(r"[;,\t\r\n]", text)]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_an_attack_is_inert_and_comes_back_as_it_was(attack, delimiter):
    text = "".join(csv_lines(["a", "b", "c"], [["x", attack, "y"]], delimiter=delimiter))
    assert not [cell for cell in cells_for_any_reader(text) if cell.startswith(tuple(TRIGGERS))]
    (record,) = read_table(text.encode(), columns=[Column("a"), Column("b"), Column("c")])
    assert record.b == attack or not attack.strip()


@settings(deadline=None, max_examples=1500)
@given(texts)
def test_a_guard_can_be_taken_away(text):
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(tuple(TRIGGERS))


@settings(deadline=None, max_examples=500)
@given(st.lists(st.tuples(cells, cells, st.integers(-(10**8), 10**8)), min_size=1, max_size=6), st.sampled_from(";,\t"))
def test_the_round_trip_gives_the_same_values(rows, delimiter):
    amounts = [(one, two, Money(cents), cents) for one, two, cents in rows]
    text = "".join(csv_lines(["un", "deux", "montant", "nombre"], amounts, delimiter=delimiter))
    columns = [
        Column("un", required=False, default=""),
        Column("deux", required=False, default=""),
        Column("montant", parse=parse_amount),
        Column("nombre", parse=parse_whole),
    ]
    if "\ufeff" in text[:1]:
        return
    table = read_table(text.encode(), columns=columns)
    assert table.delimiter == delimiter
    for (one, two, amount, number), record in zip(amounts, table, strict=True):
        assert record.un == one
        assert record.deux == two
        assert (record.montant, record.nombre) == (amount, number)
    for cell in cells_for_any_reader(text):
        assert not cell.startswith(tuple(TRIGGERS)) or re.fullmatch(r"-[0-9]+(\.[0-9]{2})?", cell)


class Kind(Enum):
    GROSS_PAY = "gross_pay"


def test_numbers_days_and_names_as_written():
    row = [
        -5,
        Decimal("1E+2"),
        Money(-123_405),
        Rate(184_375),
        True,
        False,
        None,
        date(2007, 3, 5),
        Month(2007, 3),
        Kind.GROSS_PAY,
    ]
    header, line = csv_lines(list("abcdefghij"), iter([row]))
    assert header == "a,b,c,d,e,f,g,h,i,j\r\n"
    assert line == "-5,100,-1234.05,18.4375,oui,non,,2007-03-05,2007-03,gross_pay\r\n"
    assert list(csv_lines(["a"], [[Money(-123_405)]], delimiter=";"))[1] == '"-1234,05"\r\n'
    assert list(csv_lines(["a"], [[datetime(2007, 3, 5, 8, tzinfo=UTC)]]))[1] == "2007-03-05T08:00:00+00:00\r\n"
    (record,) = read_table(
        b'd;m\r\n2007-03-05;"-1234,05"\r\n', columns=[Column("d", parse=parse_day), Column("m", parse=parse_amount)]
    )
    assert (record.d, record.m) == (date(2007, 3, 5), Money(-123_405))


def test_what_has_no_cell_is_refused():
    with pytest.raises(TypeError, match="float"):
        list(csv_lines(["a"], [[1.5]]))
    with pytest.raises(ValueError, match="delimiter"):
        list(csv_lines(["a"], [], delimiter="|"))
