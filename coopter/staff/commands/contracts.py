"""Amending and ending contracts, and their lists of potential users."""

from __future__ import annotations

from datetime import date, datetime

from coopter.members import queries as members
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command, require
from coopter.staff import policies, queries
from coopter.staff.commands.people import check_fresh, contract_facts, locked
from coopter.staff.commands.placing import close_placement
from coopter.staff.models import Contract, Employee, Placement, PotentialUser
from coopter.staff.rules import (
    AlreadyOnTheList,
    NoContract,
    PlacementBeginsLater,
    check_new_contract,
    check_weekly,
    day_before,
)
from coopter.values.actor import Actor
from coopter.values.period import Period


@command
def amend_contract(
    actor: Actor,
    *,
    employee_id: int,
    version: int,
    period: Period,
    weekly_minutes: int,
    job_title: str,
    pay_grade: str,
    at: datetime,
) -> Contract:
    """Make an amendment: what the contract says from a day on, in a new row that ends the one before.

    The list of potential users goes on. On the first day of the contract in force it is a correction, kept in the
    journal; after the end of the last one it is a new contract. Raises ContractsOverlap, TooManyWeeklyHours, Conflict.
    """
    require(policies.can_manage_staff(actor))
    employee = locked(Employee, employee_id)
    terms = {"weekly_minutes": check_weekly(weekly_minutes), "job_title": job_title, "pay_grade": pay_grade}
    _check_unchanged(employee, version, terms)
    contracts = queries.contracts_of(employee_id)
    current = next((one for one in contracts if Period(one.starts_on, one.ends_on).contains(period.start)), None)
    others = [Period(one.starts_on, one.ends_on) for one in contracts if one is not current]
    check_new_contract(period, others, employee=employee.name)
    before = contract_facts(current) if current else None
    if current is not None and current.starts_on == period.start:
        contract = current
        contract.ends_on = period.end
        for name, value in terms.items():
            setattr(contract, name, value)
    else:
        if current is not None:
            current.ends_on = period.start
        contract = Contract(employee_id=employee_id, starts_on=period.start, ends_on=period.end, **terms)
        session().add(contract)
        session().flush()
        _carry_list(contracts, contract)
    employee.version += 1
    after = contract_facts(contract)
    journal.record(actor, "contract.amended", f"employee:{employee_id}", at=at, before=before, after=after)
    _end_placements(actor, employee_id, at=at)
    return contract


@command
def end_contract(actor: Actor, *, employee_id: int, version: int, ends_on: date, at: datetime) -> Contract:
    """End the contract in force before this day, and with it the placements that go beyond.

    Raises NoContract when none covers the day before, and Conflict.
    """
    require(policies.can_manage_staff(actor))
    employee = locked(Employee, employee_id)
    _check_unchanged(employee, version, {"ends_on": ends_on})
    contract = next(
        (c for c in queries.contracts_of(employee_id) if c.starts_on < ends_on <= (c.ends_on or date.max)), None
    )
    if contract is None:
        raise NoContract(employee=employee.name, day=ends_on)
    before = contract_facts(contract)
    contract.ends_on = ends_on
    employee.version += 1
    after = contract_facts(contract)
    journal.record(actor, "contract.ended", f"employee:{employee_id}", at=at, before=before, after=after)
    _end_placements(actor, employee_id, at=at)
    return contract


@command
def add_potential_user(
    actor: Actor, *, employee_id: int, structure_id: int, from_on: date, at: datetime
) -> PotentialUser:
    """Put a structure on the list of potential users of the contract in force on a day, and of those after it.

    Raises NoContract, AlreadyOnTheList, NotFound (Code du travail, L1253-9).
    """
    require(policies.can_manage_staff(actor))
    employee = locked(Employee, employee_id)
    structure = members.get_structure(structure_id)
    later = [c for c in queries.contracts_of(employee_id) if c.ends_on is None or c.ends_on > from_on]
    if not any(contract.starts_on <= from_on for contract in later):
        raise NoContract(employee=employee.name, day=from_on)
    added: PotentialUser | None = None
    for contract in sorted(later, key=lambda one: one.starts_on):
        listed = next((u for u in queries.potential_users(contract.id) if u.structure_id == structure_id), None)
        if listed is not None and listed.from_on <= from_on:
            raise AlreadyOnTheList(structure=structure.legal_name, employee=employee.name, day=listed.from_on)
        if listed is None:
            listed = PotentialUser(contract_id=contract.id, structure_id=structure_id, from_on=from_on)
            session().add(listed)
        listed.from_on = min(listed.from_on, max(from_on, contract.starts_on))
        added = added or listed
    employee.version += 1
    session().flush()
    after = {"structure": structure.code, "from_on": from_on}
    journal.record(actor, "potential_user.added", f"employee:{employee_id}", at=at, after=after)
    assert added is not None
    return added


def _check_unchanged(employee: Employee, version: int, mine: dict[str, object]) -> None:
    """Contracts have no version of their own: the employee's tells that one of them changed."""
    if employee.version == version:
        return
    latest = queries.contracts_of(employee.id)[0]
    theirs = Stale(version=employee.version, **{name: getattr(latest, name) for name in mine})
    check_fresh(theirs, version=version, mine=mine)


class Stale:
    """The facts of a row under the version of another."""

    def __init__(self, **facts: object) -> None:
        self.__dict__.update(facts)


def _carry_list(contracts: tuple[Contract, ...], contract: Contract) -> None:
    before = next((one for one in contracts if one.starts_on < contract.starts_on), None)
    if before is None:
        return
    for user in queries.potential_users(before.id):
        from_on = max(user.from_on, contract.starts_on)
        session().add(PotentialUser(contract_id=contract.id, structure_id=user.structure_id, from_on=from_on))
    session().flush()


def _end_placements(actor: Actor, employee_id: int, *, at: datetime) -> None:
    """No placement outlives the contracts."""
    contracts = queries.contracts_of(employee_id)
    if any(contract.ends_on is None for contract in contracts):
        return
    last = max(contract.ends_on for contract in contracts if contract.ends_on is not None)
    for placement in queries.placements_of(employee_id):
        if placement.starts_on >= last:
            raise PlacementBeginsLater(**_names(placement), day=placement.starts_on, last=day_before(last))
        if placement.ends_on is None or placement.ends_on > last:
            close_placement(actor, locked(Placement, placement.id), ends_on=last, at=at)


def _names(placement: Placement) -> dict[str, str]:
    structure = members.get_structure(placement.structure_id)
    return {"employee": queries.get_employee(placement.employee_id).name, "structure": structure.legal_name}
