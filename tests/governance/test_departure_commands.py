"""Leaving by oneself or by exclusion: its days, who decides, and what is born of it (domain.md §1.6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from coopter.governance import commands, queries
from coopter.governance.commands.departure import AlreadyGone, NotInside
from coopter.governance.models import Departure, Obligation
from coopter.governance.queries.departure import departure_record, list_departures
from coopter.governance.rules.departure import (
    Debt,
    Debts,
    DepartureClosed,
    DepartureUnderWay,
    ExclusionIsVoted,
    ExclusionUnexplained,
    LeavesBeforeNotice,
)
from coopter.governance.rules.kinds import DepartureKind, DepartureState
from coopter.governance.rules.motions import kind_of
from coopter.members import queries as members
from coopter.members.models import Structure
from coopter.plumbing.database import db, session
from coopter.values.actor import Actor, Role
from coopter.values.money import Money
from coopter.values.refusal import Conflict, NotAllowed
from tests.factories import AT, a_grouping, a_structure, actor, inside

NOTICE, OUT = date(2026, 10, 1), date(2027, 1, 1)


@pytest.fixture
def coordinator(app: Flask) -> Iterator[Actor]:
    """A grouping of employers, its coordinator."""
    with inside(a_grouping()) as grouping:
        yield actor(grouping, Role.COORDINATOR)


@pytest.fixture
def member(coordinator: Actor) -> Structure:
    """One member."""
    return a_structure("VELO", legal_name="Maison du vélo")


def prepared(coordinator: Actor, member: Structure, *, kind: DepartureKind = DepartureKind.WITHDRAWAL,
             reason: str = "Fin d'activité", effective_on: date = OUT) -> int:  # fmt: skip
    """A departure that is written down."""
    return commands.prepare_departure(
        coordinator, structure_id=member.id, kind=kind, reason=reason, notice_on=NOTICE, effective_on=effective_on,
        at=AT,
    )  # fmt: skip


def test_a_structure_leaves_on_its_day_and_its_accounts_are_to_settle(coordinator: Actor, member: Structure) -> None:
    """One act: decision, end of the membership, obligations."""
    number = prepared(coordinator, member)
    decided = commands.confirm_departure(coordinator, departure_id=number, version=1, at=AT)
    assert (decided.kind, decided.decided_by) == ("departure", "Reprise initiale")
    assert members.is_member(member.id, date(2026, 12, 31)) and not members.is_member(member.id, OUT)
    born = {o.kind: o.due_on for o in session().scalars(select(Obligation))}
    assert born == {"settle-debts": date(2027, 4, 1), "inspectorate-leaving": date(2027, 2, 1)}
    record = departure_record(number)
    assert (record.state, record.last_on) == (DepartureState.EFFECTIVE, date(2026, 12, 31))
    assert list_departures()[0].structure == "Maison du vélo"
    with pytest.raises(DepartureClosed):
        commands.abandon_departure(coordinator, departure_id=number, version=2, at=AT)


def test_the_notice_is_told_not_imposed(coordinator: Actor, member: Structure) -> None:
    """Ninety days unless the grouping set otherwise: a shorter one is said, and stays the members' own affair."""
    short = departure_record(prepared(coordinator, member, effective_on=date(2026, 12, 1)))
    assert short.is_short and short.notice_ends_on == date(2026, 12, 30)


def test_an_exclusion_has_its_reason_and_the_body_that_pronounced_it(coordinator: Actor, member: Structure) -> None:
    """Nobody is excluded by a click."""
    with pytest.raises(ExclusionUnexplained):
        prepared(coordinator, member, kind=DepartureKind.EXCLUSION, reason=" ")
    number = prepared(coordinator, member, kind=DepartureKind.EXCLUSION, reason="Factures impayées depuis un an")
    with pytest.raises(ExclusionIsVoted):
        commands.confirm_departure(coordinator, departure_id=number, version=1, at=AT)
    decided = commands.confirm_departure(
        coordinator, departure_id=number, version=1, decided_by="Conseil d'administration du 02/12/2026", at=AT
    )
    assert decided.kind == "exclusion"
    assert "impayées" in kind_of("exclusion").describe(decided.motion)


def test_days_stand_in_their_order_and_one_departure_at_a_time(coordinator: Actor, member: Structure) -> None:
    """A departure cannot take effect before it is announced, nor twice, nor for who is not a member."""
    with pytest.raises(LeavesBeforeNotice):
        prepared(coordinator, member, effective_on=NOTICE)
    number = prepared(coordinator, member)
    with pytest.raises(DepartureUnderWay):
        prepared(coordinator, member)
    commands.abandon_departure(coordinator, departure_id=number, version=1, at=AT)
    again = prepared(coordinator, member)
    commands.confirm_departure(coordinator, departure_id=again, version=1, at=AT)
    with pytest.raises(NotInside):
        prepared(coordinator, member)


def test_two_who_correct_at_once_both_see_it(coordinator: Actor, member: Structure) -> None:
    """R22."""
    number = prepared(coordinator, member)
    same = {"departure_id": number, "version": 1, "reason": "x", "notice_on": NOTICE, "at": AT}
    commands.edit_departure(coordinator, effective_on=date(2027, 2, 1), **same)
    with pytest.raises(Conflict) as conflict:
        commands.edit_departure(coordinator, effective_on=date(2027, 3, 1), **same)
    assert conflict.value.theirs == {"effective_on": date(2027, 2, 1)}


def test_annulled_before_its_day_the_structure_stays(coordinator: Actor, member: Structure) -> None:
    """The membership goes on as if nothing had been; after the day, what was is not rewritten."""
    number = prepared(coordinator, member)
    decided = commands.confirm_departure(coordinator, departure_id=number, version=1, at=AT)
    commands.annul_decision(coordinator, decided.id, reason="Départ repris", at=AT)
    assert members.is_member(member.id, OUT)
    assert departure_record(number).state is DepartureState.PREPARED
    row = session().scalars(select(Departure)).one()
    commands.edit_departure(
        coordinator, departure_id=number, version=row.version, reason="x", notice_on=date(2026, 6, 1),
        effective_on=date(2026, 9, 1), at=AT,
    )  # fmt: skip
    late = commands.confirm_departure(coordinator, departure_id=number, version=row.version, at=AT)
    with pytest.raises(AlreadyGone):
        commands.annul_decision(coordinator, late.id, reason="Trop tard", at=AT)
    db.session.rollback()
    assert queries.list_decisions()[0].number == 2 and not members.is_member(member.id, OUT)


def test_debts_are_kept_as_they_were() -> None:
    """What was owed on the day: written once as plain JSON, read back the same."""
    debts = Debts(
        OUT,
        (
            Debt("FA-2026-0011", date(2026, 11, 5), date(2026, 12, 5), Money(142_957)),
            Debt("FA-2026-0012", date(2026, 12, 5), date(2027, 1, 4), Money(69_437)),
        ),
        ("2026-12",),
        "Tous solidaires",
    )
    assert Debts.from_json(debts.to_json()) == debts
    assert (debts.owed, debts.not_yet_due) == (Money(212_394), Money(69_437))


@pytest.mark.parametrize("role", [Role.REPRESENTATIVE, Role.EMPLOYEE, Role.TREASURER, Role.AUDITOR])
def test_the_coordinator_alone_prepares(coordinator: Actor, member: Structure, role: Role) -> None:
    """Others read."""
    other = actor(members.get_grouping_by_id(coordinator.grouping_id or 0), role)
    with pytest.raises(NotAllowed):
        prepared(other, member)
