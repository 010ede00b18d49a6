"""Verify: whatever is changed behind the application's back is found and named; nothing else is (R11, R12, R13)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import Table, insert, select, text, update

from coopter.billing import commands as billing
from coopter.billing.models import Invoice, InvoiceLine
from coopter.costs import commands as costs
from coopter.costs.rules import KeyMethod, Pool
from coopter.office import commands as office
from coopter.office.queries.verify import Head, verify_grouping, verify_installation
from coopter.plumbing import files, journal
from coopter.plumbing.database import session
from coopter.plumbing.transaction import command
from coopter.values.actor import Actor, Role
from coopter.values.month import Month
from coopter.values.rate import Rate
from tests.factories import a_cost, a_grouping, a_structure, actor, an_employee, inside, worked
from tests.office.governed import called, govern, paid
from tests.office.tampering import (
    OTHERWISE_TAKEN,
    behind_the_back,
    change,
    columns_of,
    found,
    others,
    rows,
)

MARCH, APRIL = Month(2026, 3), Month(2026, 4)
AT = datetime(2026, 5, 5, 8, 0, tzinfo=UTC)
ON = date(2026, 5, 5)


@pytest.fixture
def coordinator(app: Flask) -> Iterator[Actor]:
    """Two closed months (one at cost, one priced), a credit note, documents, a rule and a price, each sealed."""
    with inside(a_grouping()) as grouping:
        me = actor(grouping, Role.COORDINATOR)
        one, other = a_structure("A1"), a_structure("B2")
        nolwenn = an_employee(one, other)
        for day, place, minutes in ((2, one, 480), (3, other, 240), (4, other, 90)):
            worked(nolwenn, place, date(2026, 3, day), minutes, activity="Paie")
            worked(nolwenn, place, date(2026, 4, day), minutes)
        for month in (MARCH, APRIL):
            a_cost(month, 100_001, employee=nolwenn)
            a_cost(month, 10_000)
        decide(me, nolwenn.id, one.id)
        march = office.close_month(me, month=MARCH, on=ON, at=AT)
        april = office.close_month(me, month=APRIL, on=ON, at=AT)
        credit = billing.issue_credit_note(me, invoice_id=march.invoices[0].id, reason="erreur", on=ON, at=AT)
        paid(me, invoice_id=march.invoices[1].id, at=AT)
        for invoice in (*march.invoices, *april.invoices, credit, *called(me, at=AT).documents):
            pdf, xml = files.store(f"pdf {invoice.number}".encode()), files.store(f"xml {invoice.number}".encode())
            billing.attach_document(me, invoice_id=invoice.id, pdf_sha256=pdf, xml_sha256=xml, at=AT)
        worked(nolwenn, one, date(2026, 5, 4), 60)  # an open month: not sealed, and no harm
        yield me


@command
def decide(me: Actor, employee_id: int, structure_id: int) -> None:
    """A key for management's pool and a price from April on, sealed as their commands do."""
    costs.set_allocation_rule(me, pool=Pool.MANAGEMENT, method=KeyMethod.EQUAL, from_on=MARCH.first, at=AT)
    costs.set_hourly_price(me, rate=Rate.parse("20"), employee_id=employee_id, from_on=APRIL.first, at=AT)
    gone = costs.set_hourly_price(me, rate=None, employee_id=employee_id, from_on=date(2026, 12, 1), at=AT)
    govern(me, structure_id=structure_id, decision_id=gone, at=AT)


def test_nothing_is_wrong_when_nothing_was_touched(coordinator: Actor) -> None:
    """R12: no false alarm; and the head is told, to be noted elsewhere."""
    verdict = verify_grouping(coordinator)
    assert verdict.findings == ()
    assert verdict.holds
    assert (verdict.invoices, verdict.documents.made, verdict.documents.waiting) == (7, 7, 0)
    assert verdict.rows > 40
    assert verify_grouping(coordinator, anchors=(verdict.head,)).holds
    assert verify_installation(coordinator_of_all(), chains=frozenset({coordinator.grouping_id or 0})).holds


def coordinator_of_all() -> Actor:
    """Whoever holds the machine."""
    return Actor.command_line()


@pytest.mark.parametrize("name", sorted(journal.PROTECTED))
def test_every_changed_value_is_found_and_named(coordinator: Actor, name: str, on_postgresql: bool) -> None:
    """R11, R12: each column of each protected table, each row of up to three (one on PostgreSQL), several values."""
    table = journal.PROTECTED[name]
    ids = [row.id for row in rows(table)][: 1 if on_postgresql else 3]
    assert ids
    tried = 0
    for row_id in ids:
        for column in columns_of(table):
            for value in others(table, column, row_id):
                with behind_the_back():
                    if not change(table, {"id": row_id}, column, value):
                        continue
                    tried += 1
                    named = {(t, r) for _, t, r in found(verify_grouping(coordinator))}
                    assert (name, row_id) in named, f"{name}.{column} of {row_id} := {value!r}"
    assert tried > len(table.columns)


@pytest.mark.parametrize("name", ["journal_entry", "seal"])
def test_every_changed_value_of_the_journal_is_found(coordinator: Actor, name: str, on_postgresql: bool) -> None:
    """R12: the chain covers every field of an entry and of a seal (their ids mean nothing and are left out)."""
    table: Table = {"journal_entry": journal.JournalEntry, "seal": journal.Seal}[name].__table__  # type: ignore[assignment]
    query = select(table.c.id).where(table.c.chain == coordinator.grouping_id).order_by(table.c.id)
    for row_id in list(session().scalars(query))[: 2 if on_postgresql else 6]:
        for column in columns_of(table):
            if column == "id":
                continue
            for value in others(table, column, row_id):
                with behind_the_back():
                    if change(table, {"id": row_id}, column, value):
                        assert found(verify_grouping(coordinator)), f"{name}.{column} of {row_id} := {value!r}"


@pytest.mark.parametrize("name", sorted(journal.PROTECTED))
def test_a_row_deleted_doubled_or_swapped_is_found(coordinator: Actor, name: str) -> None:
    """R12: delete the first, the last; insert a copy; exchange two rows' contents."""
    table = journal.PROTECTED[name]
    all_ids = [row.id for row in rows(table)]
    for row_id in {all_ids[0], all_ids[-1]}:
        with behind_the_back():
            session().execute(text(f"DELETE FROM {name} WHERE id = {row_id}"))
            verdict = found(verify_grouping(coordinator))
            is_open = name == "time_entry" and row_id == all_ids[-1]
            assert is_open or ("RowMissing", name, row_id) in verdict
    with behind_the_back():
        columns = columns_of(table)
        copied = {**{column: f'"{column}"' for column in columns}, **OTHERWISE_TAKEN.get(name, {}), "id": "424242"}
        listed = ", ".join(f'"{column}"' for column in columns)
        chosen = f"SELECT {', '.join(copied.values())} FROM {name} WHERE id = {all_ids[0]}"
        session().execute(text(f"INSERT INTO {name} ({listed}) {chosen}"))
        assert ("RowUnsealed", name, 424242) in found(verify_grouping(coordinator))
    if len(all_ids) > 1:
        first, second = all_ids[:2]
        with behind_the_back():
            for was, becomes in ((first, -1), (second, first), (-1, second)):
                session().execute(text(f"UPDATE {name} SET id = {becomes} WHERE id = {was}"))
            assert ("RowAltered", name, first) in found(verify_grouping(coordinator))


def test_text_moved_between_neighbouring_columns_is_found(coordinator: Actor) -> None:
    """R12: « Loyer,mars » + « R1 » is not « Loyer » + « mars,R1 »."""
    line = rows(InvoiceLine.__table__)[0]  # type: ignore[arg-type]
    with behind_the_back():
        session().execute(
            text("UPDATE invoice_line SET label = :label, detail = :detail WHERE id = :id"),
            {"label": line.label[:-1], "detail": line.label[-1] + line.detail, "id": line.id},
        )
        assert ("RowAltered", "invoice_line", line.id) in found(verify_grouping(coordinator))


def test_a_tail_that_was_cut_is_found(coordinator: Actor) -> None:
    """R12: the last entries gone, the head kept; R13: the head moved back too is found by what was noted elsewhere."""
    head = verify_grouping(coordinator).head
    chain = coordinator.grouping_id
    with behind_the_back():
        session().execute(text(f"DELETE FROM journal_entry WHERE chain = {chain} AND sequence = {head.sequence}"))
        assert ("TailCut", "journal_head", None) in found(verify_grouping(coordinator))
        last = head.sequence - 1
        query = text(f"SELECT hash FROM journal_entry WHERE chain = {chain} AND sequence = {last}")
        known = session().execute(query).scalar_one()
        session().execute(text(f"UPDATE journal_head SET sequence = {last}, hash = '{known}' WHERE chain = {chain}"))
        kinds = {kind for kind, _, _ in found(verify_grouping(coordinator, anchors=(head,)))}
        assert "AnchorBroken" in kinds


def test_a_chain_rewritten_whole_is_found_by_an_anchor(coordinator: Actor) -> None:
    """R13: everything recomputed after a change is consistent with itself, and not with what was noted before."""
    before = verify_grouping(coordinator).head
    with behind_the_back():
        rewrite(coordinator)
        verdict = verify_grouping(coordinator)
        itself = {kind for kind, _, _ in found(verdict)}
        assert itself <= {"PaperDisagrees"}  # the chain holds; the heads that invoices carry in their foot do not
        assert verdict.head != before
        kinds = {kind for kind, _, _ in found(verify_grouping(coordinator, anchors=(before,)))}
        assert kinds - itself == {"AnchorBroken"}


def rewrite(me: Actor) -> None:
    """Change the first entry's actor, then recompute every hash to the end."""
    table: Table = journal.JournalEntry.__table__  # type: ignore[assignment]
    entries = session().execute(select(table).where(table.c.chain == me.grouping_id).order_by(table.c.sequence)).all()
    previous = journal.GENESIS
    for place, entry in enumerate(entries):
        new = journal.JournalEntry(**{**entry._mapping, "previous": previous})
        if place == 0:
            new.actor = "personne"
        previous = journal.entry_hash(new)
        session().connection().execute(
            update(table).where(table.c.id == entry.id).values(actor=new.actor, previous=new.previous, hash=previous)
        )
    head: Table = journal.JournalHead.__table__  # type: ignore[assignment]
    session().connection().execute(update(head).where(head.c.chain == me.grouping_id).values(hash=previous))


def test_a_stray_seal_and_a_stray_chain_are_found(coordinator: Actor) -> None:
    """A seal that no entry announces, a chain of no grouping."""
    seal: Table = journal.Seal.__table__  # type: ignore[assignment]
    with behind_the_back():
        stray = {"chain": coordinator.grouping_id, "sequence": 1, "position": 99, "table_name": "invoice", "rows": ""}
        session().connection().execute(insert(seal).values(**stray))
        assert "SealStray" in {kind for kind, _, _ in found(verify_grouping(coordinator))}
        session().connection().execute(insert(seal).values(**{**stray, "chain": 987}))
        verdict = verify_installation(coordinator_of_all(), chains=frozenset({coordinator.grouping_id or 0}))
        assert ("ChainStray", "seal", None) in found(verdict)


def test_a_document_changed_or_gone_is_found(coordinator: Actor) -> None:
    """⑤: the bytes on the disk are the ones that were stored."""
    invoice = rows(Invoice.__table__)[0]  # type: ignore[arg-type]
    pdf = files.path_of(files.store(f"pdf {invoice.number}".encode()))
    whole = pdf.read_bytes()
    try:
        pdf.write_bytes(whole + b"!")
        assert ("DocumentDamaged", "invoice_document", invoice.id) in found(verify_grouping(coordinator))
        pdf.unlink()
        assert ("DocumentDamaged", "invoice_document", invoice.id) in found(verify_grouping(coordinator))
    finally:
        pdf.write_bytes(whole)


def test_a_number_skipped_and_an_effect_lost_are_found(coordinator: Actor) -> None:
    """R10 (③): 1…n; ⑧: one outbox row per invoice."""
    with behind_the_back():
        session().execute(text("UPDATE number_series SET last_number = last_number + 1"))
        assert "NumbersBroken" in {kind for kind, _, _ in found(verify_grouping(coordinator))}
    with behind_the_back():
        session().execute(text("DELETE FROM outbox WHERE id = (SELECT min(id) FROM outbox WHERE kind = 'document')"))
        assert "EffectMissing" in {kind for kind, _, _ in found(verify_grouping(coordinator))}


def test_a_lost_trigger_is_told(coordinator: Actor) -> None:
    """R11: the wall itself is looked at, before anybody has climbed over."""
    session().rollback()
    name = "no_update_invoice"
    table = " ON invoice" if session().get_bind().dialect.name == "postgresql" else ""
    session().execute(text(f"DROP TRIGGER {name}{table}"))
    verdict = verify_grouping(coordinator)
    session().rollback()
    assert [str(finding.refusal.facts["name"]) for finding in verdict.findings] == [name]


def test_with_the_triggers_on_nothing_can_be_changed(coordinator: Actor) -> None:
    """R11: raw UPDATE and DELETE are refused on every protected row."""
    session().commit()
    for name, table in journal.PROTECTED.items():
        first = rows(table)[0].id
        for statement in (f"UPDATE {name} SET id = id WHERE id = {first}", f"DELETE FROM {name} WHERE id = {first}"):
            with pytest.raises(Exception, match=r"insert-only|closed month"):
                session().execute(text(statement))
            session().rollback()


def test_anybody_may_note_the_head(coordinator: Actor) -> None:
    """The head is written as sequence:hash."""
    head = verify_grouping(coordinator).head
    assert str(head) == f"{head.sequence}:{head.hash}"
    assert head == Head(head.sequence, head.hash)


def test_a_call_without_its_document_or_of_another_sum_is_told(coordinator: Actor) -> None:
    """Issue 4 §4: each call leads to its document, and the sums agree."""
    cases = {
        "CallDiffers": "UPDATE contribution_call SET amount_cents = 4999",
        "RunUnbalanced": "UPDATE call_run SET total_cents = 1",
        "CallUnissued": "UPDATE invoice_line SET call_id = NULL WHERE call_id IS NOT NULL",
        "DueWithoutCall": "UPDATE invoice_line SET call_id = NULL WHERE call_id IS NOT NULL",
        "PaymentElsewhere": "UPDATE payment SET structure_id = structure_id - 1",
    }  # fmt: skip
    for expected, statement in cases.items():
        with behind_the_back():
            session().execute(text(statement))
            assert expected in {kind for kind, _, _ in found(verify_grouping(coordinator))}, expected
