"""The journal's page: every action has its sentence, subjects have names, secrets stay out, filters narrow."""

from __future__ import annotations

import ast
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from coopter.office.queries import JournalLine
from coopter.office.views.changes import changes_of
from coopter.office.views.sentences import KINDS, SENTENCES
from coopter.plumbing import journal
from coopter.plumbing.transaction import command
from coopter.values.actor import Actor, Role
from tests.factories import AT, a_grouping, actor, inside
from tests.office.conftest import House
from tests.office.test_views import ROOT, text_of


@command
def did(who: Actor, action: str, subject: str, *, at: Any = AT, **facts: Any) -> None:
    journal.record(who, action, subject, at=at, **facts)


def test_the_journal_tells_who_did_what_with_names_and_amounts(house: House) -> None:
    me = actor(house.grouping, Role.COORDINATOR, name="Anne Riou")
    did(
        me, "costs.line_edited", "cost_line:4", before={"amount": 100, "employee_id": house.yann.id, "label": "Prime"},
        after={"amount": 250_00, "employee_id": house.yann.id, "label": "Prime"},
    )  # fmt: skip
    account = {"iban": "FR7630006000011234567890189"}
    did(me, "structure.edited", f"structure:{house.aloen.id}", before={"iban": None}, after=account)
    page = house.as_(Role.AUDITOR).get("/cap-cooperation/journal")
    words = text_of(page).replace("\xa0", " ").replace("\u202f", " ")
    assert "Anne Riou a corrigé un coût" in words
    assert "1,00 €" in words and "250,00 €" in words
    assert "Anne Riou a modifié la fiche d’une structure · Aloen" in words
    assert "30006000011234567890189" not in words


def test_the_journal_is_narrowed_by_subject_person_and_day(house: House) -> None:
    anne, malo = (actor(house.grouping, Role.COORDINATOR, name=name) for name in ("Anne Riou", "Malo Kervella"))
    did(anne, "month.closed", "month:2026-08")
    did(anne, "structure.edited", f"structure:{house.aloen.id}")
    did(malo, "month.closed", "month:2026-09", at=AT + timedelta(days=2))
    browser = house.as_(Role.COORDINATOR)

    def shown(**asked: str) -> int:
        page = browser.get("/cap-cooperation/journal", query_string=asked)
        return len(re.findall(r"<tr><td", page.get_data(as_text=True)))

    assert shown() == 3
    assert shown(sujet="month") == 2
    assert shown(sujet="month:2026-09") == 1
    assert shown(par="Anne Riou") == 2
    assert shown(du="2026-10-02") == 1
    assert shown(au="01/10/2026", sujet="month") == 1
    assert shown(sujet="mon%") == 0
    assert browser.get("/cap-cooperation/journal?page=99&du=hier&sujet=%F0%9F%8C%8A").status_code == 200


def test_the_journal_turns_its_pages_and_asks_a_fixed_number_of_statements(house: House, statements: Any) -> None:
    me = actor(house.grouping, Role.COORDINATOR)
    browser = house.as_(Role.TREASURER)
    did(me, "structure.edited", f"structure:{house.aloen.id}")
    statements()
    browser.get("/cap-cooperation/journal")
    few = statements()
    for _ in range(60):
        did(me, "structure.edited", f"structure:{house.aloen.id}")
    statements()
    first = browser.get("/cap-cooperation/journal")
    assert statements() <= few
    assert "Page 1 sur 2" in text_of(first)
    assert "Page 2 sur 2" in text_of(browser.get("/cap-cooperation/journal?page=2"))


def test_another_grouping_s_journal_is_not_told(house: House) -> None:
    with inside(a_grouping(slug="voisin")) as other:
        did(actor(other, Role.COORDINATOR, name="Une Voisine"), "month.closed", "month:2026-08")
    assert "Une Voisine" not in text_of(house.as_(Role.COORDINATOR).get("/cap-cooperation/journal"))


def strings_of(path: Path) -> set[str]:
    return {
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_action_of_the_house_has_its_sentence() -> None:
    """Every « thing.done » written in a command or at the sign-in doors."""
    writers = [*(ROOT / "coopter").glob("*/commands*"), ROOT / "coopter/members/access"]
    files = [file for place in writers for file in (place.rglob("*.py") if place.is_dir() else [place])]
    shape = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")
    written = {text for file in files for text in strings_of(file) if shape.fullmatch(text)}
    files_and_doors = re.compile(r"(members|security|office)\..*|.*\.(csv|ics|json|tar|sqlite|pdf|xml|txt|html)")
    actions = {text for text in written if not files_and_doors.fullmatch(text)}
    assert actions - set(SENTENCES) == set()
    assert len(actions) > 40


def test_secrets_never_reach_the_page(house: House) -> None:
    after = {"token_hash": "a1", "password": "b2", "pdf": "c3", "minutes": 90, "structures": [house.aloen.id]}
    line = JournalLine(1, AT, "x", "feed.created", "employee:1", "employee", None, None, after, 0)
    with house.app.test_request_context():
        told = {change.label: change.after for change in changes_of(line, {})}
    assert told == {"Durée": "1\xa0h\xa030", "structures": str(house.aloen.id)}


def test_every_kind_of_subject_has_a_name(house: House) -> None:
    assert {"month", "invoice", "structure", "employee"} <= set(KINDS)
