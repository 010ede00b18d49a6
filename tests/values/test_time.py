"""Months, periods and instants: ranges [start, end), civil days of Paris, minutes that really passed (R20, R21)."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coopter.values.instants import at_paris, elapsed_minutes, minutes_in_day, paris_day
from coopter.values.month import Month, NoSuchMonth
from coopter.values.period import Period, PeriodEndsBeforeItStarts

days = st.dates(date(1990, 1, 1), date(2090, 1, 1))
near = st.integers(0, 60).map(lambda n: date(2026, 1, 1) + timedelta(days=n))
periods = st.builds(
    lambda start, length: Period(start, None if length is None else start + timedelta(days=length)),
    near,
    st.none() | st.integers(1, 30),
)
WINDOW = [date(2025, 12, 31) + timedelta(days=n) for n in range(130)]


@given(days)
def test_a_month_holds_exactly_its_days(day):
    month = Month.of(day)
    assert day in month
    assert month.first <= day <= month.last < month.end
    assert month.last not in month.next()
    assert month.end in month.next()
    assert month.next().previous() == month
    assert month.previous() < month < month.next()
    assert month.days() == tuple(month.first + timedelta(days=n) for n in range((month.end - month.first).days))
    assert Month.from_number(month.number) == month == Month.parse(str(month))
    assert Month.parse(f"{month.month:02d}/{month.year}") == month


def test_a_month_as_written():
    assert str(Month(2007, 3)) == "2007-03"
    assert Month(2007, 3).number == 200703
    assert Month.parse(" 3/2007 ") == Month(2007, 3)
    assert Month(2007, 12).end == date(2008, 1, 1)
    assert len(Month(2028, 2).days()) == 29


@pytest.mark.parametrize(
    "wrong", ["2007-13", "2007-00", "2007-3", "mars", "", "２００７-03", "2007-03-01", "13/2007", "0000-01"]
)
def test_a_month_that_does_not_exist_is_refused_with_its_text(wrong):
    with pytest.raises(NoSuchMonth, match="2007-03"):
        Month.parse(wrong)


def test_a_month_number_is_checked_and_an_instant_has_no_month_of_its_own():
    with pytest.raises(NoSuchMonth):
        Month.from_number(200799)
    with pytest.raises(TypeError):
        Month.of(datetime(2025, 12, 31, 23, 30, tzinfo=UTC))


@settings(deadline=None)
@given(periods, periods)
def test_period_algebra_agrees_with_sets_of_days(one, other):
    first = {day for day in WINDOW if one.contains(day)}
    second = {day for day in WINDOW if other.contains(day)}
    assert one.overlaps(other) == other.overlaps(one) == bool(first & second)
    shared = one.intersection(other)
    assert {day for day in WINDOW if shared and shared.contains(day)} == first & second
    assert shared == other.intersection(one)
    assert one.covers(other) == (second <= first and not (one.end and other.end is None))
    assert one.covers(one)
    assert one.last is None if one.end is None else one.last == max(first)
    assert Period.through(one.start, one.last) == one


def test_a_period_of_a_month_and_a_period_backwards():
    assert Period.of_month(Month(2007, 2)) == Period.through(date(2007, 2, 1), date(2007, 2, 28))
    assert Period.through(date(2007, 2, 1), date(2007, 2, 1)).contains(date(2007, 2, 1))
    with pytest.raises(PeriodEndsBeforeItStarts, match=r"05/03/2007.*04/03/2007"):
        Period.through(date(2007, 3, 5), date(2007, 3, 4))
    with pytest.raises(PeriodEndsBeforeItStarts):
        Period(date(2007, 3, 5), date(2007, 3, 5))


def test_every_day_of_sixty_years_has_23_24_or_25_hours():
    day, lengths = date(2000, 1, 1), []
    while day < date(2060, 1, 1):
        lengths.append(minutes_in_day(day))
        day += timedelta(days=1)
    assert set(lengths) == {1380, 1440, 1500}
    assert lengths.count(1380) == lengths.count(1500) == 60
    whole = elapsed_minutes(at_paris(date(2000, 1, 1), time()), at_paris(date(2060, 1, 1), time()))
    assert sum(lengths) == whole


def test_shifts_over_the_change_of_hour_show_their_real_length():
    autumn = at_paris(date(2026, 10, 24), time(22)), at_paris(date(2026, 10, 25), time(5))
    spring = at_paris(date(2026, 3, 28), time(22)), at_paris(date(2026, 3, 29), time(7))
    assert elapsed_minutes(*autumn) == 8 * 60
    assert elapsed_minutes(*spring) == 8 * 60
    first = at_paris(date(2026, 10, 25), time(2, 30))
    second = at_paris(date(2026, 10, 25), time(2, 30), second_time=True)
    assert elapsed_minutes(first, second) == 60


@given(st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1)), st.integers(0, 2000), st.integers(0, 2000))
def test_the_parts_of_a_shift_sum_to_the_whole(start, first, second):
    start = start.replace(tzinfo=UTC)
    middle, end = start + timedelta(minutes=first), start + timedelta(minutes=first + second)
    assert elapsed_minutes(start, middle) + elapsed_minutes(middle, end) == elapsed_minutes(start, end)


@pytest.mark.parametrize("offset", [0, 1, 2, 12, -8])
def test_new_year_in_paris_is_new_year_whatever_the_zone_of_the_server(offset):
    zone = timezone(timedelta(hours=offset))
    for year in range(2020, 2031):
        assert Month.of(paris_day(datetime(year - 1, 12, 31, 22, 59, tzinfo=UTC).astimezone(zone))).year == year - 1
        assert Month.of(paris_day(datetime(year - 1, 12, 31, 23, 30, tzinfo=UTC).astimezone(zone))) == Month(year, 1)


def test_an_instant_without_zone_is_a_mistake():
    with pytest.raises(TypeError):
        paris_day(datetime(2026, 1, 1))
    with pytest.raises(TypeError):
        elapsed_minutes(datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC))
