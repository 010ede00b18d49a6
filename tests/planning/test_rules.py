"""Weekly patterns, their real instants and what stands in their way: pure, without app or database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopter.planning.rules import (
    NoSuchTime,
    PatternTooLong,
    ShiftHasNoLength,
    ShiftTooLong,
    Slot,
    Weekly,
    check_pattern_period,
    clashes,
    clock_text,
    expand,
    monday_of,
    moved_day,
    parse_time,
    plain,
    slot_on,
    wall_minutes,
    written_slot,
)
from coopter.values.period import Period

PARIS = ZoneInfo("Europe/Paris")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))
MINUTES = st.integers(0, 1439)


def last_sunday(year: int, month: int) -> date:
    day = date(year, month, 31)
    return day - timedelta(days=(day.weekday() + 1) % 7)


CHANGES = st.builds(last_sunday, st.integers(2000, 2060), st.sampled_from((3, 10)))


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("8h30", 510),
        ("8:30", 510),
        ("8 h 30", 510),
        ("12", 720),
        ("12h", 720),
        ("0h", 0),
        ("24h", 1440),
        (" 7H05 ", 425),
    ],
)
def test_an_hour_is_read_as_people_write_it(text: str, minutes: int) -> None:
    assert parse_time(text) == minutes


@pytest.mark.parametrize("text", ["", "25h", "8h60", "24h01", "-8h", "8,5", "midi", "８h", "8h3", "1e1"])
def test_what_is_not_an_hour_is_refused(text: str) -> None:
    with pytest.raises(NoSuchTime):
        parse_time(text)


@given(MINUTES)
def test_an_hour_written_is_read_back(minutes: int) -> None:
    assert parse_time(clock_text(minutes)) == minutes


@pytest.mark.parametrize(
    ("day", "start", "end", "minutes"),
    [
        (SPRING, 0, 480, 420),  # the night of the change: 8 h on the clock are 7 h of work
        (AUTUMN, 0, 480, 540),
        (SPRING - timedelta(days=1), 1320, 360, 420),  # 22h to 6h
        (AUTUMN - timedelta(days=1), 1320, 360, 540),
        (date(2026, 6, 1), 1320, 360, 480),
        (SPRING, 90, 150, 30),  # 2h30 does not exist: the shift ends when it would come
        (AUTUMN, 90, 150, 60),  # 2h30 comes twice: the first is meant
    ],
)
def test_a_shift_has_its_real_length(day: date, start: int, end: int, minutes: int) -> None:
    assert slot_on(day, start, end).minutes == minutes


@given(st.one_of(DAYS, CHANGES), MINUTES, MINUTES)
def test_a_slot_is_real_and_shows_the_hours_that_were_said(day: date, start: int, end: int) -> None:
    try:
        slot = slot_on(day, start, end)
    except (ShiftHasNoLength, ShiftTooLong):
        return
    assert slot.starts_at < slot.ends_at
    assert slot.minutes == (slot.ends_at - slot.starts_at).total_seconds() / 60
    assert slot.starts_at.astimezone(PARIS).date() == day == slot.day
    skipped = day.month == 3 and day == last_sunday(day.year, 3)
    for said, at in ((start, slot.starts_at), (end, slot.ends_at)):
        shown = wall_minutes(at)
        if not (at.astimezone(PARIS).date().month == 3 and 120 <= said < 180 and shown == 180):
            assert shown == said
        else:
            assert skipped or (day + timedelta(days=1)) == last_sunday(day.year, 3)


@given(DAYS, st.integers(1, 400), st.integers(0, 6), MINUTES, st.integers(30, 900))
def test_a_pattern_makes_each_of_its_weekdays_once(
    start: date, length: int, weekday: int, starts: int, lasts: int
) -> None:
    period = Period(start, start + timedelta(days=length))
    slots = list(expand(Weekly(weekday, starts, starts + lasts), period))
    wanted = [start + timedelta(days=step) for step in range(length)]
    wanted = [day for day in wanted if day.weekday() == weekday]
    made = [slot.day for slot in slots]
    lost = [day for day in wanted if day not in made]
    assert all(day == last_sunday(day.year, 3) for day in lost), "only the night without that hour makes no shift"
    assert sorted(made + lost) == wanted


def test_a_day_without_length_or_too_long_is_refused() -> None:
    with pytest.raises(ShiftHasNoLength):
        slot_on(date(2026, 6, 1), 480, 480)
    with pytest.raises(ShiftHasNoLength):
        slot_on(SPRING, 120, 150)
    with pytest.raises(ShiftTooLong):
        slot_on(date(2026, 6, 1), 0, 1000)
    with pytest.raises(ShiftHasNoLength):
        list(expand(Weekly(0, 480, 480), Period(date(2026, 1, 1), date(2026, 2, 1))))


def test_a_pattern_is_two_years_at_most() -> None:
    check_pattern_period(Period(date(2026, 1, 1), date(2027, 12, 31)))
    with pytest.raises(PatternTooLong):
        check_pattern_period(Period(date(2026, 1, 1), date(2028, 6, 1)))


def _slots(draw: list[tuple[int, int]]) -> list[Slot]:
    start = datetime(2026, 6, 1, tzinfo=UTC)
    return [
        Slot((start + timedelta(hours=at)).date(), start + timedelta(hours=at), start + timedelta(hours=at + lasts))
        for at, lasts in draw
    ]


HOURS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), max_size=12)


@given(HOURS, HOURS)
def test_clashes_are_those_that_a_plain_comparison_finds(
    ours: list[tuple[int, int]], theirs: list[tuple[int, int]]
) -> None:
    first, second = _slots(ours), _slots(theirs)
    assert set(clashes(first, second)) == {other for other in second if any(one.overlaps(other) for one in first)}


def test_slots_that_touch_do_not_clash() -> None:
    morning, afternoon = slot_on(SPRING, 480, 720), slot_on(SPRING, 720, 960)
    assert not clashes([morning], [afternoon])


@given(DAYS, st.integers(0, 6))
def test_a_day_moves_inside_its_week(day: date, weekday: int) -> None:
    moved = moved_day(day, weekday)
    assert moved.weekday() == weekday and monday_of(moved) == monday_of(day)


def test_a_slot_in_words() -> None:
    assert written_slot(slot_on(date(2026, 3, 5), 510, 720)) == "05/03/2026 de 8h30 à 12h"


@given(st.text())
def test_no_control_nor_line_break_goes_to_a_calendar(text: str) -> None:
    written = plain(text)
    assert len(written.splitlines()) <= 1
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u2028\u2029" for c in written)
