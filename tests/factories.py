"""A grouping and what is in it, in one call each: plain functions that write rows as a command would leave them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, TypeVar

from flask.testing import FlaskClient
from stdnum import luhn

from coopter.costs.models import CostLine
from coopter.costs.rules import CostKind
from coopter.governance.models import Decision
from coopter.governance.rules.kinds import Basis
from coopter.governance.rules.motions import Motion
from coopter.hours.models import TimeEntry
from coopter.hours.rules import EntryState
from coopter.members.access import sign_ins
from coopter.members.models import Grouping, Membership, Person, RoleGrant, Structure
from coopter.members.rules import GroupingKind, VatStatus
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command
from coopter.staff.models import Contract, Employee, Placement, PotentialUser
from coopter.values.actor import Actor, Role
from coopter.values.money import Money
from coopter.values.month import Month

AT = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)
LONG_AGO = date(2020, 1, 1)
Row = TypeVar("Row")
_numbers = count(1000)  # a test may write the numbers below by hand: these never meet them


@command
def saved(row: Row) -> Row:
    """Write one row, as a command would."""
    session().add(row)
    session().flush()
    return row


def a_siret(number: int) -> str:
    """A valid SIRET that belongs to nobody, its SIREN valid too."""
    siren = f"9999{number:04d}"
    site = f"{siren}{luhn.calc_check_digit(siren)}0001"
    return f"{site}{luhn.calc_check_digit(site)}"


def a_grouping(*, slug: str = "cap-cooperation", **fields: Any) -> Grouping:
    """An employer group, ready to invoice."""
    siret = a_siret(9000 + next(_numbers) % 1000)
    return saved(
        Grouping(
            **{
                "slug": slug,
                "name": f"Groupement {slug}",
                "kind": GroupingKind.EMPLOYER_GROUP,
                "legal_form": "association",
                "siren": siret[:9],
                "siret": siret,
                "address": "1 rue du Port",
                "postcode": "56100",
                "city": "Lorient",
                "email": "bureau@cap.example",
                "iban": "FR7630006000011234567890189",
                "created_at": AT,
                **fields,
            }
        )
    )


@contextmanager
def inside(grouping: Grouping) -> Iterator[Grouping]:
    """This grouping in scope."""
    with tenancy.scope(grouping.id):
        yield grouping


def a_structure(code: str | None = None, *, joined_on: date = LONG_AGO, **fields: Any) -> Structure:
    """A member structure of the grouping in scope, liable to VAT."""
    number = next(_numbers)
    siret = a_siret(1000 + number % 8000)
    structure = saved(
        Structure(
            **{
                "code": code or f"S{number}",
                "legal_name": f"Structure {code or number}",
                "legal_form": "association",
                "siren": siret[:9],
                "siret": siret,
                "vat_status": VatStatus.LIABLE,
                "address": f"{number} quai des Indes",
                "postcode": "56100",
                "city": "Lorient",
                "email": f"contact{number}@structure.example",
                "headcount": 5,
                **fields,
            }
        )
    )
    saved(Membership(structure_id=structure.id, joined_on=joined_on))
    return structure


def an_employee(
    *structures: Structure,
    code: str | None = None,
    first_name: str = "Nolwenn",
    last_name: str = "Le Goff",
    weekly_minutes: int = 2100,
    starts_on: date = LONG_AGO,
    **fields: Any,
) -> Employee:
    """A shared employee with a contract whose potential users are these structures, placed at each of them."""
    number = next(_numbers)
    employee = saved(
        Employee(
            code=code or f"E{number}",
            first_name=first_name,
            last_name=last_name,
            email=f"salarie{number}@salaries.example",
            **fields,
        )
    )
    contract = saved(
        Contract(employee_id=employee.id, starts_on=starts_on, weekly_minutes=weekly_minutes, job_title="Comptable")
    )
    for structure in structures:
        saved(PotentialUser(contract_id=contract.id, structure_id=structure.id, from_on=starts_on))
        a_placement(employee, structure, starts_on=starts_on)
    return employee


def a_placement(employee: Employee, structure: Structure, *, starts_on: date = LONG_AGO, **fields: Any) -> Placement:
    """This employee at this structure."""
    return saved(
        Placement(
            **{
                "employee_id": employee.id,
                "structure_id": structure.id,
                "starts_on": starts_on,
                "weekly_minutes": 420,
                **fields,
            }
        )
    )


def worked(employee: Employee, structure: Structure, on: date, minutes: int, *,
           state: EntryState = EntryState.CONFIRMED, activity: str = "") -> TimeEntry:  # fmt: skip
    """Minutes of this employee at this structure on a day, confirmed unless said otherwise."""
    from sqlalchemy import select

    placement = session().scalars(
        select(Placement).where(Placement.employee_id == employee.id, Placement.structure_id == structure.id)
    )
    confirmed = state is EntryState.CONFIRMED
    return saved(
        TimeEntry(
            employee_id=employee.id,
            structure_id=structure.id,
            placement_id=placement.first().id,  # type: ignore[union-attr]
            month=Month.of(on),
            worked_on=on,
            minutes=minutes,
            activity=activity,
            state=state,
            logged_by=employee.name,
            logged_at=AT,
            confirmed_by="Anne Riou" if confirmed else None,
            confirmed_at=AT if confirmed else None,
        )
    )


def a_cost(
    month: Month, cents: int, *, employee: Employee | None = None, kind: CostKind = CostKind.GROSS_PAY
) -> CostLine:
    """A cost of a month: this employee's, or the grouping's."""
    return saved(
        CostLine(
            month=month,
            employee_id=employee.id if employee else None,
            kind=kind if employee else CostKind.MANAGEMENT,
            label="Salaire brut" if employee else "Frais de gestion",
            amount=Money(cents),
            recorded_by="test",
            recorded_at=AT,
        )
    )


def a_decision(motion: Motion, *, number: int = 1, decided_by: str = "Reprise initiale") -> Decision:
    """A decision in force from its day, written down before any assembly."""
    return saved(
        Decision(
            number=number, kind=motion.kind, subject=motion.subject, value=motion.value, from_on=motion.from_on,
            basis=Basis.INITIAL, decided_by=decided_by, author="Anne Riou", recorded_at=AT,
        )
    )  # fmt: skip


def a_person(role: Role | None = None, *, structure: Structure | None = None, employee: Employee | None = None,
             first_name: str = "Anne", last_name: str = "Riou", validates: bool = True, invoices: bool = True,
             **fields: Any) -> Person:  # fmt: skip
    """Somebody who signs in, with this role in the grouping in scope."""
    number = next(_numbers)
    person = saved(
        Person(
            **{
                "email": f"personne{number}@personnes.example",
                "first_name": first_name,
                "last_name": last_name,
                "active": True,
                "fs_uniquifier": f"personne-{number:032d}",
                **fields,
            }
        )
    )
    if role is not None:
        saved(
            RoleGrant(
                person_id=person.id,
                role=role,
                structure_id=structure.id if structure else None,
                employee_id=employee.id if employee else None,
                can_validate_hours=validates and structure is not None,
                can_see_invoices=invoices and structure is not None,
                granted_at=AT,
            )
        )
    return person


def actor(grouping: Grouping, *roles: Role, structure: Structure | None = None, employee: Employee | None = None,
          name: str = "Anne Riou", person_id: int | None = None) -> Actor:  # fmt: skip
    """An actor without a sign-in, for commands and policies."""
    own = frozenset({structure.id}) if structure else frozenset()
    return Actor(
        person_id=person_id,
        name=name,
        grouping_id=grouping.id,
        roles=frozenset(roles),
        validates_for=own,
        sees_invoices_of=own,
        represents=own,
        employee_id=employee.id if employee else None,
    )


def signed_in(client: FlaskClient, person: Person) -> FlaskClient:
    """The test browser with this person's sign-in in its session."""
    with client.session_transaction() as cookie:
        cookie["_user_id"] = person.fs_uniquifier
        cookie[sign_ins.KEY] = sign_ins.a_new_one(strict=False)
        cookie["_fresh"] = True
        cookie["fs_cc"] = "set"
        cookie["fs_paa"] = 4_000_000_000
    return client
