"""Correcting from the pages: a credit note, issuing again, once each; what others own does not exist (R4, R6, R7)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from coopter.billing.models import Invoice
from coopter.billing.record import Kind
from coopter.plumbing import clock, outbox
from coopter.plumbing.database import db, session
from coopter.plumbing.journal import JournalEntry
from coopter.values.actor import Role
from tests.billing.desk import Desk, same, text
from tests.billing.months import a_closed_month

UNKNOWN = 987_654
ROLES = (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR, Role.REPRESENTATIVE, Role.EMPLOYEE)


def credits() -> int:
    """How many credit notes there are."""
    db.session.rollback()
    return session().scalar(select(func.count(Invoice.id)).where(Invoice.kind == Kind.CREDIT_NOTE)) or 0


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
def test_every_page_of_another_grouping_is_unknown(desk: Desk, role: Role, quick: list[str]) -> None:
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
def test_every_page_of_another_member_is_unknown(desk: Desk, place: int, quick: list[str]) -> None:
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
