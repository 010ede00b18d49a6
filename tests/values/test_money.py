"""Money is exact cents; a product is rounded once, half-up, the same for debts and credits."""

import pickle
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coopter.values.digits import NumberNotUnderstood
from coopter.values.durations import hundredths_of_hour
from coopter.values.money import Money, total
from coopter.values.rate import Rate

amounts = st.integers(-(10**11), 10**11).map(Money)
factors = st.decimals(-10_000, 10_000, places=4)


@given(amounts, amounts, amounts)
def test_addition_is_a_group(a, b, c):
    assert (a + b) + c == a + (b + c)
    assert a + b == b + a
    assert a - b == a + (-b)
    assert a + Money.zero() == a
    assert a - a == Money.zero()
    assert total([a, b, c]) == a + b + c
    assert abs(a) == max(a, -a)


@settings(deadline=None)
@given(amounts, factors)
def test_a_product_is_the_exact_one_rounded_half_up(amount, factor):
    exact = Decimal(amount.cents) * factor
    assert amount.times(factor).cents == int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    assert (-amount).times(factor) == -amount.times(factor) == amount.times(-factor)


def test_a_product_is_exact_beyond_the_digits_of_the_decimal_context():
    assert Money(10**18 + 1).times(Decimal("1000000000000000.5")) == Money(10**33 + 5 * 10**17 + 10**15 + 1)


@pytest.mark.parametrize(("cents", "rate", "expected"), [(250, "0.01", 3), (-250, "0.01", -3), (249, "0.01", 2)])
def test_half_a_cent_goes_away_from_zero(cents, rate, expected):
    assert Money(cents).times(Decimal(rate)) == Money(expected)


def test_vat_on_the_sum_and_not_line_by_line():
    lines = [Money(3333)] * 3
    assert total(lines).times(Rate.percent("20")) == Money(2000)
    assert total(line.times(Rate.percent("20")) for line in lines) == Money(2001)


def test_golden_a_rate_times_printed_hours():
    rate = Money(2723)
    for minutes, net, vat in [(3750, 170_188, 34_038), (2625, 119_131, 23_826), (1275, 57_864, 11_573)]:
        line = rate.times(hundredths_of_hour(minutes))
        assert (line, line.times(Rate.percent("20"))) == (Money(net), Money(vat))


def test_money_mixes_with_nothing_else():
    for wrong in (1, 1.0, Decimal(1), "1", None):
        with pytest.raises(TypeError):
            Money(1) + wrong
        with pytest.raises(TypeError):
            Money(1) - wrong
        with pytest.raises(TypeError):
            Money(1) < wrong  # noqa: B015
        assert Money(1) != wrong
    for wrong in (1.5, "2", None):
        with pytest.raises(TypeError):
            Money(1).times(wrong)
    with pytest.raises(TypeError):
        Money(4) / 2
    with pytest.raises(TypeError):
        Money(4) * 2


@pytest.mark.parametrize("wrong", [1.0, Decimal(1), "1", True, None])
def test_cents_are_a_whole_number(wrong):
    with pytest.raises(TypeError):
        Money(wrong)
    with pytest.raises(TypeError):
        Rate(wrong)


def test_money_orders_hides_nothing_and_travels():
    assert sorted([Money(3), Money(-1)]) == [Money(-1), Money(3)]
    assert Money(1)
    assert not Money.zero()
    assert Money(2).times(3) == Money(6)
    assert pickle.loads(pickle.dumps(Money(5))) == Money(5)
    with pytest.raises(AttributeError):
        Money(1).cents = 2


def test_money_is_shown_as_french_people_write_it():
    assert str(Money(123_456_789)) == "1\u202f234\u202f567,89\u00a0€"
    assert str(Money(-5)) == "-0,05\u00a0€"
    assert Money(-1205).decimal == Decimal("-12.05")
    assert str(Money(1200).decimal) == "12.00"


def test_rates_are_ten_thousandths():
    assert Rate.parse("18,4375") == Rate(184_375) == Rate.parse("18.4375")
    assert Rate.percent("20") == Rate(2000) == Rate.percent("20 %")
    assert Rate.percent("5,5").decimal == Decimal("0.055")
    assert Rate(550).in_percent == Decimal("5.50")
    assert str(Rate(184_375)) == "18,4375"
    assert Money(10_000).times(Rate.parse("1,87")) == Money(18_700)
    for wrong in ("18,43755", "NaN", "1e3", ""):
        with pytest.raises(NumberNotUnderstood):
            Rate.parse(wrong)
    with pytest.raises(NumberNotUnderstood):
        Rate.percent("5,555")
