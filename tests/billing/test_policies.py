"""Who may do what with invoices: rows are roles, columns are what they ask."""

from __future__ import annotations

import pytest

from coopter.billing import policies
from coopter.values.actor import Actor, Role

OWN, OTHER = 7, 8


def somebody(*roles: Role, sees: frozenset[int] = frozenset()) -> Actor:
    """An actor of grouping 1 who sees the invoices of these structures."""
    return Actor(1, "Anne Riou", 1, roles=frozenset(roles), sees_invoices_of=sees, represents=frozenset({OWN}))


@pytest.mark.parametrize(
    ("actor", "issues", "all_of_them", "own", "others", "some"),
    [
        (somebody(Role.COORDINATOR), True, True, True, True, True),
        (somebody(Role.TREASURER), False, True, True, True, True),
        (somebody(Role.AUDITOR), False, True, True, True, True),
        (somebody(Role.REPRESENTATIVE, sees=frozenset({OWN})), False, False, True, False, True),
        (somebody(Role.REPRESENTATIVE), False, False, False, False, False),
        (somebody(Role.EMPLOYEE), False, False, False, False, False),
        (somebody(Role.EMPLOYEE, sees=frozenset({OWN})), False, False, False, False, False),
        (somebody(), False, False, False, False, False),
    ],
)
def test_who_may_what(actor: Actor, issues: bool, all_of_them: bool, own: bool, others: bool, some: bool) -> None:
    """A representative reads its own structure's invoices if it was given that right; an employee none."""
    assert policies.can_issue_invoices(actor) is issues
    assert policies.can_see_all_invoices(actor) is all_of_them
    assert policies.can_see_invoices_of(actor, OWN) is own
    assert policies.can_see_invoices_of(actor, OTHER) is others
    assert policies.can_see_some_invoices(actor) is some
