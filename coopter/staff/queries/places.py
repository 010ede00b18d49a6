"""Reads of placements: who is at which structure, and whether they may work there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select

from coopter.members import queries as members
from coopter.members.models import Membership, Structure
from coopter.plumbing.database import session
from coopter.staff import policies
from coopter.staff.models import Contract, Employee, Placement, PotentialUser
from coopter.staff.queries.people import contract_record, contracts_by_employee, covering
from coopter.staff.rules import ContractRecord, PlacementRecord, StaffIndex, latest_or_current, within
from coopter.values.actor import Actor
from coopter.values.month import Month
from coopter.values.period import Period
from coopter.values.refusal import NotFound


@dataclass(frozen=True, slots=True)
class PlacementLine:
    """A placement as a list shows it, both sides named."""

    placement: PlacementRecord
    employee: str
    structure: str
    structure_code: str
    job_title: str
    is_current: bool


def get_placement(placement_id: int) -> Placement:
    """The placement of this id in the grouping in scope; raises NotFound."""
    found = session().scalar(select(Placement).where(Placement.id == placement_id))
    if found is None:
        raise NotFound()
    return found


def get_visible_placement(actor: Actor, placement_id: int) -> Placement:
    """The placement, when this actor may see it; raises NotFound otherwise."""
    found = get_placement(placement_id)
    if not policies.can_see_placement(actor, employee_id=found.employee_id, structure_id=found.structure_id):
        raise NotFound()
    return found


def placement_on(employee_id: int, structure_id: int, on: date) -> Placement | None:
    """The placement of an employee at a structure on a day, or None."""
    query = select(Placement).where(Placement.employee_id == employee_id, Placement.structure_id == structure_id)
    return session().scalar(query.where(*covering(Placement, on)))


def placements_of(employee_id: int, *, on: date | None = None, month: Month | None = None) -> tuple[Placement, ...]:
    """The placements of an employee, on a day or touching a month when one is given."""
    return _placements(select(Placement).where(Placement.employee_id == employee_id), on=on, month=month)


def placements_at(structure_id: int, *, on: date | None = None, month: Month | None = None) -> tuple[Placement, ...]:
    """The placements at a structure, on a day or touching a month when one is given."""
    return _placements(select(Placement).where(Placement.structure_id == structure_id), on=on, month=month)


def placements_between(period: Period) -> tuple[Placement, ...]:
    """Every placement of the grouping that shares a day with a period."""
    query = select(Placement).where(or_(Placement.ends_on.is_(None), Placement.ends_on > period.start))
    if period.end is not None:
        query = query.where(Placement.starts_on < period.end)
    return tuple(session().scalars(query.order_by(Placement.starts_on, Placement.id)))


def placement_lines(
    actor: Actor,
    *,
    on: date,
    structure_id: int | None = None,
    employee_id: int | None = None,
    placement_id: int | None = None,
) -> tuple[PlacementLine, ...]:
    """The placements that this actor may see, current ones first, both sides named; no pay, no other member's."""
    query = select(Placement, Employee, Structure).where(
        Employee.id == Placement.employee_id, Structure.id == Placement.structure_id
    )
    wanted = {"structure_id": structure_id, "employee_id": employee_id, "id": placement_id}
    query = query.where(*(getattr(Placement, name) == value for name, value in wanted.items() if value is not None))
    contracts = contracts_by_employee()
    lines = [
        _line(row, employee, structure, latest_or_current(contracts.get(row.employee_id, []), on), on)
        for row, employee, structure in session().execute(query)
        if policies.can_see_placement(actor, employee_id=row.employee_id, structure_id=row.structure_id)
    ]
    return tuple(sorted(lines, key=lambda line: (not line.is_current, line.structure, line.employee)))


def placement_line(actor: Actor, placement_id: int, *, on: date) -> PlacementLine:
    """One placement, both sides named, when this actor may see it; raises NotFound."""
    for line in placement_lines(actor, on=on, placement_id=placement_id):
        return line
    raise NotFound()


def check_may_work(employee_id: int, structure_id: int, on: date) -> Placement:
    """The placement under which an employee works at a structure that day.

    Raises NotFound, NoPlacement, NoContract or NotAPotentialUser, each with its remedy (Code du travail, L1253-9).
    """
    found = placements_index(employee_id=employee_id).check_may_work(employee_id, structure_id, on)
    return get_placement(found.id)


def placements_index(*, employee_id: int | None = None) -> StaffIndex:
    """Everything needed to judge any number of lines without a query each; one employee's when an id is given."""

    def own(query: Any, column: Any) -> Any:
        return query if employee_id is None else query.where(column == employee_id)

    names = session().execute(own(select(Employee.id, Employee.first_name, Employee.last_name), Employee.id))
    index = StaffIndex(
        employees={key: f"{first} {last}".strip() for key, first, last in names},
        structures={s.id: s.trade_name or s.legal_name for s in members.structures_by_id().values()},
    )
    for row in _values(own(_columns(Contract), Contract.employee_id)):
        index.contracts[row.employee_id].append(contract_record(row))
    listed = select(PotentialUser.contract_id, PotentialUser.structure_id, PotentialUser.from_on).join(
        Contract, Contract.id == PotentialUser.contract_id
    )
    for contract_id, structure_id, from_on in session().execute(own(listed, Contract.employee_id)):
        index.listed[contract_id, structure_id] = from_on
    for placement in _values(own(_columns(Placement), Placement.employee_id)):
        index.placements[placement.employee_id, placement.structure_id].append(placement_record(placement))
    spans = select(Membership.structure_id, Membership.joined_on, Membership.left_on)
    for structure_id, joined_on, left_on in session().execute(spans):
        index.memberships[structure_id].append(Period(joined_on, left_on))
    return index


def _columns(row: Any) -> Any:
    """A row's values under their names, without the object: thousands of placements are read for each import."""
    return select(*(getattr(row, column.key) for column in row.__table__.columns))


def _values(query: Any) -> Any:
    return session().execute(query)


def placement_record(row: Placement) -> PlacementRecord:
    """A placement's facts, apart from its row."""
    return PlacementRecord(
        id=row.id,
        employee_id=row.employee_id,
        structure_id=row.structure_id,
        period=Period(row.starts_on, row.ends_on),
        weekly_minutes=row.weekly_minutes,
        site=row.site,
        conditions=row.conditions,
        version=row.version,
    )


def _placements(query: Select[Any], *, on: date | None, month: Month | None) -> tuple[Placement, ...]:
    rows = session().scalars(query.order_by(Placement.starts_on, Placement.id))
    return tuple(row for row in rows if within(Period(row.starts_on, row.ends_on), on=on, month=month))


def _line(
    row: Placement, employee: Employee, structure: Structure, contract: ContractRecord | None, on: date
) -> PlacementLine:
    return PlacementLine(
        placement=placement_record(row),
        employee=employee.name,
        structure=structure.trade_name or structure.legal_name,
        structure_code=structure.code,
        job_title=contract.job_title if contract else "",
        is_current=row.ends_on is None or row.ends_on > on,
    )
