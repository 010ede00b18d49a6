"""What a formula reads of one member: its figure, the part of the year that counts, and why it may owe nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from coopter.contributions.rules.formulas_kinds import ProRata
from coopter.contributions.rules.formulas_shape import Formula, MemberFigures
from coopter.contributions.rules.formulas_steps import Step, StepKind
from coopter.contributions.rules.kinds import Base
from coopter.values.money import Money


@dataclass(frozen=True, slots=True)
class Stay:
    """The part of a year that counts for a member: `inside` of `of` days, months, quarters or halves."""

    inside: int
    of: int


def stay_in(member: MemberFigures, year: int, *, pro_rata: ProRata) -> Stay:
    """The part of the year that this member counts for; without pro rata one day inside is the whole year."""
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    begins, ends = max(member.joined_on, first), min(member.left_on or after, after)
    days = max(0, (ends - begins).days)
    if pro_rata is ProRata.DAYS:
        return Stay(days, (after - first).days)
    if pro_rata is ProRata.NONE:
        return Stay(1 if days else 0, 1)
    length = {ProRata.MONTHS: 1, ProRata.QUARTERS: 3, ProRata.HALVES: 6}[pro_rata]
    last = 12 if ends == after else ends.month if ends.day > 1 else ends.month - 1  # the month of the last day inside
    begun = (last - 1) // length - (begins.month - 1) // length + 1 if days else 0
    return Stay(begun, 12 // length)


def freed_by(formula: Formula, member: MemberFigures, year: int, stay: Stay) -> Step | None:
    """Why this member owes nothing, if it does."""
    if not stay.inside:
        return Step(StepKind.NOT_MEMBER, Money(0), (("year", year),))
    if formula.exempt_first_year and member.joined_on.year == year:
        return Step(StepKind.FIRST_YEAR, Money(0), (("day", member.joined_on),))
    few = formula.exempt_headcount
    if few is not None and member.headcount is not None and member.headcount < few:
        return Step(StepKind.SMALL_STAFF, Money(0), (("persons", member.headcount), ("few", few)))
    figure, small = figure_of(formula, member), formula.exempt_figure
    if small is not None and figure is not None and figure < small:
        return Step(StepKind.SMALL_FIGURE, Money(0), measured(formula, part=figure, rate=small))
    return None


def figure_of(formula: Formula, member: MemberFigures) -> int | None:
    """The figure that counts: a loss is 0 (§2.6 D); None when the formula has a base and nobody knows it."""
    if formula.base is None:
        return 0
    figure = member.figures.get(formula.base)
    return None if figure is None else max(0, figure)


def figure_steps(formula: Formula, member: MemberFigures) -> tuple[int, list[Step]]:
    figure = figure_of(formula, member)
    if formula.base is None:
        return 0, []
    kind = StepKind.UNKNOWN if figure is None else StepKind.FIGURE
    return figure or 0, [Step(kind, None, measured(formula, part=figure or 0, rate=0))]


def measured(formula: Formula, *, part: int, rate: int) -> tuple[tuple[str, Any], ...]:
    base = formula.base or Base.OTHER
    return ("base", base), ("named", formula.named), ("part", part), ("rate", rate)


def time_facts(formula: Formula, stay: Stay) -> tuple[tuple[str, Any], ...]:
    return ("pro_rata", formula.pro_rata), ("inside", stay.inside), ("of", stay.of)
