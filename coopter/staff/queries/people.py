"""Reads of employees, their contracts and the contracts' lists of potential users."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from coopter.members.models import Structure
from coopter.members.rules import found_in, natural_order
from coopter.plumbing.database import session
from coopter.staff import policies
from coopter.staff.models import Contract, Employee, Placement, PotentialUser
from coopter.staff.rules import ContractRecord, latest_or_current
from coopter.values.actor import Actor
from coopter.values.period import Period
from coopter.values.refusal import NotFound


@dataclass(frozen=True, slots=True)
class EmployeeRecord:
    """An employee in a list, with the contract in force (or the next, or the last) and the placements of the day."""

    id: int
    code: str
    first_name: str
    last_name: str
    email: str
    phone: str
    version: int
    contract: ContractRecord | None
    is_employed: bool
    structures: tuple[str, ...]

    @property
    def name(self) -> str:
        """First name, then last name."""
        return f"{self.first_name} {self.last_name}".strip()


def get_employee(employee_id: int) -> Employee:
    """The employee of this id in the grouping in scope; raises NotFound."""
    found = session().scalar(select(Employee).where(Employee.id == employee_id))
    if found is None:
        raise NotFound()
    return found


def get_visible_employee(actor: Actor, employee_id: int) -> Employee:
    """The employee, when this actor may see them; raises NotFound otherwise, as for an unknown id."""
    if not policies.can_see_employee(actor, employee_id):
        raise NotFound()
    return get_employee(employee_id)


def find_employee_by_code(code: str) -> Employee | None:
    """The employee of this code, or None."""
    return session().scalar(select(Employee).where(Employee.code == code))


def employee_ids_by_code() -> dict[str, int]:
    """Every employee's id by code, in one query, for imports."""
    return {code: employee_id for employee_id, code in session().execute(select(Employee.id, Employee.code))}


def employees_by_id(ids: Iterable[int] | None = None) -> dict[int, Employee]:
    """Employees by id, in one query; everybody when no ids are given."""
    wanted = None if ids is None else set(ids)
    query = select(Employee)
    if wanted is not None and len(wanted) <= 500:
        query = query.where(Employee.id.in_(wanted))
    return {row.id: row for row in session().scalars(query) if wanted is None or row.id in wanted}


def employee_names() -> dict[int, str]:
    """Everybody's first and last name by id, in one query, for the many lines of a month."""
    query = select(Employee.id, Employee.first_name, Employee.last_name)
    return {i: f"{first} {last}".strip() for i, first, last in session().execute(query)}


def list_employees(*, on: date | None = None, search: str = "") -> tuple[EmployeeRecord, ...]:
    """Employees by last name; with `on`, those who have a contract that day. Three queries whatever the number."""
    found = _records(on or date.max, search)
    return _by_name(record for record in found if on is None or record.is_employed)


def visible_employees(actor: Actor, *, on: date, search: str = "", past: bool = False) -> tuple[EmployeeRecord, ...]:
    """The employees that this actor may see, each as of the day; with `past`, those who left or are to come as well."""
    if not policies.can_see_all_staff(actor) and actor.employee_id is None:
        return ()
    return _by_name(
        record
        for record in _records(on, search)
        if policies.can_see_employee(actor, record.id) and (record.is_employed or past)
    )


def contracts_of(employee_id: int) -> tuple[Contract, ...]:
    """The contracts of an employee, the latest first."""
    query = select(Contract).where(Contract.employee_id == employee_id).order_by(Contract.starts_on.desc())
    return tuple(session().scalars(query))


def job_titles(on: date) -> dict[int, str]:
    """Each employee's job by the contract in force on a day, else by the last one before it."""
    query = select(Contract.employee_id, Contract.job_title).where(Contract.starts_on <= on)
    return {employee_id: title for employee_id, title in session().execute(query.order_by(Contract.starts_on))}


def contract_on(employee_id: int, on: date) -> Contract | None:
    """The contract in force on a day, or None."""
    return session().scalar(select(Contract).where(Contract.employee_id == employee_id, *covering(Contract, on)))


def potential_users(contract_id: int) -> tuple[PotentialUser, ...]:
    """A contract's list of potential users (Code du travail, L1253-9), each from its day on."""
    query = select(PotentialUser).where(PotentialUser.contract_id == contract_id)
    return tuple(session().scalars(query.order_by(PotentialUser.from_on, PotentialUser.id)))


def covering(row: Any, on: date) -> tuple[Any, ...]:
    """The criteria that a row of dates [starts_on, ends_on) holds on a day."""
    return row.starts_on <= on, or_(row.ends_on.is_(None), row.ends_on > on)


def contract_record(row: Contract) -> ContractRecord:
    """A contract's facts, apart from its row."""
    period = Period(row.starts_on, row.ends_on)
    return ContractRecord(row.id, row.employee_id, period, row.weekly_minutes, row.job_title, row.pay_grade)


def contracts_by_employee() -> dict[int, list[ContractRecord]]:
    """Every contract of the grouping, by employee, in one query."""
    found: dict[int, list[ContractRecord]] = {}
    for row in session().scalars(select(Contract)):
        found.setdefault(row.employee_id, []).append(contract_record(row))
    return found


def _records(as_of: date, search: str) -> Iterator[EmployeeRecord]:
    contracts = contracts_by_employee()
    places = _codes_of_places(as_of)
    for row in session().scalars(select(Employee)):
        if not found_in(search, row.code, row.first_name, row.last_name, row.email):
            continue
        own = contracts.get(row.id, [])
        yield EmployeeRecord(
            id=row.id,
            code=row.code,
            first_name=row.first_name,
            last_name=row.last_name,
            email=row.email,
            phone=row.phone,
            version=row.version,
            contract=latest_or_current(own, as_of),
            is_employed=any(one.period.contains(as_of) for one in own),
            structures=places.get(row.id, ()),
        )


def _by_name(records: Iterable[EmployeeRecord]) -> tuple[EmployeeRecord, ...]:
    return tuple(sorted(records, key=lambda one: (one.last_name, one.first_name, natural_order(one.code))))


def _codes_of_places(on: date) -> dict[int, tuple[str, ...]]:
    query = (
        select(Placement.employee_id, Structure.code)
        .join(Structure, Structure.id == Placement.structure_id)
        .where(*covering(Placement, on))
    )
    found: dict[int, set[str]] = {}
    for employee_id, code in session().execute(query):
        found.setdefault(employee_id, set()).add(code)
    return {employee_id: tuple(sorted(codes, key=natural_order)) for employee_id, codes in found.items()}
