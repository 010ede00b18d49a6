"""What a member owes by a formula: golden cases, time inside, exemptions, rounding, words, curve and cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from coopter.contributions.rules import formulas_check as check
from coopter.contributions.rules.curves import Point, amount_at, chart, curve, reach_of, ticks
from coopter.contributions.rules.formulas import (
    BasisYear,
    BudgetAboveCaps,
    BudgetBelowFloors,
    BudgetWithoutWeights,
    Case,
    CaseCannotBe,
    CaseFails,
    Formula,
    FormulaNotUnderstood,
    Instalment,
    MemberFigures,
    Period,
    ProRata,
    Rounding,
    StepKind,
    Tier,
    VatRule,
    check_cases,
    check_formula,
    compute,
    level_of,
    refuse_failing,
    say,
    schedule,
    stay_in,
    together,
)
from coopter.contributions.rules.formulas_computing import amounts_of
from coopter.contributions.rules.formulas_typed import parse_rate, parse_threshold, typed_rate, typed_threshold
from coopter.contributions.rules.kinds import Base, Product
from coopter.values.money import Money, total
from coopter.values.refusal import Refusal

LONG_AGO = date(2015, 1, 1)
ON_PAYROLL = Formula(base=Base.PAYROLL, tiers=(Tier(8000),), floor=Money(15_000), cap=Money(250_000))
BY_TIERS = Formula(
    base=Base.TURNOVER, tiers=(Tier(3000, 10_000_000), Tier(2000, 50_000_000), Tier(1000)), cap=Money(300_000),
    pro_rata=ProRata.DAYS,
)  # fmt: skip
BUDGET = Formula(base=Base.HOURS_USED, budget=Money(2_000_000), floor=Money(50_000), cap=Money(800_000))
HOURS = (1820, 640, 310, 95, 20)


def member(
    figures: Mapping[Base, int] | None = None, *, number: int = 1, joined_on: date = LONG_AGO,
    left_on: date | None = None, kind: str = "", headcount: int | None = 5,
) -> MemberFigures:  # fmt: skip
    return MemberFigures(
        number, f"M{number}", f"Membre {number}", kind, dict(figures or {}), joined_on, left_on, headcount
    )


def of_hours(*hours: int) -> list[MemberFigures]:
    return [member({Base.HOURS_USED: one * 60}, number=number) for number, one in enumerate(hours, start=1)]


def owed(formula: Formula, *people: MemberFigures, year: int = 2026) -> list[int]:
    return [one.amount.cents for one in compute(formula, people, year)]


@pytest.mark.parametrize(("payroll", "cents"), [(1_250_000, 15_000), (9_642_037, 77_136), (41_200_000, 250_000)])
def test_d1_a_rate_with_floor_and_cap(payroll: int, cents: int) -> None:
    """domain.md §2.6 D1."""
    assert owed(ON_PAYROLL, member({Base.PAYROLL: payroll})) == [cents]


@pytest.mark.parametrize(
    ("turnover", "cents"), [(8_000_000, 24_000), (25_000_000, 60_000), (74_231_855, 134_232), (300_000_000, 300_000)]
)
def test_d2_marginal_tiers(turnover: int, cents: int) -> None:
    """domain.md §2.6 D2."""
    assert owed(BY_TIERS, member({Base.TURNOVER: turnover})) == [cents]


def test_d2_whoever_joined_on_the_first_of_july_pays_184_days_of_365() -> None:
    newcomer = member({Base.TURNOVER: 74_231_855}, joined_on=date(2026, 7, 1))
    assert stay_in(newcomer, 2026, pro_rata=ProRata.DAYS).inside == 184
    assert owed(BY_TIERS, newcomer) == [67_668]
    (told,) = compute(BY_TIERS, [newcomer], 2026)
    assert [step.kind for step in told.steps] == [StepKind.FIGURE, *[StepKind.TIER] * 3, StepKind.TIME]
    assert [str(step.words) for step in told.steps][-1] == "Membre 184 jours sur 365"


def test_d3_a_budget_shared_under_floors_and_caps() -> None:
    """domain.md §2.6 D3: M1 at the cap, M5 at the floor, the rest at one level, and the sum to the cent."""
    assert owed(BUDGET, *of_hours(*HOURS)) == [800_000, 704_306, 341_148, 104_546, 50_000]
    level = level_of(BUDGET, of_hours(*HOURS), 2026)
    assert level is not None and round(level * 640 * 60) == 704_306
    steps = [[one.kind for one in done.steps][1:] for done in compute(BUDGET, of_hours(*HOURS), 2026)]
    assert steps == [[StepKind.SHARE, kind] for kind in (
        StepKind.CAP, StepKind.ROUNDED, StepKind.ROUNDED, StepKind.ROUNDED, StepKind.FLOOR
    )]  # fmt: skip


def test_d3_a_budget_that_cannot_be_raised_says_by_how_much_and_which_bound() -> None:
    with pytest.raises(BudgetBelowFloors) as low:
        owed(replace(BUDGET, budget=Money(240_000)), *of_hours(*HOURS))
    assert low.value.facts["gap"] == Money(10_000) and "100,00" in str(low.value) and "plancher" in str(low.value)
    with pytest.raises(BudgetAboveCaps) as high:
        owed(replace(BUDGET, budget=Money(4_100_000)), *of_hours(*HOURS))
    assert high.value.facts["gap"] == Money(100_000) and "1\u202f000,00" in str(high.value)
    assert "plafond" in str(high.value)
    with pytest.raises(BudgetWithoutWeights):
        owed(replace(BUDGET, floor=None), *of_hours(0, 0))
    assert owed(replace(BUDGET, budget=Money(4_000_000)), *of_hours(*HOURS)) == [800_000] * 5
    assert owed(replace(BUDGET, budget=Money(250_000)), *of_hours(*HOURS)) == [50_000] * 5


def test_who_has_no_hours_pays_the_floor_and_nobody_else_pays_it_twice() -> None:
    assert owed(replace(BUDGET, cap=None), *of_hours(100, 0)) == [1_950_000, 50_000]
    with pytest.raises(BudgetAboveCaps):  # the member without hours stays at its floor, whatever the cap
        owed(replace(BUDGET, budget=Money(1_000_000)), *of_hours(100, 0))


def test_the_cents_left_over_go_to_the_lowest_codes_in_any_order() -> None:
    """R17: three equal members of 100,00 €."""
    shared = Formula(base=Base.HOURS_USED, budget=Money(10_000))
    people = of_hours(10, 10, 10)
    for order in ([0, 1, 2], [2, 1, 0], [1, 2, 0]):
        found = {one.structure_id: one.amount.cents for one in compute(shared, [people[i] for i in order], 2026)}
        assert found == {1: 3_334, 2: 3_333, 3: 3_333}


def test_an_equal_part_of_a_budget_counts_the_time_inside() -> None:
    equal = Formula(budget=Money(150_000), pro_rata=ProRata.MONTHS)
    half = member(number=2, joined_on=date(2026, 7, 1))
    assert owed(equal, member(), half) == [100_000, 50_000]
    assert owed(replace(equal, pro_rata=ProRata.NONE), member(), half) == [75_000, 75_000]


def test_a_loss_counts_for_nothing_and_an_unknown_figure_is_told() -> None:
    profits = Formula(base=Base.PROFIT, tiers=(Tier(50_000),))
    assert owed(profits, member({Base.PROFIT: -5_000_000}), member({Base.PROFIT: 1_000_000})) == [0, 50_000]
    (silent,) = compute(profits, [member()], 2026)
    assert silent.is_unknown and silent.amount == Money(0)
    assert "chiffre inconnu" in str(silent.steps[0].words)


@pytest.mark.parametrize(
    ("pro_rata", "joined", "left", "inside", "of"),
    [
        (ProRata.DAYS, LONG_AGO, None, 365, 365),
        (ProRata.DAYS, date(2026, 12, 31), None, 1, 365),
        (ProRata.MONTHS, date(2026, 3, 31), None, 10, 12),
        (ProRata.MONTHS, LONG_AGO, date(2026, 3, 1), 2, 12),
        (ProRata.MONTHS, LONG_AGO, date(2026, 3, 2), 3, 12),
        (ProRata.QUARTERS, date(2026, 4, 1), date(2026, 10, 2), 3, 4),
        (ProRata.QUARTERS, date(2026, 4, 1), date(2026, 10, 1), 2, 4),
        (ProRata.HALVES, date(2026, 6, 30), None, 2, 2),
        (ProRata.HALVES, date(2026, 7, 1), None, 1, 2),
        (ProRata.NONE, date(2026, 12, 31), None, 1, 1),
        (ProRata.DAYS, date(2027, 1, 1), None, 0, 365),
        (ProRata.MONTHS, LONG_AGO, date(2026, 1, 1), 0, 12),
    ],
)
def test_the_part_of_the_year_that_counts(
    pro_rata: ProRata, joined: date, left: date | None, inside: int, of: int
) -> None:
    stay = stay_in(member(joined_on=joined, left_on=left), 2026, pro_rata=pro_rata)
    assert (stay.inside, stay.of) == (inside, of)


def test_a_leap_year_has_366_days() -> None:
    assert stay_in(member(), 2028, pro_rata=ProRata.DAYS).of == 366


def test_fixed_parts_by_type_and_period() -> None:
    """Peers T42: the right tier for each type of member, and part of a year where the rule says so."""
    fee = Formula(
        fixed=Money(1_000), fixed_by_type=(("Collectivité", Money(5_000)), ("association", Money(500))),
        period=Period.MONTH, pro_rata=ProRata.MONTHS,
    )  # fmt: skip
    people = [member(kind="collectivité"), member(kind="association"), member(), member(joined_on=date(2026, 11, 20))]
    assert owed(fee, *people) == [60_000, 6_000, 12_000, 2_000]
    told = compute(fee, people[:1], 2026)[0].steps
    assert str(told[0].words) == "Part fixe (Collectivité)"
    assert str(compute(replace(fee, fixed_by_type=()), people[:1], 2026)[0].steps[0].words) == "Part fixe"


def test_exemptions_free_entirely_and_say_why() -> None:
    formula = replace(
        BY_TIERS, exempt_first_year=True, exempt_headcount=3, exempt_figure=1_000_000, floor=Money(10_000)
    )
    turnover = {Base.TURNOVER: 5_000_000}
    free = {
        StepKind.FIRST_YEAR: member(turnover, joined_on=date(2026, 1, 1)),
        StepKind.SMALL_STAFF: member(turnover, headcount=2),
        StepKind.SMALL_FIGURE: member({Base.TURNOVER: 999_999}),
        StepKind.NOT_MEMBER: member(turnover, left_on=date(2025, 5, 1)),
    }
    for kind, one in free.items():
        (done,) = compute(formula, [one], 2026)
        assert (done.amount, [step.kind for step in done.steps]) == (Money(0), [kind])
        assert str(done.steps[0].words)
    paying = [member(turnover, headcount=3), member(turnover, headcount=None), member()]
    assert owed(formula, *paying) == [15_000, 15_000, 10_000]  # an unknown figure is not a small one
    assert owed(formula, member({Base.TURNOVER: 1_000_000})) == [10_000]


@pytest.mark.parametrize(
    ("rounding", "cents"), [(Rounding.CENT, 134_232), (Rounding.EURO, 134_200), (Rounding.TEN_EUROS, 134_000)]
)
def test_rounded_once_at_the_end(rounding: Rounding, cents: int) -> None:
    assert owed(replace(BY_TIERS, rounding=rounding), member({Base.TURNOVER: 74_231_855})) == [cents]


def test_a_budget_in_tens_of_euros_is_still_whole() -> None:
    shared = compute(replace(BUDGET, rounding=Rounding.TEN_EUROS), of_hours(*HOURS), 2026)
    assert total(one.amount for one in shared) == Money(2_000_000)
    assert all(one.amount.cents % 1_000 == 0 for one in shared)


def test_a_year_is_measured_on_the_figures_that_its_formula_says() -> None:
    assert BY_TIERS.figures_year(2026) == 2025
    assert replace(BY_TIERS, basis_year=BasisYear.CURRENT).figures_year(2026) == 2026


def test_instalments_add_up_to_the_amount() -> None:
    thirds = replace(BY_TIERS, instalments=(Instalment(3, 31, 33), Instalment(6, 30, 33), Instalment(9, 30, 34)))
    parts = schedule(thirds, Money(100_001), 2027)
    assert [day for day, _part in parts] == [date(2027, 3, 31), date(2027, 6, 30), date(2027, 9, 30)]
    assert total(part for _day, part in parts) == Money(100_001)
    assert schedule(BY_TIERS, Money(100), 2027) == ()


REFUSED: list[tuple[type[Refusal], Formula]] = [
    (check.NothingToPay, Formula()),
    (check.BudgetAndRate, replace(BUDGET, tiers=(Tier(1),))),
    (check.RateWithoutBase, Formula(tiers=(Tier(1000),))),
    (check.BaseWithoutRate, Formula(base=Base.TURNOVER, fixed=Money(100))),
    (check.FigureNeedsName, Formula(base=Base.OTHER, tiers=(Tier(1000),))),
    (check.TiersOutOfOrder, Formula(base=Base.TURNOVER, tiers=(Tier(1, 200), Tier(2, 100), Tier(3)))),
    (check.TiersOutOfOrder, Formula(base=Base.TURNOVER, tiers=(Tier(1, 200),))),
    (check.TooManyTiers, Formula(base=Base.TURNOVER, tiers=(*(Tier(1, n) for n in range(1, 10)), Tier(1)))),
    (check.NegativeAmount, Formula(fixed=Money(-1))),
    (check.FloorAboveCap, replace(ON_PAYROLL, floor=Money(300_000))),
    (check.RoundingDoesNotFit, replace(ON_PAYROLL, rounding=Rounding.TEN_EUROS, floor=Money(15_500))),
    (check.ExemptionNeedsBase, Formula(fixed=Money(100), exempt_figure=100)),
    (check.InstalmentsNotWhole, replace(ON_PAYROLL, instalments=(Instalment(3, 31, 50),))),
    (check.InstalmentsNotWhole, replace(ON_PAYROLL, instalments=(Instalment(9, 1, 50), Instalment(3, 1, 50)))),
    (check.NoSuchInstalmentDay, replace(ON_PAYROLL, instalments=(Instalment(2, 29, 100),))),
]


@pytest.mark.parametrize(("refusal", "formula"), REFUSED)
def test_a_formula_nobody_could_be_held_to_is_refused(refusal: type[Refusal], formula: Formula) -> None:
    with pytest.raises(refusal):
        check_formula(formula)


def test_what_each_product_allows() -> None:
    check_formula(Formula(), product=Product.VOLUNTARY)
    check_formula(Formula(fixed=Money(100)), product=Product.ENTRANCE_FEE)
    for formula in (BY_TIERS, BUDGET, replace(ON_PAYROLL, exempt_first_year=True)):
        with pytest.raises(check.EntranceIsPaidOnce):
            check_formula(formula, product=Product.ENTRANCE_FEE)


def test_said_in_sentences() -> None:
    words = str(together(say(replace(BY_TIERS, fixed=Money(5_000), instalments=(Instalment(3, 31, 100),)))))
    assert words.replace("\u202f", " ").replace("\xa0", " ") == (
        "Chaque membre paie une part fixe de 50,00 € par an. S’y ajoute une part variable, par tranches, sur son "
        "chiffre d’affaires de l’année précédente : 0,3 % jusqu’à 100 000,00 €, 0,2 % de 100 000,00 € à 500 000,00 €, "
        "0,1 % au-delà. Personne ne paie plus de 3 000,00 € par an. Une année incomplète se paie au prorata des jours "
        "d’adhésion. À payer ainsi : 100 % le 31/03. Sans TVA : c’est une cotisation, sans service rendu en échange."
    )
    budget = str(together(say(replace(BUDGET, exempt_first_year=True, vat=VatRule.GROUPING, exempt_headcount=3))))
    assert "Un budget de 20\u202f000,00\xa0€ est partagé" in budget and "ses heures utilisées" in budget
    assert "Rien n’est dû pour l’année de l’adhésion." in budget and "moins de 3 salariés" in budget
    assert "La TVA s’ajoute" in budget
    own = Formula(base=Base.OTHER, named="repas servis", tiers=(Tier(20_000),), exempt_figure=10_000)
    assert "0,02 € l’unité sur son chiffre « repas servis »" in str(say(own)[0])
    assert str(say(Formula())[0]) == "Chacun verse ce qu’il veut."
    assert "parts égales" in str(say(Formula(budget=Money(100)))[0])
    profit = Formula(base=Base.PROFIT, tiers=(Tier(50_000),), basis_year=BasisYear.PREVIOUS_CORRECTED)
    said = [str(one) for one in say(profit)]
    assert "Une perte compte pour zéro." in said and any("la différence sera appelée ou rendue" in one for one in said)


@pytest.mark.parametrize(
    "formula",
    [ON_PAYROLL, BY_TIERS, BUDGET, Formula(fixed=Money(1), fixed_by_type=(("é", Money(2)),), period=Period.HALF)],
)
def test_kept_as_plain_json(formula: Formula) -> None:
    assert Formula.from_json(formula.to_json()) == formula


@pytest.mark.parametrize(
    "value",
    [None, [], "x", {}, {**BY_TIERS.to_json(), "tiers": "no"}, {**BY_TIERS.to_json(), "fixed": 1.5},
     {**BY_TIERS.to_json(), "fixed": True}, {**BY_TIERS.to_json(), "base": "wind"},
     {**BY_TIERS.to_json(), "cap": 10**18}, {**BY_TIERS.to_json(), "named": "x" * 500}],
)  # fmt: skip
def test_what_is_no_formula_is_refused(value: object) -> None:
    with pytest.raises(FormulaNotUnderstood):
        Formula.from_json(value)


def test_the_curve_turns_where_the_formula_does() -> None:
    points = curve(BY_TIERS, upto=300_000_000)
    assert points == (
        Point(0, Money(0)), Point(10_000_000, Money(30_000)), Point(50_000_000, Money(110_000)),
        Point(240_000_000, Money(300_000)), Point(300_000_000, Money(300_000)),
    )  # fmt: skip
    assert [point.figure for point in curve(ON_PAYROLL, upto=40_000_000)] == [0, 1_875_000, 31_250_000, 40_000_000]
    assert reach_of(BY_TIERS) == 360_000_000
    stepped = curve(replace(ON_PAYROLL, exempt_figure=1_000_000), upto=2_000_000)
    assert [(one.figure, one.amount.cents) for one in stepped][:3] == [(0, 0), (1_000_000, 0), (1_000_000, 15_000)]
    assert curve(Formula(fixed=Money(5_000)), upto=10) == (Point(0, Money(5_000)), Point(10, Money(5_000)))


def test_the_curve_of_a_budget_stands_at_its_level() -> None:
    level = level_of(BUDGET, of_hours(*HOURS), 2026)
    assert amount_at(BUDGET, 640 * 60, level=level) == Money(704_306)
    assert amount_at(BUDGET, 20 * 60, level=level) == Money(50_000)
    assert curve(BUDGET, upto=1820 * 60, level=level)[-1].amount == Money(800_000)
    assert level_of(BY_TIERS, [], 2026) is None


def test_axes_are_round_and_hold_everything() -> None:
    assert ticks(134_232, unit=100) == ((0, 50_000, 100_000, 150_000), 150_000)
    assert ticks(1, unit=60)[1] == 60
    drawn = chart([("Une", curve(BY_TIERS, upto=300_000_000))], upto=300_000_000, per=100)
    assert drawn.lines[0].path.startswith(f"M{drawn.left} {drawn.base} L")
    assert drawn.up[-1].at == drawn.top


CASES = (
    Case({Base.TURNOVER: 25_000_000}, Money(60_000)),
    Case({Base.TURNOVER: 74_231_855}, Money(67_668), days=184),
)


def test_cases_are_played_and_the_first_that_fails_is_told() -> None:
    assert all(one.holds for one in check_cases(BY_TIERS, CASES))
    refuse_failing(BY_TIERS, CASES)
    wrong = replace(CASES[1], expected=Money(67_600))
    with pytest.raises(CaseFails) as failure:
        refuse_failing(BY_TIERS, [*CASES, wrong, replace(wrong, days=365)])
    assert failure.value.facts == {"number": 3, "expected": Money(67_600), "found": Money(67_668)}
    assert [Case.from_json(one.to_json()) for one in CASES] == list(CASES)


def test_cases_of_a_budget_name_the_others_and_of_exemptions_the_newcomer() -> None:
    shared = Case({Base.HOURS_USED: 640 * 60}, Money(704_306), others=tuple(h * 60 for h in (1820, 310, 95, 20)))
    refuse_failing(BUDGET, [shared])
    with pytest.raises(CaseCannotBe):
        refuse_failing(BUDGET, [replace(shared, others=())])
    first = replace(BY_TIERS, exempt_first_year=True, exempt_headcount=3)
    refuse_failing(first, [
        replace(CASES[0], newcomer=True, expected=Money(0)), CASES[0],
        replace(CASES[0], headcount=2, expected=Money(0)),
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("base", "figure", "rate", "figures"),
    [(Base.TURNOVER, "100 000", "0,3", (10_000_000, 3000)), (Base.HOURS_USED, "12,5", "0,15", (750, 150_000)),
     (Base.TONNES, "1,5", "12", (1_500, 12_000_000)), (Base.SURFACE, "80", "2,5", (8_000, 2_500_000))],
)  # fmt: skip
def test_figures_and_rates_are_typed_in_the_unit_of_their_base(
    base: Base, figure: str, rate: str, figures: tuple[int, int]
) -> None:
    assert (parse_threshold(base, figure), parse_rate(base, rate)) == figures
    assert typed_threshold(base, figures[0]).replace("\u202f", " ") == figure
    assert typed_rate(base, figures[1]) == rate


def test_amounts_alone_are_those_that_the_steps_explain() -> None:
    for formula, people in (
        (BUDGET, of_hours(*HOURS)),
        (BY_TIERS, [member({Base.TURNOVER: 5_000_001}), member(number=2)]),
    ):
        quick = amounts_of(formula, people, 2026)
        assert {one.structure_id: one.amount for one in compute(formula, people, 2026)} == quick.owed
        assert quick.level == level_of(formula, people, 2026)
    assert quick.unknown == (2,) and Fraction(1) == 1
