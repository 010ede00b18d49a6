"""Who may do what with hours."""

from __future__ import annotations

from coopter.values.actor import Actor, Role


def can_log_hours(actor: Actor, *, employee_id: int, structure_id: int) -> bool:
    """The employee their own; a representative who validates hours, those at its structure; the coordinator, all."""
    if actor.has(Role.COORDINATOR) or is_own(actor, employee_id=employee_id):
        return True
    return logs_for(actor, structure_id=structure_id)


def logs_for(actor: Actor, *, structure_id: int) -> bool:
    """A representative who validates hours of this structure may also log them, where the structure keeps the hours."""
    return actor.has(Role.REPRESENTATIVE) and structure_id in actor.validates_for


def can_submit_week(actor: Actor, *, employee_id: int) -> bool:
    """The employee their own week; the coordinator, any."""
    return actor.has(Role.COORDINATOR) or is_own(actor, employee_id=employee_id)


def can_confirm_hours(actor: Actor, *, structure_id: int, employee_id: int) -> bool:
    """Only a representative of the structure concerned who validates hours, and never hours of their own."""
    return logs_for(actor, structure_id=structure_id) and not is_own(actor, employee_id=employee_id)


def can_confirm_month(actor: Actor) -> bool:
    """The coordinator, in bulk, with a reason that stays on every line."""
    return actor.has(Role.COORDINATOR)


def can_dispute_hours(actor: Actor, *, structure_id: int) -> bool:
    """A representative of the structure who validates hours, and the coordinator, who may reopen a line."""
    return actor.has(Role.COORDINATOR) or logs_for(actor, structure_id=structure_id)


def can_lock_month(actor: Actor) -> bool:
    """The coordinator."""
    return actor.has(Role.COORDINATOR)


def can_remind(actor: Actor) -> bool:
    """The coordinator asks for what lacks."""
    return actor.has(Role.COORDINATOR)


def can_import_hours(actor: Actor) -> bool:
    """The coordinator."""
    return actor.has(Role.COORDINATOR)


def can_see_week(actor: Actor, *, employee_id: int) -> bool:
    """The employee their own week; the coordinator and the auditor, any. A structure sees only what is done for it."""
    return actor.has(Role.COORDINATOR, Role.AUDITOR) or is_own(actor, employee_id=employee_id)


def can_see_hours_at(actor: Actor, *, structure_id: int) -> bool:
    """A structure's representatives its own; coordinator, treasurer and auditor, every structure's."""
    if actor.has(Role.COORDINATOR, Role.TREASURER, Role.AUDITOR):
        return True
    return actor.has(Role.REPRESENTATIVE) and structure_id in actor.represents


def is_own(actor: Actor, *, employee_id: int) -> bool:
    """Whether these are the hours of the actor's own."""
    return actor.has(Role.EMPLOYEE) and actor.employee_id is not None and actor.employee_id == employee_id
