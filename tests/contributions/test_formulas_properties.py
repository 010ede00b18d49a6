"""What holds for any formula and any members: monotone, to the cent, within bounds, the same in any order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from coopter.contributions.rules.curves import amount_at
from coopter.contributions.rules.curves_bars import ENOUGH_IN_A_BIN, ENOUGH_IN_ALL, distribution
from coopter.contributions.rules.formulas import (
    BudgetAboveCaps,
    BudgetBelowFloors,
    BudgetWithoutWeights,
    Claim,
    Formula,
    MemberFigures,
    ProRata,
    Rounding,
    Tier,
    check_formula,
    compute,
    fill,
    level_of,
)
from coopter.contributions.rules.formulas_computing import amounts_of
from coopter.contributions.rules.kinds import Base
from coopter.contributions.rules.study import tried
from coopter.values.money import Money, total
from coopter.values.refusal import Refusal

figures = st.integers(min_value=-(10**9), max_value=10**11) | st.sampled_from([0, 1_000, 2_000])
days = st.dates(date(2024, 6, 1), date(2026, 12, 31))


@st.composite
def members(draw: st.DrawFn, *, least: int = 1) -> list[MemberFigures]:
    """Some members of any size, some of them newcomers or leavers, some silent."""
    drawn = draw(st.lists(st.tuples(st.none() | figures, days, st.integers(0, 40)), min_size=least, max_size=12))
    return [
        MemberFigures(
            number, f"M{number % 3}", f"Membre {number}", "", {} if figure is None else {Base.TURNOVER: figure},
            joined, None, staff,
        )
        for number, (figure, joined, staff) in enumerate(drawn, start=1)
    ]  # fmt: skip


@st.composite
def formulas(draw: st.DrawFn, *, budget: bool) -> Formula:
    """A formula that may be decided."""
    rounding = draw(st.sampled_from(Rounding))
    unit = rounding.cents
    floor = draw(st.none() | st.integers(0, 500).map(lambda n: Money(n * unit)))
    more = draw(st.none() | st.integers(0, 5_000))
    cap = None if more is None else (floor or Money(0)) + Money(more * unit)
    common = Formula(
        base=Base.TURNOVER, floor=floor, cap=cap, rounding=rounding, pro_rata=draw(st.sampled_from(ProRata)),
        exempt_figure=draw(st.none() | st.integers(0, 10**9)), exempt_first_year=draw(st.booleans()),
        exempt_headcount=draw(st.none() | st.integers(0, 20)),
    )  # fmt: skip
    if budget:
        return replace(common, budget=Money(draw(st.integers(1, 50_000)) * unit))
    ends = sorted(draw(st.sets(st.integers(1, 10**10), max_size=4)))
    rates = draw(st.lists(st.integers(0, 50_000), min_size=len(ends) + 1, max_size=len(ends) + 1))
    tiers = tuple(Tier(rate, end) for rate, end in zip(rates, [*ends, None], strict=True))
    return replace(common, tiers=tiers, fixed=Money(draw(st.integers(1, 10_000))))


@given(formulas(budget=False), members(), figures, figures)
def test_who_has_more_never_pays_less(formula: Formula, people: list[MemberFigures], one: int, other: int) -> None:
    check_formula(formula)
    small, large = sorted((one, other))
    first = people[0]
    amounts = [
        compute(formula, [replace(first, figures={Base.TURNOVER: figure})], 2026)[0].amount for figure in (small, large)
    ]
    assert amounts[0] <= amounts[1]
    assert amount_at(formula, max(0, small)) <= amount_at(formula, max(0, large))


@given(formulas(budget=False), members())
def test_floor_and_cap_hold_for_a_whole_year(formula: Formula, people: list[MemberFigures]) -> None:
    for owed, member in zip(compute(formula, people, 2026), people, strict=True):
        if formula.cap is not None:
            assert owed.amount <= formula.cap
        whole = member.joined_on < date(2026, 1, 1) or formula.pro_rata is ProRata.NONE
        if whole and owed.amount and formula.floor is not None:
            assert owed.amount >= formula.floor
        assert owed.amount >= Money(0) and owed.amount.cents % formula.rounding.cents == 0


@given(formulas(budget=True), members())
def test_a_budget_is_raised_to_the_cent_or_the_gap_is_told(formula: Formula, people: list[MemberFigures]) -> None:
    budget = formula.budget or Money(0)
    try:
        shared = compute(formula, people, 2026)
    except (BudgetBelowFloors, BudgetAboveCaps, BudgetWithoutWeights) as refusal:
        gap = refusal.facts["gap"]
        assert gap > Money(0)
        assert tried("", formula, people, 2026).why is not None
        nearer = budget + gap if isinstance(refusal, BudgetBelowFloors) else budget - gap
        if nearer and nearer > Money(0):  # by exactly that much, it can be raised
            assert total(one.amount for one in compute(replace(formula, budget=nearer), people, 2026)) == nearer
        return
    assert total(one.amount for one in shared) == budget
    if formula.cap is not None:
        assert all(one.amount <= formula.cap for one in shared)


@given(st.booleans().flatmap(lambda budget: formulas(budget=budget)), members(), st.randoms(use_true_random=False))
def test_the_order_of_members_is_of_no_account(formula: Formula, people: list[MemberFigures], dice: object) -> None:
    mixed = list(people)
    dice.shuffle(mixed)  # type: ignore[attr-defined]

    def by_id(some: list[MemberFigures]) -> object:
        try:
            return {one.structure_id: one.amount for one in compute(formula, some, 2026)}
        except Refusal as refusal:
            return str(refusal)

    assert by_id(people) == by_id(mixed)


@given(st.booleans().flatmap(lambda budget: formulas(budget=budget)), members())
def test_the_quick_way_finds_what_the_steps_explain(formula: Formula, people: list[MemberFigures]) -> None:
    try:
        told = compute(formula, people, 2026)
    except Refusal:
        return
    quick = amounts_of(formula, people, 2026)
    assert {one.structure_id: one.amount for one in told} == quick.owed
    assert quick.level == level_of(formula, people, 2026)
    assert {one.structure_id for one in told if one.is_unknown} == set(quick.unknown)


claims = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(0, 50), st.none() | st.integers(0, 500)), min_size=1, max_size=10
)


@given(claims, st.integers(0, 3_000))
def test_shares_stand_at_one_level_between_their_bounds(drawn: list[tuple[int, int, int | None]], budget: int) -> None:
    """The golden algorithm's answer: whoever is free pays the level times its weight, to less than one unit."""
    asked = [
        Claim(number, weight, least, None if more is None else least + more)
        for number, (weight, least, more) in enumerate(drawn)
    ]
    try:
        filled = fill(budget, asked)
    except Refusal:
        return
    assert sum(filled.shares.values()) == budget
    for claim in asked:
        share, exact = filled.shares[claim.key], filled.level * claim.weight
        assert share >= claim.least and (claim.most is None or share <= claim.most)
        bounded = max(exact, claim.least) if claim.most is None else min(max(exact, claim.least), claim.most)
        assert abs(share - bounded) < 1


@given(st.lists(st.integers(0, 10**7).map(Money), max_size=40))
def test_no_bin_of_the_distribution_can_name_somebody(amounts: list[Money]) -> None:
    bins = distribution(amounts, own=amounts[0] if amounts else None)
    if len(amounts) < ENOUGH_IN_ALL:
        assert bins == ()
        return
    assert sum(one.count for one in bins) == len(amounts)
    assert all(one.count >= ENOUGH_IN_A_BIN for one in bins)
    assert sum(1 for one in bins if one.is_own) == 1
