"""Who calls contributions, and who reads what was called from everybody."""

from __future__ import annotations

from coopter.values.actor import Actor, Role


def can_call(actor: Actor) -> bool:
    """Coordinators alone call money from members."""
    return actor.has(Role.COORDINATOR)


def can_read_calls(actor: Actor) -> bool:
    """Coordinators, treasurers and auditors read what every member was called; a member reads its own documents."""
    return actor.has(Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)
