"""The end of a month, as the people of a grouping live it: each does their part, then the invoices go out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from flask import Flask

from coopter.billing import commands as invoicing
from coopter.billing import queries as billing
from coopter.billing.record import Kind
from coopter.costs import commands as costs
from coopter.costs.rules import CostKind
from coopter.hours import commands as hours
from coopter.hours import queries as timesheets
from coopter.hours.rules import EntryKey, EntryState, MonthLocked, Seen, Typed
from coopter.members.models import Structure
from coopter.office import commands as office
from coopter.office import queries
from coopter.office.commands.documents import render_documents
from coopter.office.queries.verify import verify_grouping
from coopter.plumbing import outbox
from coopter.staff.models import Employee
from coopter.values.actor import Actor, Role
from coopter.values.money import Money, total
from coopter.values.month import Month
from coopter.values.refusal import NotAllowed, NotFound
from tests.factories import a_grouping, a_person, a_structure, actor, an_employee, inside

SEPTEMBER = Month(2026, 9)
MONDAY = date(2026, 9, 7)
FRIDAY = datetime(2026, 9, 11, 15, 0, tzinfo=UTC)
THE_5TH = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class People:
    """Everybody in the story."""

    farm: Structure
    library: Structure
    nolwenn: Employee
    employee: Actor
    farmer: Actor
    librarian: Actor
    coordinator: Actor
    auditor: Actor


@pytest.fixture
def people(app: Flask) -> Iterator[People]:
    """A farm and a library share Nolwenn; Anne coordinates, Claire audits."""
    with inside(a_grouping()) as grouping:
        farm, library = a_structure("FER", legal_name="La Ferme du Rohu"), a_structure("BIB")
        nolwenn = an_employee(farm, library)
        a_person(Role.REPRESENTATIVE, structure=farm)
        a_person(Role.EMPLOYEE, employee=nolwenn)
        yield People(
            farm, library, nolwenn,
            employee=actor(grouping, Role.EMPLOYEE, employee=nolwenn, name="Nolwenn Le Goff"),
            farmer=actor(grouping, Role.REPRESENTATIVE, structure=farm, name="Paul Guillou"),
            librarian=actor(grouping, Role.REPRESENTATIVE, structure=library, name="Inès Le Roux"),
            coordinator=actor(grouping, Role.COORDINATOR),
            auditor=actor(grouping, Role.AUDITOR, name="Claire Danet"),
        )  # fmt: skip


def test_from_a_week_of_work_to_an_invoice_that_is_paid_for_what_was_done(people: People) -> None:
    """Logged, disputed, corrected, confirmed; closed; one invoice is wrong, cancelled, and issued again."""
    nolwenn_logs_and_sends_her_week(people)
    the_farmer_disputes_tuesday_and_she_corrects_it(people)
    the_librarian_forgets_so_anne_confirms_and_says_why(people)
    the_costs_come_in(people)
    closing = anne_closes_the_month(people)
    the_documents_are_made(people)
    each_member_sees_its_own_invoice_and_no_other(people)
    nothing_of_september_moves_any_more(people)
    the_farm_had_moved_so_its_invoice_is_cancelled_and_issued_again(people, closing)
    claire_finds_everything_in_order(people)


def nolwenn_logs_and_sends_her_week(people: People) -> None:
    """Monday and Tuesday at the farm, Wednesday at the library."""
    days = ((people.farm, 7, 420), (people.farm, 8, 480), (people.library, 9, 450))
    typed = [Typed(EntryKey(people.nolwenn.id, where.id, date(2026, 9, day)), m) for where, day, m in days]
    hours.send_week(people.employee, employee_id=people.nolwenn.id, monday=MONDAY, typed=typed, at=FRIDAY)
    assert sum(one.minutes for one in timesheets.waiting(SEPTEMBER)) == 1350


def the_farmer_disputes_tuesday_and_she_corrects_it(people: People) -> None:
    """She left at noon; the corrected line goes back and both days are confirmed."""
    tuesday = next(one for one in timesheets.entries_of(people.farm.id, SEPTEMBER) if one.worked_on.day == 8)
    seen = Seen(tuesday.id, tuesday.version, tuesday.minutes)
    hours.dispute_entry(people.farmer, seen=seen, reason="Partie à midi", at=FRIDAY)
    key = EntryKey(people.nolwenn.id, people.farm.id, date(2026, 9, 8))
    hours.log_hours(people.employee, key=key, minutes=240, at=FRIDAY)
    hours.submit_week(people.employee, employee_id=people.nolwenn.id, monday=MONDAY, at=FRIDAY)
    lines = timesheets.entries_of(people.farm.id, SEPTEMBER)
    with pytest.raises((NotAllowed, NotFound)):
        hours.confirm_entries(people.librarian, seen=[Seen(one.id, one.version) for one in lines], at=FRIDAY)
    hours.confirm_entries(people.farmer, seen=[Seen(one.id, one.version, one.minutes) for one in lines], at=FRIDAY)


def the_librarian_forgets_so_anne_confirms_and_says_why(people: People) -> None:
    """The reason stays on the line."""
    hours.confirm_month(people.coordinator, month=SEPTEMBER, reason="Vu au téléphone avec Inès", at=THE_5TH)
    (line,) = timesheets.entries_of(people.library.id, SEPTEMBER)
    assert (line.state, line.confirmed_because) == (EntryState.CONFIRMED, "Vu au téléphone avec Inès")


def the_costs_come_in(people: People) -> None:
    """Pay for Nolwenn, rent for the grouping."""
    for employee_id, kind, cents in (
        (people.nolwenn.id, CostKind.GROSS_PAY, 100_000),
        (None, CostKind.MANAGEMENT, 999),
    ):
        costs.add_cost_line(
            people.coordinator, month=SEPTEMBER, employee_id=employee_id, kind=kind, label="septembre",
            amount=Money(cents), at=THE_5TH,
        )  # fmt: skip


def anne_closes_the_month(people: People) -> office.Closing:
    """What she was shown is what is invoiced, to the cent: 660 minutes at the farm, 450 at the library."""
    preview = queries.preview_month(people.coordinator, month=SEPTEMBER, on=THE_5TH.date())
    assert preview.can_close
    closing = office.close_month(people.coordinator, month=SEPTEMBER, on=THE_5TH.date(), at=THE_5TH)
    assert closing.net == preview.net == Money(100_999)
    shares = {invoice.structure_id: invoice.net for invoice in closing.invoices}
    assert shares[people.farm.id] == Money(59_459 + 594)
    assert total(shares.values()) == Money(100_999)
    return closing


def the_documents_are_made(people: People) -> None:
    """One PDF and one XML each, once."""
    assert render_documents(people.coordinator, at=THE_5TH, workers=2).made == 2
    assert billing.documents_missing() == ()
    assert outbox.waiting(kind="document") == 0


def each_member_sees_its_own_invoice_and_no_other(people: People) -> None:
    """The library's is as unknown to the farm as one that does not exist."""
    (own,) = billing.list_invoices(people.farmer)
    (other,) = billing.list_invoices(people.librarian)
    assert (own.structure_id, other.structure_id) == (people.farm.id, people.library.id)
    with pytest.raises(NotFound):
        billing.get_invoice(people.farmer, other.id)


def nothing_of_september_moves_any_more(people: People) -> None:
    """R23: neither the employee nor the coordinator changes a closed month."""
    key = EntryKey(people.nolwenn.id, people.farm.id, date(2026, 9, 8))
    for who in (people.employee, people.coordinator):
        with pytest.raises(MonthLocked):
            hours.log_hours(who, key=key, minutes=480, at=THE_5TH)


def the_farm_had_moved_so_its_invoice_is_cancelled_and_issued_again(people: People, closing: office.Closing) -> None:
    """R19: the credit note is the exact mirror; the new invoice takes the next number."""
    wrong = next(invoice for invoice in closing.invoices if invoice.structure_id == people.farm.id)
    note = invoicing.issue_credit_note(
        people.coordinator, invoice_id=wrong.id, reason="Adresse périmée", on=THE_5TH.date(), at=THE_5TH
    )
    again = invoicing.issue_again(people.coordinator, invoice_id=wrong.id, on=THE_5TH.date(), at=THE_5TH)
    assert (note.gross, again.gross) == (wrong.gross, wrong.gross)
    assert [note.number, again.number] == ["AV-2026-0001", "FA-2026-0003"]
    assert billing.get_invoice(people.coordinator, note.id).kind is Kind.CREDIT_NOTE
    assert render_documents(people.coordinator, at=THE_5TH, workers=2).made == 2


def claire_finds_everything_in_order(people: People) -> None:
    """The auditor changes nothing and checks everything."""
    verdict = verify_grouping(people.auditor)
    assert verdict.findings == ()
    assert (verdict.invoices, verdict.documents.made) == (4, 4)
    with pytest.raises(NotAllowed):
        office.close_month(people.auditor, month=SEPTEMBER.next(), on=THE_5TH.date(), at=THE_5TH)
