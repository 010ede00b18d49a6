"""Contributions and the formula in force of each, read from the register of decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from coopter.contributions.models import CallRun, Contribution, Figure, MemberType, Variant
from coopter.contributions.queries.campaigns import campaigns, member_sheets
from coopter.contributions.rules.formulas import KIND, Formula, formula_of, subject_of
from coopter.contributions.rules.kinds import CallKind, FigureState, Product
from coopter.governance import queries as governance
from coopter.governance.rules.motions import Decided, in_force
from coopter.plumbing.database import session
from coopter.values.refusal import NotFound


@dataclass(frozen=True)
class ContributionRecord:
    """A contribution as pages show it: the formula in force on a day, the one to come, what was called last."""

    id: int
    name: str
    product: Product
    closed_at: datetime | None
    decided: Decided | None
    formula: Formula | None
    coming: Decided | None
    coming_formula: Formula | None
    variants: int
    called: int | None  # the last year called


@dataclass(frozen=True)
class Asking:
    """The figures asked of members that are not there yet: which campaign, how many are silent, how many to review."""

    year: int
    due_on: date
    silent: int
    to_review: int


def get_contribution(contribution_id: int) -> Contribution:
    """The contribution of this id in the grouping in scope; raises NotFound."""
    found: Contribution | None = session().scalar(select(Contribution).where(Contribution.id == contribution_id))
    if found is None:
        raise NotFound()
    return found


def contribution_record(contribution_id: int, *, on: date) -> ContributionRecord:
    """One contribution with what is in force on a day; raises NotFound."""
    return _records([get_contribution(contribution_id)], on=on)[0]


def contributions_list(*, on: date) -> tuple[ContributionRecord, ...]:
    """Every contribution of the grouping, those that live first, then by name."""
    rows = session().scalars(select(Contribution).order_by(Contribution.name, Contribution.id))
    return tuple(sorted(_records(list(rows), on=on), key=lambda one: one.closed_at is not None))


def formula_in_force(contribution_id: int, on: date) -> tuple[Decided, Formula] | None:
    """The formula of a contribution on a day and the decision that set it; None when nothing was decided."""
    decided = governance.decision_in_force(KIND, on=on, subject=subject_of(contribution_id))
    return None if decided is None else (decided, formula_of(decided))


def formula_history(contribution_id: int) -> tuple[tuple[Decided, Formula], ...]:
    """Every formula that was decided and not annulled, the latest first."""
    subject = subject_of(contribution_id)
    found = [one for one in governance.decisions_of(KIND) if one.subject == subject]
    return tuple((one, formula_of(one)) for one in sorted(found, key=lambda one: (one.from_on, one.number))[::-1])


def last_year_called(contribution_id: int) -> int | None:
    """The last year whose money was called from all members; None before the first."""
    return _called().get(contribution_id)


def types_in_use() -> tuple[str, ...]:
    """The types that members were given, by name."""
    return tuple(sorted(set(session().scalars(select(MemberType.name))), key=str.casefold))


def member_types() -> dict[int, MemberType]:
    """The row of each member that was given a type."""
    return {row.structure_id: row for row in session().scalars(select(MemberType))}


def asking_for_figures() -> tuple[Asking, ...]:
    """Campaigns still open, the latest year first, with how many members are silent or wait for review; of one that is
    closed, the late declarations that wait for review."""
    late = set(session().scalars(select(Figure.year).where(Figure.state == FigureState.DECLARED).distinct()))
    found = ((one, member_sheets(one)) for one in campaigns() if one.closed_at is None or one.year in late)
    return tuple(
        Asking(
            one.year, one.due_on, silent=sum(sheet.is_waiting for sheet in sheets) if one.closed_at is None else 0,
            to_review=sum(sheet.waits_for_review for sheet in sheets),
        )
        for one, sheets in found
    )  # fmt: skip


def _records(rows: list[Contribution], *, on: date) -> list[ContributionRecord]:
    decisions, called = governance.decisions_of(KIND), _called()
    variants: dict[int, int] = dict(
        session().execute(select(Variant.contribution_id, func.count()).group_by(Variant.contribution_id)).all()  # type: ignore[arg-type]
    )
    records = []
    for row in rows:
        subject = subject_of(row.id)
        now = in_force(decisions, subject=subject, on=on)
        later = [one for one in decisions if one.subject == subject and one.from_on > on]
        coming = min(later, key=lambda one: (one.from_on, -one.number), default=None)
        records.append(
            ContributionRecord(
                row.id, row.name, row.product, row.closed_at, now, formula_of(now) if now else None, coming,
                formula_of(coming) if coming else None, variants.get(row.id, 0), called.get(row.id),
            )
        )  # fmt: skip
    return records


def _called() -> dict[int, int]:
    yearly = (CallKind.YEAR, CallKind.CORRECTION)
    query = (
        select(CallRun.contribution_id, func.max(CallRun.year))
        .where(CallRun.kind.in_(yearly))
        .group_by(CallRun.contribution_id)
    )
    return {int(contribution): int(year) for contribution, year in session().execute(query)}
