"""The pages of the billing room, as each role sees them; another grouping's are pages that do not exist (R6, R7)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from coopter.billing import queries
from coopter.billing.commands import issue_credit_note
from coopter.billing.models import Invoice
from coopter.billing.record import Kind
from coopter.plumbing import clock, files, formats, outbox
from coopter.plumbing.database import db, session
from coopter.plumbing.journal import JournalEntry
from coopter.values.actor import Role
from coopter.values.money import total
from tests.billing.months import Told, a_closed_month
from tests.billing.test_commands import LATER, NOW, a_price, golden_a
from tests.billing.test_documents import quick  # noqa: F401  (a fixture)
from tests.factories import a_grouping, a_person, actor, inside, signed_in

UNKNOWN = 987_654
ROLES = (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR, Role.REPRESENTATIVE, Role.EMPLOYEE)


@dataclass
class Desk:
    """A closed month and a browser for each person who reads it."""

    app: Flask
    told: Told

    def browser(self, role: Role, place: int = 0, **rights: bool) -> FlaskClient:
        """The browser of somebody with this role, of the structure at this place."""
        structure = place if role is Role.REPRESENTATIVE else None
        return signed_in(self.app.test_client(), self.told.somebody(role, structure, **rights))

    def path(self, rest: str = "") -> str:
        """An address under /factures of this grouping."""
        return f"/{self.told.grouping.slug}/factures{rest}"

    def of(self, place: int, rest: str = "") -> str:
        """An address under the invoice at this place."""
        return self.path(f"/{self.told.invoices[place].id}{rest}")


@pytest.fixture
def desk(app: Flask) -> Iterator[Desk]:
    """A closed month, its grouping in scope."""
    told = a_closed_month()
    with inside(told.grouping):
        yield Desk(app, told)


def text(answer: object) -> str:
    """The words of a page, its spaces made plain."""
    words = re.sub(r"<[^>]*>", " ", answer.get_data(as_text=True))  # type: ignore[attr-defined]
    return " ".join(words.replace("&nbsp;", " ").replace("&#39;", "'").split())


def same(answer: object) -> str:
    """A page without what changes at each reading."""
    page = answer.get_data(as_text=True)  # type: ignore[attr-defined]
    return re.sub(r'(name="(?:csrf_token|operation_key)" value=|X-CSRFToken": )"[^"]*"', "", page)


def credits() -> int:
    """How many credit notes there are."""
    db.session.rollback()
    return session().scalar(select(func.count(Invoice.id)).where(Invoice.kind == Kind.CREDIT_NOTE)) or 0


# ── reading ────────────────────────────────────────────────────────────────────────────────────────────────────────


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


def test_the_document_is_awaited_then_offered(desk: Desk, quick: list[str]) -> None:  # noqa: F811
    """The block asks again by itself while the document is made, then offers both files."""
    browser = desk.browser(Role.REPRESENTATIVE)
    assert 'hx-trigger="every 2s"' in browser.get(desk.of(0)).get_data(as_text=True)
    assert browser.get(desk.of(0, "/pdf")).status_code == 404
    outbox.drain(clock=clock.now, kinds=("document",))
    ready = browser.get(desk.of(0)).get_data(as_text=True)
    assert "every 2s" not in ready and "Télécharger le PDF" in ready


def test_files_are_handed_out_to_be_kept(desk: Desk, quick: list[str]) -> None:  # noqa: F811
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


def test_a_damaged_file_says_so(desk: Desk, quick: list[str]) -> None:  # noqa: F811
    """R32: the invoice's page with a sentence, never the altered bytes."""
    outbox.drain(clock=clock.now, kinds=("document",))
    document = queries.find_document(desk.told.invoices[0].id)
    assert document is not None
    files.path_of(document.pdf_sha256).write_bytes(b"%PDF altered")
    answer = desk.browser(Role.COORDINATOR).get(desk.of(0, "/pdf"))
    assert answer.status_code == 500 and "n'est plus celui qui a été émis" in text(answer)
    assert b"%PDF altered" not in answer.data


def test_progress_is_a_fragment_for_who_polls(desk: Desk, quick: list[str]) -> None:  # noqa: F811
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
        "8 h ici", "12 h en tout", "lun. 2 mars", "Paie", "confirmée par Anne Riou, 1 octobre 2026 à 10:00",
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


# ── writing ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_credit_note_from_the_page(desk: Desk) -> None:
    """The page says what it will do; the reason is asked for; then the credit note's own page."""
    browser = desk.browser(Role.COORDINATOR)
    assert "ensemble, ils font zéro au centime" in text(browser.get(desk.of(0, "/avoir")))
    lacking = browser.post(desk.of(0, "/avoir"), data={"reason": " ", "on": "2026-04-20"})
    assert lacking.status_code == 422 and credits() == 0
    early = browser.post(desk.of(0, "/avoir"), data={"reason": "Faux", "on": "01/04/2026"})
    assert early.status_code == 422 and "avant la facture FA-2026-0001" in text(early) and credits() == 0
    done = browser.post(desk.of(0, "/avoir"), data={"reason": "Heures fausses", "on": "20/04/2026"})
    assert done.status_code == 303 and credits() == 1
    shown = text(browser.get(done.headers["Location"]))
    assert "L’avoir AV-2026-0001 est établi." in shown and "Heures fausses" in shown
    assert "Il n’y a rien à annuler ici" in text(browser.get(desk.of(0, "/avoir")))


def test_the_same_form_sent_twice_acts_once(desk: Desk) -> None:
    """R4: a double click, or a page sent again, makes one credit note and one invoice."""
    browser = desk.browser(Role.COORDINATOR)
    data = {"reason": "Faux", "on": "2026-04-20", "operation_key": "k" * 22}
    answers = [browser.post(desk.of(0, "/avoir"), data=data) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 303] and credits() == 1
    data = {"on": "2026-04-21", "operation_key": "l" * 22}
    for _ in range(2):
        assert browser.post(desk.of(0, "/refacturer"), data=data).status_code == 303
    assert session().scalar(select(func.count(Invoice.id))) == 5


def test_issuing_again_from_the_page(desk: Desk) -> None:
    """What will change is shown; too early is refused; then the new invoice's own page."""
    browser = desk.browser(Role.COORDINATOR)
    assert "Il n’y a rien à refacturer ici" in text(browser.get(desk.of(0, "/refacturer")))
    browser.post(desk.of(0, "/avoir"), data={"reason": "Faux", "on": "2026-04-20"})
    assert "Refacturer" in text(browser.get(desk.of(0)))
    assert "Date d’émission" in text(browser.get(desk.of(0, "/refacturer")))
    early = browser.post(desk.of(0, "/refacturer"), data={"on": "2026-04-01"})
    assert early.status_code == 422 and "05/04/2026" in text(early).replace("5 avril 2026", "05/04/2026")
    done = browser.post(desk.of(0, "/refacturer"), data={"on": "2026-04-21"})
    assert done.status_code == 303
    assert "La facture FA-2026-0004 est émise." in text(browser.get(done.headers["Location"]))
    assert "Elle est remplacée par FA-2026-0004" in text(browser.get(desk.of(0)))


@pytest.mark.parametrize("role", ROLES[1:])
def test_only_the_coordinator_writes(desk: Desk, role: Role) -> None:
    """The doors of both acts are closed to everybody else, and nothing changes."""
    browser = desk.browser(role)
    for rest in ("/avoir", "/refacturer"):
        assert browser.get(desk.of(0, rest)).status_code == 403
        assert browser.post(desk.of(0, rest), data={"reason": "Non", "on": "2026-04-20"}).status_code == 403
    assert credits() == 0


READ = ("", "/pdf", "/xml", "/lignes/1/pourquoi", "/avoir", "/refacturer")
WRITE = ("/avoir", "/refacturer")


@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_another_grouping_is_unknown(desk: Desk, role: Role, quick: list[str]) -> None:  # noqa: F811
    """R6, R7: foreign id = unknown id, same status and same page, for each route and role; and nothing is written."""
    foreign = a_closed_month("la-bas")
    outbox.drain(clock=clock.now, kinds=("document",))
    browser = desk.browser(role)
    before = entries()

    def knock(open_: Callable[..., object], rest: str, invoice_id: int, **more: object) -> tuple[int, str]:
        answer = open_(desk.path(f"/{invoice_id}{rest}"), **more)
        return answer.status_code, same(answer)  # type: ignore[attr-defined]

    for rest in READ:
        theirs, nobodys = (knock(browser.get, rest, i) for i in (foreign.invoices[0].id, UNKNOWN))
        assert theirs[0] in (403, 404)
        assert theirs == (nobodys[0], nobodys[1].replace(str(UNKNOWN), str(foreign.invoices[0].id))), rest
    for rest in WRITE:
        data = {"reason": "Non", "on": "2026-04-20"}
        theirs, nobodys = (knock(browser.post, rest, i, data=dict(data)) for i in (foreign.invoices[0].id, UNKNOWN))
        assert theirs[0] in (403, 404)
        assert theirs == (nobodys[0], nobodys[1].replace(str(UNKNOWN), str(foreign.invoices[0].id))), rest
    there = browser.get(f"/la-bas/factures/{foreign.invoices[0].id}")
    assert there.status_code == 404
    assert entries() == before


def entries() -> int:
    """How many lines all journals have, and so how many acts were done."""
    db.session.rollback()
    return session().scalar(select(func.count(JournalEntry.id))) or 0


@pytest.mark.parametrize("place", [1, 2])
def test_every_page_of_another_member_is_unknown(desk: Desk, place: int, quick: list[str]) -> None:  # noqa: F811
    """R6 inside a grouping: a representative finds no trace of the other members' invoices."""
    outbox.drain(clock=clock.now, kinds=("document",))
    browser = desk.browser(Role.REPRESENTATIVE)
    for rest in READ[:4]:
        theirs, nobodys = browser.get(desk.of(place, rest)), browser.get(desk.path(f"/{UNKNOWN}{rest}"))
        assert theirs.status_code == nobodys.status_code == 404
        assert same(theirs) == same(nobodys)


def test_a_stranger_is_sent_to_the_door(desk: Desk) -> None:
    """Without a sign-in every page leads to it, the invoice existing or not."""
    browser = desk.app.test_client()
    for address in (desk.path(), desk.of(0), desk.path(f"/{UNKNOWN}"), desk.path("/documents/2026-03")):
        assert browser.get(address).status_code == 303
