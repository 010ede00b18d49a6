"""Two groupings with one of everything, and everybody who may knock: what the sweeps over all routes walk through."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.routing import Rule

from coopter.billing.models import Invoice
from coopter.costs.models import CostLine
from coopter.governance.models import Admission, Decision, Departure, Obligation
from coopter.governance.rules.kinds import AdmissionState, DepartureKind, DepartureState
from coopter.hours.rules import EntryState
from coopter.members.models import BankAccountChange, Grouping, Invitation, Person, RoleGrant, Structure
from coopter.office import commands as office
from coopter.planning.models import Feed, Shift, ShiftPattern
from coopter.plumbing import tenancy
from coopter.plumbing.database import Base, session
from coopter.plumbing.journal import JournalEntry
from coopter.staff.models import Placement
from coopter.values.actor import Role
from coopter.values.money import Money
from coopter.values.month import Month
from tests.factories import (
    AT,
    a_cost,
    a_grouping,
    a_person,
    a_siret,
    a_structure,
    actor,
    an_employee,
    inside,
    saved,
    signed_in,
    worked,
)
from tests.house.world_assemblies import assemblies_of
from tests.house.world_contributions import contribution_of
from tests.house.world_members import figures_and_gifts_of
from tests.house.world_texts import texts_of

UNKNOWN = 987_654_321
CHANGING = re.compile(
    rb'(name="(?:csrf_token|operation_key)"[^>]*value="[^"]*")|(value="[^"]*"[^>]*name="(?:csrf_token|operation_key)")'
)


@dataclass
class House:
    """A grouping of the test's world: its slug, an id of everything, and its people by role."""

    grouping: Grouping
    ids: dict[str, Any]
    people: dict[str, Person]


def a_house(slug: str) -> House:
    """One grouping with a member, an employee, a closed month, an open one, and one person in each role."""
    with inside(a_grouping(slug=slug)) as grouping:
        structure, other = a_structure(f"{slug}1"), a_structure(f"{slug}2")
        employee = an_employee(structure, other)
        worked(employee, structure, date(2026, 3, 2), 480)
        a_cost(Month(2026, 3), 100_000, employee=employee)
        coordinator = actor(grouping, Role.COORDINATOR)
        office.close_month(coordinator, month=Month(2026, 3), on=date(2026, 4, 5), at=AT)
        worked(employee, structure, date(2026, 4, 2), 300, state=EntryState.SUBMITTED)
        cost = a_cost(Month(2026, 4), 90_000, employee=employee)
        placement = session().scalars(select(Placement.id).where(Placement.structure_id == structure.id)).one()
        pattern, shift = _a_shift(placement, employee.id, slug)
        people = {
            "coordinator": a_person(Role.COORDINATOR),
            "representative": a_person(Role.REPRESENTATIVE, structure=structure),
            "employee": a_person(Role.EMPLOYEE, employee=employee),
            "treasurer": a_person(Role.TREASURER),
            "auditor": a_person(Role.AUDITOR),
        }
        grant = session().scalars(select(RoleGrant.id).where(RoleGrant.person_id == people["auditor"].id)).one()
        invitation = saved(
            Invitation(
                token_hash=f"hash-{slug}", email="x@exemple.fr", role=Role.AUDITOR, invited_by="Anne", created_at=AT,
                expires_at=AT + timedelta(days=30),
            )
        )  # fmt: skip
        saved(Feed(employee_id=employee.id, token_hash=f"feed-{slug}", created_at=AT))
        change = saved(
            BankAccountChange(
                iban="FR1420041010050500013M02606", asked_by="Anne", asked_at=AT,
                effective_not_before=AT + timedelta(days=2),
            )
        )  # fmt: skip
        ids = {
            **assemblies_of(coordinator, structure=structure, treasurer=people["treasurer"]),
            **_governed(structure, people["coordinator"]),
            **contribution_of(coordinator),
            **figures_and_gifts_of(coordinator, structure=structure, other=other),
            **texts_of(coordinator, representative=people["representative"], structure=structure),
            "change_id": change.id,
            "structure_id": structure.id,
            "employee_id": employee.id,
            "placement_id": placement,
            "pattern_id": pattern,
            "shift_id": shift,
            "line_id": cost.id,
            "invoice_id": session().scalars(select(Invoice.id)).one(),
            "person_id": people["auditor"].id,
            "grant_id": grant,
            "invitation_id": invitation.id,
        }
    return House(grouping, ids, people)


def _governed(structure: Structure, owner: Person) -> dict[str, int]:
    """A request to join, a departure and something to do by a day."""
    nothing = Money.zero()
    admission = saved(
        Admission(
            name="Qui demande", siret=a_siret(5), contact_name="Iris", email="iris@exemple.fr", entrance_fee=nothing,
            deposit=nothing, state=AdmissionState.REQUESTED, requested_at=AT,
        )
    )  # fmt: skip
    departure = saved(
        Departure(
            structure_id=structure.id, kind=DepartureKind.WITHDRAWAL, notice_on=date(2026, 9, 1),
            effective_on=date(2027, 1, 1), state=DepartureState.PREPARED, recorded_by="Anne", recorded_at=AT,
        )
    )  # fmt: skip
    obligation = saved(
        Obligation(
            kind="own", subject="by-hand:1", title="Assurance", due_on=date(2026, 12, 1), owner_id=owner.id,
            created_by="Anne", created_at=AT,
        )
    )  # fmt: skip
    decided = session().scalars(select(Decision.id).order_by(Decision.id)).first()
    return {
        "admission_id": admission.id, "decision_id": decided, "departure_id": departure.id,
        "obligation_id": obligation.id,
    }  # fmt: skip


def _a_shift(placement: int, employee: int, slug: str) -> tuple[int, int]:
    pattern = saved(
        ShiftPattern(
            placement_id=placement, weekday=0, starts_minute=480, ends_minute=720, from_on=date(2026, 1, 1),
            until_on=date(2027, 1, 1),
        )
    )  # fmt: skip
    shift = saved(
        Shift(
            placement_id=placement, employee_id=employee, pattern_id=pattern.id, uid=f"{slug}@test",
            day=date(2026, 10, 19), starts_at=datetime(2026, 10, 19, 7, tzinfo=UTC),
            ends_at=datetime(2026, 10, 19, 11, tzinfo=UTC), modified_at=AT,
        )
    )  # fmt: skip
    return pattern.id, shift.id


WORDS = {
    "month": "2026-04",
    "week": "2026-04-06",
    "year": 2026,
    "kind": "pdf",
    "position": 1,
    "token": "x" * 43,
    "filename": "coopter.css",
}


def address(app: Flask, rule: Rule, *, slug: str, ids: dict[str, Any]) -> str:
    """The address of a rule with these ids; an argument that nobody taught the sweep is an error."""
    values = {}
    for name in rule.arguments:
        if name == "grouping":
            values[name] = slug
        elif name in ids:
            values[name] = ids[name]
        else:
            assert name in WORDS, f"{rule.endpoint}: teach tests/house/world.py what « {name} » is"
            values[name] = WORDS[name]
    with app.test_request_context():
        built = app.url_map.bind("localhost").build(
            rule.endpoint, values, method=next(iter(rule.methods - {"HEAD", "OPTIONS"}))
        )
    return built


def rules(app: Flask, method: str) -> list[Rule]:
    """Every route of the rooms that answers to a method; sign-in has its own tests."""
    return sorted(
        (
            rule
            for rule in app.url_map.iter_rules()
            if method in (rule.methods or ())
            and rule.endpoint != "static"
            and not rule.endpoint.startswith("security.")
        ),
        key=lambda rule: rule.endpoint,
    )


def browser(app: Flask, person: Person | None) -> FlaskClient:
    """A browser, signed in as this person or as nobody."""
    client = app.test_client()
    if person is None:
        return client
    signed_in(client, person)
    with client.session_transaction() as cookie:
        cookie["fs_paa"] = time.time()  # just now: a door that wants it recent opens too
    return client


def still(body: bytes) -> bytes:
    """A page without what changes at each showing."""
    return CHANGING.sub(b"", body)


def state_of_everything() -> dict[str, Any]:
    """How many rows each table has and where every journal ends: changes when anything is written."""
    with tenancy.everywhere("the sweep compares before and after"):
        counts = {
            table.name: session().scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
            if table.name != "operation"
        }
        counts["versions"] = session().scalar(select(func.sum(CostLine.version)))
        counts["journal"] = session().scalar(select(func.max(JournalEntry.id)))
    session().commit()
    return counts
