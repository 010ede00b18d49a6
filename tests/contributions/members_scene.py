"""A grouping of four members, with everybody who may knock: the scene of figures, reciprocity and the report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask, g
from flask.testing import FlaskClient

from coopter.contributions.commands.figures import declare_figures
from coopter.contributions.models import Figure
from coopter.contributions.queries import campaigns as queries
from coopter.contributions.rules.kinds import Base, FigureState
from coopter.values.actor import Actor, Role
from tests import factories as a

AT = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)
DUE = date(2026, 11, 28)


@dataclass
class Scene:
    """The grouping, its members (north, south, east, west), and one person for each role; two for members."""

    app: Flask
    grouping: Any
    members: dict[str, Any]
    people: dict[str, Any]
    nolwenn: Any

    def browser(self, who: str) -> FlaskClient:
        """The browser of « coordinator », « treasurer », « auditor », « employee », « north » or « south »."""
        g.pop("_login_user", None)
        return a.signed_in(self.app.test_client(), self.people[who])

    def id_of(self, name: str) -> int:
        """A member's id."""
        return int(self.members[name].id)

    @property
    def coordinator(self) -> Actor:
        """Whoever runs the grouping."""
        return a.actor(self.grouping, Role.COORDINATOR)

    def speaks(self, name: str) -> Actor:
        """A representative of this member."""
        return a.actor(self.grouping, Role.REPRESENTATIVE, structure=self.members[name], name=f"Voix de {name}")


@contextmanager
def scene_of(app: Flask, *, slug: str = "cap-cooperation") -> Iterator[Scene]:
    """The scene, its grouping in scope while it is made and while the test runs."""
    with a.inside(a.a_grouping(slug=slug)) as grouping:
        names = ("north", "south", "east", "west")
        members = {name: a.a_structure(f"{name[0].upper()}1", legal_name=name.title()) for name in names}
        nolwenn = a.an_employee(members["north"], members["south"], code="E13")
        strong = {"tf_primary_method": "authenticator", "tf_totp_secret": "x"}
        people = {
            role.value: a.a_person(role, employee=nolwenn if role is Role.EMPLOYEE else None, **strong)
            for role in Role
            if role is not Role.REPRESENTATIVE
        }
        for name in ("north", "south"):
            people[name] = a.a_person(Role.REPRESENTATIVE, structure=members[name], first_name=name.title())
        yield Scene(app, grouping, members, people, nolwenn)


def declared(scene: Scene, name: str, amounts: dict[Base, int], *, year: int = 2025, comment: str = "") -> None:
    """What a member says, on official accounts."""
    sheet = queries.member_sheet(queries.get_campaign(year), scene.id_of(name))
    declare_figures(
        scene.speaks(name), structure_id=scene.id_of(name), year=year, version=sheet.version, figures=amounts,
        source="comptes annuels", comment=comment, at=AT,
    )  # fmt: skip


def stands(scene: Scene, name: str, base: Base, amount: int, *, year: int) -> None:
    """A figure that was accepted another year."""
    a.saved(
        Figure(structure_id=scene.id_of(name), year=year, base=base, amount=amount, state=FigureState.CHECKED,
               written_by="Anne", written_at=AT - timedelta(days=400))
    )  # fmt: skip
