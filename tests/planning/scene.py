"""What the planning tests stand on: a grouping, two structures, an employee at both, another at one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

from flask import Flask
from flask.testing import FlaskClient

from coopter.members.models import Grouping, Structure
from coopter.staff import queries as staff
from coopter.staff.models import Employee, Placement
from coopter.values.actor import Actor, Role
from tests import factories

AT = datetime(2026, 10, 15, 9, tzinfo=UTC)
MONDAY = date(2026, 10, 19)


@dataclass
class Scene:
    """A grouping with a bakery and a garden; Nolwenn works at both, Yann at the garden."""

    app: Flask
    grouping: Grouping
    bakery: Structure
    garden: Structure
    nolwenn: Employee
    yann: Employee
    who: Actor

    def at_bakery(self) -> Placement:
        """Nolwenn's placement at the bakery."""
        return next(one for one in staff.placements_of(self.nolwenn.id) if one.structure_id == self.bakery.id)

    def at_garden(self) -> Placement:
        """Nolwenn's placement at the garden."""
        return next(one for one in staff.placements_of(self.nolwenn.id) if one.structure_id == self.garden.id)

    def as_(self, role: Role, employee: Employee | None = None) -> FlaskClient:
        """A browser signed in with this role; the representative stands for the bakery, the employee is Nolwenn."""
        person = factories.a_person(
            role,
            structure=self.bakery if role is Role.REPRESENTATIVE else None,
            employee=(employee or self.nolwenn) if role is Role.EMPLOYEE else None,
        )
        return factories.signed_in(self.app.test_client(), person)


@contextmanager
def a_scene(app: Flask) -> Iterator[Scene]:
    """The scene, its grouping in scope, without a second factor to give."""
    app.config["DEMO"] = True
    grouping = factories.a_grouping()
    with factories.inside(grouping):
        bakery = factories.a_structure("PC2", trade_name="Le Fournil")
        garden = factories.a_structure("PC9", trade_name="Le Jardin")
        nolwenn = factories.an_employee(bakery, garden, code="E13", first_name="Nolwenn", last_name="Le Goff")
        yann = factories.an_employee(garden, code="E24", first_name="Yann", last_name="Cariou")
        yield Scene(app, grouping, bakery, garden, nolwenn, yann, factories.actor(grouping, Role.COORDINATOR))
    app.config["DEMO"] = False
