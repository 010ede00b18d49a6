"""What the planning room decides: which shifts a weekly pattern makes, their real instants, what is in their way."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from coopter.values.instants import PARIS, at_paris, elapsed_minutes, paris_day
from coopter.values.period import Period
from coopter.values.refusal import Refusal, Words, quoted

DAY = 24 * 60
LONGEST_SHIFT = 16 * 60
LONGEST_PATTERN = 366 * 2  # days
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class ShiftState(enum.Enum):
    """Whether a shift stands."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class ShiftOutsidePlacement(Refusal):
    """Le %(day)s est hors de la mise à disposition de %(employee)s chez %(structure)s (%(period)s). Choisissez un autre
    jour, ou prolongez la mise à disposition sur la page de cette personne."""


class ShiftsOverlap(Refusal):
    """%(employee)s est déjà attendu(e) ailleurs à ces heures : %(when)s. Changez l'horaire, ou annulez d'abord l'autre
    créneau."""


class ShiftTooLong(Refusal):
    """Un créneau de %(hours)s heures est trop long : 16 h au plus. Découpez-le en deux."""


class NoSuchTime(Refusal):
    """« %(value)s » n'est pas une heure de la journée. Écrivez par exemple 8h30 ou 12h."""


class ShiftHasNoLength(Refusal):
    """Le créneau du %(day)s commence et finit à la même heure, ou tombe dans l'heure qui manque la nuit du passage à
    l'heure d'été. Corrigez ses heures."""


class ShiftCancelled(Refusal):
    """Ce créneau du %(day)s est déjà annulé. Ajoutez-en un nouveau."""


class PatternTooLong(Refusal):
    """Un horaire répété dure deux ans au plus ; celui-ci irait jusqu'au %(last)s. Rapprochez son dernier jour."""


class PatternMakesNothing(Refusal):
    """Aucun jour choisi ne tombe entre le %(first)s et le %(last)s. Changez les jours de la semaine ou les dates."""


class DayOutsidePattern(Refusal):
    """Cet horaire va du %(first)s au %(last)s : le %(day)s n'en fait pas partie. Choisissez un jour entre ces dates."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A time at work: real instants in UTC, on the civil day in Paris when it starts (R20, R21)."""

    day: date
    starts_at: datetime
    ends_at: datetime

    @property
    def minutes(self) -> int:
        """Minutes that really pass, whatever the clocks show (R20)."""
        return elapsed_minutes(self.starts_at, self.ends_at)

    def overlaps(self, other: Slot) -> bool:
        """Whether the two share an instant."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True, slots=True)
class Weekly:
    """A weekly habit: weekday (0 is Monday), minutes of the wall clock, an end after 24 h is on the next day."""

    weekday: int
    starts_minute: int
    ends_minute: int


def parse_time(text: str) -> int:
    """Read an hour of the day, « 8h30 », « 8:30 », « 8 h », « 12 », as minutes since midnight; raises NoSuchTime."""
    match = re.fullmatch(r"([0-9]{1,2})\s?(?:[hH:]\s?([0-9]{2})?)?", text.strip(), re.ASCII)
    if match is None or int(match[1]) > 24 or int(match[2] or 0) > 59:
        raise NoSuchTime(value=quoted(text))
    minutes = int(match[1]) * 60 + int(match[2] or 0)
    if minutes > DAY:
        raise NoSuchTime(value=quoted(text))
    return minutes


def clock_text(minutes: int) -> str:
    """Minutes since midnight as people write them: « 8h30 », « 12h »."""
    hours, rest = divmod(minutes % DAY if minutes != DAY else DAY, 60)
    return f"{hours}h{rest:02d}" if rest else f"{hours}h"


def wall_minutes(at: datetime) -> int:
    """Minutes since midnight that a clock in Paris shows at an instant."""
    local = at.astimezone(PARIS)
    return local.hour * 60 + local.minute


def slot_on(day: date, starts_minute: int, ends_minute: int) -> Slot:
    """The real slot of wall-clock minutes on a day in Paris; an end at or before the start is on the next day.

    A time in the hour that a spring night skips is read as the first instant after it; in the hour that an autumn
    night repeats, the first of the two is meant (R20). Raises ShiftHasNoLength and ShiftTooLong (16 h).
    """
    if ends_minute <= starts_minute:
        ends_minute += DAY
    slot = Slot(day, _instant(day, starts_minute), _instant(day, ends_minute))
    if starts_minute == ends_minute - DAY or slot.minutes <= 0:
        raise ShiftHasNoLength(day=day)
    if slot.minutes > LONGEST_SHIFT:
        raise ShiftTooLong(hours=slot.minutes // 60)
    return slot


def expand(weekly: Weekly, period: Period) -> Iterator[Slot]:
    """The slots that a weekly pattern makes over [start, end); the night without that hour makes none."""
    assert period.end is not None
    day = period.start + timedelta(days=(weekly.weekday - period.start.weekday()) % 7)
    while day < period.end:
        try:
            yield slot_on(day, weekly.starts_minute, weekly.ends_minute)
        except ShiftHasNoLength:
            if weekly.starts_minute == weekly.ends_minute:
                raise
        day += timedelta(days=7)


def check_pattern_period(period: Period) -> Period:
    """A pattern has an end, two years away at most; raises PatternTooLong."""
    assert period.end is not None
    if (period.end - period.start).days > LONGEST_PATTERN:
        raise PatternTooLong(last=period.end - timedelta(days=1))
    return period


def clashes(slots: Iterable[Slot], others: Sequence[Slot]) -> list[Slot]:
    """Those of the others that share an instant with one of the slots, in order of time; one pass over both."""
    found: list[Slot] = []
    taken = sorted(others, key=lambda one: one.starts_at)
    ends_first = 0
    for slot in sorted(slots, key=lambda one: one.starts_at):
        while ends_first < len(taken) and taken[ends_first].ends_at <= slot.starts_at:
            ends_first += 1
        for other in taken[ends_first:]:
            if other.starts_at >= slot.ends_at:
                break
            if slot.overlaps(other) and other not in found:
                found.append(other)
    return found


def moved_day(day: date, weekday: int) -> date:
    """The given weekday (0 is Monday) of the week that holds a day."""
    return day + timedelta(days=weekday - day.weekday())


def monday_of(day: date) -> date:
    """The Monday of a day's week (Code du travail, L3121-35: a week runs from Monday to Sunday)."""
    return day - timedelta(days=day.weekday())


def written_slot(slot: Slot) -> Words:
    """A slot in a sentence: « 05/03/2026 de 8h30 à 12h »."""
    start, end = clock_text(wall_minutes(slot.starts_at)), clock_text(wall_minutes(slot.ends_at))
    return Words("%(day)s de %(start)s à %(end)s", day=slot.day, start=start, end=end)


def plain(text: str) -> str:
    """A text for a calendar, without any control character or Unicode line break, which some readers obey (R58)."""
    return re.sub(" +", " ", _CONTROLS.sub(" ", text)).strip()


def _instant(day: date, minutes: int) -> datetime:
    days, rest = divmod(minutes, DAY)
    wanted = time(*divmod(rest, 60))
    on = day + timedelta(days=days)
    at = at_paris(on, wanted)
    local = at.astimezone(PARIS)
    if local.time() == wanted and paris_day(at) == on:
        return at
    return at_paris(on, time(local.hour))  # the skipped hour: what a clock shows is the first instant after it
