"""A thousand closes killed at any instant, on both databases: each is whole or absent, and a retry finishes (R1)."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from coopter.billing.models import Invoice, InvoiceLine
from coopter.costs.models import CostShare
from coopter.hours.models import MonthLock
from coopter.members.commands.turns import take_turn
from coopter.office import commands as office
from coopter.office.queries.verify import verify_grouping
from coopter.plumbing import outbox
from coopter.plumbing.database import db, session
from coopter.plumbing.transaction import command
from coopter.values.actor import Actor, Role
from coopter.values.money import total
from coopter.values.month import Month
from tests.factories import a_cost, a_grouping, a_structure, actor, an_employee, inside, worked
from tests.office.processes import DONE, exit_code, forked

MONTHS = [Month(2000 + number // 12, number % 12 + 1) for number in range(304)]
AT = datetime(2026, 4, 5, 8, 0, tzinfo=UTC)
KILLS, KILLED = 1_000, -signal.SIGALRM


@pytest.fixture
def coordinator(app: Flask) -> Iterator[Actor]:
    """Twenty-five years of months, each ready to close: two members, one employee, 100 €."""
    with inside(a_grouping()) as grouping:
        one, two = a_structure("A1", joined_on=date(1999, 1, 1)), a_structure("B2", joined_on=date(1999, 1, 1))
        employee = an_employee(one, two, starts_on=date(1999, 1, 1))
        for month in MONTHS:
            worked(employee, one, month.first, 480)
            worked(employee, two, month.last, 240)
            a_cost(month, 10_000, employee=employee)
        db.session.commit()
        yield actor(grouping, Role.COORDINATOR)


def closed_by(coordinator: Actor, month: Month, *, dies_in: float) -> int:
    """Close a month in a process that the kernel kills after this many seconds, wherever it then is; how it ended."""

    def run() -> int:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, dies_in)
        office.close_month(coordinator, month=month, on=date(2026, 4, 5), at=AT)
        signal.setitimer(signal.ITIMER_REAL, 0)
        return DONE

    assert coordinator.grouping_id is not None
    return exit_code(forked(run, grouping_id=coordinator.grouping_id))


@command
def settled() -> int:
    """How many months are closed, once nobody is at it any more: a COMMIT may outlive the process that sent it."""
    take_turn()
    closed = session().scalar(select(func.count(MonthLock.id))) or 0
    invoices = session().scalar(select(func.count(Invoice.id)))
    assert invoices == session().scalar(select(func.max(Invoice.sequence).label("last"))) or closed == 0
    assert invoices == session().scalar(select(func.count(CostShare.id))) == 2 * closed
    assert total(session().scalars(select(InvoiceLine.amount))).cents == 10_000 * closed
    assert outbox.waiting(kind="document") == 2 * closed
    return closed


@pytest.mark.nightly
@pytest.mark.timeout(1_500)
def test_a_thousand_kills(coordinator: Actor) -> None:
    """R1: no posting lost, doubled or partial; what was confirmed is there."""
    start = time.perf_counter()
    assert closed_by(coordinator, MONTHS[0], dies_in=60) == DONE
    span = time.perf_counter() - start
    chance, kills, closed, unheard = random.Random(1), 0, 1, 0
    while kills < KILLS:
        code = closed_by(coordinator, MONTHS[closed], dies_in=chance.uniform(0.001, span))
        assert code in (DONE, KILLED)
        now = settled()
        assert now == closed + 1 if code == DONE else now in (closed, closed + 1)
        kills += code == KILLED
        unheard += code == KILLED and now > closed
        closed = now
        span *= 0.9 if code == DONE else 1.01  # so that about one in twelve lives, however busy the machine is
    print(f"{kills} kills, {closed} months closed, {unheard} of them by a process that could not tell any more")
    assert closed > 20
    assert verify_grouping(coordinator).findings == ()
    db.session.rollback()
