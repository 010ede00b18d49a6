"""A call as it would be: what each member owes by the formula, and what is still to ask or to give back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from coopter.contributions.models import CallRun
from coopter.contributions.queries.calls import called_for, first_run, get_row
from coopter.contributions.queries.figures import figures_of, member_figures
from coopter.contributions.rules.calls import (
    AlreadyCalled,
    NoFormulaYet,
    NotCalledYet,
    day_of_formula,
    figures_year_of,
)
from coopter.contributions.rules.formulas import (
    KIND,
    Formula,
    MemberFigures,
    Owed,
    ProRata,
    Step,
    StepKind,
    compute,
    formula_of,
    stay_in,
    subject_of,
)
from coopter.contributions.rules.kinds import Base, CallKind, Product
from coopter.governance.queries.decisions import decision_in_force, get_decision, is_annulled
from coopter.governance.rules.motions import Decided
from coopter.members import queries as members
from coopter.values.money import Money, total


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What one member owes by the formula, what it was called before, and what it owed for the year before."""

    member: MemberFigures
    owed: Money
    before: Money
    last_year: Money | None
    steps: tuple[Step, ...]
    days: int
    is_unknown: bool

    @property
    def amount(self) -> Money:
        """What is still to call, or to give back."""
        return self.owed - self.before

    @property
    def change(self) -> Money | None:
        """How the year's amount differs from the year before; None when there was none."""
        return None if self.last_year is None else self.owed - self.last_year


@dataclass(frozen=True, slots=True)
class CallPlan:
    """A call as it would be; nothing is written."""

    contribution_id: int
    name: str
    product: Product
    year: int
    kind: CallKind
    decided: Decided
    formula: Formula
    figures_year: int
    members: tuple[Reckoned, ...]

    @property
    def total(self) -> Money:
        """Everything that would be called, what is given back taken away."""
        return total(one.amount for one in self.members)

    @property
    def owed(self) -> Money:
        """What all members owe for the year."""
        return total(one.owed for one in self.members)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The members whose figure nobody knows."""
        return tuple(one.member.name for one in self.members if one.is_unknown)


def plan_call(contribution_id: int, *, year: int, kind: CallKind, on: date) -> CallPlan:
    """What calling a year on a day would ask of each member; a correction reckons anew by the decision first called.

    Raises NotFound, NoFormulaYet, AlreadyCalled, NotCalledYet, and BudgetBelowFloors, BudgetAboveCaps,
    BudgetWithoutWeights for a budget that cannot be raised.
    """
    contribution = get_row(contribution_id)
    first = first_run(contribution_id, year)
    if kind is CallKind.YEAR and first is not None:
        raise AlreadyCalled(name=contribution.name, year=year, by=first.called_by, at=first.called_at)
    if kind is CallKind.CORRECTION and first is None:
        raise NotCalledYet(name=contribution.name, year=year)
    decided = _decided(contribution_id, year=year, on=on, first=first)
    if decided is None:
        raise NoFormulaYet(name=contribution.name, year=year)
    formula = formula_of(decided)
    figures_year = figures_year_of(formula, year=year, kind=kind)
    inside = _measured(year, figures_year)
    owed = compute(formula, inside, year)
    before, last = called_for(contribution_id, year), called_for(contribution_id, year - 1)
    reckoned = tuple(
        _reckoned(one, what, year=year, before=before.get(one.structure_id, Money.zero()),
                  last=last.get(one.structure_id))
        for one, what in zip(inside, owed, strict=True)
    )  # fmt: skip
    gone = _gone(before, {one.structure_id for one in inside}, year=year)
    return CallPlan(
        contribution_id, contribution.name, contribution.product, year, kind, decided, formula, figures_year,
        (*reckoned, *gone),
    )  # fmt: skip


def _gone(before: Mapping[int, Money], inside: set[int], *, year: int) -> tuple[Reckoned, ...]:
    """Structures that were called for the year and, as it turned out, were no members in it: nothing is owed."""
    out = sorted(set(before) - inside)
    rows = members.structures_by_id(out) if out else {}
    told = (Step(StepKind.NOT_MEMBER, None, (("year", str(year)),)),)
    never = date(year, 1, 1)
    return tuple(
        Reckoned(
            MemberFigures(one, rows[one].code, rows[one].name, "", {}, never, never),
            owed=Money.zero(), before=before[one], last_year=None, steps=told, days=0, is_unknown=False,
        )
        for one in out
    )  # fmt: skip


def _decided(contribution_id: int, *, year: int, on: date, first: CallRun | None) -> Decided | None:
    """The decision that was first called by, unless it was annulled since; else the one in force."""
    if first is not None and not is_annulled(first.decision_id):
        return get_decision(first.decision_id)
    return decision_in_force(KIND, on=day_of_formula(year, on=on), subject=subject_of(contribution_id))


def _measured(year: int, figures_year: int) -> tuple[MemberFigures, ...]:
    """Whoever was a member in the year, with the figures of another one."""
    inside = member_figures(year)
    if figures_year == year:
        return inside
    known = figures_of(figures_year)
    return tuple(replace(one, figures={Base.HOURS_USED: 0, **known.get(one.structure_id, {})}) for one in inside)


def _reckoned(member: MemberFigures, owed: Owed, *, year: int, before: Money, last: Money | None) -> Reckoned:
    return Reckoned(
        member=member,
        owed=owed.amount,
        before=before,
        last_year=last,
        steps=owed.steps,
        days=stay_in(member, year, pro_rata=ProRata.DAYS).inside,
        is_unknown=owed.is_unknown,
    )
