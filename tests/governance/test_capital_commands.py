"""The register of shares kept: numbered, sealed, never below zero even by two at once (R3, R23)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select, text

from coopter.governance import commands
from coopter.governance.commands import MovementDetails
from coopter.governance.commands import capital as register_commands
from coopter.governance.commands.capital import MovesTomorrow
from coopter.governance.models import Body, BodySeat, CapitalMovement, Obligation
from coopter.governance.queries import capital as register
from coopter.governance.rules.capital import BelowFloor, NoNominal, NotEnoughShares, register_csv
from coopter.governance.rules.kinds import BodyKind, CapitalAct
from coopter.members import commands as members_commands
from coopter.members.models import Structure
from coopter.members.rules import GroupingKind
from coopter.plumbing.database import db, session
from coopter.plumbing.journal import Seal
from coopter.values.actor import Actor, Role
from coopter.values.money import Money
from coopter.values.refusal import NotAllowed, NotFound
from tests.factories import AT, a_grouping, a_structure, actor, inside, saved
from tests.office.processes import DONE, REFUSED, exit_code, forked

ON = date(2026, 9, 1)


@pytest.fixture
def coordinator(app: Flask) -> Iterator[Actor]:
    """A cooperative whose share is worth 50 €."""
    with inside(a_grouping(kind=GroupingKind.COOPERATIVE, legal_form="SCIC SAS")) as grouping:
        who = actor(grouping, Role.COORDINATOR)
        members_commands.set_parameter(who, name="share_nominal", value="50", from_on=date(2026, 1, 1), at=AT)
        yield who


@pytest.fixture
def seats(coordinator: Actor) -> tuple[int, int]:
    """Two associates: a structure and a public body."""
    body = saved(Body(kind=BodyKind.GENERAL_ASSEMBLY, name="Assemblée générale", created_at=AT))
    return a_seat(body, a_structure("A1")), a_seat(body, a_structure("B2", is_public_body=True))


def a_seat(body: Body, structure: Structure) -> int:
    """A structure's seat in the assembly."""
    seat = saved(
        BodySeat(
            body_id=body.id, structure_id=structure.id, name=structure.name, category="Usagers", weight=1,
            starts_on=date(2026, 1, 1),
        )
    )  # fmt: skip
    return seat.id


def subscribe(coordinator: Actor, seat: int, shares: int = 10, *, on: date = ON) -> int:
    """Shares taken."""
    details = MovementDetails(CapitalAct.SUBSCRIPTION, shares, on, receiver=seat, paid_on=on)
    return commands.move_shares(coordinator, details=details, at=AT)


def redeem(coordinator: Actor, seat: int, shares: int, **more: object) -> int:
    """Shares given back."""
    details = MovementDetails(CapitalAct.REDEMPTION, shares, ON, giver=seat, **more)  # type: ignore[arg-type]
    return commands.move_shares(coordinator, details=details, at=AT)


def test_the_register_is_numbered_and_sealed(coordinator: Actor, seats: tuple[int, int]) -> None:
    """Every line has its number and its seal in the journal (R12), and no line can be changed by the application."""
    assert [subscribe(coordinator, seats[0], 20), subscribe(coordinator, seats[1], 10)] == [1, 2]
    details = MovementDetails(CapitalAct.TRANSFER, 5, ON, giver=seats[0], receiver=seats[1], decided_by="AG du 14 mars")
    assert commands.move_shares(coordinator, details=details, at=AT) == 3
    page = register.capital_page(ON)
    assert [(h.associate.name, h.shares, h.amount) for h in page.holdings] == [
        ("Structure A1", 15, Money(75_000)), ("Structure B2", 15, Money(75_000)),
    ]  # fmt: skip
    assert (page.capital, page.highest, page.floor) == (Money(150_000), Money(150_000), Money(37_500))
    assert page.public == Money(75_000) and not page.too_public
    sealed = session().scalars(select(Seal).where(Seal.table_name == "capital_movement")).all()
    assert len(sealed) == 3
    table = register_csv(reversed(register.movement_lines()))
    assert table.startswith("number,act,") and "AG du 14 mars" in table and "250.00" in table


def test_local_authorities_beyond_half_are_told(coordinator: Actor, seats: tuple[int, int]) -> None:
    """Law 47-1775, art. 19 septies."""
    subscribe(coordinator, seats[1], 10)
    assert register.capital_page(ON).too_public


def test_a_redemption_that_is_not_paid_is_to_be_paid(coordinator: Actor, seats: tuple[int, int]) -> None:
    """Five years at most [M: a dated setting]; the cooperative review comes with the first share."""
    subscribe(coordinator, seats[0], 20)
    redeem(coordinator, seats[0], 4)
    born = {o.kind: o for o in session().scalars(select(Obligation))}
    assert born["redeem-shares"].due_on == date(2031, 9, 1) and "200,00" in born["redeem-shares"].title
    assert born["coop-review"].due_on == date(2031, 9, 1)
    redeem(coordinator, seats[0], 4, paid_on=ON)
    assert len(session().scalars(select(Obligation)).all()) == 2


def test_the_floor_is_told_and_may_be_answered_for(coordinator: Actor, seats: tuple[int, int]) -> None:
    """Under a quarter of the highest it is refused, unless the coordinator says that it is in order."""
    subscribe(coordinator, seats[0], 20)
    with pytest.raises(BelowFloor):
        redeem(coordinator, seats[0], 16)
    assert redeem(coordinator, seats[0], 16, below_floor=True) == 2


def test_what_cannot_be_written(coordinator: Actor, seats: tuple[int, int], app: Flask) -> None:
    """No share out of nothing, none of tomorrow, none of another grouping's associate, none by another role (R7)."""
    with pytest.raises(NotEnoughShares):
        redeem(coordinator, seats[0], 1)
    with pytest.raises(MovesTomorrow):
        subscribe(coordinator, seats[0], on=date(2026, 10, 2))
    with pytest.raises(NotFound):
        subscribe(coordinator, 987_654)
    with pytest.raises(NoNominal):
        subscribe(coordinator, seats[0], on=date(2025, 12, 31))
    grouping_id = coordinator.grouping_id
    for role in (Role.TREASURER, Role.AUDITOR, Role.REPRESENTATIVE):
        other = Actor(person_id=None, name="x", grouping_id=grouping_id, roles=frozenset({role}))
        with pytest.raises(NotAllowed):
            subscribe(other, seats[0])
    assert session().scalars(select(CapitalMovement)).all() == []


def both_redeem(coordinator: Actor, seat: int) -> list[int]:
    """Two coordinators pay back the same ten shares at the same moment, each in a process of its own."""
    assert coordinator.grouping_id is not None
    db.session.commit()
    gate, start = os.pipe()

    def race() -> int:
        os.read(gate, 1)
        try:
            redeem(coordinator, seat, 10, below_floor=True)
        except NotEnoughShares:
            return REFUSED
        return DONE

    children = [forked(race, grouping_id=coordinator.grouping_id) for _ in range(2)]
    os.write(start, b"xx")
    codes = sorted(exit_code(child) for child in children)
    os.close(gate)
    os.close(start)
    db.session.rollback()
    return codes


def test_two_at_once_never_pay_back_the_same_shares(coordinator: Actor, seats: tuple[int, int]) -> None:
    """R23: one is written, the other is told what is left."""
    for _round in range(4):
        subscribe(coordinator, seats[0], 10)
        assert both_redeem(coordinator, seats[0]) == [DONE, REFUSED]
        assert register.capital_page(ON).capital == Money.zero()


def test_without_its_turn_the_race_is_lost(
    coordinator: Actor, seats: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """R23, the twin: no turn, no early write lock, no unique number: both look before either writes."""
    from coopter.plumbing import transaction

    class Never:
        def set(self, value: bool) -> None:
            return None

        def reset(self, token: None) -> None:
            return None

    subscribe(coordinator, seats[0], 10)
    wide, look = os.pipe(), register_commands.check_may_give

    def look_then_wait(*args: object, **kwargs: object) -> None:
        look(*args, **kwargs)  # type: ignore[arg-type]
        os.write(wide[1], b"x")
        while len(os.read(wide[0], 2)) < 2:
            os.write(wide[1], b"x")
        os.write(wide[1], b"xx")

    monkeypatch.setattr(register_commands, "take_turn", lambda: None)
    monkeypatch.setattr(transaction, "writing", Never())
    monkeypatch.setattr(register_commands, "check_may_give", look_then_wait)
    unique = "uq_capital_movement_grouping_id_number"
    on_postgresql = db.engine.dialect.name == "postgresql"
    if on_postgresql:
        with db.engine.begin() as connection:
            connection.execute(text(f"ALTER TABLE capital_movement DROP CONSTRAINT {unique}"))
    try:
        assert both_redeem(coordinator, seats[0]) != [DONE, REFUSED]
    finally:
        if on_postgresql:
            with db.engine.begin() as connection:
                connection.execute(text("TRUNCATE capital_movement CASCADE"))
                connection.execute(
                    text(f"ALTER TABLE capital_movement ADD CONSTRAINT {unique} UNIQUE (grouping_id, number)")
                )
        for end in wide:
            os.close(end)
