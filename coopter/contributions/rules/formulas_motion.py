"""A formula as a decision: the motion that sets it, and how it is read back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from coopter.contributions.rules.formulas_cases import Case
from coopter.contributions.rules.formulas_shape import Formula, FormulaNotUnderstood
from coopter.governance.rules.motions import Decided, Motion
from coopter.values.refusal import Refusal

KIND = "contribution-formula"


class StartsInsideYear(Refusal):
    """Une formule prend effet un 1er janvier, pas le %(day)s : une année n’a qu’une formule."""


class FormulaReachesCalledYear(Refusal):
    """L’année %(year)s est déjà appelée avec la formule en vigueur. Choisissez une année plus tardive : ce qui est
    appelé se corrige par une différence ou un avoir, pas en changeant le passé."""


class ContributionClosed(Refusal):
    """Cette contribution est terminée : elle n’a plus de nouvelle formule."""


def formula_motion(contribution_id: int, formula: Formula, from_on: date, *, cases: Sequence[Case] = ()) -> Motion:
    """The motion that sets a contribution's formula from a first of January on, with the cases that prove it."""
    value = {"formula": formula.to_json(), "cases": [case.to_json() for case in cases]}
    return Motion(KIND, subject_of(contribution_id), value, from_on)


def subject_of(contribution_id: int) -> str:
    """What a decision on a contribution is about."""
    return f"contribution:{contribution_id}"


def contribution_of(decided: Decided | Motion) -> int:
    """The contribution that a decision or a motion is about; raises FormulaNotUnderstood."""
    room, _, number = decided.subject.partition(":")
    if room != "contribution" or not (number.isascii() and number.isdigit()):
        raise FormulaNotUnderstood()
    return int(number)


def formula_of(decided: Decided | Motion) -> Formula:
    """The formula that a decision sets; raises FormulaNotUnderstood."""
    return Formula.from_json(_value(decided)["formula"])


def cases_of(decided: Decided | Motion) -> tuple[Case, ...]:
    """The cases that were proved when it was decided."""
    return tuple(Case.from_json(one) for one in _value(decided).get("cases", ()))


def _value(decided: Decided | Motion) -> dict[str, Any]:
    if not isinstance(decided.value, dict) or "formula" not in decided.value:
        raise FormulaNotUnderstood()
    return decided.value


def check_first_of_year(day: date) -> None:
    """A formula starts with a year; raises StartsInsideYear."""
    if (day.month, day.day) != (1, 1):
        raise StartsInsideYear(day=day)
