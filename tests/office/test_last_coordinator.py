"""R99: a grouping always has somebody who coordinates it, whatever is tried, and by two at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from coopter.members import commands
from coopter.members.commands import people
from coopter.members.models import Grouping, Person, RoleGrant
from coopter.members.rules import LastCoordinator
from coopter.plumbing.database import db, session
from coopter.values.actor import Actor, Role
from coopter.values.refusal import NotAllowed
from tests.factories import AT, a_grouping, a_person, actor, inside
from tests.office.processes import DONE, REFUSED, exit_code, forked

Remove = Callable[[Actor, Person], None]


@pytest.fixture
def grouping(app: Flask) -> Iterator[Grouping]:
    """A grouping."""
    with inside(a_grouping()) as made:
        yield made


@pytest.fixture
def pair(grouping: Grouping) -> tuple[Person, Person]:
    """Two who coordinate it."""
    return a_person(Role.COORDINATOR, first_name="Anne"), a_person(Role.COORDINATOR, first_name="Paul")


def revoke(by: Actor, whom: Person) -> None:
    """Take the role back."""
    query = select(RoleGrant.id).where(RoleGrant.person_id == whom.id, RoleGrant.role == Role.COORDINATOR)
    grant = session().scalars(query.where(RoleGrant.revoked_at.is_(None))).one()
    commands.revoke_role(by, grant_id=grant, at=AT)


def deactivate(by: Actor, whom: Person) -> None:
    """Take everything back and close the account."""
    commands.deactivate_person(by, person_id=whom.id, at=AT)


WAYS: dict[str, Remove] = {"revoke": revoke, "deactivate": deactivate}


def coordinators() -> int:
    """How many are left."""
    query = select(func.count(RoleGrant.id)).where(RoleGrant.role == Role.COORDINATOR, RoleGrant.revoked_at.is_(None))
    return session().scalar(query) or 0


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_the_last_one_stays(grouping: Grouping, pair: tuple[Person, Person], way: Remove) -> None:
    """One of two may go; the other may not, not even by the command line's hand."""
    anne, paul = pair
    way(actor(grouping, Role.COORDINATOR, person_id=anne.id), paul)
    with pytest.raises(LastCoordinator):
        way(Actor.command_line(grouping.id), anne)
    db.session.rollback()
    assert coordinators() == 1


def test_nobody_closes_the_own_account(grouping: Grouping, pair: tuple[Person, Person]) -> None:
    """And one's own role may be given back only while somebody else has it."""
    anne, paul = pair
    mine = actor(grouping, Role.COORDINATOR, person_id=anne.id)
    with pytest.raises(NotAllowed):
        deactivate(mine, anne)
    revoke(mine, anne)
    with pytest.raises(LastCoordinator):
        revoke(actor(grouping, Role.COORDINATOR, person_id=paul.id), paul)


def each_removes_the_other(grouping: Grouping, pair: tuple[Person, Person], ways: tuple[Remove, Remove]) -> list[int]:
    """Both press the button at the same moment, each in a process of its own."""
    db.session.commit()
    gate, start = os.pipe()

    def race(way: Remove, by: int, whom: Person) -> int:
        os.read(gate, 1)
        try:
            way(actor(grouping, Role.COORDINATOR, person_id=by), whom)
        except LastCoordinator:
            return REFUSED
        return DONE

    (one, other), moves = pair, []
    keys = one.id, other.id
    moves.append(forked(lambda: race(ways[0], keys[0], other), grouping_id=grouping.id))
    moves.append(forked(lambda: race(ways[1], keys[1], one), grouping_id=grouping.id))
    os.write(start, b"xx")
    codes = sorted(exit_code(child) for child in moves)
    os.close(gate)
    os.close(start)
    db.session.rollback()
    return codes


@pytest.mark.parametrize("first", WAYS)
@pytest.mark.parametrize("second", WAYS)
def test_two_who_remove_each_other_leave_one(
    grouping: Grouping, pair: tuple[Person, Person], first: str, second: str
) -> None:
    """R99: one is done, the other refused, in every mix of ways."""
    assert each_removes_the_other(grouping, pair, (WAYS[first], WAYS[second])) == [DONE, REFUSED]
    assert coordinators() == 1


def test_without_its_line_the_race_is_lost(
    grouping: Grouping, pair: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    """R99, the twin: nobody waits, both look before either writes, and the grouping may be left without anybody."""
    from coopter.plumbing import transaction

    class Never:
        def set(self, value: bool) -> None:
            return None

        def reset(self, token: None) -> None:
            return None

    journal_begun = actor(grouping, Role.COORDINATOR, person_id=pair[0].id)
    commands.set_parameter(journal_begun, name="payment_days", value="45", from_on=date(2026, 1, 1), at=AT)
    wide, look = os.pipe(), people.refuse_last_coordinator

    def look_then_wait(*, without: int) -> None:
        look(without=without)
        os.write(wide[1], b"x")
        while len(os.read(wide[0], 2)) < 2:
            os.write(wide[1], b"x")
        os.write(wide[1], b"xx")

    monkeypatch.setattr(people, "one_at_a_time", lambda actor: None)
    monkeypatch.setattr(transaction, "writing", Never())
    monkeypatch.setattr(people, "refuse_last_coordinator", look_then_wait)
    codes = each_removes_the_other(grouping, pair, (revoke, revoke))
    for end in wide:
        os.close(end)
    assert codes != [DONE, REFUSED]
    if db.engine.dialect.name == "postgresql":
        assert coordinators() == 0
