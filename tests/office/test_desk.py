"""« Qu'est-ce qui m'attend ? » — each thing that may wait, for each role, and the calm when nothing does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select, update

from coopter.costs.models import CostLine
from coopter.hours.models import TimeEntry
from coopter.hours.rules import EntryState
from coopter.members.models import Invitation
from coopter.office import commands, queries
from coopter.office.queries import TaskKind
from coopter.office.queries.desk_months import unlocked
from coopter.planning.models import Shift
from coopter.plumbing import outbox
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command
from coopter.values.actor import Actor, Role
from coopter.values.instants import at_paris
from coopter.values.month import Month
from coopter.values.refusal import NotAllowed
from tests.conftest import TODAY
from tests.factories import (
    AT,
    a_grouping,
    a_placement,
    a_structure,
    actor,
    an_employee,
    inside,
    saved,
    worked,
)
from tests.office.conftest import SEPTEMBER, House

ON = date(2026, 10, 15)


def coordinator(house: House) -> Actor:
    return actor(house.grouping, Role.COORDINATOR)


def desk(house: House) -> queries.Desk:
    return queries.coordinator_desk(coordinator(house), at=TODAY)


def waiting(house: House, kind: TaskKind) -> list[queries.Task]:
    return [task for task in desk(house).tasks if task.kind is kind]


def test_a_month_with_its_hours_and_costs_is_ready(house: House, costs: None) -> None:
    assert [task.kind for task in desk(house).tasks] == [TaskKind.MONTH_READY]
    assert waiting(house, TaskKind.MONTH_READY)[0].minutes == 1140


def test_hours_confirmed_without_costs_ask_for_the_costs_and_name_the_people(house: House) -> None:
    (task,) = waiting(house, TaskKind.COSTS_MISSING)
    assert task.month == SEPTEMBER
    assert "Nolwenn" in str(task.refusal)
    assert not waiting(house, TaskKind.MONTH_READY)


def test_what_a_structure_has_not_confirmed_is_told_with_its_name(house: House, costs: None) -> None:
    worked(house.nolwenn, house.optimism, date(2026, 9, 9), 450, state=EntryState.SUBMITTED)
    (task,) = waiting(house, TaskKind.HOURS_TO_CONFIRM)
    assert (task.count, task.names, task.minutes, task.is_urgent) == (1, ("Optim-ism",), 450, True)
    assert not waiting(house, TaskKind.MONTH_READY)


def test_many_structures_share_one_line(house: House) -> None:
    for number in range(6):
        place = a_structure(f"C{number}")
        worked(an_employee(place), place, date(2026, 9, 9), 60, state=EntryState.SUBMITTED)
    (task,) = waiting(house, TaskKind.HOURS_TO_CONFIRM)
    assert (task.count, len(task.names), task.subject_id) == (6, 6, None)


def test_the_month_in_course_waits_without_hurry(house: House) -> None:
    worked(house.nolwenn, house.aloen, date(2026, 10, 5), 60, state=EntryState.SUBMITTED)
    (task,) = waiting(house, TaskKind.HOURS_TO_CONFIRM)
    assert (task.month, task.is_urgent) == (Month(2026, 10), False)


def test_disputes_drafts_and_silence_are_told_apart(house: House) -> None:
    worked(house.nolwenn, house.optimism, date(2026, 9, 9), 60, state=EntryState.DISPUTED)
    worked(house.yann, house.aloen, date(2026, 9, 10), 60, state=EntryState.DRAFT)
    a_placement(house.yann, house.optimism)
    assert waiting(house, TaskKind.HOURS_DISPUTED)[0].names == ("Optim-ism",)
    assert waiting(house, TaskKind.HOURS_NOT_SENT)[0].names == ("Yann Cariou",)
    assert waiting(house, TaskKind.HOURS_MISSING)[0].names == ("Yann Cariou",)


def test_documents_on_their_way_and_those_that_failed(house: House, costs: None) -> None:
    commands.close_month(coordinator(house), month=SEPTEMBER, on=ON, at=AT)
    assert waiting(house, TaskKind.DOCUMENTS_WAITING)[0].count == 2
    fail_one_document()
    assert waiting(house, TaskKind.DOCUMENTS_FAILED)[0].count == 1
    assert waiting(house, TaskKind.DOCUMENTS_WAITING)[0].count == 1


@command
def fail_one_document() -> None:
    rows = outbox.OutboxRow
    first = session().query(rows.id).filter(rows.kind == "document").order_by(rows.id).limit(1).scalar()
    session().execute(update(rows).where(rows.id == first).values(error="no font"))


def test_an_invitation_without_answer_and_one_that_expired(house: House) -> None:
    fields = {"email": "malo@x.example", "role": Role.TREASURER, "invited_by": "Anne", "created_at": AT}
    saved(Invitation(token_hash="a", expires_at=TODAY + timedelta(days=3), **fields))
    assert [task.is_urgent for task in waiting(house, TaskKind.INVITATION_PENDING)] == [False]
    saved(Invitation(token_hash="b", expires_at=TODAY - timedelta(days=3), **fields))
    saved(Invitation(token_hash="c", expires_at=TODAY, used_at=AT, **fields))
    assert [(t.count, t.is_urgent) for t in waiting(house, TaskKind.INVITATION_PENDING)] == [(2, True)]


def test_a_placement_that_ends_within_thirty_days_is_told_by_its_last_day(house: House) -> None:
    place = a_structure("C3", legal_name="Le Fournil")
    a_placement(house.yann, place, ends_on=ON + timedelta(days=30))
    a_placement(house.nolwenn, place, ends_on=ON + timedelta(days=31))
    (task,) = waiting(house, TaskKind.PLACEMENT_ENDING)
    assert (task.on, task.names) == (ON + timedelta(days=29), ("Yann Cariou", "Le Fournil"))


def test_a_member_that_could_not_be_invoiced_and_a_grouping_without_account(house: House) -> None:
    a_structure("C3", legal_name="Le Fournil", address="")
    assert waiting(house, TaskKind.STRUCTURE_INCOMPLETE)[0].names == ("Le Fournil",)
    with inside(a_grouping(slug="sans-iban", iban=None)) as other:
        found = queries.coordinator_desk(actor(other, Role.COORDINATOR), at=TODAY)
    assert [task.kind for task in found.tasks] == [TaskKind.GROUPING_INCOMPLETE, TaskKind.FIRST_STRUCTURE]


def test_the_figures_are_those_of_the_month_in_course_and_of_the_last_closed(house: House, costs: None) -> None:
    worked(house.nolwenn, house.aloen, date(2026, 10, 5), 60)
    worked(house.nolwenn, house.aloen, date(2026, 10, 6), 90, state=EntryState.DRAFT)
    commands.close_month(coordinator(house), month=SEPTEMBER, on=ON, at=AT)
    found = desk(house)
    assert (found.minutes, found.confirmed_minutes, found.members, found.employees) == (150, 60, 2, 2)
    assert found.last_closed is not None
    assert (found.last_closed.month, found.last_closed.invoices, found.last_closed.net.cents) == (SEPTEMBER, 2, 160_001)


def test_another_grouping_waits_for_nobody_here(house: House, costs: None) -> None:
    """R7: what waits next door is not told."""
    with inside(a_grouping(slug="voisin")) as other:
        place = a_structure("Z1")
        worked(an_employee(place), place, date(2026, 9, 9), 60, state=EntryState.SUBMITTED)
        assert len(queries.open_months(ON)) == 1
        assert queries.coordinator_desk(actor(other, Role.COORDINATOR), at=TODAY).members == 1
    assert [task.kind for task in desk(house).tasks] == [TaskKind.MONTH_READY]


def test_ten_times_more_structures_ask_no_more_statements(
    house: House, costs: None, statements: Callable[[], int]
) -> None:
    worked(house.nolwenn, house.aloen, date(2026, 9, 9), 60, state=EntryState.SUBMITTED)
    statements()
    desk(house)
    few = statements()
    for number in range(20):
        place = a_structure(f"C{number}", address="")
        worked(an_employee(place), place, date(2026, 9, 9), 60, state=EntryState.SUBMITTED)
    statements()
    desk(house)
    assert statements() <= few <= 20


def test_whoever_confirms_for_a_structure_is_not_asked_to_remind_themselves(house: House, costs: None) -> None:
    """The same hours are told once: as those that one confirms."""
    worked(house.nolwenn, house.optimism, date(2026, 9, 9), 450, state=EntryState.SUBMITTED)
    worked(house.nolwenn, house.aloen, date(2026, 9, 10), 450, state=EntryState.SUBMITTED)
    both = actor(house.grouping, Role.COORDINATOR, Role.REPRESENTATIVE, structure=house.aloen)
    found = queries.coordinator_desk(both, at=TODAY).tasks
    assert [task.names for task in found if task.kind is TaskKind.HOURS_TO_CONFIRM] == [("Optim-ism",)]
    own = queries.member_desk(both, today=ON).tasks
    assert [(task.kind, task.is_urgent) for task in own] == [(TaskKind.CONFIRM_HOURS, True)]


def test_only_a_coordinator_has_that_desk(house: House) -> None:
    with pytest.raises(NotAllowed):
        queries.coordinator_desk(actor(house.grouping, Role.TREASURER), at=TODAY)
    with pytest.raises(NotAllowed):
        queries.accounts_desk(actor(house.grouping, Role.REPRESENTATIVE), today=ON)


# ── the others ─────────────────────────────────────────────────────────────────────────────────────────────────────


def a_shift(house: House, day: date) -> Shift:

    from coopter.staff.models import Placement

    placement = session().scalar(
        select(Placement).where(
            Placement.employee_id == house.nolwenn.id, Placement.structure_id == house.aloen.id
        )
    )  # fmt: skip
    assert placement is not None
    return saved(
        Shift(
            placement_id=placement.id, employee_id=house.nolwenn.id, uid=f"{day}@test", day=day, modified_at=AT,
            starts_at=at_paris(day, time(8)), ends_at=at_paris(day, time(12)),
        )
    )  # fmt: skip


def test_a_representative_sees_what_awaits_their_structure_alone(house: House, costs: None) -> None:
    commands.close_month(coordinator(house), month=SEPTEMBER, on=ON, at=AT)
    worked(house.nolwenn, house.aloen, date(2026, 10, 5), 60, state=EntryState.SUBMITTED)
    worked(house.nolwenn, house.optimism, date(2026, 10, 6), 60, state=EntryState.SUBMITTED)
    a_shift(house, ON + timedelta(days=1))
    found = queries.member_desk(actor(house.grouping, Role.REPRESENTATIVE, structure=house.aloen), today=ON)
    assert [(t.kind, t.count, t.names) for t in found.tasks] == [
        (TaskKind.CONFIRM_HOURS, 1, ("Nolwenn Le Goff", "Aloen"))
    ]
    assert [shift.employee for shift in found.shifts] == ["Nolwenn Le Goff"]
    assert {invoice.structure_id for invoice in found.invoices} == {house.aloen.id}


def test_an_employee_fills_what_was_planned_then_sends_it_and_corrects_what_came_back(house: House) -> None:
    me = actor(house.grouping, Role.EMPLOYEE, employee=house.nolwenn)
    a_shift(house, date(2026, 10, 6))
    a_shift(house, date(2026, 10, 20))
    found = queries.employee_desk(me, today=ON)
    assert [(t.kind, t.on, t.minutes, t.is_urgent) for t in found.tasks] == [
        (TaskKind.FILL_WEEK, date(2026, 10, 5), 240, True)
    ]
    assert [shift.slot.day for shift in found.shifts] == [date(2026, 10, 20)]
    worked(house.nolwenn, house.aloen, date(2026, 10, 6), 240, state=EntryState.DRAFT)
    assert [t.kind for t in queries.employee_desk(me, today=ON).tasks] == [TaskKind.SEND_WEEK]
    worked(house.nolwenn, house.optimism, date(2026, 10, 7), 240, state=EntryState.DISPUTED)
    assert queries.employee_desk(me, today=ON).tasks[0].kind is TaskKind.CORRECT_HOURS


def test_whoever_watches_the_accounts_sees_months_and_invoices(house: House, costs: None) -> None:
    commands.close_month(coordinator(house), month=SEPTEMBER, on=ON, at=datetime(2026, 10, 15, 8, tzinfo=UTC))
    found = queries.accounts_desk(actor(house.grouping, Role.AUDITOR), today=ON)
    assert [one.month for one in found.closed] == [SEPTEMBER]
    assert len(found.invoices) == 2


def test_who_waits_beside_the_doors(house: House) -> None:
    worked(house.nolwenn, house.aloen, date(2026, 10, 5), 60, state=EntryState.SUBMITTED)
    worked(house.nolwenn, house.optimism, date(2026, 10, 6), 60, state=EntryState.DISPUTED)
    everyone = {
        "coordinator": coordinator(house),
        "representative": actor(house.grouping, Role.REPRESENTATIVE, structure=house.aloen),
        "employee": actor(house.grouping, Role.EMPLOYEE, employee=house.nolwenn),
        "treasurer": actor(house.grouping, Role.TREASURER),
    }
    found = {name: queries.waiting_for(one, today=ON) for name, one in everyone.items()}
    assert {name: {door: count for door, count in waits.items() if count} for name, waits in found.items()} == {
        "coordinator": {"hours": 2}, "representative": {"to confirm": 1}, "employee": {"hours": 1}, "treasurer": {},
    }  # fmt: skip


def test_months_left_open_before_a_closed_one_are_not_forgotten(house: House, costs: None) -> None:
    """A page counts what waits without reading closed months, however many; an old gap is seen all the same."""
    commands.close_month(coordinator(house), month=SEPTEMBER, on=ON, at=AT)
    for day in (date(2026, 7, 1), date(2026, 10, 5)):
        worked(house.nolwenn, house.aloen, day, 60, state=EntryState.SUBMITTED)
    assert [one.month for one in queries.open_months(ON)] == [Month(2026, 7), Month(2026, 10)]
    assert queries.waiting_for(coordinator(house), today=ON)["hours"] == 2
    july, october = Month(2026, 7), Month(2026, 10)
    assert unlocked(TimeEntry.month, frozenset({SEPTEMBER})) == (july, july.next(), october)
    assert unlocked(CostLine.month, frozenset({SEPTEMBER})) == ()
