"""Months with a price per hour: golden case A, management in the price, and where no price may be."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from coopter.billing import queries, rules
from coopter.costs.rules import PriceUnderExemption, price_motion
from coopter.governance.models import Decision
from coopter.office import queries as office
from coopter.values.actor import Role
from coopter.values.money import Money, total
from coopter.values.rate import Rate
from tests.billing.months import MARCH, ON, Told, close, set_parameter
from tests.factories import AT, a_cost, a_decision, a_grouping, a_structure, actor, an_employee, inside, worked


def a_price(rate: str = "27.23", employee_id: int | None = None) -> Decision:
    """A price per hour in force for long."""
    motion = price_motion(rate=Rate.parse(rate), employee_id=employee_id, from_on=date(2026, 1, 1))
    return a_decision(motion, decided_by="Assemblée du 10 décembre 2025")


def golden_a(regime: str = "taxed") -> Any:
    """Golden case A: three members, 62,50 h, 43,75 h and 21,25 h at 27,23 €; costs and management come beside."""
    set_parameter("vat_regime", regime)
    members = [a_structure(code) for code in "ABC"]
    employee = an_employee(*members)
    for structure, days in zip(members, ((1350, 1350, 1050), (1350, 1275), (1200, 75)), strict=True):
        for day, minutes in enumerate(days, start=2 + 5 * members.index(structure)):
            worked(employee, structure, date(2026, 3, day), minutes)
    a_cost(MARCH, 318_745, employee=employee)
    a_cost(MARCH, 25_500)
    return employee


def test_golden_a_through_the_whole_chain(app: Flask) -> None:
    """Golden A: 1 701,88 / 1 191,31 / 578,64 € before tax, to the cent; management is in the price."""
    with inside(a_grouping()) as grouping:
        golden_a()
        price = a_price()
        invoices = close(actor(grouping, Role.COORDINATOR))
        found = [(one.net.cents, one.tax.cents, one.gross.cents) for one in invoices]
        assert found == [(170_188, 34_038, 204_226), (119_131, 23_826, 142_957), (57_864, 11_573, 69_437)]
        (line,) = queries.list_lines(invoices[0].id)
        assert (line.decision_id, line.quantity_hundredths, line.minutes) == (price.id, 6250, 3750)
        record = queries.invoice_record(invoices[0].id)
        assert record.basis == "Assemblée du 10 décembre 2025"
        rules.check_record(record)


def test_an_exempt_group_has_no_price(app: Flask) -> None:
    """Art. 261 B CGI: the price is left aside and members pay their exact part; giving one to billing is refused."""
    with inside(a_grouping()) as grouping:
        employee = golden_a("exempt-261b")
        price = a_price()
        with pytest.raises(PriceUnderExemption):
            prices = {employee.id: queries.Price(price.id, Rate.parse("27.23"), "Assemblée")}
            queries.draft_month(grouping, month=MARCH, shares=(), prices=prices, on=ON, at=AT)
        invoices = close(actor(grouping, Role.COORDINATOR))
        assert total(one.net for one in invoices) == Money(318_745 + 25_500)
        assert total(one.tax for one in invoices) == Money.zero()


def test_prices_and_shares_never_meet_on_one_invoice(app: Flask) -> None:
    """A member who uses a priced employee and a shared one is refused before anything is written."""
    with inside(a_grouping()) as grouping:
        structure = a_structure("A1")
        priced, shared = an_employee(structure), an_employee(structure, first_name="Yann")
        a_price(employee_id=priced.id)
        for employee in (priced, shared):
            worked(employee, structure, date(2026, 3, 2), 60)
            a_cost(MARCH, 10_000, employee=employee)
        with pytest.raises(rules.MixedLines, match="Structure A1"):
            close(actor(grouping, Role.COORDINATOR))
        assert queries.list_invoices(actor(grouping, Role.COORDINATOR)) == ()


def test_management_is_shared_by_those_without_a_price(app: Flask) -> None:
    """A price holds management; a member whose employee is shared pays its part of management as before."""
    with inside(a_grouping()) as grouping:
        one, other = a_structure("A1"), a_structure("B2")
        priced, shared = an_employee(one), an_employee(other, first_name="Yann")
        a_price("30", employee_id=priced.id)
        worked(priced, one, date(2026, 3, 2), 60)
        worked(shared, other, date(2026, 3, 2), 60)
        a_cost(MARCH, 2_000, employee=priced)
        a_cost(MARCH, 2_000, employee=shared)
        a_cost(MARCH, 1_000)
        invoices = close(actor(grouping, Role.COORDINATOR))
        assert [invoice.net for invoice in invoices] == [Money(3_000), Money(2_500)]


def test_the_preview_drafts_what_is_issued(told: Told) -> None:
    """What was shown is what is invoiced, line by line."""
    with inside(a_grouping(slug="autre")) as grouping:
        golden_a()
        coordinator = actor(grouping, Role.COORDINATOR)
        preview = office.preview_month(coordinator, month=MARCH, on=ON)
        invoices = close(coordinator)
        assert [member.gross for member in preview.members] == [invoice.gross for invoice in invoices]
