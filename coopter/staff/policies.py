"""Who may do what with employees, contracts and placements."""

from __future__ import annotations

from coopter.values.actor import Actor, Role

OFFICE = (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)


def can_manage_staff(actor: Actor) -> bool:
    """The coordinator alone hires, amends, places."""
    return actor.has(Role.COORDINATOR)


def can_see_all_staff(actor: Actor) -> bool:
    """Coordinator, treasurer and auditor see every employee and contract; the last two change nothing here."""
    return actor.has(*OFFICE)


def can_see_employee(actor: Actor, employee_id: int) -> bool:
    """The office sees everybody; an employee sees themself. A structure sees placements, not contracts."""
    return can_see_all_staff(actor) or actor.employee_id == employee_id


def can_see_placements_at(actor: Actor, structure_id: int) -> bool:
    """The office, and those who represent that structure."""
    return can_see_all_staff(actor) or structure_id in actor.represents


def can_see_placement(actor: Actor, *, employee_id: int, structure_id: int) -> bool:
    """The office, the employee placed, and those who represent the structure where the work is done."""
    return can_see_employee(actor, employee_id) or structure_id in actor.represents
