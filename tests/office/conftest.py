"""A grouping of two members and two employees, a month of confirmed hours with its costs, and everyone's sign-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from coopter.members.models import Grouping, Structure
from coopter.staff.models import Employee
from coopter.values.actor import Role
from coopter.values.month import Month
from tests.factories import a_cost, a_grouping, a_person, a_structure, an_employee, inside, signed_in, worked

SEPTEMBER = Month(2026, 9)


@dataclass
class House:
    """The grouping and who is in it; `as_` opens a browser for a role."""

    grouping: Grouping
    aloen: Structure
    optimism: Structure
    nolwenn: Employee
    yann: Employee
    app: Flask

    def as_(self, role: Role, **fields: object) -> FlaskClient:
        """A browser signed in as somebody new of this role: the employee is Nolwenn, the representative Aloen's."""
        if role is Role.REPRESENTATIVE:
            fields.setdefault("structure", self.aloen)
        if role is Role.EMPLOYEE:
            fields.setdefault("employee", self.nolwenn)
        return signed_in(self.app.test_client(), a_person(role, **fields))


@pytest.fixture
def house(app: Flask) -> Iterator[House]:
    """September 2026, worked and confirmed; the tests stand on 15 October."""
    with inside(a_grouping()) as grouping:
        aloen, optimism = a_structure("A1", legal_name="Aloen"), a_structure("B2", legal_name="Optim-ism")
        nolwenn = an_employee(aloen, optimism, first_name="Nolwenn")
        yann = an_employee(aloen, first_name="Yann", last_name="Cariou")
        worked(nolwenn, aloen, date(2026, 9, 1), 480)
        worked(nolwenn, optimism, date(2026, 9, 2), 240)
        worked(yann, aloen, date(2026, 9, 3), 420)
        yield House(grouping, aloen, optimism, nolwenn, yann, app)


@pytest.fixture
def costs(house: House) -> None:
    """What September cost: 1 600,01 €."""
    a_cost(SEPTEMBER, 100_000, employee=house.nolwenn)
    a_cost(SEPTEMBER, 50_001, employee=house.yann)
    a_cost(SEPTEMBER, 10_000)


@pytest.fixture
def statements(app: Flask) -> Iterator[Callable[[], int]]:
    """How many statements were sent since the last time it was asked."""
    from sqlalchemy import event

    from coopter.plumbing import database

    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            seen.append(statement)

    engine = database.db.engine
    event.listen(engine, "before_cursor_execute", note)

    def counted() -> int:
        count = len(seen)
        seen.clear()
        return count

    yield counted
    event.remove(engine, "before_cursor_execute", note)
