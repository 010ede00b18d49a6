"""Issuing, cancelling, issuing again: exact mirrors, once each, sealed, and nothing issued is ever edited."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from coopter.billing import queries, rules
from coopter.billing.commands import (
    AlreadyCredited,
    AlreadyIssuedAgain,
    CreditBeforeInvoice,
    NotCredited,
    ReasonMissing,
    SeriesAhead,
    issue_again,
    issue_credit_note,
)
from coopter.billing.models import Invoice, InvoiceLine
from coopter.billing.record import Kind, VatRegime
from coopter.plumbing import journal, outbox
from coopter.plumbing.database import db, session
from coopter.plumbing.journal import JournalEntry, Seal, sealed_digests
from coopter.plumbing.transaction import command
from coopter.values.actor import Role
from coopter.values.money import Money, total
from coopter.values.refusal import NotAllowed, NotFound
from tests.billing.months import MARCH, Told, close, set_parameter
from tests.factories import AT, a_cost, a_grouping, a_structure, actor, an_employee, inside, saved, worked
from tests.office.processes import BROKEN, DONE, REFUSED, exit_code, forked

LATER = date(2026, 4, 20)
NOW = datetime(2026, 4, 20, 8, 0, tzinfo=UTC)


def credit(told: Told, place: int = 0, *, reason: str = "Heures comptées deux fois", on: date = LATER) -> Any:
    """Cancel the invoice at this place."""
    return issue_credit_note(told.coordinator, invoice_id=told.invoices[place].id, reason=reason, on=on, at=NOW)


def again(told: Told, place: int = 0, *, on: date = LATER) -> Any:
    """Issue the invoice at this place anew."""
    return issue_again(told.coordinator, invoice_id=told.invoices[place].id, on=on, at=NOW)


@command
def changed(row: Any, **fields: object) -> None:
    """Correct a record of the members' room, as its own command would."""
    row = session().get_one(type(row), row.id)
    for name, value in fields.items():
        setattr(row, name, value)


def sealed_ids(table: str) -> set[int]:
    """The ids of this table's rows that some seal covers."""
    seals = session().scalars(select(Seal).where(Seal.table_name == table))
    return {row_id for seal in seals for row_id in sealed_digests(seal.rows)}


def test_a_month_is_invoiced_at_cost_with_what_it_follows(told: Told) -> None:
    """R17, R18: lines are the shares, VAT once on the sum, and the rule followed is named."""
    first = told.invoices[0]
    record = queries.invoice_record(first.id)
    assert [line.amount.cents for line in record.lines] == [66_667, 16_667, 5_686]
    assert (record.net, record.tax, record.gross) == (Money(89_020), Money(17_804), Money(106_824))
    assert record.basis == "clé par défaut, au prorata des heures"
    rules.check_record(record)
    assert total(invoice.net for invoice in told.invoices) == Money(160_001)
    entry = session().scalars(select(JournalEntry).where(JournalEntry.action == "invoices.issued")).one()
    assert entry.after["numbers"] == ["FA-2026-0001", "FA-2026-0003"]


def test_a_credit_note_is_the_exact_mirror(told: Told) -> None:
    """R19: type 381, positive amounts, the same lines; together they make zero to the cent."""
    note = credit(told)
    assert note.number == "AV-2026-0001"
    before, after = queries.invoice_record(told.invoices[0].id), queries.invoice_record(note.id)
    assert after.kind is Kind.CREDIT_NOTE and after.effect == -before.effect
    assert [line.amount for line in after.lines] == [line.amount for line in before.lines]
    assert (after.net, after.tax, after.gross) == (before.net, before.tax, before.gross)
    assert after.preceding is not None and after.preceding.number == before.number
    assert (after.reason, after.buyer, after.hours) == ("Heures comptées deux fois", before.buyer, before.hours)
    assert queries.sum_invoices(told.coordinator).gross == total(one.gross for one in told.invoices[1:])
    assert {note.id} <= sealed_ids("invoice")
    lines = session().scalars(select(InvoiceLine.id).where(InvoiceLine.invoice_id == note.id))
    assert set(lines) <= sealed_ids("invoice_line")
    assert outbox.waiting(kind="document") == len(told.invoices) + 1


@pytest.mark.parametrize("cents", [1, 5, 15, 33_333, 761_250])
@pytest.mark.parametrize("regime", ["taxed", "exempt-261b", "franchise-293b"])
def test_half_cents_mirror_too(app: Flask, cents: int, regime: str) -> None:
    """R19: amounts whose tax ends in a half cent, under each regime, through the whole chain."""
    with inside(a_grouping()) as grouping:
        set_parameter("vat_regime", regime)
        set_parameter("vat_rate", "19")
        structure = a_structure("A1")
        employee = an_employee(structure)
        worked(employee, structure, date(2026, 3, 2), 60)
        a_cost(MARCH, cents, employee=employee)
        coordinator = actor(grouping, Role.COORDINATOR)
        (invoice,) = close(coordinator)
        note = issue_credit_note(coordinator, invoice_id=invoice.id, reason="Essai", on=LATER, at=NOW)
        assert (note.net, note.tax, note.gross) == (invoice.net, invoice.tax, invoice.gross)
        assert queries.sum_invoices(coordinator).gross == Money.zero()


def test_an_invoice_is_cancelled_once(told: Told) -> None:
    """R4: the second is told by which credit note."""
    credit(told)
    with pytest.raises(AlreadyCredited, match="AV-2026-0001"):
        credit(told)
    with pytest.raises(rules.NotAnInvoice, match="AV-2026-0001"):
        note = queries.find_credit_note(told.invoices[0].id)
        assert note is not None
        issue_credit_note(told.coordinator, invoice_id=note.id, reason="Encore", on=LATER, at=NOW)
    assert credit(told, 1).number == "AV-2026-0002"


@pytest.mark.parametrize("reason", ["", "   ", "\u00a0"])
def test_a_credit_note_says_why(told: Told, reason: str) -> None:
    """Its reason is printed: an empty one is refused, and nothing is written."""
    with pytest.raises(ReasonMissing):
        credit(told, reason=reason)
    assert queries.find_credit_note(told.invoices[0].id) is None


def test_a_credit_note_is_not_older_than_its_invoice(told: Told) -> None:
    """R75: neither than the invoice, nor than the last of its own series."""
    with pytest.raises(CreditBeforeInvoice, match="05/04/2026"):
        credit(told, on=date(2026, 4, 4))
    credit(told, on=LATER)
    with pytest.raises(SeriesAhead, match="20/04/2026"):
        credit(told, 1, on=date(2026, 4, 19))


def race(told: Told) -> list[int]:
    """Two coordinators cancel the same invoice at the same instant, each in a process of its own."""
    db.session.remove()
    db.engine.dispose()
    start = multiprocessing.get_context("fork").Barrier(2)

    def work() -> int:
        start.wait()
        try:
            credit(told)
        except AlreadyCredited:
            return REFUSED
        return DONE

    children = [forked(work, grouping_id=told.grouping.id) for _ in range(2)]
    return sorted(exit_code(child) for child in children)


def test_two_who_cancel_at_once_cancel_once(told: Told) -> None:
    """R3 for credit notes: one is done, the other is told."""
    assert race(told) == [DONE, REFUSED]
    assert session().scalar(select(func.count(Invoice.id)).where(Invoice.kind == Kind.CREDIT_NOTE)) == 1


def test_blind_they_meet_the_database(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """R3, the twin: without the check, only the unique key of the cancelled invoice stops the second."""
    monkeypatch.setattr(queries, "find_credit_note", lambda invoice_id: None)
    assert race(told) == [DONE, BROKEN]
    assert session().scalar(select(func.count(Invoice.id)).where(Invoice.kind == Kind.CREDIT_NOTE)) == 1


def test_issuing_again_takes_todays_particulars(told: Told) -> None:
    """The same amounts before tax; address, VAT and terms of the day; the old paper keeps what it said."""
    structure = told.structures[0]
    credit(told)
    changed(structure, address="12 rue Neuve", email="compta@structure.example")
    set_parameter("payment_days", "15")
    issued = again(told)
    old, new = queries.invoice_record(told.invoices[0].id), queries.invoice_record(issued.id)
    assert issued.number == "FA-2026-0004"
    assert new.buyer.address.lines == ("12 rue Neuve",) and old.buyer.address.lines != new.buyer.address.lines
    assert new.due_on == date(2026, 5, 5) and new.issued_on == LATER
    assert [line.amount for line in new.lines] == [line.amount for line in old.lines]
    assert new.gross == old.gross
    assert {issued.id} <= sealed_ids("invoice")
    assert outbox.waiting(kind="document") == len(told.invoices) + 2


def test_issuing_again_corrects_the_regime(told: Told) -> None:
    """A month invoiced under the wrong regime is cancelled, the regime corrected, and issued without VAT."""
    from coopter.members.models import Parameter

    credit(told)
    saved(
        Parameter(
            name="vat_regime", value="exempt-261b", from_on=date(2026, 3, 1), decided_by="Rescrit", author="Anne Riou",
            recorded_at=AT,
        )
    )  # fmt: skip
    new = queries.invoice_record(again(told).id)
    assert (new.vat_regime, new.tax, new.gross) == (VatRegime.EXEMPT_261B, Money.zero(), Money(89_020))


def test_only_a_cancelled_invoice_is_issued_again_and_once(told: Told) -> None:
    """One invoice in force per structure and month, whatever the order of clicks."""
    with pytest.raises(NotCredited, match="FA-2026-0001"):
        again(told)
    note = credit(told)
    with pytest.raises(rules.NotAnInvoice):
        issue_again(told.coordinator, invoice_id=note.id, on=LATER, at=NOW)
    issued = again(told)
    with pytest.raises(AlreadyIssuedAgain, match=issued.number):
        again(told)
    second = issue_credit_note(told.coordinator, invoice_id=issued.id, reason="Encore faux", on=LATER, at=NOW)
    assert second.number == "AV-2026-0002"
    assert again(told).number == "FA-2026-0005"


def test_others_cancel_and_issue_nothing(told: Told) -> None:
    """House rule 5: a treasurer, an auditor, a representative read."""
    for role in (Role.TREASURER, Role.AUDITOR, Role.REPRESENTATIVE, Role.EMPLOYEE):
        somebody = actor(told.grouping, role, structure=told.structures[0])
        for act in (issue_credit_note, issue_again):
            facts: dict[str, Any] = {"reason": "Non"} if act is issue_credit_note else {}
            with pytest.raises(NotAllowed):
                act(somebody, invoice_id=told.invoices[0].id, on=LATER, at=NOW, **facts)


def test_another_groupings_invoice_is_unknown(told: Told) -> None:
    """R7: its id, and one that never was, are the same refusal."""
    with inside(a_grouping(slug="autre")) as other:
        coordinator = actor(other, Role.COORDINATOR)
        for invoice_id in (told.invoices[0].id, 987_654):
            with pytest.raises(NotFound):
                issue_credit_note(coordinator, invoice_id=invoice_id, reason="Non", on=LATER, at=NOW)
            with pytest.raises(NotFound):
                issue_again(coordinator, invoice_id=invoice_id, on=LATER, at=NOW)
    assert queries.find_credit_note(told.invoices[0].id) is None


@pytest.mark.parametrize("table", ["invoice", "invoice_line", "invoice_document", "cost_share", "cost_split"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_raw_sql_changes_nothing_issued(told: Told, table: str, statement: str) -> None:
    """R11: triggers refuse every UPDATE and DELETE on what was issued, also from a console."""
    if table == "invoice_document":
        attach(told)
    db.session.commit()
    with pytest.raises(DBAPIError, match="insert-only"), db.engine.begin() as connection:
        if db.engine.dialect.name == "postgresql":
            connection.execute(text("SELECT set_config('coopter.grouping', '*', true)"))
        connection.execute(text(statement.format(table)))


def attach(told: Told) -> None:
    """A document for the first invoice, without making one."""
    from coopter.billing.commands import attach_document

    attach_document(told.coordinator, invoice_id=told.invoices[0].id, pdf_sha256="a" * 64, xml_sha256="b" * 64, at=NOW)


def test_the_orm_changes_nothing_issued(told: Told) -> None:
    """R11: nor does a command that would."""
    with pytest.raises(DBAPIError, match="insert-only"):
        changed(session().get_one(Invoice, told.invoices[0].id), gross=Money(1), net=Money(1), tax=Money(0))


def test_no_journal_no_credit_note(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """R44: the act and its line in the journal are one transaction; the number comes back."""

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the power went")

    with monkeypatch.context() as broken:
        broken.setattr(journal, "record", fail)
        with pytest.raises(RuntimeError, match="power"):
            credit(told)
    assert queries.find_credit_note(told.invoices[0].id) is None
    assert credit(told).number == "AV-2026-0001"


def test_public_bodies_have_their_own_terms(told: Told) -> None:
    """A public body's delay and late penalty are its own (CCP art. R2192-10), on the first issue and again."""
    public, private = queries.invoice_record(told.invoices[1].id), queries.invoice_record(told.invoices[0].id)
    assert public.notes.penalties != private.notes.penalties
    credit(told, 1)
    assert queries.invoice_record(again(told, 1).id).notes == public.notes
