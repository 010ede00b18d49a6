"""The accounting period of the house: a month, as a range [first, end)."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from coopter.values.digits import BLANKS
from coopter.values.refusal import Refusal, quoted

_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{2})")
_MONTH_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{4})")


class NoSuchMonth(Refusal):
    """« %(value)s » n'est pas un mois. Écrivez par exemple 2007-03 ou 03/2007."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of the civil calendar; its days are those of Europe/Paris (R21)."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1 <= self.year < 9999 and 1 <= self.month <= 12):
            raise NoSuchMonth(value=f"{self.year}-{self.month}")

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read "2007-03" or "03/2007"; raises NoSuchMonth."""
        bare = text.strip(BLANKS)
        if match := _YEAR_FIRST.fullmatch(bare):
            year, month = match.groups()
        elif match := _MONTH_FIRST.fullmatch(bare):
            month, year = match.groups()
        else:
            raise NoSuchMonth(value=quoted(text))
        return cls(int(year), int(month))

    @classmethod
    def of(cls, day: date) -> "Month":
        """The month that holds a civil day; an instant is refused, since its day depends on the zone (R21)."""
        if isinstance(day, datetime):
            raise TypeError("Month.of takes a civil day: use instants.paris_day first")
        return cls(day.year, day.month)

    @classmethod
    def from_number(cls, number: int) -> "Month":
        """The month stored as 200703; raises NoSuchMonth."""
        return cls(*divmod(number, 100))

    @property
    def number(self) -> int:
        """The month as it is stored: 200703."""
        return self.year * 100 + self.month

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def end(self) -> date:
        """The day after its last: the open end of the range."""
        return date(self.year + self.month // 12, self.month % 12 + 1, 1)

    @property
    def last(self) -> date:
        """Its last day, for labels."""
        return self.end - timedelta(days=1)

    def next(self) -> "Month":
        """The month after."""
        return Month.of(self.end)

    def previous(self) -> "Month":
        """The month before."""
        return Month.of(self.first - timedelta(days=1))

    def days(self) -> tuple[date, ...]:
        """All its days, in order."""
        return tuple(date(self.year, self.month, day) for day in range(1, self.last.day + 1))

    def __contains__(self, day: date) -> bool:
        return self.first <= day < self.end

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"
