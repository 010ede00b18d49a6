"""Who may do what with groupings, structures, people and roles; an auditor changes nothing anywhere."""

from __future__ import annotations

from coopter.values.actor import Actor, Role

READERS = (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)


def _coordinates(actor: Actor) -> bool:
    return actor.has(Role.COORDINATOR) and not actor.has(Role.AUDITOR)


def can_create_grouping(actor: Actor) -> bool:
    """Administrators of the installation, and whoever holds the machine."""
    return actor.is_administrator


def can_edit_grouping(actor: Actor) -> bool:
    """Coordinators of the grouping in scope."""
    return _coordinates(actor)


def can_see_bank_account(actor: Actor) -> bool:
    """The whole account number: coordinators, treasurers and auditors; others see its ends, on their invoices all."""
    return actor.has(*READERS)


def can_ask_bank_account_change(actor: Actor) -> bool:
    """Coordinators of the grouping in scope; somebody else approves (R39)."""
    return _coordinates(actor)


def can_decide_bank_account_change(actor: Actor) -> bool:
    """People who coordinate or keep the accounts: they refuse any change, and approve those of others (R39)."""
    return actor.person_id is not None and actor.has(Role.COORDINATOR, Role.TREASURER) and not actor.has(Role.AUDITOR)


def can_approve_bank_account_change(actor: Actor, asked_by_id: int | None) -> bool:
    """Whoever may decide, but never the person who asked (R39)."""
    return can_decide_bank_account_change(actor) and actor.person_id != asked_by_id


def can_set_parameter(actor: Actor) -> bool:
    """Coordinators of the grouping in scope."""
    return _coordinates(actor)


def can_see_settings(actor: Actor) -> bool:
    """Coordinators, treasurers and auditors read the grouping's settings, its IBAN apart."""
    return actor.has(*READERS)


def can_see_structure(actor: Actor, structure_id: int) -> bool:
    """Everything about a structure (identifiers, people): its representatives, and those who run or check."""
    return actor.has(*READERS) or structure_id in actor.represents


def can_see_identifiers(actor: Actor) -> bool:
    """Identifiers and addresses of all structures in a list: those who run or check the grouping."""
    return actor.has(*READERS)


def can_add_structure(actor: Actor) -> bool:
    """Coordinators of the grouping in scope."""
    return _coordinates(actor)


def can_edit_structure(actor: Actor, structure_id: int) -> bool:
    """Coordinators of the grouping in scope: what is printed on invoices is checked by those who issue them."""
    return _coordinates(actor)


def can_change_membership(actor: Actor) -> bool:
    """Coordinators of the grouping in scope."""
    return _coordinates(actor)


def can_import_structures(actor: Actor) -> bool:
    """Coordinators of the grouping in scope."""
    return _coordinates(actor)


def can_see_people(actor: Actor) -> bool:
    """Coordinators and auditors see who holds which role."""
    return actor.has(Role.COORDINATOR, Role.AUDITOR)


def can_invite(actor: Actor) -> bool:
    """Coordinators of the grouping in scope."""
    return _coordinates(actor)


def can_grant_role(actor: Actor) -> bool:
    """Coordinators of the grouping in scope."""
    return _coordinates(actor)


def can_revoke_role(actor: Actor) -> bool:
    """Coordinators of the grouping in scope."""
    return _coordinates(actor)


def can_deactivate_person(actor: Actor, person_id: int) -> bool:
    """Coordinators of the grouping in scope, for anybody but themselves."""
    return _coordinates(actor) and actor.person_id != person_id


def can_make_administrator(actor: Actor) -> bool:
    """Administrators of the installation, and whoever holds the machine."""
    return actor.is_administrator
