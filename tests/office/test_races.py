"""Two at once, and death at any moment: a closing is done once and whole, or not at all (rows R1, R3, R5, R10)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from coopter.billing.models import Invoice, InvoiceLine
from coopter.costs.models import CostShare
from coopter.hours.models import MonthLock
from coopter.office import commands as office
from coopter.office.commands import close as closing
from coopter.plumbing import outbox
from coopter.plumbing.database import db, session
from coopter.values.actor import Actor, Role
from coopter.values.money import total
from coopter.values.month import Month
from tests.factories import a_cost, a_grouping, a_structure, actor, an_employee, inside, worked
from tests.office.processes import BROKEN, DONE, KILLED, REFUSED, exit_code, forked, kill_before_statement

MONTHS = [Month(2025, number) for number in range(1, 13)]
AT = datetime(2026, 4, 5, 8, 0, tzinfo=UTC)
ON = date(2026, 4, 5)


@pytest.fixture
def coordinator(app: Flask) -> Iterator[Actor]:
    """Twelve months, each ready to close: two members, one employee, 100 €."""
    with inside(a_grouping()) as grouping:
        one, two = a_structure("A1"), a_structure("B2")
        employee = an_employee(one, two)
        for month in MONTHS:
            worked(employee, one, month.first, 480)
            worked(employee, two, month.last, 240)
            a_cost(month, 10_000, employee=employee)
        db.session.commit()
        yield actor(grouping, Role.COORDINATOR)


def close(coordinator: Actor, month: Month) -> int:
    """Close a month; the exit code says how it went."""
    try:
        office.close_month(coordinator, month=month, on=ON, at=AT)
    except office.ClosedBy:
        return REFUSED
    return DONE


def assert_whole(closed: int) -> None:
    """The invariants of a closing: this many months closed, each whole, numbers without a gap (INV ①-④, ⑧)."""
    db.session.rollback()
    rows = session().execute(select(Invoice.sequence, Invoice.month)).all()
    assert sorted(sequence for sequence, _ in rows) == list(range(1, 2 * closed + 1))
    assert session().scalar(select(func.count(MonthLock.id))) == closed
    assert session().scalar(select(func.count(CostShare.id))) == 2 * closed
    assert total(session().scalars(select(InvoiceLine.amount))).cents == 10_000 * closed
    assert outbox.waiting(kind="document") == 2 * closed
    db.session.rollback()  # an open read would hold the next process's commit


def both(coordinator: Actor, month: Month) -> list[int]:
    """Two coordinators press the button at the same moment, each in a process of its own."""
    assert coordinator.grouping_id is not None
    gate, start = os.pipe()

    def race() -> int:
        os.read(gate, 1)
        return close(coordinator, month)

    children = [forked(race, grouping_id=coordinator.grouping_id) for _ in range(2)]
    os.write(start, b"xx")
    codes = sorted(exit_code(child) for child in children)
    os.close(gate)
    os.close(start)
    return codes


def test_two_coordinators_at_once_close_once(coordinator: Actor) -> None:
    """R3: one closes, the other is told that it is done."""
    for month in MONTHS:
        assert both(coordinator, month) == [DONE, REFUSED]
    assert_whole(len(MONTHS))


def test_without_its_locks_the_race_is_lost(coordinator: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """R3, the twin: no turn, no early write lock, no unique month: two closings meet, and somebody is hurt."""
    from coopter.plumbing import transaction

    class Never:
        def set(self, value: bool) -> None:
            return None

        def reset(self, token: None) -> None:
            return None

    wide = os.pipe()
    look = closing.check_not_closed

    def look_then_wait(month: Month) -> None:
        look(month)
        os.write(wide[1], b"x")
        while len(os.read(wide[0], 2)) < 2:  # both have looked before either writes
            os.write(wide[1], b"x")
        os.write(wide[1], b"xx")

    monkeypatch.setattr(closing, "take_turn", lambda: None)
    monkeypatch.setattr(closing.timesheets.months, "take_turn", lambda: None, raising=False)
    monkeypatch.setattr(transaction, "writing", Never())
    monkeypatch.setattr(closing, "check_not_closed", look_then_wait)
    if db.engine.dialect.name == "postgresql":
        with db.engine.begin() as connection:
            connection.execute(text("ALTER TABLE month_lock DROP CONSTRAINT uq_month_lock_grouping_id_month"))
    try:
        assert both(coordinator, MONTHS[0]) != [DONE, REFUSED]
    finally:
        if db.engine.dialect.name == "postgresql":
            with db.engine.begin() as connection:
                connection.execute(text("TRUNCATE month_lock CASCADE"))
                connection.execute(
                    text(
                        "ALTER TABLE month_lock ADD CONSTRAINT uq_month_lock_grouping_id_month "
                        "UNIQUE (grouping_id, month)"
                    )
                )
        for end in wide:
            os.close(end)


def test_killed_before_any_statement_nothing_or_all_is_there(coordinator: Actor) -> None:
    """R1: dying before the first statement, the second, … and before the commit; a retry finishes the job."""
    assert coordinator.grouping_id is not None

    def until(number: int) -> int:
        kill_before_statement(number)
        return close(coordinator, MONTHS[0])

    number, deaths = 1, 0
    while exit_code(forked(partial(until, number), grouping_id=coordinator.grouping_id)) == KILLED:
        assert_whole(0)
        number, deaths = number + 1, deaths + 1
    assert deaths > 15
    assert_whole(1)
    assert close(coordinator, MONTHS[1]) == DONE
    assert_whole(2)


def test_a_broken_child_would_be_seen(coordinator: Actor) -> None:
    """The harness itself: a child that fails in another way is neither done nor refused."""
    assert coordinator.grouping_id is not None

    def fail() -> int:
        raise RuntimeError("not a refusal")

    assert exit_code(forked(fail, grouping_id=coordinator.grouping_id)) == BROKEN
