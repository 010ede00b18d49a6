"""An employee's page: the person, the contracts, the list of potential users, the placements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from coopter.members import queries as members
from coopter.members.models import Structure
from coopter.members.rules import natural_order
from coopter.staff.models import Employee
from coopter.staff.queries.people import contract_record, contracts_of, get_visible_employee, potential_users
from coopter.staff.queries.places import PlacementLine, placement_lines
from coopter.staff.rules import ContractRecord, latest_or_current
from coopter.values.actor import Actor


@dataclass(frozen=True, slots=True)
class ListedStructure:
    """A structure on a list of potential users, since a day."""

    structure_id: int
    code: str
    name: str
    from_on: date


@dataclass(frozen=True, slots=True)
class EmployeeSheet:
    """All that the page of an employee shows; `contract` is the one in force, else the next, else the last."""

    employee: Employee
    contract: ContractRecord | None
    is_employed: bool
    contracts: tuple[ContractRecord, ...]
    users: tuple[ListedStructure, ...]
    placements: tuple[PlacementLine, ...]


def employee_sheet(actor: Actor, employee_id: int, *, on: date) -> EmployeeSheet:
    """The sheet of an employee whom this actor may see, as of a day; raises NotFound."""
    employee = get_visible_employee(actor, employee_id)
    contracts = tuple(contract_record(row) for row in contracts_of(employee_id))
    contract = latest_or_current(contracts, on)
    return EmployeeSheet(
        employee=employee,
        contract=contract,
        is_employed=contract is not None and contract.period.contains(on),
        contracts=contracts,
        users=listed_structures(contract.id) if contract else (),
        placements=placement_lines(actor, on=on, employee_id=employee_id),
    )


def listed_structures(contract_id: int) -> tuple[ListedStructure, ...]:
    """A contract's list of potential users with the structures' names, in natural order of their codes."""
    users = potential_users(contract_id)
    structures = members.structures_by_id([user.structure_id for user in users])
    return tuple(
        sorted(
            (_listed(structures[user.structure_id], user.from_on) for user in users),
            key=lambda one: natural_order(one.code),
        )
    )


def _listed(structure: Structure, from_on: date) -> ListedStructure:
    return ListedStructure(structure.id, structure.code, structure.trade_name or structure.legal_name, from_on)
