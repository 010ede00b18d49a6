"""What each member owes by a formula: exact fractions all along, rounded once at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from typing import Any

from coopter.contributions.rules.formulas_budget import Claim, Filled, fill
from coopter.contributions.rules.formulas_kinds import MILLION, PER_UNIT, ProRata
from coopter.contributions.rules.formulas_shape import Formula, MemberFigures
from coopter.contributions.rules.kinds import Base
from coopter.values.money import Money
from coopter.values.refusal import Words


class StepKind(Enum):
    """What one step of a computation does."""

    NOT_MEMBER = "not-member"
    FIRST_YEAR = "first-year"
    SMALL_STAFF = "small-staff"
    SMALL_FIGURE = "small-figure"
    FIGURE = "figure"
    UNKNOWN = "unknown"
    FIXED = "fixed"
    TIER = "tier"
    FLOOR = "floor"
    CAP = "cap"
    TIME = "time"
    ROUNDED = "rounded"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it does, the amount after it or added by it, and its facts by name."""

    kind: StepKind
    amount: Money | None
    facts: tuple[tuple[str, Any], ...] = ()

    @property
    def words(self) -> Words:
        """The step as a sentence."""
        from coopter.contributions.rules.formulas_said import step_words

        return step_words(self)


@dataclass(frozen=True, slots=True)
class Owed:
    """What one member owes for a whole year, and how that was found."""

    structure_id: int
    amount: Money
    steps: tuple[Step, ...]

    @property
    def is_unknown(self) -> bool:
        """Whether the figure that the formula measures is not known, and counted 0."""
        return any(step.kind is StepKind.UNKNOWN for step in self.steps)


@dataclass(frozen=True, slots=True)
class Stay:
    """The part of a year that counts for a member: `inside` of `of` days, months, quarters or halves."""

    inside: int
    of: int


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
        return _shared(formula, members, year)
    return tuple(_priced(formula, member, year) for member in members)


def amounts_of(formula: Formula, members: Sequence[MemberFigures], year: int) -> Amounts:
    """What `compute` finds, the amounts alone; raises what it raises."""
    unknown, owed, level = [], {}, None
    if formula.budget is not None:
        claimed = _claimed(formula, members, year)
        unit = formula.rounding.cents
        owed = {key[1]: Money(share * unit) for key, share in claimed.filled.shares.items()}
        owed |= {one: Money(0) for one in claimed.freed}
        level = claimed.level
    for member in members:
        stay = stay_in(member, year, pro_rata=formula.pro_rata)
        figure, free = _figure(formula, member), _freed(formula, member, year, stay)
        if figure is None and free is None:
            unknown.append(member.structure_id)
        if formula.budget is None:
            exact = Fraction(0) if free else price_of_year(formula, figure or 0, kind=member.type)
            exact = exact if stay.inside == stay.of else exact * stay.inside / stay.of
            owed[member.structure_id] = rounded(exact, unit=formula.rounding.cents)
    return Amounts(owed, level, tuple(unknown))


def level_of(formula: Formula, members: Sequence[MemberFigures], year: int) -> Fraction | None:
    """For a budget: exact cents for one smallest part of the base and a whole year, between the bounds. None else."""
    return None if formula.budget is None else _claimed(formula, members, year).level


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


def _priced(formula: Formula, member: MemberFigures, year: int) -> Owed:
    stay = stay_in(member, year, pro_rata=formula.pro_rata)
    if (freed := _freed(formula, member, year, stay)) is not None:
        return Owed(member.structure_id, Money(0), (freed,))
    figure, steps = _figure_steps(formula, member)
    exact = Fraction(formula.fixed_of(member.type).cents * formula.period.per_year)
    if exact:
        kind = formula.type_named(member.type)
        steps.append(Step(StepKind.FIXED, rounded(exact, unit=1), (("kind", kind),)))
    for part, rate in _tiers(formula, figure):
        cents = Fraction(part * rate * 100, PER_UNIT[formula.base or Base.OTHER] * MILLION)
        exact += cents
        steps.append(Step(StepKind.TIER, rounded(cents, unit=1), _said(formula, part=part, rate=rate)))
    whole = _bounded(formula, exact)
    if whole != exact:
        bound = StepKind.FLOOR if whole > exact else StepKind.CAP
        steps.append(Step(bound, rounded(whole, unit=1)))
    if stay.inside != stay.of:
        whole = whole * stay.inside / stay.of
        steps.append(Step(StepKind.TIME, rounded(whole, unit=1), _time(formula, stay)))
    amount = rounded(whole, unit=formula.rounding.cents)
    if formula.rounding.cents > 1 and amount.cents != whole:
        steps.append(Step(StepKind.ROUNDED, amount, (("unit", Money(formula.rounding.cents)),)))
    return Owed(member.structure_id, amount, tuple(steps))


@dataclass(frozen=True, slots=True)
class Claimed:
    """A budget shared: each claim and what it got, who is freed and why, and the level of a whole year in cents."""

    claims: dict[tuple[str, int], Claim]
    filled: Filled
    freed: dict[int, Step]
    level: Fraction


def _claimed(formula: Formula, members: Sequence[MemberFigures], year: int) -> Claimed:
    unit, budget = formula.rounding.cents, formula.budget or Money(0)
    claims, freed, of = {}, {}, 1
    for member in members:
        stay = stay_in(member, year, pro_rata=formula.pro_rata)
        of = stay.of
        if (free := _freed(formula, member, year, stay)) is not None:
            freed[member.structure_id] = free
            continue
        key = (member.code, member.structure_id)
        weight = (_figure(formula, member) or 0) * stay.inside if formula.base else stay.inside
        least, most = (_in_time(bound, stay, unit=unit) for bound in (formula.floor, formula.cap))
        claims[key] = Claim(key, weight, least=least or 0, most=most)
    filled = fill(budget.cents // unit, tuple(claims.values()), unit=unit)
    return Claimed(claims, filled, freed, filled.level * of * unit)


def _shared(formula: Formula, members: Sequence[MemberFigures], year: int) -> tuple[Owed, ...]:
    claimed = _claimed(formula, members, year)
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
    steps = _figure_steps(formula, member)[1]
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


def _freed(formula: Formula, member: MemberFigures, year: int, stay: Stay) -> Step | None:
    """Why this member owes nothing, if it does."""
    if not stay.inside:
        return Step(StepKind.NOT_MEMBER, Money(0), (("year", year),))
    if formula.exempt_first_year and member.joined_on.year == year:
        return Step(StepKind.FIRST_YEAR, Money(0), (("day", member.joined_on),))
    few = formula.exempt_headcount
    if few is not None and member.headcount is not None and member.headcount < few:
        return Step(StepKind.SMALL_STAFF, Money(0), (("persons", member.headcount), ("few", few)))
    figure, small = _figure(formula, member), formula.exempt_figure
    if small is not None and figure is not None and figure < small:
        return Step(StepKind.SMALL_FIGURE, Money(0), _said(formula, part=figure, rate=small))
    return None


def _figure(formula: Formula, member: MemberFigures) -> int | None:
    """The figure that counts: a loss is 0 (§2.6 D); None when the formula has a base and nobody knows it."""
    if formula.base is None:
        return 0
    figure = member.figures.get(formula.base)
    return None if figure is None else max(0, figure)


def _figure_steps(formula: Formula, member: MemberFigures) -> tuple[int, list[Step]]:
    figure = _figure(formula, member)
    if formula.base is None:
        return 0, []
    kind = StepKind.UNKNOWN if figure is None else StepKind.FIGURE
    return figure or 0, [Step(kind, None, _said(formula, part=figure or 0, rate=0))]


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


def _in_time(bound: Money | None, stay: Stay, *, unit: int) -> int | None:
    """A bound of a whole year for the time that counts, in units."""
    if bound is None:
        return None
    return rounded(Fraction(bound.cents * stay.inside, stay.of), unit=unit).cents // unit


def _said(formula: Formula, *, part: int, rate: int) -> tuple[tuple[str, Any], ...]:
    base = formula.base or Base.OTHER
    return ("base", base), ("named", formula.named), ("part", part), ("rate", rate)


def _time(formula: Formula, stay: Stay) -> tuple[tuple[str, Any], ...]:
    return ("pro_rata", formula.pro_rata), ("inside", stay.inside), ("of", stay.of)
