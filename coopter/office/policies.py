"""Who may do what at the coordinator's desk."""

from __future__ import annotations

from coopter.values.actor import Actor, Role


def can_close_month(actor: Actor) -> bool:
    """Coordinators alone close a month."""
    return actor.has(Role.COORDINATOR)


def can_prepare_agreements(actor: Actor) -> bool:
    """Coordinators prepare the agreement of a placement."""
    return actor.has(Role.COORDINATOR)


def can_read_office(actor: Actor) -> bool:
    """Coordinators, treasurers and auditors read what a month costs everybody, and export it."""
    return actor.has(Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)


def can_render_documents(actor: Actor) -> bool:
    """Coordinators make by hand the documents that are lacking."""
    return actor.has(Role.COORDINATOR)


def can_see_effects(actor: Actor) -> bool:
    """Who keeps the accounts sees what was invoiced under each decision; a key of one person's pool would tell pay."""
    return actor.has(Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)
