"""The pages of hours: for each role, in two groupings; what is typed, refused, in conflict, confirmed, imported."""

from __future__ import annotations

import io
import re
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
from tests.factories import AT, a_grouping, a_person, a_structure, an_employee, inside, signed_in, worked

TUESDAY = date(2026, 10, 13)
BASE = "/cap-cooperation/heures"


@pytest.fixture
def person(house, client):
    """Sign somebody in with a role in the house."""

    def sign_in(role, **fields):
        person = a_person(role, **fields)
        return signed_in(client, person)

    return sign_in


@pytest.fixture(autouse=True)
def no_second_factor(app):
    """These pages are read after sign-in; the second factor is the members' own story."""
    kept, app.config["DEMO"] = app.config["DEMO"], True
    yield
    app.config["DEMO"] = kept


def week_url(house):
    return f"{BASE}/salaries/{house.nolwenn.id}/2026-10-12"


def grid(page):
    """The fields of the week's form, as a browser would send them."""
    html = page.get_data(as_text=True)
    form = html[html.index('id="week"') :]
    form = form[: form.index("</form>")]
    found = re.findall(r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', form)
    return {name: value for name, value in found if name not in {"csrf_token", "operation_key"}}


def cell_of(fields, structure_id, day, activity=""):
    """The name of a cell's field."""
    for name, value in fields.items():
        if name.startswith("r-") and value.endswith(f".{structure_id}") and fields["a" + name[1:]] == activity:
            return f"c{name[1:]}-{day.weekday()}"
    raise AssertionError("no such line")


def lines():
    return [
        (one.structure_id, one.worked_on, one.minutes, one.state) for one in queries.week_entries(date(2026, 10, 12))
    ]


def test_nolwenn_fills_her_week_and_sends_it(house, person):
    browser = person(Role.EMPLOYEE, employee=house.nolwenn)
    fields = grid(browser.get(week_url(house)))
    fields[cell_of(fields, house.jardins.id, TUESDAY)] = "7h30"
    fields[cell_of(fields, house.cantine.id, TUESDAY)] = "1,5"
    assert browser.post(week_url(house), data={**fields, "then": "save"}).status_code == 303
    assert [one[2:] for one in lines()] == [(450, EntryState.DRAFT), (90, EntryState.DRAFT)]
    page = browser.get(week_url(house))
    assert "2 lignes ne sont pas encore envoyées" in page.get_data(as_text=True)
    assert browser.post(week_url(house), data={**grid(page), "then": "send"}).status_code == 303
    assert {one[3] for one in lines()} == {EntryState.SUBMITTED}
    assert "attendent les structures" in browser.get(week_url(house)).get_data(as_text=True)


def test_what_is_refused_is_shown_again_with_every_reason(house, person):
    browser = person(Role.EMPLOYEE, employee=house.nolwenn)
    fields = grid(browser.get(week_url(house)))
    fields[cell_of(fields, house.jardins.id, TUESDAY)] = "sept heures"
    fields[cell_of(fields, house.cantine.id, TUESDAY)] = "25"
    fields[cell_of(fields, house.cantine.id, date(2026, 10, 14))] = "3"
    answer = browser.post(week_url(house), data={**fields, "then": "send"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and lines() == []
    for words in ("sept heures", 'value="25"', 'value="3"', "une journée n&#39;a que 24 h", "pas une durée"):
        assert words in text


def test_a_long_day_and_a_long_week_are_warned_not_refused(house, person):
    for day in range(12, 17):
        worked(house.nolwenn, house.jardins, date(2026, 10, day), 660)
    text = person(Role.EMPLOYEE, employee=house.nolwenn).get(week_url(house)).get_data(as_text=True)
    assert text.count("plus de 10\u00a0h</small>") == 5 and "La semaine compte 55\u00a0h" in text


def test_a_line_for_an_activity_is_added_and_what_was_typed_is_kept(house, person):
    browser = person(Role.EMPLOYEE, employee=house.nolwenn)
    fields = grid(browser.get(week_url(house)))
    fields[cell_of(fields, house.jardins.id, TUESDAY)] = "2"
    more = {"then": "line", "new-of": str(house.jardins.id), "new-activity": "Paie. Déclarations"}
    answer = browser.post(week_url(house), data={**fields, **more})
    page = browser.get(answer.headers["Location"])
    fields = grid(page)
    fields[cell_of(fields, house.jardins.id, TUESDAY, "Paie. Déclarations")] = "450 min"
    browser.post(week_url(house), data={**fields, "then": "save"})
    assert [one[2] for one in lines()] == [120, 450]


def test_two_windows_on_one_week_the_second_chooses(house, person):
    browser = person(Role.EMPLOYEE, employee=house.nolwenn)
    worked(house.nolwenn, house.jardins, TUESDAY, 420, state=EntryState.DRAFT)
    first, second = grid(browser.get(week_url(house))), grid(browser.get(week_url(house)))
    name = cell_of(first, house.jardins.id, TUESDAY)
    other = cell_of(first, house.cantine.id, TUESDAY)
    browser.post(week_url(house), data={**first, name: "5", "then": "save"})
    answer = browser.post(week_url(house), data={**second, name: "6", other: "1", "then": "save"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "Votre saisie\u00a0: 6h" in text and ": 5h" in text
    assert [one[2] for one in lines()] == [300]
    fields = dict(re.findall(r'type="hidden"[^>]*name="([^"]+)" value="([^"]*)"', text))
    fields = {key: value for key, value in fields.items() if key not in {"csrf_token", "operation_key"}}
    assert browser.post(week_url(house), data={**fields, name: "6h", "then": "save"}).status_code == 303
    assert sorted(one[2] for one in lines()) == [60, 360]


def test_the_jardins_log_for_the_people_placed_with_them(house, person):
    browser = person(Role.REPRESENTATIVE, structure=house.jardins)
    url = f"{BASE}/structures/{house.jardins.id}/semaines/2026-10-12"
    worked(house.nolwenn, house.cantine, TUESDAY, 90, activity="Secret")
    page = browser.get(url)
    assert "Secret" not in page.get_data(as_text=True) and "Cantine" not in page.get_data(as_text=True)
    fields = grid(page)
    fields["c-0-1"] = "7"
    assert browser.post(url, data={**fields, "then": "confirm"}).status_code == 303
    assert (house.jardins.id, TUESDAY, 420, EntryState.CONFIRMED) in lines()
    assert browser.get(f"{BASE}/structures/{house.cantine.id}/semaines/2026-10-12").status_code == 404
    assert browser.get(week_url(house)).status_code == 403


def test_the_jardins_confirm_what_is_ticked_and_dispute_the_rest(house, person):
    browser = person(Role.REPRESENTATIVE, structure=house.jardins)
    assert "Rien à confirmer" in browser.get(f"{BASE}/a-confirmer").get_data(as_text=True)
    worked(house.nolwenn, house.jardins, TUESDAY, 420, state=EntryState.SUBMITTED)
    worked(house.nolwenn, house.jardins, date(2026, 10, 14), 60, state=EntryState.SUBMITTED)
    worked(house.nolwenn, house.cantine, TUESDAY, 90, state=EntryState.SUBMITTED)
    text = browser.get(f"{BASE}/a-confirmer").get_data(as_text=True)
    first, second = re.findall(r'type="checkbox"[^>]*value="([0-9.]+)"', text)
    assert browser.post(f"{BASE}/contestations", data={"line": second, "reason": ""}).status_code == 422
    assert browser.post(f"{BASE}/contestations", data={"line": second, "reason": "Absente"}).status_code == 303
    assert browser.post(f"{BASE}/confirmations", data={"line": [first]}).status_code == 303
    assert browser.post(f"{BASE}/confirmations", data={}).status_code == 422
    assert browser.post(f"{BASE}/confirmations", data={"line": [first]}).status_code == 409
    assert [one[3].value for one in lines()] == ["confirmed", "submitted", "disputed"]


def test_the_coordinator_sees_what_lacks_reminds_and_confirms_with_a_reason(house, person):
    browser = person(Role.COORDINATOR)
    worked(house.nolwenn, house.jardins, TUESDAY, 420, state=EntryState.SUBMITTED)
    text = browser.get(f"{BASE}/mois/2026-10").get_data(as_text=True)
    assert "Aucune heure" in text and "Tout confirmer" in text
    assert browser.post(f"{BASE}/mois/2026-10/rappels", data={}).status_code == 303
    assert browser.post(f"{BASE}/mois/2026-10/confirmation", data={"reason": " "}).status_code == 422
    answer = browser.post(f"{BASE}/mois/2026-10/confirmation", data={"reason": "Relevé", "structure": "1x"})
    assert answer.status_code == 303 and lines()[0][3] is EntryState.CONFIRMED
    line = queries.entries_of(house.jardins.id, Month(2026, 10))[0]
    shown = f"{line.id}.{line.version}.{line.minutes}"
    url = f"{BASE}/structures/{house.jardins.id}/mois/2026-10"
    assert "Relevé" in browser.get(url).get_data(as_text=True)
    assert browser.post(f"{BASE}/contestations", data={"line": shown, "reason": "Erreur", "next": url}).location == url


def test_a_file_is_shown_first_then_imported(house, person):
    browser = person(Role.COORDINATOR)
    content = b"date;salari\xe9;structure;heures;activit\xe9\n05/10/2026;E13;PC2;3,4833;Paie\n"

    def sent(body):
        return browser.post(
            f"{BASE}/import", data={"file": (io.BytesIO(body), "heures.csv")}, content_type="multipart/form-data"
        )

    text = sent_with_key(browser, content)
    token = re.search(r'name="token" value="([^"]+)"', text)[1]
    assert count() == 0
    assert browser.post(f"{BASE}/import", data={"token": token}).status_code == 303
    assert count() == 1
    assert "E99" in sent_with_key(browser, content.replace(b"E13", b"E99"), status=422)
    assert sent(b"").status_code in {400, 422}


def sent_with_key(browser, content, status=200):
    from coopter.plumbing.operations import new_key

    form = {"file": (io.BytesIO(content), "heures.csv"), "operation_key": new_key()}
    answer = browser.post(f"{BASE}/import", data=form, content_type="multipart/form-data")
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def count():
    return session().scalar(select(func.count()).select_from(TimeEntry))


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
