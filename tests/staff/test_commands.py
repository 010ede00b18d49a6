"""A job lived through: hired, placed, amended, gone; told as the trade tells it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from coopter.members.models import Grouping, Structure
from coopter.plumbing.database import session
from coopter.plumbing.journal import JournalEntry
from coopter.staff import commands, queries
from coopter.staff.models import Employee
from coopter.staff.rules import (
    AlreadyOnTheList,
    CodeTaken,
    ContractsOverlap,
    NoContract,
    NoPlacement,
    NotAMember,
    NotAPotentialUser,
    PlacementBeginsLater,
    PlacementsOverlap,
    TooManyWeeklyHours,
)
from coopter.values.actor import Actor, Role
from coopter.values.month import Month
from coopter.values.period import Period
from coopter.values.refusal import Conflict, NotAllowed, NotFound
from tests import factories

AT = datetime(2026, 10, 15, 9, tzinfo=UTC)
HIRED = date(2026, 1, 1)
TERMS = {"weekly_minutes": 1680, "job_title": "Cheffe", "pay_grade": "D"}


@dataclass
class Scene:
    """A grouping with a bakery and a garden, and Nolwenn whose contract names the bakery."""

    grouping: Grouping
    bakery: Structure
    garden: Structure
    who: Actor
    nolwenn: Employee

    def place(self, structure: Structure, start: date, end: date | None = None, **facts: Any) -> Any:
        """Nolwenn at a structure."""
        given = {"weekly_minutes": 420, "site": "", "conditions": "", "employee_id": self.nolwenn.id, **facts}
        return commands.place_employee(self.who, structure_id=structure.id, period=Period(start, end), at=AT, **given)


@pytest.fixture
def scene(app: Flask) -> Iterator[Scene]:
    """The scene, its grouping in scope."""
    grouping = factories.a_grouping()
    with factories.inside(grouping):
        bakery, garden = factories.a_structure("PC2"), factories.a_structure("PC9", joined_on=date(2026, 6, 1))
        who = factories.actor(grouping, Role.COORDINATOR)
        yield Scene(grouping, bakery, garden, who, _hire(who, "E13", [bakery.id]))


def _hire(who: Actor, code: str, structure_ids: list[int], **facts: Any) -> Employee:
    given = {
        "first_name": "Nolwenn", "last_name": "Le Goff", "email": "", "phone": "", "period": Period(HIRED),
        "weekly_minutes": 2100, "job_title": "Comptable", "pay_grade": "", **facts,
    }  # fmt: skip
    return commands.hire_employee(who, code=code, structure_ids=structure_ids, at=AT, **given)


def _actions() -> list[str]:
    return [entry.action for entry in session().scalars(select(JournalEntry).order_by(JournalEntry.id))]


def test_a_hiring_is_a_person_a_contract_and_its_list(scene: Scene) -> None:
    contract = queries.contract_on(scene.nolwenn.id, HIRED)
    assert contract is not None and contract.weekly_minutes == 2100
    assert [one.structure_id for one in queries.potential_users(contract.id)] == [scene.bakery.id]
    assert _actions() == ["employee.hired"]
    with pytest.raises(CodeTaken, match="Nolwenn Le Goff"):
        _hire(scene.who, "E13", [])
    with pytest.raises(TooManyWeeklyHours):
        _hire(scene.who, "E14", [], weekly_minutes=49 * 60)
    with pytest.raises(NotFound):
        _hire(scene.who, "E15", [999_999])
    assert [one.code for one in queries.list_employees()] == ["E13"], "what is refused leaves nothing"


def test_a_placement_lies_inside_the_contract_the_list_and_the_membership(scene: Scene) -> None:
    with pytest.raises(NotAPotentialUser, match="L1253-9"):
        scene.place(scene.garden, date(2026, 7, 1))
    commands.add_potential_user(
        scene.who, employee_id=scene.nolwenn.id, structure_id=scene.garden.id, from_on=date(2026, 3, 1), at=AT
    )
    with pytest.raises(NotAMember) as refused:
        scene.place(scene.garden, date(2026, 4, 1))
    assert refused.value.facts["day"] == date(2026, 4, 1)
    scene.place(scene.garden, date(2026, 7, 1))
    with pytest.raises(NoContract):
        scene.place(scene.bakery, date(2025, 12, 1))
    first = scene.place(scene.bakery, date(2026, 1, 1), date(2026, 2, 1))
    scene.place(scene.bakery, date(2026, 2, 1))
    with pytest.raises(PlacementsOverlap):
        scene.place(scene.bakery, date(2026, 5, 1))
    with pytest.raises(PlacementsOverlap):
        commands.edit_placement(
            scene.who, placement_id=first.id, version=1, period=Period(HIRED, date(2026, 2, 2)), weekly_minutes=0,
            site="", conditions="", at=AT,
        )  # fmt: skip
    with pytest.raises(AlreadyOnTheList):
        commands.add_potential_user(
            scene.who, employee_id=scene.nolwenn.id, structure_id=scene.garden.id, from_on=date(2026, 9, 1), at=AT
        )


def test_who_may_work_where_follows(scene: Scene) -> None:
    placement = scene.place(scene.bakery, date(2026, 2, 1), date(2026, 3, 1))
    assert queries.check_may_work(scene.nolwenn.id, scene.bakery.id, date(2026, 2, 28)).id == placement.id
    with pytest.raises(NoPlacement, match="prolongez"):
        queries.check_may_work(scene.nolwenn.id, scene.bakery.id, date(2026, 3, 1))
    assert queries.placement_on(scene.nolwenn.id, scene.bakery.id, date(2026, 3, 1)) is None
    assert [one.id for one in queries.placements_of(scene.nolwenn.id, month=Month(2026, 2))] == [placement.id]
    assert queries.placements_at(scene.bakery.id, on=date(2026, 3, 1)) == ()
    assert len(queries.placements_between(Period(date(2026, 2, 28), date(2026, 3, 1)))) == 1


def test_an_amendment_ends_the_row_before_and_carries_the_list(scene: Scene) -> None:
    later = commands.amend_contract(
        scene.who, employee_id=scene.nolwenn.id, version=1, period=Period(date(2026, 6, 1)), at=AT, **TERMS
    )
    now, before = queries.contracts_of(scene.nolwenn.id)
    assert (now.id, before.ends_on) == (later.id, date(2026, 6, 1))
    assert [one.structure_id for one in queries.potential_users(now.id)] == [scene.bakery.id]
    scene.place(scene.bakery, date(2026, 5, 1))
    with pytest.raises(ContractsOverlap):
        commands.amend_contract(
            scene.who, employee_id=scene.nolwenn.id, version=2, period=Period(date(2026, 3, 1)), at=AT, **TERMS
        )
    corrected = commands.amend_contract(
        scene.who, employee_id=scene.nolwenn.id, version=2, period=Period(date(2026, 6, 1)), at=AT,
        **{**TERMS, "weekly_minutes": 1800},
    )  # fmt: skip
    assert (corrected.id, corrected.weekly_minutes) == (later.id, 1800)
    entry = session().scalars(select(JournalEntry).order_by(JournalEntry.id.desc()).limit(1)).one()
    assert (entry.before["weekly_minutes"], entry.after["weekly_minutes"]) == (1680, 1800)


def test_two_amendments_at_once_the_second_sees_both(scene: Scene) -> None:
    facts = {"employee_id": scene.nolwenn.id, "version": 1, "period": Period(date(2026, 6, 1)), "at": AT}
    commands.amend_contract(scene.who, **facts, **TERMS)
    with pytest.raises(Conflict) as refused:
        commands.amend_contract(scene.who, **facts, **{**TERMS, "job_title": "Directrice"})
    assert (refused.value.mine["job_title"], refused.value.theirs["job_title"]) == ("Directrice", "Cheffe")


def test_two_people_edit_one_employee_or_one_placement(scene: Scene) -> None:
    names = {"code": "E13", "first_name": "Nolwenn", "email": "", "phone": "", "at": AT}
    commands.edit_employee(scene.who, employee_id=scene.nolwenn.id, version=1, last_name="Madec", **names)
    with pytest.raises(Conflict) as refused:
        commands.edit_employee(scene.who, employee_id=scene.nolwenn.id, version=1, last_name="Quéré", **names)
    assert (refused.value.mine["last_name"], refused.value.theirs["last_name"]) == ("Quéré", "Madec")
    placement = scene.place(scene.bakery, date(2026, 2, 1))
    terms = {"period": Period(date(2026, 2, 1)), "weekly_minutes": 600, "conditions": "", "at": AT}
    commands.edit_placement(scene.who, placement_id=placement.id, version=1, site="Quai", **terms)
    with pytest.raises(Conflict) as refused:
        commands.edit_placement(scene.who, placement_id=placement.id, version=1, site="Halle", **terms)
    assert (refused.value.mine["site"], refused.value.theirs["site"]) == ("Halle", "Quai")
    with pytest.raises(Conflict):
        commands.end_placement(scene.who, placement_id=placement.id, version=1, ends_on=date(2026, 9, 1), at=AT)
    ended = commands.end_placement(scene.who, placement_id=placement.id, version=2, ends_on=date(2026, 9, 1), at=AT)
    assert (ended.ends_on, ended.version, ended.site) == (date(2026, 9, 1), 3, "Quai")


def test_the_end_of_a_contract_ends_its_placements(scene: Scene) -> None:
    placement = scene.place(scene.bakery, date(2026, 2, 1))
    with pytest.raises(NoContract):
        commands.end_contract(scene.who, employee_id=scene.nolwenn.id, version=1, ends_on=date(2025, 1, 1), at=AT)
    with pytest.raises(PlacementBeginsLater):
        commands.end_contract(scene.who, employee_id=scene.nolwenn.id, version=1, ends_on=date(2026, 1, 15), at=AT)
    commands.end_contract(scene.who, employee_id=scene.nolwenn.id, version=1, ends_on=date(2026, 9, 1), at=AT)
    assert queries.get_placement(placement.id).ends_on == date(2026, 9, 1)
    assert queries.contract_on(scene.nolwenn.id, date(2026, 9, 1)) is None
    assert queries.list_employees(on=date(2026, 9, 1)) == ()
    assert _actions()[-2:] == ["contract.ended", "placement.ended"]


def test_a_return_after_the_end_is_a_new_contract(scene: Scene) -> None:
    commands.end_contract(scene.who, employee_id=scene.nolwenn.id, version=1, ends_on=date(2026, 3, 1), at=AT)
    back = commands.amend_contract(
        scene.who,
        employee_id=scene.nolwenn.id,
        version=2,
        period=Period(date(2026, 9, 1), date(2027, 1, 1)),
        at=AT,
        **TERMS,
    )
    assert [one.starts_on for one in queries.contracts_of(scene.nolwenn.id)] == [back.starts_on, HIRED]
    with pytest.raises(NoContract):
        scene.place(scene.bakery, date(2026, 2, 1), date(2026, 10, 1))


def test_the_coordinator_alone_writes_and_each_act_is_in_the_journal(scene: Scene) -> None:
    placement = scene.place(scene.bakery, date(2026, 2, 1))
    for role in (Role.AUDITOR, Role.TREASURER, Role.REPRESENTATIVE, Role.EMPLOYEE):
        other = factories.actor(scene.grouping, role, structure=scene.bakery, employee=scene.nolwenn)
        with pytest.raises(NotAllowed):
            _hire(other, "E99", [])
        with pytest.raises(NotAllowed):
            commands.end_placement(other, placement_id=placement.id, version=1, ends_on=date(2026, 9, 1), at=AT)
        with pytest.raises(NotAllowed):
            commands.end_contract(other, employee_id=scene.nolwenn.id, version=1, ends_on=date(2026, 9, 1), at=AT)
    assert _actions() == ["employee.hired", "placement.created"]


def test_nothing_reaches_over_the_wall(scene: Scene) -> None:
    placement = scene.place(scene.bakery, date(2026, 2, 1))
    other = factories.a_grouping(slug="ailleurs")
    who = factories.actor(other, Role.COORDINATOR)
    with factories.inside(other):
        with pytest.raises(NotFound):
            queries.get_employee(scene.nolwenn.id)
        with pytest.raises(NotFound):
            commands.end_placement(who, placement_id=placement.id, version=1, ends_on=date(2026, 9, 1), at=AT)
        with pytest.raises(NotFound):
            _hire(who, "E1", [scene.bakery.id])
        with pytest.raises(NotFound):
            queries.check_may_work(scene.nolwenn.id, scene.bakery.id, date(2026, 2, 1))
        assert queries.employees_by_id() == {} and queries.employee_ids_by_code() == {}
