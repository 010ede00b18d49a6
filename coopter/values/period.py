"""A range of days [start, end), whose end may be open."""

from dataclasses import dataclass
from datetime import date, timedelta

from coopter.values.month import Month
from coopter.values.refusal import Refusal


class PeriodEndsBeforeItStarts(Refusal):
    """La période commence le %(start)s et son dernier jour (%(last)s) est antérieur. Corrigez l'une des deux dates."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days from start, included, to end, excluded; without end it goes on."""

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise PeriodEndsBeforeItStarts(start=self.start, last=self.end - timedelta(days=1))

    @classmethod
    def through(cls, start: date, last: date | None) -> "Period":
        """The period as people say it, last day included; raises PeriodEndsBeforeItStarts."""
        return cls(start, None if last is None else last + timedelta(days=1))

    @classmethod
    def of_month(cls, month: Month) -> "Period":
        """The days of a month."""
        return cls(month.first, month.end)

    @property
    def last(self) -> date | None:
        """The last day included, for labels."""
        return None if self.end is None else self.end - timedelta(days=1)

    def contains(self, day: date) -> bool:
        """Whether the day lies in the period."""
        return self.start <= day and (self.end is None or day < self.end)

    def overlaps(self, other: "Period") -> bool:
        """Whether the two periods share at least one day."""
        return (other.end is None or self.start < other.end) and (self.end is None or other.start < self.end)

    def covers(self, other: "Period") -> bool:
        """Whether every day of the other lies in this one."""
        return self.start <= other.start and (self.end is None or (other.end is not None and other.end <= self.end))

    def intersection(self, other: "Period") -> "Period | None":
        """The days the two share, or None."""
        if not self.overlaps(other):
            return None
        ends = [end for end in (self.end, other.end) if end is not None]
        return Period(max(self.start, other.start), min(ends, default=None))
