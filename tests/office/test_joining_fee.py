"""The entrance fee of an admission: asked by a document, collected once it is paid, to collect again if it was not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask

from coopter.governance.queries.obligations import find_obligation
from coopter.members.models import Grouping
from coopter.office.commands.calling import call_entrance_fee
from coopter.treasury.commands import record_payment, reverse_payment
from coopter.treasury.rules import Means
from coopter.values.actor import Role
from coopter.values.money import Money
from tests.factories import a_grouping, actor, inside
from tests.office.test_calling import admitted

AT = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def grouping(app: Flask) -> Iterator[Grouping]:
    """A grouping."""
    with inside(a_grouping()) as made:
        yield made


def test_a_fee_paid_in_full_is_collected_and_a_payment_taken_back_undoes_it(grouping: Grouping) -> None:
    """The obligation that the admission bore follows the payments of its document, without any typing."""
    anne = actor(grouping, Role.COORDINATOR)
    number = admitted(anne, fee="150.00")
    document = call_entrance_fee(anne, admission_id=number, on=AT.date(), at=AT).documents[0].id

    def done_on() -> date | None:
        found = find_obligation("entrance-fee", f"admission:{number}")
        assert found is not None
        return found.done_on

    pay = {"invoice_id": document, "means": Means.TRANSFER, "at": AT}
    record_payment(anne, amount=Money(10_000), received_on=date(2026, 10, 16), **pay)
    assert done_on() is None, "a part is not the fee"
    last = record_payment(actor(grouping, Role.TREASURER), amount=Money(5_000), received_on=date(2026, 10, 19), **pay)
    assert done_on() == date(2026, 10, 19)
    reverse_payment(anne, payment_id=last, reason="Mauvais compte", at=AT)
    assert done_on() is None
    record_payment(anne, amount=Money(5_000), received_on=date(2026, 10, 20), **pay)
    assert done_on() == date(2026, 10, 20)
