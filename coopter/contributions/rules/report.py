"""The measures of a year's cooperation, each with the definition that it is read by; exact, rounded once when shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

from coopter.contributions.rules.figures import rounded
from coopter.values.refusal import Words

YEARLY_HOURS = 1_607  # a whole year of full time in French law (L3121-41, L3121-44)
Pair = frozenset[int]


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of the report: its name, its value in words (None: not known), and what it means."""

    name: Words
    value: str | Words | None
    definition: Words


@dataclass(frozen=True, slots=True)
class Density:
    """One quarter: how many pairs of members did something together, out of all pairs that could have."""

    quarter: int
    members: int
    linked: int

    @property
    def possible(self) -> int:
        """How many pairs these members make."""
        return self.members * (self.members - 1) // 2

    @property
    def percent(self) -> Decimal | None:
        """Linked pairs in hundredths, to one decimal; None below two members."""
        return percentage(self.linked, self.possible)

    @property
    def said(self) -> Words | None:
        """The percentage in words."""
        return None if self.percent is None else Words("%(percent)s %%", percent=self.percent)


def full_time_equivalents(minutes: int) -> Decimal:
    """Minutes worked in a year over 1 607 hours, to two decimals, half up."""
    return Decimal(rounded(Fraction(minutes * 100, YEARLY_HOURS * 60))).scaleb(-2)


def percentage(part: int, whole: int) -> Decimal | None:
    """A part in hundredths of the whole, to one decimal, half up; None of nothing."""
    return None if not whole else Decimal(rounded(Fraction(part * 1000, whole))).scaleb(-1)


def pairs_by_employee(structures_by_employee: Mapping[int, Iterable[int]]) -> set[Pair]:
    """Members that shared somebody: whoever worked at two of them ties the two."""
    return {
        frozenset(pair) for structures in structures_by_employee.values() for pair in combinations(set(structures), 2)
    }


def density(quarter: int, *, members: frozenset[int], pairs: Iterable[Pair]) -> Density:
    """The density of a quarter among those who were members in it."""
    return Density(quarter, len(members), len({pair for pair in pairs if len(pair) == 2 and pair <= members}))
