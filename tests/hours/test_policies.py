"""Who may do what: rows are people, columns are acts."""

from __future__ import annotations

import pytest

from coopter.hours import policies as may
from coopter.values.actor import Actor, Role

NOLWENN, JARDINS, CANTINE = 13, 2, 9


def somebody(*roles, **fields):
    return Actor(person_id=1, name="Quelqu'un", grouping_id=1, roles=frozenset(roles), **fields)


AT_JARDINS = {"validates_for": frozenset({JARDINS}), "represents": frozenset({JARDINS})}
PEOPLE = {
    "coordinator": somebody(Role.COORDINATOR),
    "validator": somebody(Role.REPRESENTATIVE, **AT_JARDINS),
    "reader": somebody(Role.REPRESENTATIVE, represents=frozenset({JARDINS})),
    "elsewhere": somebody(Role.REPRESENTATIVE, validates_for=frozenset({CANTINE}), represents=frozenset({CANTINE})),
    "nolwenn": somebody(Role.EMPLOYEE, employee_id=NOLWENN),
    "yann": somebody(Role.EMPLOYEE, employee_id=24),
    "both": somebody(Role.EMPLOYEE, Role.REPRESENTATIVE, employee_id=NOLWENN, **AT_JARDINS),
    "treasurer": somebody(Role.TREASURER),
    "auditor": somebody(Role.AUDITOR),
    "nobody": somebody(),
    "not employed": somebody(employee_id=NOLWENN, **AT_JARDINS),
}
ACTS = {
    "log": lambda who: may.can_log_hours(who, employee_id=NOLWENN, structure_id=JARDINS),
    "send": lambda who: may.can_submit_week(who, employee_id=NOLWENN),
    "confirm": lambda who: may.can_confirm_hours(who, structure_id=JARDINS, employee_id=NOLWENN),
    "dispute": lambda who: may.can_dispute_hours(who, structure_id=JARDINS),
    "see week": lambda who: may.can_see_week(who, employee_id=NOLWENN),
    "see structure": lambda who: may.can_see_hours_at(who, structure_id=JARDINS),
    "month": lambda who: (
        may.can_confirm_month(who) and may.can_lock_month(who) and may.can_remind(who) and may.can_import_hours(who)
    ),
}
TABLE = {
    "coordinator": {"log", "send", "dispute", "see week", "see structure", "month"},
    "validator": {"log", "confirm", "dispute", "see structure"},
    "reader": {"see structure"},
    "elsewhere": set(),
    "nolwenn": {"log", "send", "see week"},
    "yann": set(),
    "both": {"log", "send", "dispute", "see week", "see structure"},  # never confirms hours of her own
    "treasurer": {"see structure"},
    "auditor": {"see week", "see structure"},
    "nobody": set(),
    "not employed": set(),
}


@pytest.mark.parametrize("who", PEOPLE)
def test_what_each_may_do(who):
    assert {act for act, allowed in ACTS.items() if allowed(PEOPLE[who])} == TABLE[who]
