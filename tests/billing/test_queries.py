"""Lists, sums and the walk behind each amount, as each role may see them."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from flask import Flask

from coopter.billing import queries
from coopter.billing.commands import issue_again, issue_credit_note
from coopter.billing.queries import Standing, Wanted
from coopter.costs.rules import KeyMethod, Pool, key_motion
from coopter.values.actor import Role
from coopter.values.money import Money, total
from coopter.values.month import Month
from coopter.values.refusal import NotFound
from tests.billing.months import MARCH, Told, close
from tests.billing.test_commands import LATER, NOW
from tests.billing.test_prices import a_price, golden_a
from tests.factories import a_cost, a_decision, a_grouping, a_structure, actor, an_employee, inside, worked


@pytest.fixture
def corrected(told: Told) -> Told:
    """The same with one invoice cancelled and issued again, and another cancelled."""
    for place in (0, 1):
        invoice_id = told.invoices[place].id
        issue_credit_note(told.coordinator, invoice_id=invoice_id, reason="Faux", on=LATER, at=NOW)
    issue_again(told.coordinator, invoice_id=told.invoices[0].id, on=LATER, at=NOW)
    return told


def numbers(told: Told, **wanted: object) -> list[str]:
    """The numbers that the coordinator's list shows."""
    return [one.number for one in queries.list_invoices(told.coordinator, wanted=Wanted(**wanted))]  # type: ignore[arg-type]


def test_a_list_tells_how_each_stands(corrected: Told) -> None:
    """Newest first; a cancelled one names its credit note, a credit note what it cancels."""
    listed = queries.list_invoices(corrected.coordinator)
    assert [(one.number, one.standing, one.credited_by or one.credits) for one in listed] == [
        ("FA-2026-0004", Standing.ISSUED, None),
        ("AV-2026-0002", Standing.CREDIT_NOTE, "FA-2026-0002"),
        ("AV-2026-0001", Standing.CREDIT_NOTE, "FA-2026-0001"),
        ("FA-2026-0003", Standing.ISSUED, None),
        ("FA-2026-0002", Standing.CREDITED, "AV-2026-0002"),
        ("FA-2026-0001", Standing.CREDITED, "AV-2026-0001"),
    ]
    assert total(one.effect for one in listed) == queries.sum_invoices(corrected.coordinator).gross


def test_a_list_is_narrowed(corrected: Told) -> None:
    """By standing, structure, month and year of work; together they are the whole."""
    assert numbers(corrected, standing=Standing.ISSUED) == ["FA-2026-0004", "FA-2026-0003"]
    assert numbers(corrected, standing=Standing.CREDITED) == ["FA-2026-0002", "FA-2026-0001"]
    assert numbers(corrected, standing=Standing.CREDIT_NOTE) == ["AV-2026-0002", "AV-2026-0001"]
    assert numbers(corrected, structure_id=corrected.structures[2].id) == ["FA-2026-0003"]
    assert numbers(corrected, month=MARCH) == numbers(corrected, year=2026) == numbers(corrected)
    assert numbers(corrected, month=Month(2026, 4)) == numbers(corrected, year=2025) == []
    assert numbers(corrected, structure_id=987_654) == []


@pytest.mark.parametrize("standing", [None, *Standing])
def test_sums_are_those_of_the_list(corrected: Told, standing: Standing | None) -> None:
    """Credit notes are taken away; the count is the list's."""
    wanted = Wanted(standing=standing)
    listed = queries.list_invoices(corrected.coordinator, wanted=wanted)
    totals = queries.sum_invoices(corrected.coordinator, wanted=wanted)
    assert (totals.count, totals.gross) == (len(listed), total(one.effect for one in listed))
    assert totals.net + totals.tax == totals.gross


def test_a_list_comes_in_pages(corrected: Told) -> None:
    """Page by page, nothing twice and nothing lost."""
    pages = [queries.list_invoices(corrected.coordinator, limit=4, offset=at) for at in (0, 4, 8)]
    assert [len(page) for page in pages] == [4, 2, 0]
    assert [one.number for page in pages for one in page] == numbers(corrected)


def test_a_representative_has_its_own_list(corrected: Told) -> None:
    """R6: lists, sums and choices hold its own structure alone, also when it asks for another's."""
    own = corrected.representative(0)
    assert {one.structure_id for one in queries.list_invoices(own)} == {corrected.structures[0].id}
    others = Wanted(structure_id=corrected.structures[1].id)
    assert queries.list_invoices(own, wanted=others) == () and queries.sum_invoices(own, wanted=others).count == 0
    assert queries.sum_invoices(own).count == 3
    assert [name for _, name in queries.invoice_choices(own).structures] == ["Structure A1"]
    assert queries.invoice_choices(own).months == (MARCH,)


def test_who_may_not_see_any_gets_nothing(corrected: Told) -> None:
    """An employee, and a representative without the right."""
    for somebody in (actor(corrected.grouping, Role.EMPLOYEE), actor(corrected.grouping, Role.REPRESENTATIVE)):
        assert queries.list_invoices(somebody) == ()
        assert queries.sum_invoices(somebody).count == 0
        for read in (queries.get_invoice, queries.get_summary, queries.invoice_page):
            with pytest.raises(NotFound):
                read(somebody, corrected.invoices[0].id)


def test_the_page_of_an_invoice_knows_what_became_of_it(corrected: Told) -> None:
    """Cancelled and replaced; cancelled and not replaced; in force: each offers what can be done, to who may."""
    replaced, cancelled, standing = (
        queries.invoice_page(corrected.coordinator, invoice.id) for invoice in corrected.invoices
    )
    assert replaced.in_force is not None and replaced.in_force.number == "FA-2026-0004"
    assert (replaced.may_credit, replaced.may_issue_again) == (False, False)
    assert cancelled.in_force is None and (cancelled.may_credit, cancelled.may_issue_again) == (False, True)
    assert (standing.may_credit, standing.may_issue_again) == (True, False)
    read = queries.invoice_page(corrected.representative(2), corrected.invoices[2].id)
    assert (read.may_credit, read.may_issue_again) == (False, False)
    assert cancelled.credit_id is not None
    note = queries.invoice_page(corrected.coordinator, cancelled.credit_id)
    assert (note.credited_id, note.reason) == (corrected.invoices[1].id, "Faux")


def test_what_issuing_again_would_change_is_told_before(corrected: Told) -> None:
    """Only what is different, as both would print it."""
    invoice_id = corrected.invoices[1].id
    changes = queries.changes_again(corrected.coordinator, invoice_id=invoice_id, on=LATER, at=NOW)
    assert [(one.what, one.before, one.after) for one in changes] == [
        ("Date d’émission", "5 avril 2026", "20 avril 2026"),
        ("Échéance", "5 mai 2026", "20 mai 2026"),
    ]


# ── « Pourquoi ce montant ? » ──────────────────────────────────────────────────────────────────────────────────────


def test_a_shared_line_walks_back_to_the_hours(told: Told) -> None:
    """Amount ← exact part and its cent ← pool ← minutes ← own lines with who confirmed them."""
    found = queries.explain_line(told.coordinator, invoice_id=told.invoices[0].id, position=1)
    share = found.share
    assert share is not None and found.employee == "Nolwenn Le Goff"
    assert (found.line.amount, share.pool_total) == (Money(66_667), Money(100_000))
    assert (found.fraction, share.exact) == (Fraction(2, 3), Fraction(200_000, 3))
    assert str(found.exact) == "666,6667" and share.extra_cent and share.floor == Money(66_666)
    assert (share.minutes, share.total_minutes, found.minutes, found.adds_up) == (480, 720, 480, True)
    (work,) = found.works
    assert [(entry.worked_on, entry.minutes, entry.activity) for entry in work.entries] == [
        (date(2026, 3, 2), 480, "Paie")
    ]
    (confirmed,) = found.confirmations
    assert (confirmed.by, confirmed.lines, confirmed.minutes) == ("Anne Riou", 1, 480)


def test_the_cent_left_over_goes_to_one(told: Told) -> None:
    """500,01 € in three equal parts: three times 166,67 €, none got a cent; its sum is told."""
    parts = [queries.explain_line(told.coordinator, invoice_id=one.id, position=len(queries.list_lines(one.id)) - 1)
             for one in told.invoices]  # fmt: skip
    assert [part.line.amount.cents for part in parts] == [16_667, 16_667, 16_667]
    assert all(part.share is not None and part.share.is_exact for part in parts)


def test_management_shows_all_own_hours(told: Told) -> None:
    """The grouping's costs go by all hours: a member sees every line done for it, by employee."""
    lines = queries.lines_of(told.invoices[0].id)
    found = queries.explain_line(told.representative(0), invoice_id=told.invoices[0].id, position=len(lines))
    assert found.employee == "" and [work.employee for work in found.works] == ["Nolwenn Le Goff", "Yann Cariou"]
    assert found.share is not None and found.minutes == found.share.minutes == 580 and found.adds_up


def test_a_member_sees_its_own_and_two_totals(told: Told) -> None:
    """Decision 0003: no component, no other structure's line, no other structure's invoice."""
    own = told.representative(0)
    found = queries.explain_line(own, invoice_id=told.invoices[0].id, position=1)
    assert found.share is not None and found.share.components is None
    assert {entry.structure_id for work in found.works for entry in work.entries} == {told.structures[0].id}
    for invoice_id, position in ((told.invoices[1].id, 1), (987_654, 1), (told.invoices[0].id, 99)):
        with pytest.raises(NotFound):
            queries.explain_line(own, invoice_id=invoice_id, position=position)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.TREASURER, Role.AUDITOR])
def test_who_keeps_the_accounts_sees_what_the_cost_is_made_of(told: Told, role: Role) -> None:
    """The breakdown by kind comes to the pool."""
    found = queries.explain_line(actor(told.grouping, role), invoice_id=told.invoices[0].id, position=1)
    assert found.share is not None and found.share.components is not None
    assert total(one.amount for one in found.share.components) == found.share.pool_total


def test_another_groupings_walk_does_not_exist(told: Told) -> None:
    """R6, R7."""
    with inside(a_grouping(slug="autre")) as other, pytest.raises(NotFound):
        queries.explain_line(actor(other, Role.COORDINATOR), invoice_id=told.invoices[0].id, position=1)


def test_a_credit_note_is_explained_as_what_it_cancels(told: Told) -> None:
    """The same walk, and the name of the invoice it mirrors."""
    invoice_id = told.invoices[0].id
    note = issue_credit_note(told.coordinator, invoice_id=invoice_id, reason="Faux", on=LATER, at=NOW)
    mirror = queries.explain_line(told.coordinator, invoice_id=note.id, position=1)
    first = queries.explain_line(told.coordinator, invoice_id=invoice_id, position=1)
    assert (mirror.share, mirror.works, mirror.invoice.credits) == (first.share, first.works, "FA-2026-0001")


def test_a_priced_line_walks_back_to_the_price(app: Flask) -> None:
    """Golden A: 62,50 h × 27,23 € ← the decision ← the hour lines."""
    with inside(a_grouping()) as grouping:
        golden_a()
        price = a_price()
        coordinator = actor(grouping, Role.COORDINATOR)
        (first, *_rest) = close(coordinator)
        found = queries.explain_line(coordinator, invoice_id=first.id, position=1)
        assert found.price is not None and found.price.id == price.id
        assert (str(found.line.quantity), found.line.minutes, found.minutes) == ("62.50", 3750, 3750)
        assert found.line.amount == Money(170_188) and found.adds_up


@pytest.mark.parametrize(
    ("method", "weights", "parts"),
    [(KeyMethod.EQUAL, False, (1, 2)), (KeyMethod.WEIGHTS, True, (3, 4)), (KeyMethod.HEADCOUNT, False, (5, 10))],
)
def test_each_key_tells_its_weights_and_its_decision(
    app: Flask, method: KeyMethod, weights: bool, parts: tuple[int, int]
) -> None:
    """Equal parts, fixed weights, headcount: own weight over all weights, who decided, since when."""
    with inside(a_grouping()) as grouping:
        one, two = a_structure("A1"), a_structure("B2")
        employee = an_employee(one, two)
        fixed = {one.id: 3, two.id: 1} if weights else {}
        motion = key_motion(
            pool=Pool.EMPLOYEE, employee_id=None, method=method, weights=fixed, from_on=date(2026, 1, 1)
        )
        decided = a_decision(motion, number=4, decided_by="Conseil du 12 janvier 2026")
        worked(employee, one, date(2026, 3, 2), 400)
        worked(employee, two, date(2026, 3, 3), 40)
        a_cost(MARCH, 100_001, employee=employee)
        coordinator = actor(grouping, Role.COORDINATOR)
        first, _second = close(coordinator)
        share = queries.explain_line(coordinator, invoice_id=first.id, position=1).share
        assert share is not None and (share.weight, share.total_weight) == parts
        assert (share.decision_number, share.decided_by, share.decided_from) == (
            4, "Conseil du 12 janvier 2026", date(2026, 1, 1),
        )  # fmt: skip
        assert queries.invoice_record(first.id).basis == "Conseil du 12 janvier 2026"
        assert {line.decision_id for line in queries.list_lines(first.id)} == {decided.id}
