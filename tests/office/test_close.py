"""Closing a month: everything numeric in one transaction, told as a coordinator lives it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from coopter.billing import queries as billing
from coopter.billing.models import Invoice, InvoiceLine, NumberSeries
from coopter.costs.models import CostShare, CostSplit
from coopter.hours.models import MonthLock
from coopter.hours.rules import EntryState
from coopter.office import commands as office
from coopter.office import queries
from coopter.plumbing import journal, outbox
from coopter.plumbing.database import session
from coopter.values.actor import Actor, Role
from coopter.values.money import Money, total
from coopter.values.month import Month
from coopter.values.refusal import NotAllowed
from tests.factories import a_cost, a_grouping, a_structure, actor, an_employee, inside, worked

MARCH = Month(2026, 3)
ON = date(2026, 4, 5)
AT = datetime(2026, 4, 5, 8, 0, tzinfo=UTC)


@pytest.fixture
def coordinator(app: Flask) -> Iterator[Actor]:
    """Two members, two employees, a month of confirmed hours and its costs."""
    with inside(a_grouping()) as grouping:
        aloen, optimism = a_structure("A1"), a_structure("B2")
        nolwenn = an_employee(aloen, optimism, first_name="Nolwenn")
        yann = an_employee(aloen, first_name="Yann", last_name="Cariou")
        worked(nolwenn, aloen, date(2026, 3, 2), 480)
        worked(nolwenn, optimism, date(2026, 3, 3), 240)
        worked(yann, aloen, date(2026, 3, 4), 420)
        a_cost(MARCH, 100_000, employee=nolwenn)
        a_cost(MARCH, 50_001, employee=yann)
        a_cost(MARCH, 10_000)
        yield actor(grouping, Role.COORDINATOR)


def count(row: type) -> int:
    """How many rows of this kind the grouping in scope has."""
    return session().scalar(select(func.count(row.id))) or 0  # type: ignore[attr-defined]


def test_a_month_is_closed_to_the_cent(coordinator: Actor) -> None:
    """R17: what members are invoiced is what the month cost, exactly; VAT comes on top."""
    closing = office.close_month(coordinator, month=MARCH, on=ON, at=AT)
    assert [invoice.number for invoice in closing.invoices] == ["FA-2026-0001", "FA-2026-0002"]
    assert closing.net == Money(160_001)
    assert total(share.amount for share in session().scalars(select(CostShare))) == Money(160_001)
    first = closing.invoices[0]
    assert (first.net, first.tax, first.gross) == (Money(124_563), Money(24_913), Money(149_476))
    lines = billing.list_lines(first.id)
    assert [line.amount for line in lines] == [Money(66_667), Money(50_001), Money(7_895)]


def test_closing_twice_is_refused_with_who_and_when(coordinator: Actor) -> None:
    """R3: the second is told that it is done; nothing is done twice."""
    office.close_month(coordinator, month=MARCH, on=ON, at=AT)
    with pytest.raises(office.ClosedBy, match="Anne Riou"):
        office.close_month(coordinator, month=MARCH, on=ON, at=AT)
    assert (count(MonthLock), count(Invoice), count(CostSplit)) == (1, 2, 3)


def test_unconfirmed_hours_block_with_the_name_of_the_structure(coordinator: Actor) -> None:
    """The refusal names every obstacle at once and nothing is written."""
    structure = a_structure("C3")
    worked(an_employee(structure, first_name="Soizic"), structure, date(2026, 3, 6), 60, state=EntryState.SUBMITTED)
    with pytest.raises(office.NotReady, match="Structure C3"):
        office.close_month(coordinator, month=MARCH, on=ON, at=AT)
    assert (count(MonthLock), count(Invoice), count(NumberSeries)) == (0, 0, 0)


def test_a_failure_half_way_leaves_nothing_and_loses_no_number(
    coordinator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R1, R10: the journal fails last of all; lock, shares, invoices and number are undone together."""

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the power went")

    with monkeypatch.context() as broken:
        broken.setattr(journal, "_write_seals", fail)
        with pytest.raises(RuntimeError, match="power"):
            office.close_month(coordinator, month=MARCH, on=ON, at=AT)
    assert (count(MonthLock), count(Invoice), count(InvoiceLine), count(CostShare), outbox.waiting()) == (0, 0, 0, 0, 0)
    closing = office.close_month(coordinator, month=MARCH, on=ON, at=AT)
    assert closing.invoices[0].number == "FA-2026-0001"


def test_each_invoice_has_one_document_waiting(coordinator: Actor) -> None:
    """Invariant 8: one outbox row per invoice, written with it."""
    closing = office.close_month(coordinator, month=MARCH, on=ON, at=AT)
    assert outbox.waiting(kind="document") == len(closing.invoices)


def test_the_preview_says_the_same_as_the_closing(coordinator: Actor) -> None:
    """What was shown is what is invoiced."""
    preview = queries.preview_month(coordinator, month=MARCH, on=ON)
    closing = office.close_month(coordinator, month=MARCH, on=ON, at=AT)
    assert preview.can_close
    assert [(m.net, m.gross) for m in preview.members] == [(i.net, i.gross) for i in closing.invoices]


def test_only_a_coordinator_closes(coordinator: Actor) -> None:
    """A treasurer reads, and closes nothing."""
    treasurer = Actor(1, "Paul", coordinator.grouping_id, roles=frozenset({Role.TREASURER}))
    with pytest.raises(NotAllowed):
        office.close_month(treasurer, month=MARCH, on=ON, at=AT)
