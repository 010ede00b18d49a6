"""A grouping as people live it: six structures, three shared employees, two closed months, one to close, one under way.

The clock of these tests starts on Thursday 15 October 2026: July and August are closed, September waits, October runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from coopter.costs.models import CostLine
from coopter.costs.rules import CostKind
from coopter.hours.models import TimeEntry
from coopter.hours.rules import EntryState
from coopter.members.models import Grouping, Person, Structure
from coopter.members.rules import VatStatus
from coopter.office import commands as office
from coopter.planning import commands as planning
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command
from coopter.staff.models import Contract, Employee, Placement
from coopter.values.actor import Actor, Role
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.period import Period
from tests.factories import (
    a_grouping,
    a_person,
    a_structure,
    actor,
    an_employee,
    inside,
)

NOW = datetime(2026, 10, 15, 7, 0, tzinfo=UTC)
OPEN = Month(2026, 9)
CURRENT = Month(2026, 10)
LAST_SENT = date(2026, 10, 9)
CLOSED = (Month(2026, 7), Month(2026, 8))
PASSWORD = "quatre chevaux au galop"

# code, name, legal form, VAT, street, postcode, city, headcount
STRUCTURES = (
    ("RIVES", "Régie des Rives", "association", VatStatus.NOT_TAXABLE, "12 quai des Indes", "56100", "Lorient", 9),
    ("QUAI", "La Maison du Quai", "association", VatStatus.NOT_TAXABLE, "3 rue du Port", "56100", "Lorient", 4),
    ("CORDEE", "Les Cordées", "SCIC SA", VatStatus.LIABLE, "8 rue de la Corderie", "56600", "Lanester", 14),
    ("HALLES", "Port et Halles", "SPL", VatStatus.LIABLE, "1 place des Halles", "56700", "Hennebont", 22),
    ("VENTS", "Vents citoyens", "SAS", VatStatus.LIABLE, "27 route de la Lande", "56530", "Quéven", 3),
    ("MAREES", "L’Atelier des marées", "SARL", VatStatus.LIABLE, "5 chemin du Radoub", "56290", "Port-Louis", 17),
)

# first name, last name, job; then (structure, weekday, minutes, activity) of an ordinary week
EMPLOYEES: tuple[tuple[str, str, str, tuple[tuple[str, int, int, str], ...]], ...] = (
    (
        "Nolwenn", "Le Goff", "Comptable",
        (("CORDEE", 0, 420, ""), ("CORDEE", 1, 420, ""), ("RIVES", 2, 420, ""), ("HALLES", 3, 450, ""),
         ("RIVES", 4, 210, ""), ("CORDEE", 4, 180, "")),
    ),
    (
        "Yann", "Kerbrat", "Chargé de communication",
        (("QUAI", 0, 450, ""), ("VENTS", 1, 420, ""), ("VENTS", 2, 390, ""), ("MAREES", 3, 420, ""),
         ("QUAI", 4, 420, "")),
    ),
    (
        "Samira", "Haddad", "Informaticienne",
        (("MAREES", 0, 420, "Réseau"), ("RIVES", 1, 240, "Postes de travail"), ("CORDEE", 2, 420, "Site internet"),
         ("MAREES", 3, 420, "Réseau"), ("HALLES", 4, 390, "")),
    ),
)  # fmt: skip
PAY = {"Nolwenn": 268_000, "Yann": 241_500, "Samira": 297_250}


@dataclass
class World:
    """One grouping, its structures by code, its employees by first name, its people by what they do."""

    grouping: Grouping
    slug: str
    structures: dict[str, int]
    employees: dict[str, int]
    people: dict[str, Person]

    def url(self, *parts: Any) -> str:
        """An address of this grouping."""
        return "/" + "/".join(str(part) for part in (self.slug, *parts))


@command
def a_world(
    slug: str, *, closed: tuple[Month, ...] = CLOSED, waiting: tuple[Month, ...] = (OPEN,), confirmed: bool = False
) -> World:
    """Write a grouping with months closed, months waiting to be closed, and the one under way.

    `confirmed` leaves nothing to confirm, and no cost to enter, in a month that waits.
    """
    world, coordinator = _with_its_people(slug, closed, waiting, confirmed)
    with inside(world.grouping):
        for month in closed:
            at = datetime(month.next().year, month.next().month, 6, 8, 30, tzinfo=UTC)
            office.close_month(coordinator, month=month, on=at.date(), at=at)
    return world


def _with_its_people(
    slug: str, closed: tuple[Month, ...], waiting: tuple[Month, ...], confirmed: bool
) -> tuple[World, Actor]:
    grouping = a_grouping(
        slug=slug, name="Cap Rade", legal_form="association loi 1901", address="2 rue de l’Estacade",
        email="bureau@cap-rade.example", collective_agreement="Convention collective de l’animation (ECLAT)",
    )  # fmt: skip
    with inside(grouping):
        structures = {one[0]: _structure(*one) for one in STRUCTURES}
        coordinator = actor(grouping, Role.COORDINATOR, name="Anne Riou")
        employees = {one[0]: _employee(one, structures, coordinator) for one in EMPLOYEES}
        _hours(CURRENT, structures, employees, confirmed)
        for month in (*closed, *waiting):
            _hours(month, structures, employees, confirmed)
            _costs(month, employees, management=month in closed or confirmed)
        people = _people(slug, structures, employees)
        ids = {code: one.id for code, one in structures.items()}
        return World(grouping, slug, ids, {name: one.id for name, one in employees.items()}, people), coordinator


def _structure(code: str, name: str, form: str, vat: VatStatus, street: str, postcode: str, city: str,
               staff: int) -> Any:  # fmt: skip
    return a_structure(
        code, joined_on=date(2024, 1, 1), legal_name=name, legal_form=form, vat_status=vat, address=street,
        postcode=postcode, city=city, email=f"contact@{code.lower()}.example", headcount=staff,
        headcount_on=date(2026, 1, 1), is_public_body=form == "SPL",
    )  # fmt: skip


def _employee(facts: Any, structures: dict[str, Structure], coordinator: Actor) -> Employee:
    first, last, job, week = facts
    places = list(dict.fromkeys(code for code, *_ in week))
    employee = an_employee(
        *(structures[code] for code in places), code=f"S{len(first)}{last[:1]}", first_name=first, last_name=last,
        starts_on=date(2025, 9, 1),
    )  # fmt: skip
    employee.email = f"{first.lower()}@equipe.example"
    session().query(Contract).filter_by(employee_id=employee.id).one().job_title = job
    placements = {row.structure_id: row for row in session().query(Placement).filter_by(employee_id=employee.id)}
    for code in places:
        placements[structures[code].id].weekly_minutes = sum(each[2] for each in week if each[0] == code)
    autumn = Period(date(2026, 9, 1), date(2026, 12, 19))
    for code, weekday, minutes, _activity in week:
        later = [one for one in week if one[1] == weekday and one[0] != code]
        starts = 540 if not later or minutes >= later[0][2] else 840
        planning.add_pattern(
            coordinator, placement_id=placements[structures[code].id].id, weekdays=[weekday], starts_minute=starts,
            ends_minute=starts + minutes, period=autumn, at=NOW,
        )  # fmt: skip
    return employee


def _hours(month: Month, structures: dict[str, Structure], employees: dict[str, Employee], confirmed: bool) -> None:
    """The ordinary week, as far as it was sent; what the Régie has not confirmed yet is at September's end."""
    rows = []
    for first, _last, _job, week in EMPLOYEES:
        employee = employees[first]
        placements = {row.structure_id: row.id for row in session().query(Placement).filter_by(employee_id=employee.id)}
        for day in (day for day in month.days() if day <= LAST_SENT):
            for code, weekday, minutes, activity in week:
                if day.weekday() != weekday:
                    continue
                late = not confirmed and month == OPEN and code == "RIVES" and day >= date(2026, 9, 16)
                structure = structures[code].id
                rows.append(_entry(employee, structure, placements[structure], day, minutes, activity, waits=late))
    session().add_all(rows)
    session().flush()


def _entry(employee: Employee, structure: int, placement: int, day: date, minutes: int, activity: str, *,
           waits: bool) -> TimeEntry:  # fmt: skip
    logged = datetime(day.year, day.month, day.day, 16, 40, tzinfo=UTC)
    return TimeEntry(
        employee_id=employee.id, structure_id=structure, placement_id=placement, month=Month.of(day), worked_on=day,
        minutes=minutes, activity=activity, state=EntryState.SUBMITTED if waits else EntryState.CONFIRMED,
        logged_by=employee.name, logged_at=logged, confirmed_by=None if waits else "Soizic Tanguy",
        confirmed_at=None if waits else logged + timedelta(days=4, hours=1),
    )  # fmt: skip


def _costs(month: Month, employees: dict[str, Employee], *, management: bool) -> None:
    rows = [_cost(month, None, CostKind.MANAGEMENT, "Frais de gestion", 61_240 + month.month)] if management else []
    for first, gross in PAY.items():
        for kind, label, cents in (
            (CostKind.GROSS_PAY, "Salaire brut", gross),
            (CostKind.EMPLOYER_CONTRIBUTIONS, "Cotisations patronales", gross * 31 // 100 + month.month),
            (CostKind.PAID_LEAVE, "Provision pour congés payés", gross // 10),
        ):
            rows.append(_cost(month, employees[first].id, kind, label, cents))
    session().add_all(rows)
    session().flush()


def _cost(month: Month, employee: int | None, kind: CostKind, label: str, cents: int) -> CostLine:
    return CostLine(
        month=month, employee_id=employee, kind=kind, label=label, amount=Money(cents), recorded_by="Anne Riou",
        recorded_at=NOW,
    )  # fmt: skip


def _people(slug: str, structures: dict[str, Structure], employees: dict[str, Employee]) -> dict[str, Person]:
    def named(first: str, last: str, role: Role, **more: Any) -> Person:
        strong = {"tf_primary_method": "authenticator"} if role is Role.COORDINATOR else {}
        email = f"{first}.{last}@{slug}.example".lower().replace(" ", "").replace("é", "e")
        return a_person(role, first_name=first, last_name=last, email=email, **strong, **more)

    return {
        "coordinator": named("Anne", "Riou", Role.COORDINATOR),
        "other coordinator": named("Malo", "Guivarch", Role.COORDINATOR),
        "representative": named("Soizic", "Tanguy", Role.REPRESENTATIVE, structure=structures["RIVES"]),
        "other representative": named("Erwan", "Caradec", Role.REPRESENTATIVE, structure=structures["CORDEE"]),
        "employee": named("Nolwenn", "Le Goff", Role.EMPLOYEE, employee=employees["Nolwenn"]),
        "treasurer": named("Hervé", "Donval", Role.TREASURER),
        "auditor": named("Claire", "Besnard", Role.AUDITOR),
    }
