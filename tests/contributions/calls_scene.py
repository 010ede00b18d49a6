"""The cluster of the studies, its formula in force: what calls are tried on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import update

from coopter.contributions.models import Figure
from coopter.contributions.rules.formulas import Formula, Instalment, ProRata, Tier, formula_motion
from coopter.contributions.rules.kinds import Base
from coopter.governance import commands as governance
from coopter.members.models import Structure
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command
from coopter.values.actor import Actor
from coopter.values.money import Money
from tests.contributions.study_scene import Cluster, a_cluster

ON, AT = date(2026, 11, 2), datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
LATER = datetime(2027, 5, 3, 9, 0, tzinfo=UTC)
RATE = Formula(base=Base.TURNOVER, tiers=(Tier(1000),), floor=Money(5_000), pro_rata=ProRata.DAYS)
TWICE = (Instalment(11, 30, 50), Instalment(12, 31, 50))


def in_force(cluster: Cluster, formula: Formula = RATE, *, year: int = 2026, **asked: Any) -> int:
    """The formula decided from a first of January on; returns the decision."""
    motion = formula_motion(cluster.contribution, formula, date(year, 1, 1))
    return governance.decide(cluster.anne, motion, decided_by="Assemblée du 14/03/2026", at=AT, **asked).id


@contextmanager
def a_called_cluster(formula: Formula = RATE) -> Iterator[Cluster]:
    """Eight members with their figures, and the formula of 2026 in force."""
    with a_cluster() as cluster:
        in_force(cluster, formula)
        yield cluster


@command
def restated(actor: Actor, structure: Structure, amount: int, *, year: int = 2025) -> None:
    """A figure that turned out to be another one."""
    mine = Figure.structure_id == structure.id, Figure.year == year
    session().execute(update(Figure).where(*mine).values(amount=amount))
