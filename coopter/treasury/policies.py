"""Who notes payments, and who reads a member's account."""

from __future__ import annotations

from coopter.billing.policies import can_see_invoices_of
from coopter.values.actor import Actor, Role


def can_record_payments(actor: Actor) -> bool:
    """Coordinators and treasurers note what came in, and take back what was noted by mistake."""
    return actor.has(Role.COORDINATOR, Role.TREASURER)


def can_read_accounts(actor: Actor) -> bool:
    """Coordinators, treasurers and auditors read every member's account."""
    return actor.has(Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)


def can_read_account_of(actor: Actor, structure_id: int) -> bool:
    """A representative who may see its structure's invoices reads its account."""
    return can_see_invoices_of(actor, structure_id)
