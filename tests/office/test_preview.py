"""What a closing would do, told beforehand: shares, what blocks, what only warns."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from coopter.costs.rules import CostsMissing
from coopter.hours.rules import EntryState
from coopter.members.models import Grouping, Structure
from coopter.office import commands
from coopter.office.queries import Preview, Subject, preview_month
from coopter.office.queries.preview import (
    AlreadyClosed,
    BigChange,
    HoursWaiting,
    MonthNotOver,
    NoBankAccount,
    NothingHere,
    PartyIncomplete,
)
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command
from coopter.values.actor import Role
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.refusal import NotAllowed
from tests.factories import AT, a_cost, actor, worked
from tests.office.conftest import SEPTEMBER, House

ON = date(2026, 10, 5)


def preview(house: House, *, month: Month = SEPTEMBER, on: date = ON) -> Preview:
    return preview_month(actor(house.grouping, Role.COORDINATOR), month=month, on=on)


def kinds(found: Preview) -> tuple[set[type], set[type]]:
    """What blocks, what warns."""
    return {type(one.refusal) for one in found.blocks}, {type(one.refusal) for one in found.warnings}


@command
def lose(row: type, **fields: object) -> None:
    """Empty these fields of the first row of a kind."""
    first = session().scalars(select(row)).first()
    for name, value in fields.items():
        setattr(first, name, value)


def test_a_complete_month_can_be_closed_and_its_shares_add_up(house: House, costs: None) -> None:
    found = preview(house)
    assert kinds(found) == (set(), set())
    assert found.can_close
    assert (found.cost, found.net) == (Money(160_001), Money(160_001))
    assert [(member.name, member.minutes) for member in found.members] == [("Aloen", 900), ("Optim-ism", 240)]


def test_each_structure_that_keeps_hours_waiting_is_named(house: House, costs: None) -> None:
    worked(house.nolwenn, house.optimism, date(2026, 9, 9), 60, state=EntryState.SUBMITTED)
    worked(house.yann, house.aloen, date(2026, 9, 10), 60, state=EntryState.DRAFT)
    blocks = [one for one in preview(house).blocks if isinstance(one.refusal, HoursWaiting)]
    assert {one.subject_id for one in blocks} == {house.aloen.id, house.optimism.id}


def test_costs_that_lack_block(house: House) -> None:
    found = preview(house)
    assert kinds(found)[0] == {CostsMissing}
    assert (found.can_close, found.members) == (False, ())
    assert found.blocks[0].subject is Subject.COSTS


def test_a_member_without_address_and_a_seller_without_siren_block(house: House, costs: None) -> None:
    lose(Structure, address="", postcode="")
    lose(Grouping, siren=None, siret=None, vat_number=None)
    found = preview(house)
    assert kinds(found)[0] == {PartyIncomplete}
    assert {one.subject for one in found.blocks} == {Subject.GROUPING, Subject.STRUCTURE}


def test_what_only_warns_lets_the_month_be_closed(house: House, costs: None) -> None:
    lose(Grouping, iban=None)
    found = preview(house, on=date(2026, 9, 20))
    assert kinds(found) == (set(), {NoBankAccount, MonthNotOver})
    assert found.can_close


def test_a_share_that_more_than_doubles_is_told(house: House, costs: None) -> None:
    commands.close_month(actor(house.grouping, Role.COORDINATOR), month=SEPTEMBER, on=ON, at=AT)
    october = SEPTEMBER.next()
    worked(house.nolwenn, house.aloen, date(2026, 10, 1), 60)
    worked(house.nolwenn, house.optimism, date(2026, 10, 2), 900)
    a_cost(october, 500_000, employee=house.nolwenn)
    found = preview(house, month=october, on=date(2026, 11, 5))
    assert kinds(found)[1] == {BigChange}
    change = {member.name: member.change for member in found.members}
    assert change["Optim-ism"] == Money(468_750) - Money(35_438)


def test_an_empty_month_and_a_closed_one_say_so(house: House, costs: None) -> None:
    assert kinds(preview(house, month=Month(2026, 1)))[0] == {NothingHere}
    commands.close_month(actor(house.grouping, Role.COORDINATOR), month=SEPTEMBER, on=ON, at=AT)
    assert AlreadyClosed in kinds(preview(house))[0]


def test_whoever_represents_a_structure_sees_no_preview(house: House, costs: None) -> None:
    """R7: what the others pay is for the office alone."""
    for role in (Role.REPRESENTATIVE, Role.EMPLOYEE):
        with pytest.raises(NotAllowed):
            preview_month(actor(house.grouping, role), month=SEPTEMBER, on=ON)


def test_what_was_announced_is_closed_or_nothing_is(house: House, costs: None) -> None:
    me = actor(house.grouping, Role.COORDINATOR)
    announced = preview(house).gross
    a_cost(SEPTEMBER, 1_000)
    with pytest.raises(commands.PreviewChanged):
        commands.close_month(me, month=SEPTEMBER, on=ON, at=AT, expected=announced)
    announced = preview(house).gross
    assert commands.close_month(me, month=SEPTEMBER, on=ON, at=AT, expected=announced).gross == announced
