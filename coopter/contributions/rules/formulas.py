"""What a member owes: the formula, what it computes, how it is said, its cases, its motion. One door to all of it."""

from coopter.contributions.rules.formulas_budget import (
    BudgetAboveCaps,
    BudgetBelowFloors,
    BudgetWithoutWeights,
    Claim,
    Filled,
    fill,
)
from coopter.contributions.rules.formulas_cases import (
    Case,
    CaseCannotBe,
    CaseFails,
    Checked,
    TooManyCases,
    check_cases,
    refuse_failing,
)
from coopter.contributions.rules.formulas_check import check_formula
from coopter.contributions.rules.formulas_computing import compute, level_of
from coopter.contributions.rules.formulas_kinds import (
    BasisYear,
    Period,
    ProRata,
    Rounding,
    VatRule,
    base_name,
    figure_told,
    quantity,
    rate_words,
)
from coopter.contributions.rules.formulas_member import stay_in
from coopter.contributions.rules.formulas_motion import (
    KIND,
    ContributionClosed,
    FormulaReachesCalledYear,
    StartsInsideYear,
    cases_of,
    check_first_of_year,
    contribution_of,
    formula_motion,
    formula_of,
    subject_of,
)
from coopter.contributions.rules.formulas_said import say, schedule, step_words, together
from coopter.contributions.rules.formulas_shape import (
    Formula,
    FormulaNotUnderstood,
    Instalment,
    MemberFigures,
    Tier,
)
from coopter.contributions.rules.formulas_steps import Owed, Step, StepKind

__all__ = [
    "KIND", "BasisYear", "BudgetAboveCaps", "BudgetBelowFloors", "BudgetWithoutWeights", "Case", "CaseCannotBe",
    "CaseFails", "Checked", "Claim", "ContributionClosed", "Filled", "Formula", "FormulaNotUnderstood",
    "FormulaReachesCalledYear", "Instalment", "MemberFigures", "Owed", "Period", "ProRata", "Rounding",
    "StartsInsideYear", "Step", "StepKind", "Tier", "TooManyCases", "VatRule", "base_name", "cases_of",
    "check_cases", "check_first_of_year", "check_formula", "compute", "contribution_of", "figure_told", "fill",
    "formula_motion", "formula_of", "level_of", "quantity", "rate_words", "refuse_failing", "say", "schedule",
    "stay_in", "step_words", "subject_of", "together",
]  # fmt: skip
