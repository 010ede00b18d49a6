"""Employees and placements from files: all of a file or nothing; the same file again changes nothing (R50)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from coopter.members import queries as members
from coopter.members.models import Grouping
from coopter.plumbing import journal, tenancy
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.staff import policies, queries
from coopter.staff.commands.contracts import amend_contract
from coopter.staff.commands.people import edit_employee
from coopter.staff.commands.placing import edit_placement
from coopter.staff.imports import EmployeesPlan, PlacementsPlan, plan_employees, plan_placements
from coopter.staff.models import Contract, Employee, Placement, PotentialUser
from coopter.values.actor import Actor


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, in lines: added, changed, and those that said what was there already."""

    added: int
    changed: int
    unchanged: int


@command
def import_employees(actor: Actor, *, records: Iterable[Any], at: datetime) -> Imported:
    """Write the records of a file of employees (imports.read_employees); raises Faults, nothing written."""
    require(policies.can_manage_staff(actor))
    _take_turn()
    plan = plan_employees(records)
    _hire(plan)
    for employee, person in plan.edited:
        facts = {name: getattr(employee, name) for name in ("code", "first_name", "last_name", "email", "phone")}
        edit_employee(actor, employee_id=employee.id, version=employee.version, at=at, **{**facts, **person})
    for employee, period, terms in plan.amended:
        amend_contract(actor, employee_id=employee.id, version=employee.version, period=period, at=at, **terms)
    return _done(actor, "employees.imported", len(plan.hired), plan.changed, plan.unchanged, at=at)


@command
def import_placements(actor: Actor, *, records: Iterable[Any], at: datetime) -> Imported:
    """Write the records of a file of placements (imports.read_placements); raises Faults, nothing written.

    An employee without any list of potential users gets the structures of the file as their list (L1253-9): it is the
    taking over of what the paper contracts say, and the journal keeps it.
    """
    require(policies.can_manage_staff(actor))
    _take_turn()
    plan = plan_placements(records)
    _write_lists(actor, plan, at=at)
    _place(plan)
    for wanted in plan.changed:
        edit_placement(
            actor,
            placement_id=wanted.id,
            version=wanted.version,
            period=wanted.period,
            weekly_minutes=wanted.weekly_minutes,
            site=wanted.site,
            conditions=wanted.conditions,
            at=at,
        )
    return _done(actor, "placements.imported", len(plan.added), len(plan.changed), plan.unchanged, at=at)


def _take_turn() -> None:
    """Two files one after the other: the grouping's row is locked until the command ends."""
    session().execute(select(Grouping.id).where(Grouping.id == tenancy.current()).with_for_update(key_share=True))


def _done(actor: Actor, action: str, added: int, changed: int, unchanged: int, *, at: datetime) -> Imported:
    if added or changed:
        after = {"added": added, "changed": changed, "unchanged": unchanged}
        journal.record(actor, action, f"grouping:{tenancy.current()}", at=at, after=after)
    return Imported(added, changed, unchanged)


def _hire(plan: EmployeesPlan) -> None:
    if not plan.hired:
        return
    people = [
        {
            "grouping_id": tenancy.current(),
            "code": record.code,
            "first_name": record.first_name,
            "last_name": record.last_name,
            "email": record.email or "",
            "phone": record.phone or "",
            "version": 1,
        }
        for record, _ in plan.hired
    ]
    session().execute(insert(Employee.__table__), people)  # type: ignore[arg-type]
    ids = queries.employee_ids_by_code()
    contracts = [
        {
            "grouping_id": tenancy.current(),
            "employee_id": ids[record.code],
            "starts_on": period.start,
            "ends_on": period.end,
            "weekly_minutes": record.weekly_hours,
            "job_title": record.job_title or "",
            "pay_grade": record.pay_grade or "",
        }
        for record, period in plan.hired
    ]
    session().execute(insert(Contract.__table__), contracts)  # type: ignore[arg-type]


def _write_lists(actor: Actor, plan: PlacementsPlan, *, at: datetime) -> None:
    if not plan.taken_over:
        return
    rows = [
        {"grouping_id": tenancy.current(), "contract_id": contract_id, "structure_id": structure_id, "from_on": from_on}
        for (contract_id, structure_id), from_on in plan.taken_over.items()
    ]
    session().execute(insert(PotentialUser.__table__), rows)  # type: ignore[arg-type]
    codes = {row.id: row.code for row in members.structures_by_id().values()}
    lists: dict[str, list[str]] = {}
    for contract_id, structure_id in plan.taken_over:
        lists.setdefault(str(contract_id), []).append(codes[structure_id])
    subject = f"grouping:{tenancy.current()}"
    journal.record(actor, "potential_users.taken_over", subject, at=at, after={"by_contract": lists})


def _place(plan: PlacementsPlan) -> None:
    rows = [
        {
            "grouping_id": tenancy.current(),
            "employee_id": wanted.employee_id,
            "structure_id": wanted.structure_id,
            "starts_on": wanted.period.start,
            "ends_on": wanted.period.end,
            "weekly_minutes": wanted.weekly_minutes,
            "site": wanted.site,
            "conditions": wanted.conditions,
            "version": 1,
        }
        for wanted in plan.added
    ]
    if rows:
        session().execute(insert(Placement.__table__), rows)  # type: ignore[arg-type]
