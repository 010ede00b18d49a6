"""A formula with tiers: one figure priced, floor and cap applied, rounded once at the end, told step by step."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from coopter.contributions.rules.formulas_kinds import MILLION, PER_UNIT
from coopter.contributions.rules.formulas_member import figure_steps, freed_by, measured, stay_in, time_facts
from coopter.contributions.rules.formulas_shape import Formula, MemberFigures
from coopter.contributions.rules.formulas_steps import Owed, Step, StepKind
from coopter.contributions.rules.kinds import Base
from coopter.values.money import Money


def price_of_year(formula: Formula, figure: int, *, kind: str = "") -> Fraction:
    """Exact cents of a formula with tiers for one figure and a whole year, floor and cap applied, not yet rounded."""
    parts = sum(part * rate for part, rate in _tiers(formula, figure))
    fixed = formula.fixed_of(kind).cents * formula.period.per_year
    per = PER_UNIT[formula.base] * MILLION if formula.base else 1
    return _bounded(formula, Fraction(fixed * per + parts * 100, per))


def rounded(exact: Fraction, *, unit: int) -> Money:
    """Cents to the nearest unit (1, 100 or 1 000 cents), half up."""
    above, below = exact.numerator, exact.denominator * unit
    return Money((2 * above + below) // (2 * below) * unit)


def priced(formula: Formula, member: MemberFigures, year: int) -> Owed:
    stay = stay_in(member, year, pro_rata=formula.pro_rata)
    if (freed := freed_by(formula, member, year, stay)) is not None:
        return Owed(member.structure_id, Money(0), (freed,))
    figure, steps = figure_steps(formula, member)
    exact = Fraction(formula.fixed_of(member.type).cents * formula.period.per_year)
    if exact:
        kind = formula.type_named(member.type)
        steps.append(Step(StepKind.FIXED, rounded(exact, unit=1), (("kind", kind),)))
    for part, rate in _tiers(formula, figure):
        cents = Fraction(part * rate * 100, PER_UNIT[formula.base or Base.OTHER] * MILLION)
        exact += cents
        steps.append(Step(StepKind.TIER, rounded(cents, unit=1), measured(formula, part=part, rate=rate)))
    whole = _bounded(formula, exact)
    if whole != exact:
        bound = StepKind.FLOOR if whole > exact else StepKind.CAP
        steps.append(Step(bound, rounded(whole, unit=1)))
    if stay.inside != stay.of:
        whole = whole * stay.inside / stay.of
        steps.append(Step(StepKind.TIME, rounded(whole, unit=1), time_facts(formula, stay)))
    amount = rounded(whole, unit=formula.rounding.cents)
    if formula.rounding.cents > 1 and amount.cents != whole:
        steps.append(Step(StepKind.ROUNDED, amount, (("unit", Money(formula.rounding.cents)),)))
    return Owed(member.structure_id, amount, tuple(steps))


def _tiers(formula: Formula, figure: int) -> Iterator[tuple[int, int]]:
    """Each tier that this figure reaches: the part of the figure inside it, and its rate."""
    low = 0
    for tier in formula.tiers:
        high = figure if tier.up_to is None else min(figure, tier.up_to)
        yield high - low, tier.rate
        low = high
        if high == figure:
            return


def _bounded(formula: Formula, exact: Fraction) -> Fraction:
    if formula.floor is not None and exact < formula.floor.cents:
        return Fraction(formula.floor.cents)
    if formula.cap is not None and exact > formula.cap.cents:
        return Fraction(formula.cap.cents)
    return exact
