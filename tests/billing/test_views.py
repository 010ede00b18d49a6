"""The pages of the billing room, as each role sees them; another grouping's are pages that do not exist (R6, R7)."""

from __future__ import annotations

import pytest
from flask import Flask

from coopter.billing import queries
from coopter.billing.commands import issue_credit_note
from coopter.plumbing import clock, files, formats, outbox
from coopter.values.actor import Role
from coopter.values.money import total
from tests.billing.desk import Desk, text
from tests.billing.test_commands import LATER, NOW
from tests.billing.test_prices import a_price, golden_a
from tests.factories import a_grouping, a_person, actor, inside, signed_in

UNKNOWN = 987_654
ROLES = (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR, Role.REPRESENTATIVE, Role.EMPLOYEE)


def test_the_list_shows_everything_to_the_coordinator(desk: Desk) -> None:
    """Numbers, structures, totals with credit notes taken away, states."""
    invoice_id = desk.told.invoices[0].id
    issue_credit_note(desk.told.coordinator, invoice_id=invoice_id, reason="Faux", on=LATER, at=NOW)
    shown = text(desk.browser(Role.COORDINATOR).get(desk.path()))
    assert all(invoice.number in shown for invoice in desk.told.invoices)
    assert "Annulée par AV-2026-0001" in shown and "Avoir de FA-2026-0001" in shown
    rest = total(invoice.gross for invoice in desk.told.invoices[1:])
    assert " ".join(formats.money(rest).split()) in shown


def test_the_list_is_narrowed_by_the_address(desk: Desk) -> None:
    """Period, structure and state; nonsense narrows nothing and breaks nothing."""
    browser = desk.browser(Role.COORDINATOR)
    second = desk.told.structures[1].id
    shown = text(browser.get(desk.path(f"?periode=2026-03&structure={second}&etat=issued")))
    assert "FA-2026-0002" in shown and "FA-2026-0001" not in shown
    assert "Aucune facture ne correspond" in text(browser.get(desk.path("?periode=2025")))
    for nonsense in ("?periode=0000", "?periode=２０２６", "?periode=x&etat=y&structure=z&page=-4", "?page=9999999999"):
        answer = browser.get(desk.path(nonsense))
        assert answer.status_code == 200 and "FA-2026-0001" in text(answer)


def test_a_representative_reads_its_own(desk: Desk) -> None:
    """Its list, its invoice, its lines; never the buttons of the coordinator, never another's."""
    browser = desk.browser(Role.REPRESENTATIVE)
    listed = text(browser.get(desk.path()))
    assert "FA-2026-0001" in listed and "FA-2026-0002" not in listed
    shown = text(browser.get(desk.of(0)))
    assert "1 068,24 €" in shown and "FR76 3000 6000 0112 3456 7890 189" in shown
    assert "Annuler par un avoir" not in shown
    assert browser.get(desk.of(0, "/avoir")).status_code == 403


def test_a_representative_without_the_right_is_told_so(desk: Desk) -> None:
    """An empty state that says whom to ask; the invoice itself does not exist."""
    browser = desk.browser(Role.REPRESENTATIVE, invoices=False)
    assert "ne vous sont pas ouvertes" in text(browser.get(desk.path()))
    assert browser.get(desk.of(0)).status_code == 404


def test_before_the_first_closing_the_next_step_is_named(app: Flask) -> None:
    """An empty list says where invoices come from."""
    with inside(a_grouping(slug="neuf")):
        browser = signed_in(app.test_client(), a_person(Role.COORDINATOR))
        shown = text(browser.get("/neuf/factures"))
        assert "Pas encore de facture" in shown and "Aller à la clôture" in shown


def test_the_page_of_an_invoice_says_all(desk: Desk) -> None:
    """Lines, VAT, due date, who issued it and when, the payment code, a way to each amount's reasons."""
    page = desk.browser(Role.TREASURER).get(desk.of(0))
    shown = text(page)
    for words in ("666,67 €", "TVA 20 % sur 890,20 €", "178,04 €", "5 mai 2026", "Anne Riou", "5 avril 2026 à 10:00"):
        assert words in shown, words
    assert "data:image/svg+xml" in page.get_data(as_text=True)
    assert page.get_data(as_text=True).count("/pourquoi") == 3


def test_the_document_is_awaited_then_offered(desk: Desk, quick: list[str]) -> None:
    """The block asks again by itself while the document is made, then offers both files."""
    browser = desk.browser(Role.REPRESENTATIVE)
    assert 'hx-trigger="every 2s"' in browser.get(desk.of(0)).get_data(as_text=True)
    assert browser.get(desk.of(0, "/pdf")).status_code == 404
    outbox.drain(clock=clock.now, kinds=("document",))
    ready = browser.get(desk.of(0)).get_data(as_text=True)
    assert "every 2s" not in ready and "Télécharger le PDF" in ready


def test_files_are_handed_out_to_be_kept(desk: Desk, quick: list[str]) -> None:
    """An attachment under the invoice's number, its type said and not guessed, nothing run."""
    outbox.drain(clock=clock.now, kinds=("document",))
    browser = desk.browser(Role.REPRESENTATIVE)
    for kind, mime in (("pdf", "application/pdf"), ("xml", "application/xml")):
        answer = browser.get(desk.of(0, f"/{kind}"))
        assert (answer.status_code, answer.mimetype) == (200, mime)
        assert answer.headers["Content-Disposition"] == f'attachment; filename="FA-2026-0001.{kind}"'
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert browser.get(desk.of(1, "/pdf")).status_code == 404
    assert browser.get(desk.of(0, "/exe")).status_code == 404


def test_a_damaged_file_says_so(desk: Desk, quick: list[str]) -> None:
    """R32: the invoice's page with a sentence, never the altered bytes."""
    outbox.drain(clock=clock.now, kinds=("document",))
    document = queries.find_document(desk.told.invoices[0].id)
    assert document is not None
    path = files.path_of(document.pdf_sha256)
    content = path.read_bytes()
    path.write_bytes(b"%PDF altered")
    answer = desk.browser(Role.COORDINATOR).get(desk.of(0, "/pdf"))
    path.write_bytes(content)  # other tests print the same bytes
    assert answer.status_code == 500 and "n'est plus celui qui a été émis" in text(answer)
    assert b"%PDF altered" not in answer.data


def test_progress_is_a_fragment_for_who_polls(desk: Desk, quick: list[str]) -> None:
    """The same address: a page for a reader, the block alone for htmx; it stops asking when all is made."""
    browser = desk.browser(Role.COORDINATOR)
    address = desk.path("/documents/2026-03")
    assert "<html" in browser.get(address).get_data(as_text=True)
    fragment = browser.get(address, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "<html" not in fragment and "0 sur 3" in fragment and "every 1s" in fragment
    outbox.drain(clock=clock.now, kinds=("document",))
    over = browser.get(address, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "3 sur 3" in over and "every" not in over
    assert browser.get(desk.path("/documents/mars")).status_code == 404
    assert desk.browser(Role.REPRESENTATIVE).get(address).status_code == 403


# ── « Pourquoi ce montant ? » ──────────────────────────────────────────────────────────────────────────────────────


def test_the_walk_is_whole(desk: Desk) -> None:
    """Amount, exact part, its cent, cost, key, minutes, lines, who confirmed, decision."""
    shown = text(desk.browser(Role.REPRESENTATIVE).get(desk.of(0, "/lignes/1/pourquoi")))
    for words in (
        "666,67 €", "666,6667 €", "2 ÷ 3", "a reçu un de ces centimes", "1 000,00 €", "au prorata des heures",
        "8 h ici", "12 h en tout", "lun. 2 mars", "Paie", "confirmée par Anne Riou, 1er octobre 2026 à 10:00",
        "la règle commune",
    ):  # fmt: skip
        assert words in shown, words


def test_a_member_never_reads_what_a_pay_is_made_of(desk: Desk) -> None:
    """Decision 0003: who keeps the accounts sees the kinds and a link to the costs; a member neither."""
    for role in (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR):
        shown = desk.browser(role).get(desk.of(0, "/lignes/1/pourquoi"))
        assert "Salaire brut" in text(shown) and "/couts/2026-03" in shown.get_data(as_text=True)
    own = desk.browser(Role.REPRESENTATIVE).get(desk.of(0, "/lignes/1/pourquoi"))
    assert "Salaire brut" not in text(own) and "/couts/" not in own.get_data(as_text=True)
    for other in ("Structure B2", "Structure C11", "4 h", "1 h 40"):
        assert other not in text(own)


def test_a_priced_line_shows_its_sum(app: Flask) -> None:
    """62,50 h × 27,23 € = 1 701,88 €, 3750 min, and the decision."""
    from tests.billing.months import close

    with inside(a_grouping(slug="heures")) as grouping:
        golden_a()
        a_price()
        (first, *_rest) = close(actor(grouping, Role.COORDINATOR))
        browser = signed_in(app.test_client(), a_person(Role.COORDINATOR))
        shown = text(browser.get(f"/heures/factures/{first.id}/lignes/1/pourquoi"))
        for words in ("62,50 h", "27,23 €", "1 701,88 €", "3750 min", "62 h 30", "Assemblée du 10 décembre 2025"):
            assert words in shown, words
        assert "62,50 h" in text(browser.get(f"/heures/factures/{first.id}"))


@pytest.mark.parametrize("position", ["0", "99", "-1", "x"])
def test_a_line_that_is_not_there_is_unknown(desk: Desk, position: str) -> None:
    """404."""
    assert desk.browser(Role.COORDINATOR).get(desk.of(0, f"/lignes/{position}/pourquoi")).status_code == 404
