"""The office's pages: everyone's first page, closing a month on a page, the journal, the doors that are shown."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from coopter.billing.models import Invoice
from coopter.hours.models import MonthLock
from coopter.hours.rules import EntryState
from coopter.office import commands
from coopter.plumbing import doors, navigation
from coopter.plumbing.database import Base, session
from coopter.plumbing.operations import new_key
from coopter.plumbing.transaction import command
from coopter.values.actor import Role
from tests.factories import AT, a_cost, a_grouping, a_person, a_structure, actor, inside, signed_in, worked
from tests.office.conftest import SEPTEMBER, House

MONTH = "/cap-cooperation/cloture/2026-09"
ROOT = Path(__file__).parents[2]
OFFICE = (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)


def text_of(answer: Any) -> str:
    """The page's words, with plain spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).replace("&#39;", "'"))


def form_of(answer: Any) -> dict[str, str]:
    """What a browser sends with the closing form once its question was answered (tests/plumbing/test_kept.py)."""
    page = answer.get_data(as_text=True)
    form = page[page.index('<form action="/cap-cooperation/cloture/2026-09" method="post"') :]
    form = form[: form.index("</form>")]
    fields = (dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) for tag in re.findall(r"<input[^>]*>", form))
    return {field["name"]: field["value"] for field in fields if field["name"] not in {"ask_first", "ask_label"}}


def count(row: type) -> int:
    return session().scalar(select(func.count(row.id))) or 0  # type: ignore[attr-defined]


def rows_in_all_tables() -> dict[str, int]:
    """How many rows each table has, whoever owns them."""
    with session().get_bind().connect() as connection:  # type: ignore[union-attr]
        return {
            name: connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one()
            for name in Base.metadata.tables
        }


# ── the first page ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", list(Role))
def test_everyone_inside_has_a_first_page(house: House, costs: None, role: Role) -> None:
    worked(house.nolwenn, house.aloen, date(2026, 10, 5), 60, state=EntryState.SUBMITTED)
    worked(house.nolwenn, house.aloen, date(2026, 10, 6), 75, state=EntryState.DISPUTED)
    answer = house.as_(role).get("/cap-cooperation/")
    assert answer.status_code == 200
    words = text_of(answer)
    expected = {
        Role.COORDINATOR: "Septembre 2026 est prêt à clore",
        Role.REPRESENTATIVE: "Nolwenn Le Goff : 1 h à confirmer",
        Role.EMPLOYEE: "Aloen conteste 1 h 15 du 6 octobre 2026",
        Role.TREASURER: "Où en sont les comptes",
        Role.AUDITOR: "Où en sont les comptes",
    }
    assert expected[role] in words


def test_when_nothing_waits_the_page_says_what_comes_next(house: House, costs: None) -> None:
    coordinator = house.as_(Role.COORDINATOR)
    commands.close_month(actor(house.grouping, Role.COORDINATOR), month=SEPTEMBER, on=date(2026, 10, 5), at=AT)
    mark_documents_done()
    assert "Les premières heures saisies ouvriront octobre 2026" in text_of(coordinator.get("/cap-cooperation/"))
    worked(house.nolwenn, house.aloen, date(2026, 10, 5), 60)
    assert "clore octobre 2026, à partir du 1er novembre 2026" in text_of(coordinator.get("/cap-cooperation/"))


@command
def mark_documents_done() -> None:
    from coopter.plumbing.outbox import OutboxRow

    for row in session().scalars(select(OutboxRow)):
        row.done_at = AT


def test_every_word_of_the_desk_leads_somewhere_that_opens(house: House) -> None:
    """Each button of the coordinator's first page answers 200."""
    worked(house.nolwenn, house.optimism, date(2026, 9, 9), 60, state=EntryState.SUBMITTED)
    worked(house.nolwenn, house.optimism, date(2026, 9, 10), 60, state=EntryState.DISPUTED)
    worked(house.nolwenn, house.optimism, date(2026, 9, 11), 60, state=EntryState.DRAFT)
    a_structure("C3", address="")
    for role in (Role.COORDINATOR, Role.REPRESENTATIVE, Role.EMPLOYEE, Role.TREASURER):
        browser = house.as_(role)
        page = browser.get("/cap-cooperation/").get_data(as_text=True)
        links = set(re.findall(r'href="(/cap-cooperation/[^"#]*)"', page))
        assert links
        found = {link: browser.get(link, follow_redirects=True).status_code for link in links}
        assert set(found.values()) == {200}, {link: code for link, code in found.items() if code != 200}


# ── closing a month ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_coordinator_reads_the_preview_closes_and_finds_the_invoices(house: House, costs: None) -> None:
    """The story: list, preview, act, result."""
    browser = house.as_(Role.COORDINATOR)
    assert "Septembre 2026" in text_of(browser.get("/cap-cooperation/cloture"))
    preview = browser.get(MONTH)
    words = text_of(preview)
    assert "1 920,02 € Clore" in words
    assert "1 245,63 €" in words
    assert "2 factures seront numérotées et datées du 15 octobre 2026" in words
    answer = browser.post(MONTH, data=form_of(preview))
    assert (answer.status_code, answer.location) == (303, MONTH)
    result = text_of(browser.get(MONTH))
    assert "Septembre 2026 est clos" in result
    assert "FA-2026-0001" in result
    assert "0 sur 2" in result
    assert (count(MonthLock), count(Invoice)) == (1, 2)


def test_the_date_of_issue_is_chosen_before_and_shown_in_the_act(house: House, costs: None) -> None:
    browser = house.as_(Role.COORDINATOR)
    preview = browser.get(f"{MONTH}?le=2026-10-05")
    assert "datées du 5 octobre 2026" in text_of(preview)
    browser.post(MONTH, data=form_of(preview))
    assert set(session().scalars(select(Invoice.issued_on))) == {date(2026, 10, 5)}
    assert "n'est pas une date" not in text_of(browser.get(f"{MONTH}?le=hier"))


def test_the_same_click_twice_closes_once(house: House, costs: None) -> None:
    """R4: the operation key of the form makes the second a calm answer."""
    browser = house.as_(Role.COORDINATOR)
    form = {**form_of(browser.get(MONTH)), "operation_key": new_key()}
    first = browser.post(MONTH, data=form)
    again = browser.post(MONTH, data=form, headers={"Referer": f"http://localhost{MONTH}"})
    assert (first.status_code, again.status_code, again.location) == (303, 303, MONTH)
    assert (count(MonthLock), count(Invoice)) == (1, 2)
    assert "déjà fait" in text_of(browser.get(MONTH))


def test_the_second_coordinator_is_told_who_closed_and_when(house: House, costs: None) -> None:
    """R3: one closing, one page 409 with the result of the other."""
    first = house.as_(Role.COORDINATOR, first_name="Anne", last_name="Riou")
    second = house.as_(Role.COORDINATOR, first_name="Malo", last_name="Kervella")
    form = form_of(second.get(MONTH))
    first.post(MONTH, data=form_of(first.get(MONTH)))
    late = second.post(MONTH, data={**form, "operation_key": new_key()})
    assert late.status_code == 409
    assert "clos par Anne Riou le 15 octobre 2026" in text_of(late)
    assert (count(MonthLock), count(Invoice)) == (1, 2)


def test_amounts_that_changed_since_the_preview_are_not_closed(house: House, costs: None) -> None:
    """What was shown is what is invoiced, or nothing is."""
    browser = house.as_(Role.COORDINATOR)
    form = form_of(browser.get(MONTH))
    a_cost(SEPTEMBER, 777)
    answer = browser.post(MONTH, data=form)
    assert answer.status_code == 409
    assert "ont changé depuis l'aperçu" in text_of(answer)
    assert count(Invoice) == 0
    assert browser.post(MONTH, data=form_of(answer)).status_code == 303


def test_a_month_that_is_not_ready_says_everything_that_lacks(house: House, costs: None) -> None:
    browser = house.as_(Role.COORDINATOR)
    form = form_of(browser.get(MONTH))
    worked(house.nolwenn, house.optimism, date(2026, 9, 9), 60, state=EntryState.SUBMITTED)
    answer = browser.post(MONTH, data=form)
    assert answer.status_code == 422
    assert "Optim-ism" in text_of(answer)
    assert "Un point bloque" in text_of(answer)
    assert (count(MonthLock), count(Invoice)) == (0, 0)


def test_reading_the_pages_changes_nothing(house: House, costs: None) -> None:
    """R42: every GET of the office leaves every table as it was."""
    browser = house.as_(Role.COORDINATOR)
    before = rows_in_all_tables()
    pages = ("/", "/cloture", "/cloture/2026-09", "/cloture/2026-09?le=2026-10-05", "/cloture/2031-01", "/journal",
             "/journal/verification", "/exports")  # fmt: skip
    for path in pages:
        assert browser.get(f"/cap-cooperation{path}").status_code == 200
        assert browser.head(f"/cap-cooperation{path}").status_code == 200
    assert rows_in_all_tables() == before


def test_closing_without_a_key_or_by_get_does_nothing(house: House, costs: None) -> None:
    browser = house.as_(Role.COORDINATOR)
    form = form_of(browser.get(MONTH))
    assert browser.post(MONTH, data={**form, "operation_key": ""}).status_code == 400
    assert browser.get(MONTH, query_string=form).status_code == 200
    assert (count(MonthLock), count(Invoice)) == (0, 0)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_its_own_doors(house: House, costs: None, role: Role) -> None:
    """Treasurer and auditor read the closings and close nothing; the others do not see them."""
    browser = house.as_(role)
    reads = 200 if role in OFFICE else 403
    pages = ("/cloture", "/cloture/2026-09", "/journal")
    assert [browser.get(f"/cap-cooperation{page}").status_code for page in pages] == [reads] * 3
    if role is not Role.COORDINATOR:
        assert browser.post(MONTH, data={"on": "2026-10-05"}).status_code == 403
        assert "Clore septembre" not in text_of(browser.get(MONTH))
    assert count(Invoice) == 0


def test_a_month_that_is_none_is_a_404_and_a_stranger_finds_nothing(house: House, client: FlaskClient) -> None:
    """R7: another grouping's coordinator gets the page of an unknown address."""
    assert house.as_(Role.COORDINATOR).get("/cap-cooperation/cloture/2026-13").status_code == 404
    with inside(a_grouping(slug="voisin")):
        stranger = signed_in(client, a_person(Role.COORDINATOR))
    answers = [stranger.get(f"/cap-cooperation{path}") for path in ("/", "/cloture", "/cloture/2026-09", "/journal")]
    assert {answer.status_code for answer in answers} == {404}


# ── what leaves, and the proof ─────────────────────────────────────────────────────────────────────────────────────


def test_the_tables_of_a_closed_month_are_downloaded_by_whoever_reads_the_accounts(house: House, costs: None) -> None:
    treasurer = house.as_(Role.TREASURER)
    assert treasurer.get("/cap-cooperation/exports/2026-09/parts.csv").status_code == 404
    commands.close_month(actor(house.grouping, Role.COORDINATOR), month=SEPTEMBER, on=date(2026, 10, 5), at=AT)
    shares = treasurer.get("/cap-cooperation/exports/2026-09/parts.csv")
    assert shares.mimetype == "text/csv"
    assert "parts-2026-09.csv" in shares.headers["Content-Disposition"]
    assert shares.get_data(as_text=True).splitlines()[0] == "month,employee,structure,minutes,amount"
    assert "FA-2026-0002" in treasurer.get("/cap-cooperation/exports/2026-09/factures.csv").get_data(as_text=True)
    assert "Septembre 2026" in text_of(treasurer.get("/cap-cooperation/exports"))
    assert house.as_(Role.REPRESENTATIVE).get("/cap-cooperation/exports/2026-09/parts.csv").status_code == 403


def test_the_proof_is_asked_from_the_page(house: House, costs: None) -> None:
    commands.close_month(actor(house.grouping, Role.COORDINATOR), month=SEPTEMBER, on=date(2026, 10, 5), at=AT)
    assert "Tout tient" in text_of(house.as_(Role.AUDITOR).get("/cap-cooperation/journal/verification"))


# ── the doors shown ────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_door_shown_exists_and_opens_to_whom_it_is_shown(built_app: Flask) -> None:
    for door in navigation.DOORS:
        audience = doors.audience_of(built_app, door.endpoint)
        assert set(door.roles) <= audience.roles, door.endpoint


@pytest.mark.parametrize("role", list(Role))
def test_every_door_of_a_role_answers(house: House, role: Role) -> None:
    browser = house.as_(role)
    page = browser.get("/cap-cooperation/").get_data(as_text=True)
    bar = page[page.index('<nav class="doors"') : page.index("</nav>", page.index('<nav class="doors"'))]
    links = dict.fromkeys(re.findall(r'href="(/cap-cooperation/[^"]*)"', bar))
    assert len(links) >= 4
    found = {link: browser.get(link, follow_redirects=True).status_code for link in links}
    assert found == dict.fromkeys(links, 200)


def test_the_door_one_stands_behind_is_marked(house: House) -> None:
    browser = house.as_(Role.COORDINATOR)
    places = {"/": "Bureau", "/cloture/2026-09": "Clôture", "/journal": "Journal", "/structures": "Structures"}
    for path, label in {**places, "/personnes": "Réglages", "/couts/2026-09": "Coûts"}.items():
        page = browser.get(f"/cap-cooperation{path}").get_data(as_text=True)
        marked = re.findall(r'<a href="[^"]*" aria-current="page">.*?<span class="door-label">([^<]+)', page)
        assert marked == [label], path


def test_the_showcase_opens_in_demonstration_alone(built_app: Flask) -> None:
    assert "composants.index" not in built_app.view_functions
