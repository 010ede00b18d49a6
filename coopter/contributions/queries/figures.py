"""Figures of a year: what counts for each member, who says what, and what changed after money was called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from sqlalchemy import Table, select

from coopter.contributions.models import Figure, MemberType
from coopter.contributions.rules.figures import COUNTED
from coopter.contributions.rules.formulas import MemberFigures
from coopter.contributions.rules.kinds import Base
from coopter.hours import queries as hours
from coopter.members import queries as members
from coopter.members.models import Membership
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.values.month import Month

FIGURES: Table = Figure.__table__  # type: ignore[assignment]
_F = FIGURES.c


def figures_of(year: int) -> dict[int, dict[Base, int]]:
    """What counts for each structure in a year, in each base's own unit: a figure checked, else declared, else
    estimated; hours used are the confirmed minutes of the year. A profit is as declared: a loss is negative.

    A figure that was sent back does not count until it is declared again or estimated.
    """
    found: dict[int, dict[Base, int]] = defaultdict(dict)
    query = select(_F.structure_id, _F.base, _F.amount).where(
        _F.grouping_id == tenancy.current(), _F.year == year, _F.state.in_(COUNTED), _F.amount.is_not(None)
    )
    for structure_id, base, amount in session().execute(query):
        found[structure_id][base] = int(amount)
    for structure_id, minutes in minutes_used(year).items():
        found[structure_id][Base.HOURS_USED] = minutes
    return dict(found)


def minutes_used(year: int) -> dict[int, int]:
    """Confirmed minutes of the year's shared employees at each structure."""
    used: dict[int, int] = defaultdict(int)
    for _month, worked in hours.worked_between(Month(year, 1), Month(year, 12)):
        used[worked.structure_id] += worked.minutes
    return dict(used)


def memberships_in(year: int, *, until: date | None = None) -> dict[int, Membership]:
    """The latest membership of each structure that was a member for at least a day of the year, or of the days since
    up to `until` when it is said."""
    first, last = date(year, 1, 1), max(date(year, 12, 31), until or date(year, 12, 31))
    query = select(Membership).where(Membership.joined_on <= last).order_by(Membership.joined_on)
    return {row.structure_id: row for row in session().scalars(query) if row.left_on is None or row.left_on > first}


def types_of_members() -> dict[int, str]:
    """The type of each member that was given one."""
    return {row.structure_id: row.name for row in session().scalars(select(MemberType))}


def member_figures(year: int, *, figures_year: int | None = None) -> tuple[MemberFigures, ...]:
    """Every structure that was a member in the year with its figures, in the natural order of the codes.

    With `figures_year`, the members are those of `year` and the figures those of another: a contribution of 2026 rests
    on the turnover of 2025, of those who joined in 2026 too. A member without placement used no hours (0); any other
    figure that nobody gave is absent.
    """
    inside, types = memberships_in(year), types_of_members()
    figures = figures_of(year if figures_year is None else figures_year)
    rows = [row for row in members.list_structures() if row.id in inside]

    def known(structure_id: int) -> Mapping[Base, int]:
        return {Base.HOURS_USED: 0, **figures.get(structure_id, {})}

    return tuple(
        MemberFigures(
            structure_id=row.id, code=row.code, name=row.name, type=types.get(row.id, ""), figures=known(row.id),
            joined_on=inside[row.id].joined_on, left_on=inside[row.id].left_on, headcount=row.headcount,
        )
        for row in rows
    )  # fmt: skip
