"""Who designs a contribution, who reads its study, and who sees but the own structure's amount."""

from __future__ import annotations

from coopter.values.actor import Actor, Role


def can_design_contributions(actor: Actor) -> bool:
    """The coordinator creates contributions, saves variants and puts them to a vote; an auditor changes nothing."""
    return actor.has(Role.COORDINATOR) and not actor.has(Role.AUDITOR)


def can_read_study(actor: Actor) -> bool:
    """Every member's amount tells its figures: coordinator, treasurer and auditor."""
    return actor.has(Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)


def can_read_contributions(actor: Actor) -> bool:
    """What is asked of members, in words: who runs the grouping, and every member's representatives."""
    return can_read_study(actor) or actor.has(Role.REPRESENTATIVE)


def can_see_owed(actor: Actor, *, structure_id: int) -> bool:
    """What one structure would owe: its own representatives, and who reads them all."""
    return can_read_study(actor) or structure_id in actor.represents
