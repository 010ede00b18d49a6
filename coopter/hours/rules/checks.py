"""What a day may hold, who may rewrite a line, what deserves a warning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from coopter.hours.rules.records import Change, EntryKey, EntryRecord, EntryState, Seen, Typed
from coopter.hours.rules.refusals import (
    DayNotYetWorked,
    DayTooLong,
    EntryConfirmed,
    LoggedBySomebodyElse,
    NotInThisState,
    ReasonMissing,
    WeekConflict,
)
from coopter.values.durations import hours_and_minutes
from coopter.values.refusal import Conflict
from coopter.values.texts import clean_line

DAY_MINUTES = 1440
LONGEST_ACTIVITY = 80
LONGEST_REASON = 500


def compare(typed: Iterable[Typed], stored: Mapping[EntryKey, EntryRecord]) -> tuple[Change, ...]:
    """What of a form is really a change of its author's; a cell left as it was shown never undoes another's.

    Raises WeekConflict with every cell that its author changed and that another changed meanwhile (row R22).
    """
    changes: list[Change] = []
    clashes: dict[EntryKey, tuple[Typed, EntryRecord | None]] = {}
    for cell in typed:
        now = stored.get(cell.key)
        standing, version = (now.minutes, now.version) if now else (0, 0)
        if cell.minutes == standing:
            continue
        if cell.version in (None, version):
            changes.append(Change(cell.key, cell.minutes, now))
        elif cell.minutes != cell.shown:
            clashes[cell.key] = (cell, now)
    if clashes:
        raise WeekConflict(cells=clashes)
    return tuple(changes)


def monday_of(day: date) -> date:
    """The first day of the week that holds a day; a week runs from Monday to Sunday (Code du travail, L3121-35)."""
    return day - timedelta(days=day.weekday())


def week_days(day: date) -> tuple[date, ...]:
    """The seven days of the week that holds a day."""
    monday = monday_of(day)
    return tuple(monday + timedelta(days=step) for step in range(7))


def check_day(*, worked_on: date, minutes: int, others: int, today: date) -> None:
    """Refuse a day that the calendar cannot hold: minutes here plus `others` (the same day's, over all structures).

    Raises DayTooLong over 24 h and DayNotYetWorked after the Sunday of the current week.
    """
    if worked_on > week_days(today)[-1]:
        raise DayNotYetWorked(day=worked_on)
    if minutes + others > DAY_MINUTES:
        raise DayTooLong(day=worked_on, hours=hours_and_minutes(minutes + others))


def check_confirmable(entry: EntryRecord, *, as_structure: bool) -> None:
    """A structure confirms what was submitted to it; the coordinator may settle a dispute. Raises NotInThisState."""
    ready = (EntryState.SUBMITTED,) if as_structure else (EntryState.SUBMITTED, EntryState.DISPUTED)
    if entry.state not in ready:
        raise NotInThisState(day=entry.worked_on)


def check_disputable(entry: EntryRecord) -> None:
    """What was submitted may be disputed, and what was confirmed reopened; raises NotInThisState."""
    if entry.state not in (EntryState.SUBMITTED, EntryState.CONFIRMED):
        raise NotInThisState(day=entry.worked_on)


def check_seen(seen: Iterable[Seen], stored: Mapping[int, EntryRecord]) -> None:
    """Refuse to act on a line that changed since the page showed it; raises Conflict with both (row R22)."""
    stale = [one for one in seen if stored[one.id].version != one.version]
    if stale:
        raise Conflict(
            mine={_label(stored[one.id]): one.minutes for one in stale},
            theirs={_label(stored[one.id]): stored[one.id].minutes for one in stale},
        )


def _label(entry: EntryRecord) -> str:
    return entry.worked_on.isoformat() + (f" {entry.activity}" if entry.activity else "")


def check_rewritable(entry: EntryRecord, *, by: str, as_structure: bool, confirm: bool) -> None:
    """Whether a standing line may be rewritten by `by`.

    A structure rewrites only what it logged itself (an employee's line it disputes), and may correct what it logged and
    confirmed in the same act; whatever else is confirmed stays. Raises LoggedBySomebodyElse, EntryConfirmed.
    """
    if as_structure and entry.logged_by != by:
        raise LoggedBySomebodyElse(day=entry.worked_on, name=entry.logged_by)
    own = as_structure and confirm and entry.confirmed_by == by
    if entry.state is EntryState.CONFIRMED and not own:
        raise EntryConfirmed(day=entry.worked_on)


def checked_reason(text: str) -> str:
    """A reason in one line of at most 500 characters; raises ReasonMissing, TextTooLong, HiddenCharacter."""
    reason = clean_line(text, most=LONGEST_REASON)
    if not reason:
        raise ReasonMissing()
    return reason


def checked_activity(text: str) -> str:
    """The activity's name in one line of at most 80 characters; raises TextTooLong, HiddenCharacter."""
    return clean_line(text, most=LONGEST_ACTIVITY)


@dataclass(frozen=True, slots=True)
class LongTime:
    """A day or a week over what the law makes usual: a warning, never a refusal. Minutes over all structures."""

    day: date | None
    minutes: int
    limit: int


def long_times(day_minutes: Mapping[date, int], *, daily: int, weekly: int) -> tuple[LongTime, ...]:
    """What deserves a warning in one week: a day over `daily` minutes (L3121-18), the week over `weekly` (L3121-20)."""
    days = [LongTime(day, minutes, daily) for day, minutes in sorted(day_minutes.items()) if minutes > daily]
    whole = sum(day_minutes.values())
    return (*days, LongTime(None, whole, weekly)) if whole > weekly else tuple(days)


def state_after_edit(*, by_employee: bool, confirm: bool) -> EntryState:
    """The state that a typed line takes: the employee's own is a draft until the week is sent; what the structure or
    the coordinator types for somebody awaits confirmation, unless the structure confirms it in the same act."""
    if confirm:
        return EntryState.CONFIRMED
    return EntryState.DRAFT if by_employee else EntryState.SUBMITTED


def sum_by_day(entries: Iterable[EntryRecord]) -> dict[date, int]:
    """Minutes of each day over these entries."""
    days: dict[date, int] = {}
    for entry in entries:
        days[entry.worked_on] = days.get(entry.worked_on, 0) + entry.minutes
    return days
