"""The doors of hours: who opens which, in two groupings, in a closed month, with hostile texts; what a page asks."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from coopter.hours import commands, queries
from coopter.hours.models import TimeEntry
from coopter.hours.rules import EntryState
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.plumbing.journal import JournalEntry
from coopter.values.actor import Role
from coopter.values.month import Month
from tests.factories import AT, a_grouping, a_structure, an_employee, inside, worked
from tests.hours.pages import BASE, TUESDAY, lines, sent_with_key, week_url

pytestmark = pytest.mark.usefixtures("no_second_factor")


READS = [
    "",
    "/salaries/{e}/2026-10-12",
    "/structures/{s}/semaines/2026-10-12",
    "/a-confirmer",
    "/mois/2026-10",
    "/structures/{s}/mois/2026-10",
    "/import",
]
EXPECTED = {
    Role.COORDINATOR: [302, 200, 200, 403, 200, 200, 200],
    Role.REPRESENTATIVE: [302, 403, 200, 200, 403, 200, 403],
    Role.EMPLOYEE: [302, 200, 403, 403, 403, 403, 403],
    Role.TREASURER: [302, 403, 200, 403, 200, 200, 403],
    Role.AUDITOR: [302, 200, 200, 403, 200, 200, 403],
}


@pytest.mark.parametrize("role", EXPECTED)
def test_each_role_opens_its_own_doors(house, person, role):
    belongs = {Role.REPRESENTATIVE: {"structure": house.jardins}, Role.EMPLOYEE: {"employee": house.nolwenn}}
    worked(house.nolwenn, house.jardins, TUESDAY, 420, state=EntryState.SUBMITTED)
    browser = person(role, **belongs.get(role, {}))
    paths = [path.format(e=house.nolwenn.id, s=house.jardins.id) for path in READS]
    assert [browser.get(BASE + path).status_code for path in paths] == EXPECTED[role]


def test_an_employee_does_not_open_a_colleagues_week(house, person):
    yann = an_employee(house.jardins, first_name="Yann")
    browser = person(Role.EMPLOYEE, employee=house.nolwenn)
    answer = browser.get(f"{BASE}/salaries/{yann.id}/2026-10-12")
    assert answer.status_code == 404 and "Yann" not in answer.get_data(as_text=True)
    fields = {"r-0": f"{yann.id}.{house.jardins.id}", "a-0": "", "c-0-1": "1", "s-0-1": "0.0", "then": "save"}
    assert browser.post(f"{BASE}/salaries/{yann.id}/2026-10-12", data=fields).status_code == 404
    assert browser.post(f"{BASE}/salaries/{yann.id}/2026-10-12", data={"then": "send"}).status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_another_groupings_hours_do_not_exist(house, person, role):
    with inside(a_grouping(slug="autre")):
        theirs = a_structure("X1")
        yann = an_employee(theirs, first_name="Yann")
        line = worked(yann, theirs, TUESDAY, 420, state=EntryState.SUBMITTED)
        yann_id, their_id, line_id = yann.id, theirs.id, line.id
    belongs = {Role.REPRESENTATIVE: {"structure": house.jardins}, Role.EMPLOYEE: {"employee": house.nolwenn}}
    browser = person(role, **belongs.get(role, {}))
    for path in READS:
        for slug in ("cap-cooperation", "autre"):
            answer = browser.get(f"/{slug}/heures" + path.format(e=yann_id, s=their_id))
            assert "Yann" not in answer.get_data(as_text=True)
            if slug == "autre" or ("{" in path and answer.status_code != 403):
                assert answer.status_code == 404, (slug, path)
    shown = {"line": f"{line_id}.1.420", "reason": "r"}
    for path in ("/confirmations", "/contestations"):
        for slug in ("cap-cooperation", "autre"):
            assert browser.post(f"/{slug}/heures{path}", data=shown).status_code in {403, 404}
    for path in (f"/salaries/{yann_id}/2026-10-12", f"/structures/{their_id}/semaines/2026-10-12"):
        fields = {"r-0": f"{yann_id}.{their_id}", "a-0": "", "c-0-1": "1", "s-0-1": "1.420", "then": "save"}
        assert browser.post(BASE + path, data=fields).status_code in {403, 404}
    with tenancy.everywhere("a test looks at both"):
        assert session().scalar(select(TimeEntry.minutes).where(TimeEntry.id == line_id)) == 420


def test_no_route_changes_a_closed_month(house, person):
    """R23: every form of the room, sent at a closed month."""
    worked(house.nolwenn, house.jardins, date(2026, 9, 1), 420)
    commands.lock_month(house.anne, month=Month(2026, 9), at=AT)
    before, journal = queries.entries_of(house.jardins.id, Month(2026, 9)), count_journal()
    shown = {"line": f"{before[0].id}.{before[0].version}.420", "reason": "r"}
    week = {"r-0": f"{house.nolwenn.id}.{house.jardins.id}", "a-0": "", "c-0-1": "3", "s-0-1": "1.420"}
    posts = [
        (f"/salaries/{house.nolwenn.id}/2026-08-31", {**week, "then": "save"}),
        (f"/salaries/{house.nolwenn.id}/2026-08-31", {**week, "c-0-1": "", "then": "send"}),
        (f"/structures/{house.jardins.id}/semaines/2026-08-31", {**week, "c-0-1": "3", "then": "save"}),
        ("/confirmations", shown),
        ("/contestations", shown),
        ("/mois/2026-09/confirmation", {"reason": "r"}),
        ("/mois/2026-09/rappels", {}),
    ]
    browser = person(Role.COORDINATOR)
    for path, fields in posts:
        answer = browser.post(BASE + path, data=fields)
        assert answer.status_code == 422 and "clos" in answer.get_data(as_text=True), path
    csv = b"date;employee;structure;hours\n2026-09-01;E13;PC2;8\n2026-09-02;E13;PC2;8\n"
    assert "clos" in sent_with_key(browser, csv, status=422)
    assert queries.entries_of(house.jardins.id, Month(2026, 9)) == before and count_journal() == journal


def count_journal():
    return session().scalar(select(func.count()).select_from(JournalEntry))


HOSTILE = [
    "NaN",
    "Infinity",
    "-Infinity",
    "sNaN",
    "1e400",
    "1_000",
    "１２",
    "--1",
    "-7",
    "1.234,56",
    "7h99",
    "99999999999",
    "٣",
    "0x10",
    "' OR 1=1 --",
    "{{7*7}}",
    "<script>",
    "\x00",
    "\u202e7",
    "7;30",
    "é" * 5000,
    "1,23456",
    "=1+1",
    "24h01",
    "1441 min",
]


def test_hostile_texts_are_refused_and_never_fall(house, person):
    browser = person(Role.COORDINATOR)
    url = week_url(house)
    pair = f"{house.nolwenn.id}.{house.jardins.id}"
    for text in HOSTILE:
        fields = {"r-0": pair, "a-0": "", "c-0-1": text, "s-0-1": "0.0", "then": "save"}
        assert browser.post(url, data=fields).status_code == 422, text
    for fields in (
        {"r-0": "1.2.3", "c-0-1": "7"},
        {"r-0": "9" * 18 + ".1", "c-0-1": "7"},
        {"r-0": pair, "a-0": "x" * 5000, "c-0-1": "7"},
        {"r-0": pair, "a-0": "\x00", "c-0-1": "7"},
        {"s-0-1": "x"},
        {"then": "line", "new-of": "x", "new-activity": "\x00"},
        {"then": "line", "new-of": "9" * 18, "new-activity": "Paie"},
        {"r-0": pair, "c-0-1": "", "s-0-1": "999999999.9999"},
        {"then": "send"},
        {"then": "boum"},
    ):
        assert browser.post(url, data=fields).status_code in {303, 404, 409, 422}, fields
    assert lines() == []
    for path in (
        "/salaries/99999999999999999999/2026-10-12",
        "/salaries/1/9999-12-31",
        "/salaries/1/2026-02-30",
        "/mois/2026-13",
        "/mois/9999-12",
        "/mois/x",
        f"/salaries/{house.nolwenn.id}/2026-10-12?ligne=9.9.&ligne=x&ligne=1.2.\x00",
        f"/structures/{10**18}/mois/2026-10",
    ):
        assert browser.get(BASE + path).status_code in {200, 403, 404}, path
    for line in ("x", "1.1.1", "9" * 18 + ".1.1", "1.999999999.0", ""):
        assert browser.post(f"{BASE}/contestations", data={"line": line, "reason": "r"}).status_code in {404, 409, 422}
        assert browser.post(f"{BASE}/confirmations", data={"line": line, "reason": "r"}).status_code in {404, 409, 422}


def test_pages_count_their_queries_whatever_the_number_of_lines(house, person, app):
    """A month's page asks no more for forty employees than for one."""
    from sqlalchemy import event

    from coopter.plumbing.database import db

    browser = person(Role.COORDINATOR)
    asked = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    def cost(path):
        asked.clear()
        assert browser.get(BASE + path).status_code == 200
        return len(asked)

    paths = [
        "/mois/2026-10",
        f"/structures/{house.jardins.id}/mois/2026-10",
        f"/structures/{house.jardins.id}/semaines/2026-10-12",
    ]
    worked(house.nolwenn, house.jardins, TUESDAY, 60)
    few = [cost(path) for path in paths]
    for number in range(12):
        somebody = an_employee(house.jardins, code=f"Z{number}")
        worked(somebody, house.jardins, TUESDAY, 60, state=EntryState.SUBMITTED)
    assert [cost(path) for path in paths] == few
