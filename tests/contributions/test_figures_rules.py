"""Figures as people type them, changes that ask a word, estimates that say how they were found (§3)."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopter.contributions.rules.figures import (
    Change,
    FigureNegative,
    FigureNotUnderstood,
    estimate,
    figure_words,
    grouped_figure,
    median_change,
    parse_figure,
    rounded,
    typed_figure,
)
from coopter.contributions.rules.kinds import Base
from coopter.values.numbers import AmountNotUnderstood
from coopter.values.refusal import Refusal


@pytest.mark.parametrize(
    ("base", "text", "amount"),
    [
        (Base.TURNOVER, "1 234 567,89 €", 123_456_789),
        (Base.TURNOVER, "1\u202f234\u202f567,89", 123_456_789),
        (Base.TURNOVER, "0", 0),
        (Base.PROFIT, "-12 000", -1_200_000),
        (Base.HEADCOUNT, "12,5", 1_250),
        (Base.HEADCOUNT, "12,5 ETP", 1_250),
        (Base.TONNES, "12,345 t", 12_345),
        (Base.SURFACE, "600 m²", 60_000),
        (Base.OTHER, "3.25", 325),
    ],
)
def test_what_people_type_is_read(base: Base, text: str, amount: int) -> None:
    """R45: French numbers, in the base's own unit."""
    assert parse_figure(base, text) == amount


@pytest.mark.parametrize(
    ("base", "text", "refusal"),
    [
        (Base.TURNOVER, "12,345", AmountNotUnderstood),
        (Base.TURNOVER, "beaucoup", AmountNotUnderstood),
        (Base.TURNOVER, "-1", FigureNegative),
        (Base.HEADCOUNT, "1e3", FigureNotUnderstood),
        (Base.HEADCOUNT, "-2", FigureNegative),
        (Base.TONNES, "1,2345", FigureNotUnderstood),
    ],
)
def test_what_is_no_figure_is_refused(base: Base, text: str, refusal: type[Refusal]) -> None:
    """R45: never guessed."""
    with pytest.raises(refusal):
        parse_figure(base, text)


@given(st.sampled_from([base for base in Base if base is not Base.HOURS_USED]), st.integers(0, 99_999_999_999))
def test_what_is_written_reads_back(base: Base, amount: int) -> None:
    """A form shows again exactly what was kept."""
    amount %= 10**9 * 100
    assert parse_figure(base, typed_figure(base, amount)) == parse_figure(base, grouped_figure(base, amount)) == amount


def test_figures_are_said_in_words() -> None:
    """Each in its unit."""
    assert figure_words(Base.TURNOVER, 123_456) == "1\u202f234,56\u00a0€"
    assert figure_words(Base.HEADCOUNT, 1_250) == "12,5 ETP"
    assert figure_words(Base.HOURS_USED, 450) == "7\u00a0h\u00a030"
    assert figure_words(Base.OTHER, 100_000) == "1\u202f000"


def test_thirty_percent_is_not_over_thirty() -> None:
    """The warning starts above 30 %, both ways, and after a loss on its size."""
    assert not Change(100, 130).is_large and Change(100, 131).is_large
    assert not Change(100, 70).is_large and Change(100, 69).is_large
    assert Change(-100, -131).is_large and not Change(-100, -90).is_large
    assert not Change(0, 5).is_large and Change(None, 5).percent is None
    assert str(Change(300, 400).percent) == "33.3"


def test_the_silent_move_with_the_median_of_the_others() -> None:
    """Three ratios at least; a loss and a newcomer say nothing of a trend."""
    now, before = {1: 110, 2: 120, 3: 300, 4: 5, 5: 7}, {1: 100, 2: 100, 3: 100, 4: -5}
    assert median_change(now, before) == (Fraction(6, 5), 3)
    assert median_change({1: 110, 2: 120}, before) is None
    assert median_change({1: 110, 2: 120, 3: 300, 6: 130}, {**before, 6: 100}) == (Fraction(5, 4), 4)
    guess = estimate(Base.TURNOVER, before=100_001, year=2025, trend=(Fraction(6, 5), 3))
    assert guess is not None and guess.amount == 120_001
    assert "1\u202f000,01\u00a0€ en 2024, × 1,2" in guess.words and "3 membres" in guess.words


def test_without_a_trend_last_year_stands_and_without_last_year_nothing_is_guessed() -> None:
    """No figure is invented."""
    same = estimate(Base.PROFIT, before=-500, year=2025, trend=(Fraction(2), 9))
    assert same is not None and same.amount == -500 and "faute de réponse" in same.words
    alone = estimate(Base.TURNOVER, before=500, year=2025, trend=None)
    assert alone is not None and alone.amount == 500
    assert estimate(Base.TURNOVER, before=None, year=2025, trend=(Fraction(1), 3)) is None


@given(st.fractions(-1000, 1000))
def test_rounding_is_half_away_from_zero(exact: Fraction) -> None:
    """Once, and never further than a half."""
    assert abs(rounded(exact) - exact) <= Fraction(1, 2)
    assert rounded(-exact) == -rounded(exact)
