"""The words of a formula: which year it is measured on, by what time it is shared, how it is rounded and taxed."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum

from coopter.contributions.rules.figures import NAMES
from coopter.contributions.rules.kinds import Base
from coopter.values.money import Money
from coopter.values.refusal import Counted, Words

# How many of a base's smallest parts make one unit of it: cents of a euro, minutes of an hour, kilograms of a tonne.
PER_UNIT: dict[Base, int] = {
    Base.TURNOVER: 100,
    Base.PROFIT: 100,
    Base.PAYROLL: 100,
    Base.HOURS_USED: 60,
    Base.HEADCOUNT: 100,
    Base.TONNES: 1000,
    Base.SURFACE: 100,
    Base.OTHER: 100,
}
IN_EUROS = (Base.TURNOVER, Base.PROFIT, Base.PAYROLL)
MILLION = 1_000_000  # rates are millionths of a euro for one unit of the base: 0,30 % of a turnover is 3 000


class BasisYear(Enum):
    """Whose year's figures count for the year that is called."""

    PREVIOUS = "previous"  # N−1, final
    PREVIOUS_CORRECTED = "previous-corrected"  # N−1 first, then the difference once N is known
    CURRENT = "current"  # the year itself, once it is known


class Period(Enum):
    """What the fixed part is stated for."""

    YEAR = "year"
    HALF = "half"
    QUARTER = "quarter"
    MONTH = "month"

    @property
    def per_year(self) -> int:
        """How many there are in a year."""
        return {Period.YEAR: 1, Period.HALF: 2, Period.QUARTER: 4, Period.MONTH: 12}[self]


class ProRata(Enum):
    """How the time of somebody who is not a member all year counts."""

    NONE = "none"  # one day inside is the whole year
    DAYS = "days"
    MONTHS = "months"  # each month begun
    QUARTERS = "quarters"
    HALVES = "halves"


class Rounding(Enum):
    """What the amount is rounded to, once, half up."""

    CENT = "cent"
    EURO = "euro"
    TEN_EUROS = "ten-euros"

    @property
    def cents(self) -> int:
        """The unit in cents."""
        return {Rounding.CENT: 1, Rounding.EURO: 100, Rounding.TEN_EUROS: 1000}[self]


class VatRule(Enum):
    """Whether VAT is added (domain.md §3.5: what varies with a service received looks like a price)."""

    OUTSIDE = "outside"
    GROUPING = "grouping"


BASES: dict[Base, Words] = {**NAMES, Base.PROFIT: Words("Bénéfice")}  # a loss counts 0 here
OF_BASES: dict[Base, Words] = {
    Base.TURNOVER: Words("son chiffre d’affaires"),
    Base.PROFIT: Words("son bénéfice"),
    Base.PAYROLL: Words("sa masse salariale"),
    Base.HOURS_USED: Words("ses heures utilisées"),
    Base.HEADCOUNT: Words("son effectif"),
    Base.TONNES: Words("ses tonnes"),
    Base.SURFACE: Words("sa surface"),
}


def base_name(base: Base, named: str = "") -> Words:
    """What a base is called; another figure has the name that its formula gives it."""
    return Words("%(name)s", name=named) if base is Base.OTHER and named else BASES[base]


def of_base(base: Base, named: str = "") -> Words:
    """« son chiffre d’affaires »: a member's own figure, inside a sentence."""
    return Words("son chiffre « %(name)s »", name=named) if base is Base.OTHER else OF_BASES[base]


def quantity(base: Base, figure: int) -> Words:
    """A figure of a base in its own unit: « 96 420,37 € », « 1 820 h », « 12,5 t »."""
    if base in IN_EUROS:
        return Words("%(amount)s", amount=Money(figure))
    return _UNITS[base].about(count=Decimal(figure * 100 // PER_UNIT[base]).scaleb(-2))


def figure_told(base: Base, named: str, year: int, figure: int) -> tuple[Words, Words]:
    """« Chiffre d’affaires 2025 » and the figure: what a call says that it rests on."""
    label = Words("%(what)s %(year)s", what=base_name(base, named), year=str(year))
    return label, quantity(base, figure)


def rate_words(base: Base, rate: int) -> Words:
    """A rate of a base: a percentage of euros, euros for one unit of anything else."""
    if base in IN_EUROS:
        return Words("%(percent)s %%", percent=Decimal(rate).scaleb(-4))
    return _PER[base].about(n=Decimal(rate).scaleb(-6))


_UNITS: dict[Base, Words] = {
    Base.HOURS_USED: Words("%(count)s h", count=""),
    Base.HEADCOUNT: Counted("%(count)s personne", "%(count)s personnes", count=0),
    Base.TONNES: Words("%(count)s t", count=""),
    Base.SURFACE: Words("%(count)s m²", count=""),
    Base.OTHER: Words("%(count)s", count=""),
}
_PER: dict[Base, Words] = {
    Base.HOURS_USED: Words("%(n)s € par heure", n=""),
    Base.HEADCOUNT: Words("%(n)s € par personne", n=""),
    Base.TONNES: Words("%(n)s € par tonne", n=""),
    Base.SURFACE: Words("%(n)s € par m²", n=""),
    Base.OTHER: Words("%(n)s € l’unité", n=""),
}
