"""Who may plan, see and hand out feeds: rows are roles, columns are situations."""

from __future__ import annotations

import pytest

from coopter.planning import policies
from coopter.values.actor import Actor, Role

OWN, OTHER = 7, 8


def _actor(role: Role) -> Actor:
    return Actor(1, "x", 1, frozenset({role}), employee_id=OWN if role is Role.EMPLOYEE else None)


@pytest.mark.parametrize(
    ("role", "plans", "sees_all", "own_schedule", "other_schedule", "own_feed", "other_feed"),
    [
        (Role.COORDINATOR, True, True, True, True, True, True),
        (Role.TREASURER, False, True, True, True, False, False),
        (Role.AUDITOR, False, True, True, True, False, False),
        (Role.EMPLOYEE, False, False, True, False, True, False),
        (Role.REPRESENTATIVE, False, False, False, False, False, False),
    ],
)
def test_table(
    role: Role, plans: bool, sees_all: bool, own_schedule: bool, other_schedule: bool, own_feed: bool, other_feed: bool
) -> None:
    actor = _actor(role)
    assert policies.can_plan_shifts(actor) is plans
    assert policies.can_see_all_shifts(actor) is sees_all
    assert policies.can_see_schedule(actor, OWN) is own_schedule
    assert policies.can_see_schedule(actor, OTHER) is other_schedule
    assert policies.can_manage_feed(actor, OWN) is own_feed
    assert policies.can_manage_feed(actor, OTHER) is other_feed


def test_nobody_without_an_employee_is_taken_for_one() -> None:
    assert not policies.can_see_schedule(Actor(1, "x", 1), 0)
