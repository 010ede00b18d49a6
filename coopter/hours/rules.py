"""What the hours' room decides: states of an entry, what a day may hold, what deserves a warning."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from coopter.values.durations import hours_and_minutes
from coopter.values.refusal import Refusal

DAY_MINUTES = 1440
LONGEST_ACTIVITY = 80


class EntryState(enum.Enum):
    """How far an entry has come; « closed » is not stored: it follows from the month's lock."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"


# What each state may become: an employee logs and submits, the structure confirms or disputes, until the month's lock.
NEXT = {
    EntryState.DRAFT: {EntryState.SUBMITTED, EntryState.CONFIRMED},
    EntryState.SUBMITTED: {EntryState.CONFIRMED, EntryState.DISPUTED},
    EntryState.CONFIRMED: {EntryState.DISPUTED},
    EntryState.DISPUTED: {EntryState.DRAFT, EntryState.SUBMITTED, EntryState.CONFIRMED},
}
AWAITED = (EntryState.DRAFT, EntryState.SUBMITTED, EntryState.DISPUTED)


class MonthLocked(Refusal):
    """Le mois %(month)s est clos : ses heures ne changent plus. Saisissez la différence dans un mois ouvert."""


class HoursNotConfirmed(Refusal):
    """Le mois %(month)s ne peut pas être clos : il reste des heures à confirmer (lignes : %(lines)s, durée :
    %(hours)s). Demandez leur confirmation, ou confirmez-les vous-même avec un motif."""


class DayTooLong(Refusal):
    """Le %(day)s compterait %(hours)s, toutes structures comprises : une journée n'a que 24 h. Corrigez une des
    durées de ce jour."""


class DayNotYetWorked(Refusal):
    """Le %(day)s est après la fin de la semaine en cours : saisissez ces heures quand elles auront été faites."""


class EntryConfirmed(Refusal):
    """Les heures du %(day)s sont déjà confirmées. Demandez à la structure ou à la coordination de les rouvrir en les
    contestant, puis corrigez-les."""


class NotInThisState(Refusal):
    """Les heures du %(day)s ont changé d'état entre-temps. Relisez la page, puis recommencez."""


class ReasonMissing(Refusal):
    """Écrivez le motif : il sera visible des personnes concernées et inscrit au journal."""


class NothingToSubmit(Refusal):
    """Aucune heure de cette semaine n'attend d'être envoyée. Saisissez des heures, puis envoyez la semaine."""


class NothingToConfirm(Refusal):
    """Aucune ligne n'a été choisie. Cochez les heures à confirmer, puis recommencez."""


class ActivityTooLong(Refusal):
    """Le nom de l'activité dépasse %(longest)s caractères. Raccourcissez-le."""


class WeekRefused(Refusal):
    """Des cases de la semaine sont à revoir (nombre : %(count)s). Rien n'a été enregistré et votre saisie est gardée :
    corrigez ces cases, puis enregistrez."""

    def __init__(self, *, refusals: Mapping[EntryKey, Refusal], count: int | None = None) -> None:
        self.refusals = dict(refusals)
        super().__init__(refusals=self.refusals, count=len(self.refusals))


@dataclass(frozen=True, slots=True)
class Worked:
    """Confirmed minutes of one employee at one structure in a month."""

    employee_id: int
    structure_id: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Lines of one employee at one structure in a month that keep it from being closed, by state."""

    structure_id: int
    employee_id: int
    state: EntryState
    lines: int
    minutes: int


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """One entry as pages and documents read it."""

    employee_id: int
    worked_on: date
    minutes: int
    activity: str
    state: EntryState
    confirmed_by: str | None
    confirmed_at: datetime | None
    confirmed_because: str | None
    logged_by: str
    id: int
    structure_id: int
    logged_at: datetime
    disputed_because: str | None
    version: int


@dataclass(frozen=True, slots=True, order=True)
class EntryKey:
    """What makes an entry one: who, where, when, doing what."""

    employee_id: int
    structure_id: int
    worked_on: date
    activity: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """One cell as it was typed: minutes (0 empties it), and what its form had shown (version 0: nothing)."""

    key: EntryKey
    minutes: int
    version: int | None = None
    shown: int | None = None


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


def check_change(state: EntryState, *, to: EntryState, worked_on: date) -> None:
    """Refuse a change of state that NEXT does not allow; raises NotInThisState."""
    if to not in NEXT[state]:
        raise NotInThisState(day=worked_on)


def check_editable(state: EntryState, *, worked_on: date) -> None:
    """Refuse to edit hours that a structure confirmed; raises EntryConfirmed."""
    if state is EntryState.CONFIRMED:
        raise EntryConfirmed(day=worked_on)


def checked_reason(text: str) -> str:
    """A reason in one line of at most 500 characters; raises ReasonMissing."""
    reason = " ".join(text.split())[:500]
    if not reason:
        raise ReasonMissing()
    return reason


def checked_activity(text: str) -> str:
    """The activity's name in one line; raises ActivityTooLong."""
    activity = " ".join(text.split())
    if len(activity) > LONGEST_ACTIVITY:
        raise ActivityTooLong(longest=LONGEST_ACTIVITY)
    return activity


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
