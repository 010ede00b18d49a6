"""Who may do what in the governance room."""

from __future__ import annotations

from coopter.values.actor import Actor, Role


def can_decide(actor: Actor) -> bool:
    """The coordinator writes down what was decided before any assembly voted here (« reprise initiale »)."""
    return actor.has(Role.COORDINATOR)


def can_annul_decision(actor: Actor) -> bool:
    """The coordinator records that a decision was annulled."""
    return actor.has(Role.COORDINATOR)


def can_prepare_governance(actor: Actor) -> bool:
    """The coordinator writes texts, opens campaigns, prepares and runs assemblies."""
    return actor.has(Role.COORDINATOR)


def can_read_governance(actor: Actor) -> bool:
    """Everybody inside reads texts, convocations, minutes and the register of decisions."""
    return bool(actor.roles)
