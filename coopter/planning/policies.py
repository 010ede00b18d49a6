"""Who may do what with shifts and calendar feeds."""

from __future__ import annotations

from coopter.values.actor import Actor, Role

OFFICE = (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)


def can_plan_shifts(actor: Actor) -> bool:
    """The coordinator alone plans, moves and cancels."""
    return actor.has(Role.COORDINATOR)


def can_see_all_shifts(actor: Actor) -> bool:
    """Coordinator, treasurer and auditor see the whole planning."""
    return actor.has(*OFFICE)


def can_see_schedule(actor: Actor, employee_id: int) -> bool:
    """An employee's whole schedule is for the office and for themself; a structure sees its own shifts alone."""
    return can_see_all_shifts(actor) or actor.employee_id == employee_id


def can_manage_feed(actor: Actor, employee_id: int) -> bool:
    """The employee, and the coordinator for those who have no account; a feed's address is a secret."""
    return actor.has(Role.COORDINATOR) or actor.employee_id == employee_id
