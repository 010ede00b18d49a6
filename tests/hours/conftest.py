"""A small house of hours: two structures share Nolwenn, the frozen day is Thursday 15 October 2026."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from coopter.values.actor import Role
from tests.factories import a_grouping, a_person, a_structure, actor, an_employee, inside, signed_in

MONDAY = date(2026, 10, 12)
THURSDAY = date(2026, 10, 15)


@dataclass
class House:
    """What the stories speak of."""

    grouping: Any
    jardins: Any
    cantine: Any
    nolwenn: Any
    anne: Any  # coordinates
    paul: Any  # represents and validates for the Jardins
    own: Any  # Nolwenn, as she acts


@pytest.fixture
def house(app):
    """Nolwenn works at the Jardins (PC2) and at the Cantine (PC9)."""
    grouping = a_grouping()
    with inside(grouping):
        jardins = a_structure("PC2", trade_name="Jardins de l'Étier")
        cantine = a_structure("PC9", trade_name="Cantine des Remparts")
        nolwenn = an_employee(jardins, cantine, code="E13")
        yield House(
            grouping,
            jardins,
            cantine,
            nolwenn,
            actor(grouping, Role.COORDINATOR),
            actor(grouping, Role.REPRESENTATIVE, structure=jardins, name="Paul Kerleau"),
            actor(grouping, Role.EMPLOYEE, employee=nolwenn, name="Nolwenn Le Goff"),
        )


@pytest.fixture
def person(house, client):
    """Sign somebody in with a role in the house."""

    def sign_in(role, **fields):
        person = a_person(role, **fields)
        return signed_in(client, person)

    return sign_in


@pytest.fixture
def no_second_factor(app):
    """These pages are read after sign-in; the second factor is the members' own story."""
    kept, app.config["DEMO"] = app.config["DEMO"], True
    yield
    app.config["DEMO"] = kept
