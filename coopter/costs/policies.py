"""Who may read and write what the shared staff costs: this is pay, and it stays with those who keep the accounts."""

from __future__ import annotations

from coopter.values.actor import Actor, Role


def can_read_costs(actor: Actor) -> bool:
    """Coordinator, treasurer and auditor; never a member's representative nor an employee: cost lines tell pay."""
    return actor.has(Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)


def can_write_costs(actor: Actor) -> bool:
    """The coordinator alone adds, edits, removes and imports cost lines."""
    return actor.has(Role.COORDINATOR)


def can_set_rules(actor: Actor) -> bool:
    """The coordinator writes down keys and prices, naming who decided them."""
    return actor.has(Role.COORDINATOR)


def can_split_month(actor: Actor) -> bool:
    """The coordinator, when closing a month."""
    return actor.has(Role.COORDINATOR)


def can_see_share(actor: Actor, *, structure_id: int) -> bool:
    """A structure's own share, for its representatives who see invoices; every share, for who reads the costs."""
    if can_read_costs(actor):
        return True
    return actor.has(Role.REPRESENTATIVE) and structure_id in actor.sees_invoices_of
