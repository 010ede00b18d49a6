"""Who may ask, declare, review and read the figures of members: they are confidential until a decision shows them."""

from __future__ import annotations

from coopter.values.actor import Actor, Role


def can_run_campaigns(actor: Actor) -> bool:
    """The coordinator opens a campaign, reminds, estimates, reviews and imports; an auditor changes nothing."""
    return actor.has(Role.COORDINATOR) and not actor.has(Role.AUDITOR)


def can_read_figures(actor: Actor) -> bool:
    """Every member's figures: coordinator, treasurer and auditor."""
    return actor.has(Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)


def can_read_figures_of(actor: Actor, *, structure_id: int) -> bool:
    """One structure's figures: its own representatives, and who reads them all."""
    return can_read_figures(actor) or structure_id in actor.represents


def can_declare_figures(actor: Actor, *, structure_id: int) -> bool:
    """Its representatives; the coordinator may type what a member said by telephone, and signs it with their name."""
    return structure_id in actor.represents or can_run_campaigns(actor)


def can_see_published_figures(actor: Actor) -> bool:
    """What a decision publishes is for members: their representatives, and who reads them all."""
    return can_read_figures(actor) or actor.has(Role.REPRESENTATIVE)
