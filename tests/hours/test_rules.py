"""The rules of hours, without app or database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopter.hours.rules import (
    DayNotYetWorked,
    DayTooLong,
    EntryConfirmed,
    EntryKey,
    EntryRecord,
    EntryState,
    LoggedBySomebodyElse,
    LongTime,
    NotInThisState,
    ReasonMissing,
    Typed,
    WeekConflict,
    check_confirmable,
    check_day,
    check_disputable,
    check_rewritable,
    checked_activity,
    checked_reason,
    compare,
    long_times,
    monday_of,
    state_after_edit,
    sum_by_day,
    week_days,
)
from coopter.values.texts import HiddenCharacter, TextTooLong

DAYS = st.dates(date(1990, 1, 1), date(2150, 1, 1))
MINUTES = st.integers(0, 1440)
AT = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)
LINE = EntryRecord(
    1, date(2026, 10, 13), 420, "", EntryState.SUBMITTED, None, None, None, "Nolwenn", 9, 2, AT, None, 3
)  # fmt: skip
KEY = EntryKey(1, 2, date(2026, 10, 13))


@given(DAYS)
def test_a_week_is_seven_days_from_a_monday(day):
    days = week_days(day)
    assert day in days and days[0] == monday_of(day) and days[0].weekday() == 0
    assert [one - days[0] for one in days] == [timedelta(days=step) for step in range(7)]


@given(DAYS, MINUTES, st.integers(0, 5000))
def test_a_day_is_accepted_up_to_24_hours_whoever_the_hours_are_done_for(day, minutes, others):
    if minutes + others > 1440:
        with pytest.raises(DayTooLong):
            check_day(worked_on=day, minutes=minutes, others=others, today=day)
    else:
        check_day(worked_on=day, minutes=minutes, others=others, today=day)


@given(DAYS, st.integers(-400, 400))
def test_days_are_accepted_up_to_sunday(today, shift):
    day = today + timedelta(days=shift)
    if day > monday_of(today) + timedelta(days=6):
        with pytest.raises(DayNotYetWorked):
            check_day(worked_on=day, minutes=60, others=0, today=today)
    else:
        check_day(worked_on=day, minutes=60, others=0, today=today)


@given(st.dictionaries(st.sampled_from(week_days(date(2026, 10, 15))), MINUTES))
def test_warnings_tell_each_long_day_and_the_long_week_once(days):
    told = long_times(days, daily=600, weekly=2880)
    assert [one.day for one in told if one.day] == sorted(day for day, minutes in days.items() if minutes > 600)
    assert (LongTime(None, sum(days.values()), 2880) in told) == (sum(days.values()) > 2880)


@given(st.integers(0, 1440), st.integers(0, 9), st.integers(0, 1440))
def test_a_stale_form_never_wins_and_an_untouched_cell_never_undoes(minutes, version, shown):
    typed = Typed(KEY, minutes, version, shown)
    if minutes == LINE.minutes:
        assert compare([typed], {KEY: LINE}) == ()
    elif version == LINE.version:
        (change,) = compare([typed], {KEY: LINE})
        assert (change.minutes, change.before) == (minutes, LINE)
    elif minutes == shown:
        assert compare([typed], {KEY: LINE}) == ()
    else:
        with pytest.raises(WeekConflict) as clash:
            compare([typed], {KEY: LINE})
        assert clash.value.cells == {KEY: (typed, LINE)}


def test_a_line_removed_meanwhile_is_told_too():
    assert compare([Typed(KEY, 0, 3, 420)], {}) == ()
    assert compare([Typed(KEY, 420, 3, 420)], {}) == ()
    with pytest.raises(WeekConflict):
        compare([Typed(KEY, 60, 3, 420)], {})


@pytest.mark.parametrize(
    ("state", "by_structure", "by_coordinator", "disputable"),
    [
        (EntryState.DRAFT, False, False, False),
        (EntryState.SUBMITTED, True, True, True),
        (EntryState.DISPUTED, False, True, False),
        (EntryState.CONFIRMED, False, False, True),
    ],
)
def test_what_each_state_allows(state, by_structure, by_coordinator, disputable):
    line = replace(LINE, state=state)
    for check, allowed in (
        (lambda: check_confirmable(line, as_structure=True), by_structure),
        (lambda: check_confirmable(line, as_structure=False), by_coordinator),
        (lambda: check_disputable(line), disputable),
    ):
        if allowed:
            check()
        else:
            with pytest.raises(NotInThisState):
                check()


def test_who_may_rewrite_a_line():
    confirmed = replace(LINE, state=EntryState.CONFIRMED, confirmed_by="Paul", logged_by="Paul")
    check_rewritable(LINE, by="Anne", as_structure=False, confirm=False)
    check_rewritable(confirmed, by="Paul", as_structure=True, confirm=True)
    for line, by, as_structure, confirm, no in (
        (LINE, "Paul", True, True, LoggedBySomebodyElse),
        (confirmed, "Anne", False, False, EntryConfirmed),
        (confirmed, "Paul", True, False, EntryConfirmed),
    ):
        with pytest.raises(no):
            check_rewritable(line, by=by, as_structure=as_structure, confirm=confirm)


def test_the_employees_own_lines_are_drafts_until_sent():
    assert state_after_edit(by_employee=True, confirm=False) is EntryState.DRAFT
    assert state_after_edit(by_employee=False, confirm=False) is EntryState.SUBMITTED
    assert state_after_edit(by_employee=False, confirm=True) is EntryState.CONFIRMED


def test_texts_are_one_clean_line():
    assert checked_activity("  Paie \t et   déclarations ") == "Paie et déclarations"
    with pytest.raises(TextTooLong):
        checked_activity("x" * 81)
    with pytest.raises(HiddenCharacter):
        checked_activity("paie\u202e")
    with pytest.raises(ReasonMissing):
        checked_reason(" \n ")


def test_days_are_summed_over_lines():
    assert sum_by_day([LINE, replace(LINE, minutes=30)]) == {LINE.worked_on: 450}
