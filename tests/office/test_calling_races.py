"""Two at once: a year is called by one of them and the other is told; the same payment is asked about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from coopter.billing.models import Invoice
from coopter.contributions.commands.formulas import create_contribution
from coopter.contributions.models import CallRun
from coopter.contributions.rules.calls import AlreadyCalled
from coopter.contributions.rules.formulas import Formula, formula_motion
from coopter.contributions.rules.kinds import Product
from coopter.governance import commands as governance
from coopter.office.commands.calling import call_and_issue
from coopter.office.queries.verify import verify_grouping
from coopter.plumbing.database import db, session
from coopter.treasury import commands as treasury
from coopter.treasury.commands import payments
from coopter.treasury.models import Payment
from coopter.treasury.rules import Means, SamePayment
from coopter.values.actor import Actor, Role
from coopter.values.money import Money
from tests.factories import a_grouping, a_structure, actor, inside
from tests.office.processes import BROKEN, DONE, REFUSED
from tests.office.test_races import NAMES, side_by_side

AT, ON = datetime(2026, 4, 7, 9, 0, tzinfo=UTC), date(2026, 4, 7)
YEARS = list(range(2020, 2027))


@pytest.fixture
def coordinator(app: Flask) -> Iterator[Actor]:
    """Two members and a fee of 50 € in force for years."""
    with inside(a_grouping()) as grouping:
        anne = actor(grouping, Role.COORDINATOR, name=NAMES[0])
        a_structure("A1")
        a_structure("B2")
        levy = create_contribution(anne, name="Adhésion", product=Product.MEMBERSHIP_FEE, at=AT)
        governance.decide(anne, formula_motion(levy, Formula(fixed=Money(5_000)), date(2020, 1, 1)), at=AT)
        db.session.commit()
        yield anne


def call(me: Actor, year: int) -> int:
    """Call a year; a refusal names the other and the instant."""
    try:
        call_and_issue(me, contribution_id=1, year=year, on=ON, at=AT)
    except AlreadyCalled as late:
        return REFUSED if late.facts["by"] in {*NAMES} - {me.name} and late.facts["at"] == AT else BROKEN
    return DONE


def pay(me: Actor, invoice_id: int) -> int:
    """Note the same payment; a warning names the other."""
    facts = {"amount": Money(1_000), "received_on": ON, "means": Means.TRANSFER}
    try:
        treasury.record_payment(me, invoice_id=invoice_id, at=AT, **facts)  # type: ignore[arg-type]
    except SamePayment as known:
        return REFUSED if known.facts["by"] in {*NAMES} - {me.name} else BROKEN
    return DONE


def test_two_coordinators_call_a_year_once(coordinator: Actor) -> None:
    """R4, R10, R116: one calls, the other is told who and when; numbers 1…n, each call with its document."""
    assert side_by_side(coordinator, YEARS, call) == [[DONE, REFUSED]] * len(YEARS)  # type: ignore[arg-type]
    assert session().scalar(select(func.count(CallRun.id))) == len(YEARS)
    numbers = session().scalars(select(Invoice.sequence).order_by(Invoice.sequence)).all()
    assert list(numbers) == list(range(1, 2 * len(YEARS) + 1))
    assert verify_grouping(coordinator).findings == ()


def test_two_people_note_the_same_payment_and_one_is_warned(coordinator: Actor) -> None:
    """R4: same document, amount and day."""
    call(coordinator, 2026)
    call(coordinator, 2025)
    db.session.commit()
    documents = [1, 2, 3, 4]
    assert side_by_side(coordinator, documents, pay) == [[DONE, REFUSED]] * 4  # type: ignore[arg-type]
    assert session().scalar(select(func.count(Payment.id))) == 4


def test_without_the_turn_both_payments_are_noted(
    coordinator: Actor, on_postgresql: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: what the lock holds (SQLite has one writer anyway)."""
    if not on_postgresql:
        pytest.skip("SQLite has one writer")
    for year in YEARS:
        call(coordinator, year)
    db.session.commit()
    monkeypatch.setattr(payments, "take_turn", lambda: None)
    codes = side_by_side(coordinator, list(range(1, 2 * len(YEARS) + 1)), pay)  # type: ignore[arg-type]
    assert [DONE, DONE] in codes
