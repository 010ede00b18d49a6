"""Who may do what at the coordinator's desk."""

from __future__ import annotations

from coopter.values.actor import Actor, Role


def can_close_month(actor: Actor) -> bool:
    """Coordinators alone close a month."""
    return actor.has(Role.COORDINATOR)


def can_read_office(actor: Actor) -> bool:
    """Coordinators, treasurers and auditors read what a month costs everybody, and export it."""
    return actor.has(Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)
