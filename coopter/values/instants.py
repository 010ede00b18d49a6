"""Instants are UTC; their civil day and the length of a shift are those of Europe/Paris (R20, R21)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise TypeError("an instant carries its zone")
    return instant


def paris_day(instant: datetime) -> date:
    """The civil day, in Paris, of an aware instant: 31 December 23:30 UTC is 1 January (R21)."""
    return _aware(instant).astimezone(PARIS).date()


def at_paris(day: date, clock: time, *, second_time: bool = False) -> datetime:
    """The UTC instant when a clock in Paris shows this time; `second_time` chooses in the hour that comes twice."""
    local = datetime.combine(day, clock.replace(tzinfo=None, fold=int(second_time)), tzinfo=PARIS)
    return local.astimezone(UTC)


def elapsed_minutes(start: datetime, end: datetime) -> int:
    """Whole minutes that really passed between two aware instants, counted in UTC, never on the wall clock (R20)."""
    return (_aware(end).astimezone(UTC) - _aware(start).astimezone(UTC)) // timedelta(minutes=1)


def minutes_in_day(day: date) -> int:
    """The real length of a civil day in Paris: 1380, 1440 or 1500 minutes (R20)."""
    return elapsed_minutes(at_paris(day, time()), at_paris(day + timedelta(days=1), time()))
