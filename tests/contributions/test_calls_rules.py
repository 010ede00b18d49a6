"""A call in parts: instalments sum to the amount, a difference lowers the last calls first, nobody below nothing."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopter.contributions.rules.calls import Part, day_of_formula, figures_year_of, lowering, parts_of
from coopter.contributions.rules.formulas import BasisYear, Formula, Instalment
from coopter.contributions.rules.kinds import Base, CallKind
from coopter.values.money import Money, total

ON, OTHERWISE = date(2026, 4, 1), date(2026, 5, 1)
THIRDS = Formula(
    base=Base.PROFIT, instalments=(Instalment(3, 31, 33), Instalment(6, 30, 33), Instalment(9, 30, 34))
)  # fmt: skip


def test_without_instalment_all_is_due_by_the_usual_day() -> None:
    assert parts_of(Formula(), Money(100), year=2026, on=ON, otherwise=OTHERWISE) == (Part(OTHERWISE, Money(100)),)
    assert parts_of(THIRDS, Money(0), year=2026, on=ON, otherwise=OTHERWISE) == (Part(OTHERWISE, Money(0)),)


def test_a_day_gone_by_gives_way_to_the_usual_one() -> None:
    days = [part.due_on for part in parts_of(THIRDS, Money(10_001), year=2026, on=ON, otherwise=OTHERWISE)]
    assert days == [OTHERWISE, date(2026, 6, 30), date(2026, 9, 30)]


@given(st.integers(0, 10**11))
def test_instalments_sum_to_the_cent(cents: int) -> None:
    """R17."""
    parts = parts_of(THIRDS, Money(cents), year=2026, on=ON, otherwise=OTHERWISE)
    assert total(part.amount for part in parts) == Money(cents)
    assert all(part.due_on >= ON for part in parts)


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=12), st.data())
def test_what_is_given_back_is_taken_off_earlier_calls_and_never_more_than_they_hold(
    held: list[int], data: st.DataObject
) -> None:
    """R17, R19: the parts sum to the difference, each within its call."""
    back = data.draw(st.integers(1, sum(held)))
    earlier = list(enumerate(map(Money, held), start=1))
    parts = lowering(Money(-back), earlier, on=ON)
    assert total(part.amount for part in parts) == Money(-back)
    left = dict(earlier)
    for part in parts:
        assert part.lowers is not None and Money(0) < -part.amount <= left.pop(part.lowers)
    assert [part.lowers for part in parts] == sorted((part.lowers or 0 for part in parts), reverse=True)


def test_more_than_was_called_cannot_be_given_back() -> None:
    with pytest.raises(ValueError):
        lowering(Money(-101), [(1, Money(100))], on=ON)


def test_a_correction_counts_the_years_own_figures_where_the_formula_says_so() -> None:
    corrected = replace(THIRDS, basis_year=BasisYear.PREVIOUS_CORRECTED)
    years = {
        (basis, kind): figures_year_of(replace(THIRDS, basis_year=basis), year=2026, kind=kind)
        for basis in BasisYear
        for kind in (CallKind.YEAR, CallKind.CORRECTION)
    }
    assert years[BasisYear.PREVIOUS, CallKind.CORRECTION] == years[BasisYear.PREVIOUS, CallKind.YEAR] == 2025
    assert figures_year_of(corrected, year=2026, kind=CallKind.YEAR) == 2025
    assert figures_year_of(corrected, year=2026, kind=CallKind.CORRECTION) == 2026
    assert years[BasisYear.CURRENT, CallKind.YEAR] == 2026


def test_the_formula_is_that_of_the_year_called() -> None:
    assert day_of_formula(2026, on=date(2025, 12, 1)) == date(2026, 1, 1)
    assert day_of_formula(2026, on=date(2026, 4, 1)) == date(2026, 4, 1)
    assert day_of_formula(2026, on=date(2027, 4, 1)) == date(2026, 12, 31)
