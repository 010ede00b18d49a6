"""What each member owes by a formula: exact fractions all along, rounded once at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from coopter.contributions.rules.formulas_member import figure_of, freed_by, stay_in
from coopter.contributions.rules.formulas_priced import price_of_year, priced, rounded
from coopter.contributions.rules.formulas_shape import Formula, MemberFigures
from coopter.contributions.rules.formulas_shared import claim_all, shared
from coopter.contributions.rules.formulas_steps import Owed
from coopter.values.money import Money


@dataclass(frozen=True, slots=True)
class Amounts:
    """What everybody owes, without the steps: for hundreds of members at each change of a formula."""

    owed: dict[int, Money]
    level: Fraction | None  # of a budget: exact cents for one smallest part of the base and a whole year
    unknown: tuple[int, ...]  # whose figure nobody knows, counted 0


def compute(formula: Formula, members: Sequence[MemberFigures], year: int) -> tuple[Owed, ...]:
    """What each of these members owes for a year and how that is found, in the order given.

    The figures are those of the year that the formula is measured on; a figure that nobody knows counts 0 and is told.
    Raises BudgetBelowFloors, BudgetAboveCaps and BudgetWithoutWeights for a budget that cannot be raised. Source:
    domain.md §2.6 D1–D3.
    """
    if formula.budget is not None:
        return shared(formula, members, year)
    return tuple(priced(formula, member, year) for member in members)


def amounts_of(formula: Formula, members: Sequence[MemberFigures], year: int) -> Amounts:
    """What `compute` finds, the amounts alone; raises what it raises."""
    unknown, owed, level = [], {}, None
    if formula.budget is not None:
        claimed = claim_all(formula, members, year)
        unit = formula.rounding.cents
        owed = {key[1]: Money(share * unit) for key, share in claimed.filled.shares.items()}
        owed |= {one: Money(0) for one in claimed.freed}
        level = claimed.level
    for member in members:
        stay = stay_in(member, year, pro_rata=formula.pro_rata)
        figure, free = figure_of(formula, member), freed_by(formula, member, year, stay)
        if figure is None and free is None:
            unknown.append(member.structure_id)
        if formula.budget is None:
            exact = Fraction(0) if free else price_of_year(formula, figure or 0, kind=member.type)
            exact = exact if stay.inside == stay.of else exact * stay.inside / stay.of
            owed[member.structure_id] = rounded(exact, unit=formula.rounding.cents)
    return Amounts(owed, level, tuple(unknown))


def level_of(formula: Formula, members: Sequence[MemberFigures], year: int) -> Fraction | None:
    """For a budget: exact cents for one smallest part of the base and a whole year, between the bounds. None else."""
    return None if formula.budget is None else claim_all(formula, members, year).level
