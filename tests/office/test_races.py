"""Two at once, and death at any moment: a closing is done once and whole, or not at all (rows R1, R3, R5, R10)."""

from __future__ import annotations

import multiprocessing
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from coopter.billing.models import Invoice, InvoiceLine
from coopter.costs.commands import split
from coopter.costs.models import CostShare
from coopter.hours.commands import months as locking
from coopter.hours.models import MonthLock
from coopter.office import commands as office
from coopter.office.commands import close as closing
from coopter.office.queries.verify import verify_grouping
from coopter.plumbing import outbox
from coopter.plumbing.database import db, session
from coopter.values.actor import Actor, Role
from coopter.values.money import total
from coopter.values.month import Month
from tests.factories import a_cost, a_grouping, a_structure, actor, an_employee, inside, worked
from tests.office.processes import BROKEN, DONE, KILLED, REFUSED, exit_code, forked, kill_before_statement

MONTHS = [Month(2025, number) for number in range(1, 13)]
ROUNDS = [Month(2009 + number // 12, number % 12 + 1) for number in range(200)]
AT = datetime(2026, 4, 5, 8, 0, tzinfo=UTC)
ON = date(2026, 4, 5)
NAMES = ("Anne Riou", "Soizic Madec")


@contextmanager
def ready(months: list[Month]) -> Iterator[Actor]:
    """Each month ready to close: two members, one employee, 100 €."""
    with inside(a_grouping()) as grouping:
        one, two = a_structure("A1"), a_structure("B2")
        employee = an_employee(one, two)
        for month in months:
            worked(employee, one, month.first, 480)
            worked(employee, two, month.last, 240)
            a_cost(month, 10_000, employee=employee)
        db.session.commit()
        yield actor(grouping, Role.COORDINATOR, name=NAMES[0])


@pytest.fixture
def coordinator(app: Flask) -> Iterator[Actor]:
    """Twelve months, each ready to close."""
    with ready(MONTHS) as coordinator:
        yield coordinator


def close(coordinator: Actor, month: Month) -> int:
    """Close a month; the exit code says how it went: a refusal names the other and the instant."""
    try:
        office.close_month(coordinator, month=month, on=ON, at=AT)
    except office.ClosedBy as late:
        return REFUSED if late.facts["by"] in {*NAMES} - {coordinator.name} and late.facts["at"] == AT else BROKEN
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


def side_by_side(coordinator: Actor, months: list[Month], act: Callable[[Actor, Month], int]) -> list[list[int]]:
    """Two coordinators, each in a process of its own, at the same month at the same instant, month after month.

    Returns how it ended for each month: the two codes, the lower first.
    """
    fork = multiprocessing.get_context("fork")
    start, codes = fork.Barrier(2), fork.Array("i", [BROKEN] * 2 * len(months))
    db.session.remove()
    db.engine.dispose()

    def runner(place: int) -> Callable[[], int]:
        me = replace(coordinator, name=NAMES[place])

        def run() -> int:
            for turn, month in enumerate(months):
                start.wait()
                try:
                    codes[2 * turn + place] = act(me, month)
                except BaseException:
                    start.abort()  # the other would wait for ever
                    raise
            return DONE

        return run

    assert coordinator.grouping_id is not None
    children = [forked(runner(place), grouping_id=coordinator.grouping_id) for place in range(2)]
    for child in children:
        exit_code(child)
    return [sorted(codes[2 * turn : 2 * turn + 2]) for turn in range(len(months))]


@contextmanager
def month_not_unique() -> Iterator[None]:
    """The database's own guard against a second closing, away for a while (SQLite's file is thrown away after)."""
    name = "uq_month_lock_grouping_id_month"
    postgresql = db.engine.dialect.name == "postgresql"
    with db.engine.begin() as connection:
        if postgresql:
            connection.execute(text(f"ALTER TABLE month_lock DROP CONSTRAINT {name}"))
        else:
            table = connection.scalar(text("SELECT sql FROM sqlite_schema WHERE name = 'month_lock'"))
            table = re.sub(rf",\s*CONSTRAINT {name} UNIQUE \([^)]*\)", "", table)
            connection.execute(text("PRAGMA writable_schema=ON"))
            connection.execute(text("DELETE FROM sqlite_schema WHERE name = 'sqlite_autoindex_month_lock_1'"))
            connection.execute(
                text("UPDATE sqlite_schema SET sql = :table WHERE name = 'month_lock'"), {"table": table}
            )
    db.engine.dispose()
    try:
        yield
    finally:
        db.session.remove()
        if postgresql:
            with db.engine.begin() as connection:
                connection.execute(text("TRUNCATE month_lock CASCADE"))
                connection.execute(text(f"ALTER TABLE month_lock ADD CONSTRAINT {name} UNIQUE (grouping_id, month)"))


def test_two_coordinators_at_once_close_once(app: Flask) -> None:
    """R3: two hundred times, one closes and the other is told who did it and when."""
    with ready(ROUNDS) as coordinator:
        assert side_by_side(coordinator, ROUNDS, close) == [[DONE, REFUSED]] * len(ROUNDS)
        assert_whole(len(ROUNDS))
        assert verify_grouping(coordinator).findings == ()
        db.session.rollback()


def test_a_look_before_the_lock_closes_twice(coordinator: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """R3, the twin: who looks before having the lock and not after it, closes a closed month: everybody pays twice."""
    both_looked = multiprocessing.get_context("fork").Barrier(2)
    look = closing.check_not_closed

    def look_then_close(me: Actor, month: Month) -> int:
        look(month)
        db.session.commit()
        both_looked.wait()
        return close(me, month)

    never = {
        closing: {"check_not_closed": None, "blocks_of_hours": ()},
        locking.queries: {"check_open": None},
        split.queries: {"is_split": False},
    }
    for place, looks in never.items():
        for name, found in looks.items():
            monkeypatch.setattr(place, name, lambda *where, found=found: found)
    with month_not_unique():
        assert side_by_side(coordinator, MONTHS[:1], look_then_close) == [[DONE, DONE]]
        assert session().scalar(select(func.count(MonthLock.id))) == 2
        assert total(session().scalars(select(InvoiceLine.amount))).cents == 20_000


def test_without_its_locks_the_race_is_lost(coordinator: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """R3, the other twin: no turn, no early write lock, no unique month: two closings meet, and somebody is hurt."""
    from coopter.plumbing import transaction

    class Never:
        def set(self, value: bool) -> None:
            return None

        def reset(self, token: None) -> None:
            return None

    both_looked = multiprocessing.get_context("fork").Barrier(2)
    look = closing.check_not_closed

    def look_then_wait(month: Month) -> None:
        look(month)
        both_looked.wait()

    monkeypatch.setattr(closing, "take_turn", lambda: None)
    monkeypatch.setattr(locking, "take_turn", lambda: None)
    monkeypatch.setattr(transaction, "writing", Never())
    monkeypatch.setattr(closing, "check_not_closed", look_then_wait)
    with month_not_unique():
        assert side_by_side(coordinator, MONTHS[:1], close) == [[DONE, BROKEN]]


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
