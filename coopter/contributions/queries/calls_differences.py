"""Differences that wait: years already called whose figures are known, and count otherwise today."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from coopter.contributions.models import CallRun, Contribution
from coopter.contributions.queries.calls_planned import plan_call
from coopter.contributions.rules.kinds import CallKind
from coopter.plumbing.database import session
from coopter.values.money import Money
from coopter.values.refusal import Refusal

YEARS_BACK = 2
"""An older year is no longer looked at by itself; its page still calls a difference."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a called year would ask or give back today: of how many members, how much in all."""

    contribution_id: int
    name: str
    year: int
    members: int
    total: Money


def difference_waiting(contribution_id: int, *, year: int, on: date) -> Difference | None:
    """The difference that a called year asks for; None when there is none, when a figure lacks, or while the year
    whose figures count is not over."""
    try:
        plan = plan_call(contribution_id, year=year, kind=CallKind.CORRECTION, on=on)
    except Refusal:
        return None
    moved = [one for one in plan.members if one.amount]
    if not moved or plan.unknown or (plan.formula.base is not None and plan.figures_year >= on.year):
        return None
    return Difference(contribution_id, plan.name, year, len(moved), plan.total)


def differences_waiting(*, on: date) -> Iterator[Difference]:
    """Every difference that waits among the living contributions, the oldest year first."""
    query = (
        select(CallRun.contribution_id, CallRun.year)
        .join(Contribution, Contribution.id == CallRun.contribution_id)
        .where(CallRun.kind == CallKind.YEAR, CallRun.year >= on.year - YEARS_BACK, Contribution.closed_at.is_(None))
        .order_by(CallRun.year, Contribution.name)
    )
    for contribution_id, year in session().execute(query).all():
        if found := difference_waiting(contribution_id, year=year, on=on):
            yield found
