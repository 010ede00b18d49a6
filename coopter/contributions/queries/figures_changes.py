"""What members' figures became after money was called on them: what next year's correction rests on."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Table, select

from coopter.contributions.models import Call
from coopter.contributions.queries.figures import figures_of
from coopter.contributions.rules.kinds import Base
from coopter.plumbing import tenancy
from coopter.plumbing.database import session

CALLS: Table = Call.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class FigureChange:
    """One figure as it was called on, and as it counts today (None: it does not count any more)."""

    structure_id: int
    year: int
    base: Base
    called: int
    now: int | None


def figures_changed_since(run_id: int) -> tuple[FigureChange, ...]:
    """The figures of a run's calls that count otherwise today, by structure; empty when nothing is to be corrected.

    A call keeps what it measured (`detail`: figures_year, measured). A change of proof or of words changes nothing.
    """
    query = select(CALLS.c.structure_id, CALLS.c.detail).where(
        CALLS.c.grouping_id == tenancy.current(), CALLS.c.run_id == run_id
    )
    counts: dict[int, dict[int, dict[Base, int]]] = {}
    found: set[FigureChange] = set()
    for structure_id, detail in session().execute(query):
        year = detail.get("figures_year")
        if year is None:
            continue  # a voluntary amount or an entrance fee rests on no figure
        if year not in counts:
            counts[year] = figures_of(year)
        now = counts[year]
        for name, called in detail.get("measured", {}).items():
            today = now.get(structure_id, {}).get(Base(name), 0 if Base(name) is Base.HOURS_USED else None)
            if today != called:
                found.add(FigureChange(structure_id, year, Base(name), called, today))
    return tuple(sorted(found, key=lambda one: (one.structure_id, one.base.value)))
