"""The pages of hours: what is typed, refused, in conflict, confirmed, disputed, imported."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest

from coopter.hours import queries
from coopter.hours.rules import EntryState
from coopter.hours.views.confirming import AT_ONCE
from coopter.values.actor import Role
from coopter.values.month import Month
from tests.factories import worked
from tests.hours.pages import BASE, TUESDAY, cell_of, count, grid, lines, sent_with_key, week_url

pytestmark = pytest.mark.usefixtures("no_second_factor")


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


def test_a_year_that_nobody_confirmed_comes_a_dozen_weeks_at_a_time(house, person):
    """R107: the page stays light, the oldest first, and says how much is left."""
    browser = person(Role.REPRESENTATIVE, structure=house.jardins)
    for week in range(AT_ONCE + 3):
        worked(house.nolwenn, house.jardins, TUESDAY - timedelta(days=7 * week), 60, state=EntryState.SUBMITTED)
    page = browser.get(f"{BASE}/a-confirmer").get_data(as_text=True)
    assert page.count("semaine du") == AT_ONCE and "3 autres semaines attendent" in page
    shown = re.findall(r'type="checkbox"[^>]*value="([0-9.]+)"', page)
    assert browser.post(f"{BASE}/confirmations", data={"line": shown[:2]}).status_code == 303
    assert "Une autre semaine attend" in browser.get(f"{BASE}/a-confirmer").get_data(as_text=True)
