"""A month as a whole: what waits, the bulk confirmation, the lock that nothing passes."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from coopter.hours import commands, queries
from coopter.hours.models import TimeEntry
from coopter.hours.rules import EntryState, HoursNotConfirmed, MonthLocked, ReasonMissing, Waiting, Worked
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.plumbing.journal import JournalEntry, Seal, sealed_digests
from coopter.plumbing.transaction import command
from coopter.values.actor import Role
from coopter.values.month import Month
from coopter.values.refusal import NotAllowed
from tests.factories import AT, a_grouping, a_structure, actor, an_employee, inside, worked

SEPTEMBER = Month(2026, 9)
ENTRIES = TimeEntry.__table__


@pytest.fixture
def house(app):
    """Two structures share Nolwenn."""
    grouping = a_grouping()
    with inside(grouping):
        jardins, cantine = a_structure("PC2"), a_structure("PC9")
        nolwenn = an_employee(jardins, cantine)
        yield grouping, jardins, cantine, nolwenn


def test_worked_minutes_count_confirmed_hours_only(house):
    _, jardins, cantine, nolwenn = house
    worked(nolwenn, jardins, date(2026, 9, 1), 420)
    worked(nolwenn, jardins, date(2026, 9, 30), 60, activity="Paie")
    worked(nolwenn, cantine, date(2026, 9, 1), 90, state=EntryState.SUBMITTED)
    worked(nolwenn, jardins, date(2026, 10, 1), 420)
    assert queries.worked_minutes(SEPTEMBER) == (Worked(nolwenn.id, jardins.id, 480),)
    assert queries.waiting(SEPTEMBER) == (Waiting(cantine.id, nolwenn.id, EntryState.SUBMITTED, 1, 90),)
    assert [r.minutes for r in queries.entries_of(jardins.id, SEPTEMBER)] == [420, 60]
    assert {s: len(r) for s, r in queries.entries_by_structure(SEPTEMBER).items()} == {jardins.id: 2, cantine.id: 1}
    assert queries.months_waiting() == {SEPTEMBER: 1}


def test_the_coordinator_confirms_in_bulk_with_a_reason(house):
    grouping, jardins, cantine, nolwenn = house
    worked(nolwenn, jardins, date(2026, 9, 1), 420, state=EntryState.SUBMITTED)
    worked(nolwenn, cantine, date(2026, 9, 2), 60, state=EntryState.SUBMITTED)
    worked(nolwenn, cantine, date(2026, 9, 3), 60, state=EntryState.DRAFT)
    anne = actor(grouping, Role.COORDINATOR)
    done = commands.confirm_month(anne, month=SEPTEMBER, reason=" Relevés \n signés ", at=AT)
    assert (done.lines, done.minutes, [one.state for one in done.left]) == (2, 480, [EntryState.DRAFT])
    records = queries.entries_of(cantine.id, SEPTEMBER)
    assert (records[0].confirmed_by, records[0].confirmed_because) == ("Anne Riou", "Relevés signés")
    assert session().scalar(select(JournalEntry.action)) == "hours.month_confirmed"
    assert commands.confirm_month(anne, month=SEPTEMBER, reason="encore", at=AT).lines == 0


def test_a_bulk_confirmation_needs_a_reason_and_the_coordinator(house):
    grouping, jardins, _, nolwenn = house
    worked(nolwenn, jardins, date(2026, 9, 1), 420, state=EntryState.SUBMITTED)
    with pytest.raises(ReasonMissing):
        commands.confirm_month(actor(grouping, Role.COORDINATOR), month=SEPTEMBER, reason="  ", at=AT)
    for role in (Role.EMPLOYEE, Role.REPRESENTATIVE, Role.TREASURER, Role.AUDITOR):
        with pytest.raises(NotAllowed):
            commands.confirm_month(actor(grouping, role, structure=jardins), month=SEPTEMBER, reason="r", at=AT)


def test_a_month_is_locked_once_and_only_when_every_hour_is_confirmed(house):
    grouping, jardins, _, nolwenn = house
    anne = actor(grouping, Role.COORDINATOR)
    worked(nolwenn, jardins, date(2026, 9, 1), 420)
    worked(nolwenn, jardins, date(2026, 9, 2), 420, state=EntryState.DISPUTED)
    with pytest.raises(HoursNotConfirmed) as refused:
        commands.lock_month(anne, month=SEPTEMBER, at=AT)
    assert refused.value.facts["lines"] == 1
    assert not queries.is_locked(SEPTEMBER)
    _rewrite(EntryState.CONFIRMED)
    commands.lock_month(anne, month=SEPTEMBER, at=AT)
    assert queries.locked_months() == {SEPTEMBER}
    sealed = {seal.table_name: len(sealed_digests(seal.rows)) for seal in session().scalars(select(Seal))}
    assert sealed == {"month_lock": 1, "time_entry": 2}
    with pytest.raises(MonthLocked):
        commands.lock_month(anne, month=SEPTEMBER, at=AT)
    with pytest.raises(MonthLocked):
        commands.confirm_month(anne, month=SEPTEMBER, reason="encore", at=AT)


def test_behind_the_commands_a_trigger_keeps_a_closed_month(house):
    grouping, jardins, _, nolwenn = house
    entry = worked(nolwenn, jardins, date(2026, 9, 1), 420)
    values = {column.name: getattr(entry, column.name) for column in ENTRIES.columns if column.name != "id"}
    commands.lock_month(actor(grouping, Role.COORDINATOR), month=SEPTEMBER, at=AT)
    mine = ENTRIES.c.grouping_id == tenancy.current()
    for statement in (
        update(ENTRIES).where(mine).values(minutes=1),
        update(ENTRIES).where(mine).values(month=Month(2026, 10)),
        delete(ENTRIES).where(mine),
        insert(ENTRIES).values(**{**values, "worked_on": date(2026, 9, 2)}),
    ):
        with pytest.raises(DBAPIError, match="closed month"):
            _by_force(statement)
    assert queries.worked_minutes(SEPTEMBER) == (Worked(nolwenn.id, jardins.id, 420),)


@command
def _by_force(statement):
    session().execute(statement)


@command
def _rewrite(state):
    session().execute(update(ENTRIES).where(ENTRIES.c.grouping_id == tenancy.current()).values(state=state))
