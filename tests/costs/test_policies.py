"""Who may do what with costs: rows are roles, columns are acts."""

from __future__ import annotations

import pytest

from coopter.costs import policies
from coopter.values.actor import Actor, Role

OWN, OTHER = 1, 2
TABLE = {
    #                     read   write  rules  split  own    other share
    Role.COORDINATOR:    (True,  True,  True,  True,  True,  True),
    Role.TREASURER:      (True,  False, False, False, True,  True),
    Role.AUDITOR:        (True,  False, False, False, True,  True),
    Role.REPRESENTATIVE: (False, False, False, False, True,  False),
    Role.EMPLOYEE:       (False, False, False, False, False, False),
}  # fmt: skip


@pytest.mark.parametrize("role", list(Role))
def test_the_table(role: Role) -> None:
    actor = Actor(person_id=1, name="x", grouping_id=1, roles=frozenset({role}), sees_invoices_of=frozenset({OWN}))
    assert TABLE[role] == (
        policies.can_read_costs(actor),
        policies.can_write_costs(actor),
        policies.can_set_rules(actor),
        policies.can_split_month(actor),
        policies.can_see_share(actor, structure_id=OWN),
        policies.can_see_share(actor, structure_id=OTHER),
    )


def test_a_representative_without_invoices_sees_no_share() -> None:
    actor = Actor(
        person_id=1, name="x", grouping_id=1, roles=frozenset({Role.REPRESENTATIVE}), represents=frozenset({1})
    )
    assert not policies.can_see_share(actor, structure_id=1)
