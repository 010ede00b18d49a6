"""What the hours' room decides: states of an entry, what a day may hold, what deserves a warning."""

from coopter.hours.rules.checks import (
    DAY_MINUTES,
    LONGEST_ACTIVITY,
    LONGEST_REASON,
    LongTime,
    check_confirmable,
    check_day,
    check_disputable,
    check_rewritable,
    check_seen,
    checked_activity,
    checked_reason,
    compare,
    long_times,
    monday_of,
    state_after_edit,
    sum_by_day,
    week_days,
)
from coopter.hours.rules.records import AWAITED, Change, EntryKey, EntryRecord, EntryState, Seen, Typed, Waiting, Worked
from coopter.hours.rules.refusals import (
    DayNotYetWorked,
    DayTooLong,
    EntryConfirmed,
    HoursNotConfirmed,
    LoggedBySomebodyElse,
    MonthLocked,
    NothingToConfirm,
    NothingToSubmit,
    NotInThisState,
    ReasonMissing,
    WeekConflict,
    WeekRefused,
)

__all__ = [
    "AWAITED", "DAY_MINUTES", "LONGEST_ACTIVITY", "LONGEST_REASON", "Change", "DayNotYetWorked", "DayTooLong",
    "EntryConfirmed", "EntryKey", "EntryRecord", "EntryState", "HoursNotConfirmed", "LoggedBySomebodyElse",
    "LongTime", "MonthLocked", "NotInThisState", "NothingToConfirm", "NothingToSubmit", "ReasonMissing", "Seen",
    "Typed", "Waiting", "WeekConflict", "WeekRefused", "Worked", "check_confirmable", "check_day",
    "check_disputable", "check_rewritable", "check_seen", "checked_activity", "checked_reason", "compare",
    "long_times", "monday_of", "state_after_edit", "sum_by_day", "week_days",
]  # fmt: skip
