"""Who may hire, amend, place, and see whom: rows are roles, columns are situations."""

from __future__ import annotations

import pytest

from coopter.staff import policies
from coopter.values.actor import Actor, Role

OWN, OTHER = 7, 8
HERE, THERE = 70, 80


def _actor(role: Role) -> Actor:
    return Actor(
        1,
        "x",
        1,
        frozenset({role}),
        employee_id=OWN if role is Role.EMPLOYEE else None,
        represents=frozenset({HERE}) if role is Role.REPRESENTATIVE else frozenset(),
    )


@pytest.mark.parametrize(
    ("role", "manages", "sees_own", "sees_other", "other_here", "other_there", "at_here", "at_there"),
    [
        (Role.COORDINATOR, True, True, True, True, True, True, True),
        (Role.TREASURER, False, True, True, True, True, True, True),
        (Role.AUDITOR, False, True, True, True, True, True, True),
        (Role.EMPLOYEE, False, True, False, False, False, False, False),
        (Role.REPRESENTATIVE, False, False, False, True, False, True, False),
    ],
)
def test_table(
    role: Role, manages: bool, sees_own: bool, sees_other: bool, other_here: bool, other_there: bool, at_here: bool,
    at_there: bool,
) -> None:  # fmt: skip
    actor = _actor(role)
    assert policies.can_manage_staff(actor) is manages
    assert policies.can_see_employee(actor, OWN) is sees_own
    assert policies.can_see_employee(actor, OTHER) is sees_other
    assert policies.can_see_placement(actor, employee_id=OTHER, structure_id=HERE) is other_here
    assert policies.can_see_placement(actor, employee_id=OTHER, structure_id=THERE) is other_there
    assert policies.can_see_placements_at(actor, HERE) is at_here
    assert policies.can_see_placements_at(actor, THERE) is at_there
