"""Hiring an employee, and correcting who they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select

from coopter.members import queries as members
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.staff import policies, queries
from coopter.staff.models import Contract, Employee, PotentialUser
from coopter.staff.rules import CodeTaken, check_weekly
from coopter.values.actor import Actor
from coopter.values.period import Period
from coopter.values.refusal import Conflict, NotFound
from coopter.values.texts import clean_line

Row = TypeVar("Row")


@command
def hire_employee(
    actor: Actor,
    *,
    code: str,
    first_name: str,
    last_name: str,
    email: str,
    phone: str,
    period: Period,
    weekly_minutes: int,
    job_title: str,
    pay_grade: str,
    structure_ids: Iterable[int],
    at: datetime,
) -> Employee:
    """Record a new employee with the first contract and its list of potential users (Code du travail, L1253-9).

    weekly_minutes is the agreed working time, in minutes. Raises CodeTaken, TooManyWeeklyHours, NotFound.
    """
    require(policies.can_manage_staff(actor))
    code = clean_line(code)
    _check_code(code)
    employee = Employee(
        code=code,
        first_name=clean_line(first_name),
        last_name=clean_line(last_name),
        email=email,
        phone=phone,
        version=1,
    )
    session().add(employee)
    session().flush()
    contract = Contract(
        employee_id=employee.id,
        starts_on=period.start,
        ends_on=period.end,
        weekly_minutes=check_weekly(weekly_minutes),
        job_title=clean_line(job_title),
        pay_grade=clean_line(pay_grade),
    )
    session().add(contract)
    session().flush()
    users = [members.get_structure(structure_id) for structure_id in sorted(set(structure_ids))]
    for structure in users:
        session().add(PotentialUser(contract_id=contract.id, structure_id=structure.id, from_on=period.start))
    after = {**facts(employee), **contract_facts(contract), "potential_users": [user.code for user in users]}
    journal.record(actor, "employee.hired", f"employee:{employee.id}", at=at, after=after)
    return employee


@command
def edit_employee(
    actor: Actor,
    *,
    employee_id: int,
    version: int,
    code: str,
    first_name: str,
    last_name: str,
    email: str,
    phone: str,
    at: datetime,
) -> Employee:
    """Correct an employee's code, names and addresses; raises CodeTaken, and Conflict when somebody was faster."""
    require(policies.can_manage_staff(actor))
    employee = locked(Employee, employee_id)
    wanted = {
        "code": clean_line(code),
        "first_name": clean_line(first_name),
        "last_name": clean_line(last_name),
        "email": email,
        "phone": phone,
    }
    check_fresh(employee, version=version, mine=wanted)
    if wanted["code"] != employee.code:
        _check_code(wanted["code"])
    before = facts(employee)
    for name, value in wanted.items():
        setattr(employee, name, value)
    employee.version += 1
    journal.record(actor, "employee.edited", f"employee:{employee.id}", at=at, before=before, after=facts(employee))
    return employee


def check_fresh(row: Any, *, version: int, mine: Mapping[str, Any]) -> None:
    """Raise Conflict with both sides when the row changed since the form was opened (R22)."""
    if row.version != version:
        raise Conflict(mine=mine, theirs={name: getattr(row, name) for name in mine})


def locked(row: type[Row], row_id: int) -> Row:
    """The row of this id, read afresh and locked until the commit; raises NotFound."""
    query = select(row).where(row.id == row_id).with_for_update()  # type: ignore[attr-defined]
    found = session().scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound()
    return found


def facts(employee: Employee) -> dict[str, Any]:
    """What the journal keeps of an employee."""
    return {name: getattr(employee, name) for name in ("code", "first_name", "last_name", "email", "phone")}


def contract_facts(contract: Contract) -> dict[str, Any]:
    """What the journal keeps of a contract."""
    names = ("starts_on", "ends_on", "weekly_minutes", "job_title", "pay_grade")
    return {name: getattr(contract, name) for name in names}


def _check_code(code: str) -> None:
    holder = queries.find_employee_by_code(code)
    if holder is not None:
        raise CodeTaken(code=code, employee=holder.name)
