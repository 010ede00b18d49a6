"""Documents: made once whatever happens in between, handed out only if they are what was issued; and mail (R30-R32)."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import select

from coopter.billing import queries
from coopter.billing.commands import documents, issue_credit_note
from coopter.billing.models import InvoiceDocument
from coopter.billing.record import InvoiceRecord
from coopter.plumbing import clock, files, outbox
from coopter.plumbing.database import session
from coopter.plumbing.journal import Seal, sealed_digests
from coopter.plumbing.pdf.renderer import DocumentFailed
from coopter.values.actor import Role
from coopter.values.refusal import NotAllowed, NotFound
from tests.billing.months import MARCH, Told
from tests.billing.test_commands import LATER, NOW, changed
from tests.factories import a_person, actor


def drain(*kinds: str) -> int:
    """Do what waits, of these kinds."""
    return outbox.drain(clock=clock.now, kinds=kinds or None)


def mails() -> list[tuple[int | None, dict[str, Any]]]:
    """The messages written, with the grouping that each belongs to."""
    rows = session().scalars(select(outbox.OutboxRow).where(outbox.OutboxRow.kind == "mail").order_by("id"))
    return [(row.grouping_id, row.payload) for row in rows]


def test_one_document_is_really_made(told: Told) -> None:
    """The whole chain once: outbox, rendering child, store, seal; the PDF holds the XML that is stored beside it."""
    first = told.invoices[0]
    effect = (
        session()
        .scalars(
            select(outbox.OutboxRow).where(outbox.OutboxRow.key == queries.document_key(told.grouping.id, first.id))
        )
        .one()
    )
    given = outbox.Effect(effect.id, effect.key, effect.grouping_id, effect.payload, effect.created_at)
    documents.make_document(given)
    pdf = queries.download(told.coordinator, invoice_id=first.id, kind="pdf")
    xml = queries.download(told.coordinator, invoice_id=first.id, kind="xml")
    assert (pdf.name, xml.name) == ("FA-2026-0001.pdf", "FA-2026-0001.xml")
    path = files.path_of(queries.find_document(first.id).pdf_sha256)  # type: ignore[union-attr]
    with pikepdf.open(path) as document:
        assert document.attachments["factur-x.xml"].get_file().read_bytes() == xml.content
    assert pdf.content.startswith(b"%PDF") and b"1068.24" in xml.content
    documents.make_document(given)
    assert len(session().scalars(select(InvoiceDocument)).all()) == 1


def test_each_invoice_gets_its_document_once(told: Told, quick: list[str]) -> None:
    """R32: draining twice prints once; each document is sealed."""
    assert queries.progress_of(MARCH) == queries.Progress(MARCH, 0, 3)
    assert drain("document") == 3
    assert drain("document") == 0
    assert quick == ["FA-2026-0001", "FA-2026-0002", "FA-2026-0003"]
    assert queries.progress_of(MARCH).is_over and queries.documents_missing() == ()
    seals = session().scalars(select(Seal).where(Seal.table_name == "invoice_document"))
    assert sum(len(sealed_digests(seal.rows)) for seal in seals) == 3


def test_killed_between_store_and_attach(told: Told, quick: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """R32: the file is there, the row is not; the next run makes the same bytes and the same file."""

    def killed(*args: object, **kwargs: object) -> None:
        raise SystemExit("kill -9")

    with monkeypatch.context() as broken:
        broken.setattr(documents, "attach_document", killed)
        with pytest.raises(SystemExit):
            drain("document")
    stored = {path.name for path in files.root().rglob("*") if path.is_file()}
    assert queries.find_document(told.invoices[0].id) is None and len(stored) >= 2
    monkeypatch.setattr(clock, "now", lambda: NOW.replace(year=2027))
    assert drain("document") == 3
    document = queries.find_document(told.invoices[0].id)
    assert document is not None and {document.pdf_sha256, document.xml_sha256} <= stored


def test_a_failure_is_told_and_tried_again(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document that cannot be made shows on the month's progress, with the hour of the next attempt."""

    def fail(*args: object, **kwargs: object) -> None:
        raise DocumentFailed("no Pango")

    monkeypatch.setattr(documents, "print_invoice", fail)
    assert drain("document") == 0
    assert queries.progress_of(MARCH) == queries.Progress(MARCH, 0, 3, failed=3)
    assert queries.retried_at(told.invoices[0].id) is not None


@pytest.mark.parametrize("damage", ["flip", "gone"])
def test_a_damaged_file_is_never_handed_out(told: Told, quick: list[str], damage: str) -> None:
    """R32: one bit flipped, or the file gone: a sentence says so and who to tell."""
    drain("document")
    document = queries.find_document(told.invoices[0].id)
    assert document is not None
    path = files.path_of(document.pdf_sha256)
    content = path.read_bytes()
    if damage == "flip":
        path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    else:
        path.unlink()
    with pytest.raises(queries.DocumentDamaged, match="FA-2026-0001"):
        queries.download(told.coordinator, invoice_id=told.invoices[0].id, kind="pdf")
    path.write_bytes(content)
    assert queries.download(told.coordinator, invoice_id=told.invoices[0].id, kind="pdf").content == content


def test_no_document_yet_is_not_found(told: Told) -> None:
    """There is nothing to hand out before it is made."""
    with pytest.raises(NotFound):
        queries.download(told.coordinator, invoice_id=told.invoices[0].id, kind="pdf")


def test_a_representative_takes_its_own_file_only(told: Told, quick: list[str]) -> None:
    """R6: another member's document is one that does not exist."""
    drain("document")
    own = told.representative(0)
    assert queries.download(own, invoice_id=told.invoices[0].id, kind="xml").content == b"<x>FA-2026-0001</x>"
    with pytest.raises(NotFound):
        queries.download(own, invoice_id=told.invoices[1].id, kind="xml")


# ── the mail ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_buyer_is_told_when_its_document_is_ready(told: Told, quick: list[str]) -> None:
    """R30, R31: one message per invoice, to the address frozen in that invoice, with its link and no attachment."""
    assert mails() == []
    drain("document")
    assert len(mails()) == 3
    for invoice, (grouping_id, content) in zip(told.invoices, mails(), strict=True):
        record = queries.invoice_record(invoice.id)
        assert (content["to"], grouping_id) == (record.buyer.email, told.grouping.id)
        assert invoice.number in content["subject"] and content["attachments"] == []
        link = f"http://localhost/{told.grouping.slug}/factures/{invoice.id}"
        assert link in content["text"].split() and f'href="{link}"' in content["html"]
        others = {one.number for one in told.invoices} - {invoice.number}
        assert not any(number in content["text"] + content["html"] for number in others)


def test_a_buyer_who_reads_english_is_told_in_english(told: Told, quick: list[str]) -> None:
    """The person behind the invoice's address chose a language; amounts and days are written as it writes them."""
    a_person(email=queries.invoice_record(told.invoices[0].id).buyer.email, language="en")
    drain("document")
    content = mails()[0][1]
    assert content["subject"] == "Invoice FA-2026-0001 (March 2026): €1,068.24 to be paid by 5 May 2026"
    assert 'lang="en"' in content["html"] and "Votre facture" not in content["text"] + content["html"]


def test_a_changed_address_does_not_reach_what_was_issued(told: Told, quick: list[str]) -> None:
    """R30: between issue and sending a record may change hands; the mail goes where the invoice says."""
    issued_with = queries.invoice_record(told.invoices[0].id).buyer.email
    changed(told.structures[0], email=told.structures[1].email)
    drain("document")
    assert mails()[0][1]["to"] == issued_with


@pytest.mark.parametrize("address", ["", "pas une adresse", "a@b.example\nBcc: x@y.example"])
def test_without_a_usable_address_the_document_is_made_all_the_same(
    told: Told, quick: list[str], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No mail, no failure: the invoice waits on its page."""
    real = documents.mail.rules.thaw

    def thaw(*args: Any, **kwargs: Any) -> InvoiceRecord:
        record = real(*args, **kwargs)
        return replace(record, buyer=replace(record.buyer, email=address))

    monkeypatch.setattr(documents.mail.rules, "thaw", thaw)
    assert drain("document") == 3
    assert mails() == [] and queries.progress_of(MARCH).is_over


def test_the_message_as_it_leaves(told: Told, quick: list[str], home: Path, app: Flask) -> None:
    """The amount, the day, the IBAN and the way to understand it; the same Message-ID each time."""
    app.config["MAIL_URL"] = "file:"
    drain()
    written = sorted((home / "mail").glob("*.eml"))[-3:]
    message = message_from_bytes(written[0].read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    text = " ".join(message.get_body(("plain",)).get_content().split())  # type: ignore[union-attr]
    assert "1 068,24 €" in text and "5 mai 2026" in text and "FR76 3000" in text
    assert message["Subject"].startswith("Facture FA-2026-0001 (mars 2026)")


def test_a_credit_note_is_announced_with_its_reason(told: Told, quick: list[str]) -> None:
    """The buyer learns why, and that nothing is to be paid."""
    drain("document")
    invoice_id = told.invoices[0].id
    issue_credit_note(told.coordinator, invoice_id=invoice_id, reason="Adresse fausse", on=LATER, at=NOW)
    drain("document")
    content = mails()[-1][1]
    assert content["subject"] == "Avoir AV-2026-0001 : la facture FA-2026-0001 (mars 2026) est annulée"
    assert "Adresse fausse" in content["text"] and "IBAN" not in content["text"]


def test_the_first_document_wins(told: Told, quick: list[str]) -> None:
    """A late worker changes nothing."""
    drain("document")
    before = queries.find_document(told.invoices[0].id)
    documents.attach_document(
        told.coordinator, invoice_id=told.invoices[0].id, pdf_sha256="a" * 64, xml_sha256="b" * 64, at=NOW
    )
    after = queries.find_document(told.invoices[0].id)
    assert before is not None and after is not None and before.pdf_sha256 == after.pdf_sha256
    assert len(mails()) == 3


def test_a_stranger_attaches_nothing(told: Told) -> None:
    """Only the press and coordinators write documents."""
    with pytest.raises(NotAllowed):
        documents.attach_document(
            actor(told.grouping, Role.AUDITOR), invoice_id=told.invoices[0].id, pdf_sha256="a", xml_sha256="b", at=NOW
        )
