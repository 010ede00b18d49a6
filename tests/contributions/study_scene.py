"""A cluster around a ressourcerie: one large member, some middle ones, small ones; their figures of last year."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

from coopter.contributions.commands import formulas as acts
from coopter.contributions.models import Figure
from coopter.contributions.rules.kinds import Base, FigureState, Product
from coopter.members.models import Grouping, Structure
from coopter.values.actor import Actor, Role
from tests import factories as a

AT = datetime(2026, 10, 15, 9, 0, tzinfo=UTC)
NAMES = (
    ("Ressourcerie des Alpilles", 74_231_855),
    ("Atelier vélo Cycle d’Oc", 25_000_000),
    ("Menuiserie Bois Clair", 18_240_000),
    ("Jardins du Partage", 9_642_037),
    ("Café des Liens", 8_000_000),
    ("Textile Seconde Vie", 4_120_050),
    ("Répar’Électro", 2_250_000),
    ("Bibliothèque d’objets", 640_000),
)


@dataclass
class Cluster:
    grouping: Grouping
    anne: Actor
    structures: tuple[Structure, ...]
    contribution: int


def declared(structure: Structure, base: Base, amount: int, *, year: int = 2025) -> None:
    """A figure that this structure declared and somebody checked."""
    a.saved(
        Figure(
            structure_id=structure.id, year=year, base=base, amount=amount, state=FigureState.CHECKED,
            written_by="test", written_at=AT,
        )
    )  # fmt: skip


@contextmanager
def a_cluster(*, slug: str = "cap-cooperation") -> Iterator[Cluster]:
    """Eight members with their turnover of 2025, the last one there since July 2026, and a contribution to design."""
    grouping = a.a_grouping(slug=slug)
    with a.inside(grouping):
        anne = a.actor(grouping, Role.COORDINATOR)
        rows = []
        for number, (name, turnover) in enumerate(NAMES, start=1):
            joined = date(2026, 7, 1) if number == len(NAMES) else a.LONG_AGO
            row = a.a_structure(f"M{number}", trade_name=name, joined_on=joined)
            declared(row, Base.TURNOVER, turnover)
            rows.append(row)
        made = acts.create_contribution(anne, name="Quote-part d’activité", product=Product.PROPORTIONAL, at=AT)
        yield Cluster(grouping, anne, tuple(rows), made)
