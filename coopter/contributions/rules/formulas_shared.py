"""A budget to raise: each member's claim on it by its weight, between its floor and its cap, told step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from coopter.contributions.rules.formulas_budget import Claim, Filled, fill
from coopter.contributions.rules.formulas_member import Stay, figure_of, figure_steps, freed_by, stay_in
from coopter.contributions.rules.formulas_priced import rounded
from coopter.contributions.rules.formulas_shape import Formula, MemberFigures
from coopter.contributions.rules.formulas_steps import Owed, Step, StepKind
from coopter.values.money import Money


@dataclass(frozen=True, slots=True)
class Claimed:
    """A budget shared: each claim and what it got, who is freed and why, and the level of a whole year in cents."""

    claims: dict[tuple[str, int], Claim]
    filled: Filled
    freed: dict[int, Step]
    level: Fraction


def claim_all(formula: Formula, members: Sequence[MemberFigures], year: int) -> Claimed:
    unit, budget = formula.rounding.cents, formula.budget or Money(0)
    claims, freed, of = {}, {}, 1
    for member in members:
        stay = stay_in(member, year, pro_rata=formula.pro_rata)
        of = stay.of
        if (free := freed_by(formula, member, year, stay)) is not None:
            freed[member.structure_id] = free
            continue
        key = (member.code, member.structure_id)
        weight = (figure_of(formula, member) or 0) * stay.inside if formula.base else stay.inside
        least, most = (_intime_facts(bound, stay, unit=unit) for bound in (formula.floor, formula.cap))
        claims[key] = Claim(key, weight, least=least or 0, most=most)
    filled = fill(budget.cents // unit, tuple(claims.values()), unit=unit)
    return Claimed(claims, filled, freed, filled.level * of * unit)


def shared(formula: Formula, members: Sequence[MemberFigures], year: int) -> tuple[Owed, ...]:
    claimed = claim_all(formula, members, year)
    whole = sum(claim.weight for claim in claimed.claims.values())
    owed = []
    for member in members:
        if (free := claimed.freed.get(member.structure_id)) is not None:
            owed.append(Owed(member.structure_id, Money(0), (free,)))
            continue
        claim = claimed.claims[(member.code, member.structure_id)]
        amount = Money(claimed.filled.shares[claim.key] * formula.rounding.cents)
        steps = _share_steps(formula, member, claim, whole, claimed.filled, amount)
        owed.append(Owed(member.structure_id, amount, steps))
    return tuple(owed)


def _share_steps(
    formula: Formula, member: MemberFigures, claim: Claim, whole: int, filled: Filled, amount: Money
) -> tuple[Step, ...]:
    steps = figure_steps(formula, member)[1]
    budget = formula.budget or Money(0)
    raw = rounded(Fraction(budget.cents * claim.weight, whole), unit=1) if whole else None
    if whole:
        part = (2 * claim.weight * 10_000 + whole) // (2 * whole)
        steps.append(Step(StepKind.SHARE, raw, (("part", part), ("budget", budget))))
    exact = filled.level * claim.weight
    if claim.most is not None and exact > claim.most:
        steps.append(Step(StepKind.CAP, amount))
    elif exact < claim.least:
        steps.append(Step(StepKind.FLOOR, amount))
    elif raw is not None and amount != raw:
        steps.append(Step(StepKind.ROUNDED, amount, (("unit", None),)))
    return tuple(steps)


def _intime_facts(bound: Money | None, stay: Stay, *, unit: int) -> int | None:
    """A bound of a whole year for the time that counts, in units."""
    if bound is None:
        return None
    return rounded(Fraction(bound.cents * stay.inside, stay.of), unit=unit).cents // unit
