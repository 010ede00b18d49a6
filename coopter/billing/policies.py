"""Who may do what with invoices."""

from __future__ import annotations

from coopter.values.actor import Actor, Role


def can_issue_invoices(actor: Actor) -> bool:
    """Coordinators alone issue invoices and credit notes."""
    return actor.has(Role.COORDINATOR)


def can_see_all_invoices(actor: Actor) -> bool:
    """Coordinators, treasurers and auditors read every member's invoices."""
    return actor.has(Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)


def can_see_invoices_of(actor: Actor, structure_id: int) -> bool:
    """A representative with that right reads the invoices of its own structure."""
    if can_see_all_invoices(actor):
        return True
    return actor.has(Role.REPRESENTATIVE) and structure_id in actor.sees_invoices_of


def can_see_some_invoices(actor: Actor) -> bool:
    """Whether a list of invoices is for this actor at all: a representative may lack the right."""
    return can_see_all_invoices(actor) or (actor.has(Role.REPRESENTATIVE) and bool(actor.sees_invoices_of))
