"""Test cases written beside a formula: what the assembly expects, checked before the formula may be proposed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from coopter.contributions.rules.formulas_computing import compute
from coopter.contributions.rules.formulas_kinds import ProRata
from coopter.contributions.rules.formulas_shape import Formula, FormulaNotUnderstood, MemberFigures
from coopter.contributions.rules.kinds import Base
from coopter.values.money import Money
from coopter.values.refusal import Refusal, Words

YEAR = 2026  # cases are of an ordinary year of 365 days
MOST_CASES, MOST_OTHERS = 30, 60


class CaseFails(Refusal):
    """Le cas n° %(number)s ne donne pas ce qui est attendu : %(expected)s attendus, la formule donne %(found)s.
    Corrigez la formule, ou le cas."""


class CaseCannotBe(Refusal):
    """Le cas n° %(number)s ne se calcule pas : %(why)s"""


class TooManyCases(Refusal):
    """Une formule a au plus %(most)s cas, et un cas au plus %(others)s autres membres."""


@dataclass(frozen=True, slots=True)
class Case:
    """One member as the assembly imagines it and what it should owe; `others` are the figures that share a budget."""

    figures: Mapping[Base, int]
    expected: Money
    days: int = 365
    kind: str = ""
    headcount: int | None = None
    newcomer: bool = False
    others: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The case as plain JSON, beside its variant."""
        return {
            "figures": {base.value: figure for base, figure in self.figures.items()},
            "expected": self.expected.cents,
            "days": self.days,
            "kind": self.kind,
            "headcount": self.headcount,
            "newcomer": self.newcomer,
            "others": list(self.others),
        }

    @classmethod
    def from_json(cls, value: Any) -> Case:
        """Read a case back; raises FormulaNotUnderstood."""
        try:
            return cls(
                {Base(base): int(figure) for base, figure in value["figures"].items()}, Money(value["expected"]),
                value.get("days", 365), value.get("kind", ""), value.get("headcount"), value.get("newcomer", False),
                tuple(value.get("others", ())),
            )  # fmt: skip
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            raise FormulaNotUnderstood() from problem


@dataclass(frozen=True, slots=True)
class Checked:
    """A case with what the formula gives; `found` None when it cannot be computed, `why` then says it."""

    case: Case
    found: Money | None
    why: Words | None = field(default=None)

    @property
    def holds(self) -> bool:
        """Whether the formula gives what was expected."""
        return self.found == self.case.expected


def check_cases(formula: Formula, cases: Iterable[Case]) -> tuple[Checked, ...]:
    """Each case with what the formula gives, in their order."""
    return tuple(_check(formula, case) for case in cases)


def refuse_failing(formula: Formula, cases: Sequence[Case]) -> None:
    """Raise CaseFails or CaseCannotBe for the first case that does not hold, TooManyCases beyond the limits."""
    if len(cases) > MOST_CASES or any(len(case.others) > MOST_OTHERS for case in cases):
        raise TooManyCases(most=MOST_CASES, others=MOST_OTHERS)
    for number, one in enumerate(check_cases(formula, cases), start=1):
        if one.found is None:
            raise CaseCannotBe(number=number, why=one.why)
        if not one.holds:
            raise CaseFails(number=number, expected=one.case.expected, found=one.found)


def _check(formula: Formula, case: Case) -> Checked:
    try:
        owed = compute(formula, [_imagined(case), *_others(formula, case)], YEAR)
    except Refusal as refusal:
        return Checked(case, None, Words(refusal.sentence, **refusal.facts))
    return Checked(case, owed[0].amount)


def _imagined(case: Case) -> MemberFigures:
    """A member that was there for the last so many days of the year; a newcomer joined in it, even on its first day."""
    after = date(YEAR + 1, 1, 1)
    joined = after - timedelta(days=max(0, min(case.days, 365)))
    whole = case.days >= 365 and not case.newcomer
    return MemberFigures(
        0, "", "", case.kind, case.figures, date(YEAR - 5, 1, 1) if whole else joined, None, case.headcount
    )


def _others(formula: Formula, case: Case) -> list[MemberFigures]:
    base = formula.base or Base.OTHER
    long_ago = date(YEAR - 5, 1, 1)
    return [
        MemberFigures(number, f"{number:04d}", "", "", {base: figure}, long_ago, None)
        for number, figure in enumerate(case.others, start=1)
    ]


def uses_days(formula: Formula) -> bool:
    """Whether the days inside matter to the formula, and so to its cases."""
    return formula.pro_rata is not ProRata.NONE
