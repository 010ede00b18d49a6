"""Reads of the members' room: groupings, structures, memberships, people, and who a person is in a grouping."""

from coopter.members.queries.bank import (
    as_account_change,
    bank_account_on,
    bank_account_to_approve,
    deciding_since,
    get_bank_account_change,
    list_bank_account_changes,
    told_of_bank_account,
    waiting_bank_account_change,
)
from coopter.members.queries.groupings import (
    all_settings,
    find_grouping,
    get_grouping,
    get_grouping_by_id,
    list_groupings,
    parameter,
    settings_of,
    vat_regime,
)
from coopter.members.queries.people import (
    ADMINISTRATOR,
    Holder,
    Place,
    actor_for,
    demo_people,
    find_invitation,
    find_person_by_email,
    get_grant,
    get_invitation,
    get_person,
    is_signed_out,
    language_of,
    list_holders,
    list_invitations,
    places_of,
    refuse_spent,
)
from coopter.members.queries.structures import (
    Recorded,
    Section,
    find_structure_by_code,
    get_structure,
    history_of,
    is_member,
    list_structures,
    member_ids,
    memberships_by_structure,
    memberships_of,
    structure_page_sections,
    structures_by_id,
)

__all__ = [
    "ADMINISTRATOR", "Holder", "Place", "Recorded", "Section", "actor_for", "all_settings", "as_account_change",
    "bank_account_on", "bank_account_to_approve", "deciding_since", "demo_people", "find_grouping", "find_invitation",
    "find_person_by_email", "find_structure_by_code", "get_bank_account_change", "get_grant", "get_grouping",
    "get_grouping_by_id", "get_invitation", "get_person", "get_structure", "history_of", "is_member", "is_signed_out",
    "language_of", "list_bank_account_changes", "list_groupings", "list_holders", "list_invitations",
    "list_structures", "member_ids", "memberships_by_structure", "memberships_of", "parameter", "places_of",
    "refuse_spent", "settings_of", "structure_page_sections", "structures_by_id", "told_of_bank_account", "vat_regime",
    "waiting_bank_account_change",
]  # fmt: skip
