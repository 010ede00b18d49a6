"""Who may do what: rows are roles, columns are policies. An auditor changes nothing anywhere."""

from __future__ import annotations

import inspect

import pytest

from coopter.members import policies
from coopter.values.actor import Actor, Role

OWN, OTHER = 1, 2


def who(*roles: Role, administrator: bool = False) -> Actor:
    own = frozenset({OWN}) if Role.REPRESENTATIVE in roles else frozenset()
    return Actor(7, "X", 1, frozenset(roles), represents=own, is_administrator=administrator)


ACTORS = {
    "coordinator": who(Role.COORDINATOR),
    "treasurer": who(Role.TREASURER),
    "auditor": who(Role.AUDITOR),
    "representative": who(Role.REPRESENTATIVE),
    "employee": who(Role.EMPLOYEE),
    "administrator": who(administrator=True),
    "nobody": who(),
    "coordinator and auditor": who(Role.COORDINATOR, Role.AUDITOR),
}
ALLOWED = {
    "can_create_grouping": {"administrator"},
    "can_make_administrator": {"administrator"},
    "can_edit_grouping": {"coordinator"},
    "can_set_parameter": {"coordinator"},
    "can_see_settings": {"coordinator", "treasurer", "auditor", "coordinator and auditor"},
    "can_see_identifiers": {"coordinator", "treasurer", "auditor", "coordinator and auditor"},
    "can_see_people": {"coordinator", "auditor", "coordinator and auditor"},
    "can_add_structure": {"coordinator"},
    "can_change_membership": {"coordinator"},
    "can_import_structures": {"coordinator"},
    "can_see_bank_account": {"coordinator", "treasurer", "auditor", "coordinator and auditor"},
    "can_ask_bank_account_change": {"coordinator"},
    "can_decide_bank_account_change": {"coordinator", "treasurer"},
    "can_invite": {"coordinator"},
    "can_grant_role": {"coordinator"},
    "can_revoke_role": {"coordinator"},
}
ABOUT_SOMETHING = {
    ("can_see_structure", OWN): {"coordinator", "treasurer", "auditor", "representative", "coordinator and auditor"},
    ("can_see_structure", OTHER): {"coordinator", "treasurer", "auditor", "coordinator and auditor"},
    ("can_edit_structure", OWN): {"coordinator"},
    ("can_edit_structure", OTHER): {"coordinator"},
    ("can_approve_bank_account_change", 7): set(),
    ("can_approve_bank_account_change", 8): {"coordinator", "treasurer"},
    ("can_deactivate_person", 7): set(),
    ("can_deactivate_person", 8): {"coordinator"},
}


@pytest.mark.parametrize("name", ACTORS)
@pytest.mark.parametrize("policy", ALLOWED)
def test_policies(policy: str, name: str) -> None:
    assert getattr(policies, policy)(ACTORS[name]) is (name in ALLOWED[policy])


@pytest.mark.parametrize("name", ACTORS)
@pytest.mark.parametrize("policy", ABOUT_SOMETHING)
def test_policies_about_something(policy: tuple[str, int], name: str) -> None:
    assert getattr(policies, policy[0])(ACTORS[name], policy[1]) is (name in ABOUT_SOMETHING[policy])


def test_no_policy_is_left_out() -> None:
    named = {name for name, _ in inspect.getmembers(policies, inspect.isfunction) if name.startswith("can_")}
    assert named == {*ALLOWED, *(policy for policy, _ in ABOUT_SOMETHING)}
