"""Closed months to look at: a grouping with its members, hours, costs and invoices, told in one call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from coopter.billing.commands import IssuedInvoice
from coopter.members.models import Grouping, Parameter, Person, Structure
from coopter.office import commands as office
from coopter.staff.models import Employee
from coopter.values.actor import Actor, Role
from coopter.values.month import Month
from tests.factories import (
    AT,
    LONG_AGO,
    a_cost,
    a_grouping,
    a_person,
    a_structure,
    actor,
    an_employee,
    inside,
    saved,
    worked,
)

MARCH = Month(2026, 3)
ON = date(2026, 4, 5)
CLOSED_AT = datetime(2026, 4, 5, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Told:
    """A grouping whose month of March 2026 is closed, and everybody in it."""

    grouping: Grouping
    coordinator: Actor
    structures: tuple[Structure, ...]
    employees: tuple[Employee, ...]
    invoices: tuple[IssuedInvoice, ...]

    def representative(self, place: int, **rights: bool) -> Actor:
        """Somebody of the structure at this place who sees its invoices."""
        return actor(self.grouping, Role.REPRESENTATIVE, structure=self.structures[place], name="Maël Guézennec")

    def somebody(self, role: Role, place: int | None = None, **fields: object) -> Person:
        """A person who can sign in with this role."""
        structure = None if place is None else self.structures[place]
        employee = self.employees[0] if role is Role.EMPLOYEE else None
        return a_person(role, structure=structure, employee=employee, **fields)  # type: ignore[arg-type]


def set_parameter(name: str, value: str) -> None:
    """A parameter of the grouping in scope, in force for long."""
    saved(
        Parameter(name=name, value=value, from_on=LONG_AGO, decided_by="Assemblée", author="Anne Riou", recorded_at=AT)
    )


def close(coordinator: Actor, *, month: Month = MARCH, on: date = ON) -> tuple[IssuedInvoice, ...]:
    """Close a month of the grouping in scope and return its invoices."""
    return office.close_month(coordinator, month=month, on=on, at=CLOSED_AT).invoices


def a_closed_month(slug: str = "cap-cooperation", *, regime: str = "taxed") -> Told:
    """Three members, two employees; Nolwenn at two of them, Yann at all: 1 600,01 € to share."""
    with inside(a_grouping(slug=slug)) as grouping:
        set_parameter("vat_regime", regime)
        first, second, third = a_structure("A1"), a_structure("B2", is_public_body=True), a_structure("C11")
        nolwenn = an_employee(first, second, first_name="Nolwenn")
        yann = an_employee(first, second, third, first_name="Yann", last_name="Cariou")
        worked(nolwenn, first, date(2026, 3, 2), 480, activity="Paie")
        worked(nolwenn, second, date(2026, 3, 3), 240)
        worked(yann, first, date(2026, 3, 4), 100)
        worked(yann, second, date(2026, 3, 5), 100)
        worked(yann, third, date(2026, 3, 6), 100)
        a_cost(MARCH, 100_000, employee=nolwenn)
        a_cost(MARCH, 50_001, employee=yann)
        a_cost(MARCH, 10_000)
        coordinator = actor(grouping, Role.COORDINATOR)
        return Told(grouping, coordinator, (first, second, third), (nolwenn, yann), close(coordinator))
