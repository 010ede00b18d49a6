"""The study of a contribution on last year's figures: the formula in force beside variants, for all or oneself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from coopter.contributions.policies.formulas import can_read_study
from coopter.contributions.queries.figures import figures_of, types_of_members
from coopter.contributions.queries.formulas import formula_in_force, get_contribution
from coopter.contributions.queries.variants import VariantRecord, variants_of
from coopter.contributions.rules.curves import Chart, Point, amount_at, chart, curve
from coopter.contributions.rules.curves_bars import Bar, Bin, bars, distribution
from coopter.contributions.rules.formulas import Formula, MemberFigures, Owed, compute
from coopter.contributions.rules.formulas_kinds import PER_UNIT
from coopter.contributions.rules.kinds import Base
from coopter.contributions.rules.study import Balance, Result, Row, balance_of, rows_of, tried
from coopter.members import queries as members
from coopter.members.models import Membership, Structure
from coopter.members.rules import natural_order
from coopter.plumbing.database import session
from coopter.values.actor import Actor
from coopter.values.refusal import NotFound, Words

MOST_BARS = 12
"""What a picture shows of a large grouping; the table under it has everybody."""


@dataclass(frozen=True)
class Study:
    """One formula tried on everybody, beside the one in force and saved variants."""

    year: int  # the year that would be called
    figures_year: int
    members: tuple[MemberFigures, ...]
    before: Result | None
    tries: tuple[Result, ...]
    rows: tuple[Row, ...]
    balance: Balance | None
    chart: Chart | None
    points: tuple[tuple[str, tuple[Point, ...]], ...]  # of each line drawn, for the table under it
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class OwnResult:
    """What one structure would owe by one formula, step by step; `found` None when it cannot be computed."""

    name: str
    formula: Formula
    found: Owed | None
    why: Words | None  # speaks of sums and never of a member
    bins: tuple[Bin, ...]


@dataclass(frozen=True)
class OwnStudy:
    """The study as one member sees it: its own figure and amounts, and how many owe how much, without a name."""

    year: int
    figures_year: int
    member: MemberFigures
    before: OwnResult | None
    tries: tuple[OwnResult, ...]
    chart: Chart | None
    base: Base | None


def members_called(year: int, *, figures_year: int) -> tuple[MemberFigures, ...]:
    """Whoever is a member for a day of `year`, with the figures of `figures_year`, in the natural order of codes.

    Of somebody who left and came back within the year, the latest time inside counts.
    """
    figures, types = figures_of(figures_year), types_of_members()
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    query = (
        select(
            Structure.id, Structure.code, Structure.legal_name, Structure.trade_name, Structure.headcount,
            Membership.joined_on, Membership.left_on,
        )
        .join(Membership, Membership.structure_id == Structure.id)
        .where(Membership.joined_on < after, or_(Membership.left_on.is_(None), Membership.left_on > first))
        .order_by(Membership.joined_on)
    )  # fmt: skip
    found = {
        row.id: MemberFigures(
            row.id, row.code, row.trade_name or row.legal_name, types.get(row.id, ""),
            {Base.HOURS_USED: 0, **figures.get(row.id, {})}, row.joined_on, row.left_on, row.headcount,
        )
        for row in session().execute(query)
    }  # fmt: skip
    return tuple(sorted(found.values(), key=lambda one: natural_order(one.code)))


def year_to_study(today: date) -> int:
    """The year to call that a study opens on: this one, or the next when only this year's figures are known yet."""
    known = any(any(own.values()) for own in figures_of(today.year - 1).values())
    return today.year if known or not figures_of(today.year) else today.year + 1


def study_of(contribution_id: int, *, year: int, formulas: Sequence[tuple[str, Formula]], in_force: str) -> Study:
    """Try these formulas, the first one drawn first, on the figures of the year before `year`; `in_force` names the
    formula that counts in that year, if there is one. Raises NotFound."""
    get_contribution(contribution_id)
    people = members_called(year, figures_year=year - 1)
    current = formula_in_force(contribution_id, date(year, 1, 1))
    before = tried(in_force, current[1], people, year) if current else None
    tries = tuple(tried(name, formula, people, year) for name, formula in formulas)
    rows = rows_of(people, before=before, tries=tries, formula=formulas[0][1])
    drawn = [one for one in (before, *tries) if one is not None and one.why is None]
    picture, points = _chart(drawn, people, formulas[0][1].base)
    return Study(
        year, year - 1, people, before, tries, rows,
        balance_of(before, tries[0], people) if before else None, picture, points,
        bars((one.member.name, (one.before, *one.afters) if before else one.afters) for one in rows[:MOST_BARS]),
    )  # fmt: skip


def own_study_of(actor: Actor, contribution_id: int, *, structure_id: int, year: int, in_force: str) -> OwnStudy:
    """What one structure would owe by the formula in force and by each saved variant; raises NotFound for a structure
    that is not the actor's, or that is not a member in the year."""
    get_contribution(contribution_id)
    people = members_called(year, figures_year=year - 1)
    own = next((one for one in people if one.structure_id == structure_id), None)
    if own is None or not (can_read_study(actor) or structure_id in actor.represents):
        raise NotFound()
    current = formula_in_force(contribution_id, date(year, 1, 1))
    before = tried(in_force, current[1], people, year) if current else None
    saved = [tried(one.name, one.formula, people, year) for one in variants_of(contribution_id)]
    drawn = [one for one in (before, *saved) if one is not None and one.why is None][:4]
    base = next((one.formula.base for one in drawn if one.formula.base is not None), None)
    return OwnStudy(
        year, year - 1, own, None if before is None else _own(before, people, own, year),
        tuple(_own(one, people, own, year) for one in saved),
        _own_chart(drawn, own, base), base,
    )  # fmt: skip


def chosen_variants(contribution_id: int, ids: Iterable[int], *, most: int = 2) -> tuple[VariantRecord, ...]:
    """The variants that somebody asked to see beside the one that is being changed, a few at most."""
    wanted = list(ids)
    return tuple(one for one in variants_of(contribution_id) if one.id in wanted)[:most]


def names_of(structure_ids: Iterable[int]) -> dict[int, str]:
    """The name of each of these structures, in the order given."""
    found = members.structures_by_id(structure_ids)
    return {one: found[one].name for one in structure_ids if one in found}


def _own(result: Result, people: Sequence[MemberFigures], own: MemberFigures, year: int) -> OwnResult:
    if result.why is not None:
        return OwnResult(result.name, result.formula, None, result.why, ())
    steps = {one.structure_id: one for one in compute(result.formula, people, year)}[own.structure_id]
    bins = distribution(result.owed.values(), own=steps.amount)
    return OwnResult(result.name, result.formula, steps, None, bins)


def _chart(
    results: Sequence[Result], people: Sequence[MemberFigures], base: Base | None
) -> tuple[Chart | None, tuple[tuple[str, tuple[Point, ...]], ...]]:
    """The lines of the formulas that are measured on the same base as the first; nothing without a base."""
    same = _drawn_on(base, results)
    if base is None or not same:
        return None, ()
    upto = max([one.figures.get(base, 0) for one in people] + [PER_UNIT[base]])
    series = tuple((one.name, curve(one.formula, upto=upto, level=one.level)) for one in same)
    return chart(series, upto=upto, per=PER_UNIT[base]), series


def _drawn_on(base: Base | None, results: Sequence[Result]) -> list[Result]:
    """What can be drawn against this base: formulas measured on it, and level ones that are measured on nothing."""
    return [one for one in results if base is not None and one.formula.base in (base, None)]


def _own_chart(results: Sequence[Result], own: MemberFigures, base: Base | None) -> Chart | None:
    """The same lines up to twice the own figure (or one unit): nobody else's figure bounds the picture."""
    figure = max(0, own.figures.get(base, 0)) if base is not None else 0
    same = _drawn_on(base, results)
    if base is None or not same:
        return None
    upto = max(2 * figure, PER_UNIT[base])
    series = [(one.name, curve(one.formula, upto=upto, level=one.level)) for one in same]
    dots = [Point(figure, amount_at(one.formula, figure, level=one.level)) for one in same]
    return chart(series, upto=upto, per=PER_UNIT[base], own=dots)
