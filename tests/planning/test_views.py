"""The planning's pages: what each role sees, what a form does, what a stranger gets."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from coopter.planning import commands, queries
from coopter.planning.models import Shift
from coopter.planning.rules import ShiftState
from coopter.plumbing.database import session
from coopter.values.actor import Role
from coopter.values.period import Period
from tests import factories
from tests.planning.scene import AT, MONDAY, Scene

BASE = "/cap-cooperation/planning"
WEEK = f"{BASE}?semaine={MONDAY}"


def _plan(scene: Scene) -> tuple[Shift, Shift]:
    """Nolwenn at the bakery on Monday morning and at the garden in the afternoon; Yann at the garden on Tuesday."""
    facts = {"note": "", "at": AT}
    morning = commands.add_shift(
        scene.who, placement_id=scene.at_bakery().id, day=MONDAY, starts_minute=510, ends_minute=720, **facts
    )
    afternoon = commands.add_shift(
        scene.who, placement_id=scene.at_garden().id, day=MONDAY, starts_minute=810, ends_minute=1020, **facts
    )
    return morning, afternoon


def test_the_coordinator_sees_all_and_the_total(scene: Scene) -> None:
    _plan(scene)
    page = scene.as_(Role.COORDINATOR).get(WEEK)
    assert page.status_code == 200
    assert (
        "8h30–12h" in page.text and "13h30–17h" in page.text and "Le Fournil" in page.text and "Le Jardin" in page.text
    )
    assert "Yann Cariou" in page.text, "who has nothing to do is seen too"
    assert "7\u00a0h" in page.text
    assert f"semaine={MONDAY + timedelta(days=7)}" in page.text


def test_a_representative_sees_their_structure_alone(scene: Scene) -> None:
    _plan(scene)
    page = scene.as_(Role.REPRESENTATIVE).get(WEEK).text
    assert "8h30–12h" in page and "Nolwenn" in page
    assert "13h30" not in page and "PC9" not in page and "Jardin" not in page and "Cariou" not in page


def test_an_employee_sees_their_own_by_structure(scene: Scene) -> None:
    _plan(scene)
    client = scene.as_(Role.EMPLOYEE)
    page = client.get(WEEK).text
    assert "Le Fournil" in page and "Le Jardin" in page and "Cariou" not in page
    assert client.get(f"{BASE}/salaries/{scene.nolwenn.id}").status_code == 200
    assert client.get(f"{BASE}/salaries/{scene.yann.id}").status_code == 404
    assert client.get(f"{BASE}/salaries/{scene.nolwenn.id}/creneau").status_code == 403
    assert "Rien de prévu" in client.get(f"{BASE}?semaine=2027-03-01").text


def test_the_auditor_reads_and_writes_nothing(scene: Scene) -> None:
    morning, _ = _plan(scene)
    client = scene.as_(Role.AUDITOR)
    assert "8h30–12h" in client.get(WEEK).text
    assert client.get(f"{BASE}/salaries/{scene.nolwenn.id}").status_code == 200
    assert client.post(f"{BASE}/creneaux/{morning.id}/annulation", data={"version": "1"}).status_code == 403
    assert client.get(f"{BASE}/salaries/{scene.nolwenn.id}/agenda").status_code == 404


@pytest.mark.parametrize("wrong", ["hier", "2026-13-01", "", "2026-10-19'"])
def test_a_week_that_is_none_is_unknown(scene: Scene, wrong: str) -> None:
    assert scene.as_(Role.COORDINATOR).get(f"{BASE}?semaine={wrong}").status_code == 404


def test_a_pattern_through_its_forms(scene: Scene) -> None:
    client = scene.as_(Role.COORDINATOR)
    address = f"{BASE}/salaries/{scene.nolwenn.id}/horaire"
    assert "Le Fournil" in client.get(address).text
    form = {
        "placement_id": str(scene.at_bakery().id), "weekdays": ["0", "3"], "starts_minute": "8h30",
        "ends_minute": "12h", "from_on": "19/10/2026", "last_on": "15/11/2026",
    }  # fmt: skip
    assert client.post(address, data={**form, "starts_minute": "huit heures"}).status_code == 422
    assert client.post(address, data={**form, "weekdays": []}).status_code == 422
    assert client.post(address, data={**form, "last_on": "01/10/2026"}).status_code == 422
    assert client.post(address, data=form).status_code == 303
    clash = client.post(address, data=form)
    assert clash.status_code == 422 and "déjà attendu(e) ailleurs" in clash.text
    schedule = client.get(f"{BASE}/salaries/{scene.nolwenn.id}").text
    assert schedule.count("4 créneaux") == 2
    monday, thursday = queries.list_patterns(scene.nolwenn.id, on=MONDAY)
    spot = f"{BASE}/horaires/{monday.id}"
    assert "8h30" in client.get(spot).text
    change = {"on": "2026-10-26", "weekday": "1", "starts_minute": "9h", "ends_minute": "12h30", "version": "1"}
    assert client.post(spot, data=change).status_code == 303
    stale = client.post(spot, data=change)
    assert stale.status_code == 409 and "9h" in stale.text
    stop = f"{BASE}/horaires/{thursday.id}/arret"
    assert client.post(stop, data={"on": "2026-10-26", "version": "1"}).status_code == 303
    states = [row.state for row in session().scalars(select(Shift).where(Shift.pattern_id == thursday.id))]
    assert states.count(ShiftState.CANCELLED) == 3
    assert client.post(stop, data={"on": "2026-12-26", "version": "2"}).status_code == 422


def test_a_single_shift_through_its_forms(scene: Scene) -> None:
    client = scene.as_(Role.COORDINATOR)
    address = f"{BASE}/salaries/{scene.nolwenn.id}/creneau"
    assert f'value="{MONDAY}"' in client.get(f"{address}?jour={MONDAY}").text
    form = {"placement_id": str(scene.at_bakery().id), "day": str(MONDAY), "starts_minute": "8h30", "ends_minute": "12"}
    assert client.post(address, data=form).status_code == 303
    (shift,) = queries.visible_shifts(scene.who, Period(MONDAY, MONDAY + timedelta(days=7)))
    spot = f"{BASE}/creneaux/{shift.id}"
    assert "8h30" in client.get(spot).text
    moved = {"day": "20/10/2026", "starts_minute": "9h", "ends_minute": "12h", "note": "Clé à prendre", "version": "1"}
    assert client.post(spot, data=moved).status_code == 303
    stale = client.post(spot, data={**moved, "starts_minute": "10h"})
    assert stale.status_code == 409 and "Clé à prendre" in stale.text
    assert client.post(f"{spot}/annulation", data={"version": "1"}).status_code == 409
    assert client.post(f"{spot}/annulation", data={"version": "2"}).status_code == 303
    assert "Ce créneau est annulé" in client.get(spot).text
    assert "annulé" in client.get(WEEK).text


def test_somebody_without_placement_is_told_what_to_do(scene: Scene) -> None:
    idle = factories.an_employee()
    client = scene.as_(Role.COORDINATOR)
    for page in ("creneau", "horaire"):
        assert "Aucune mise à disposition" in client.get(f"{BASE}/salaries/{idle.id}/{page}").text


def test_the_address_is_shown_once_with_a_picture_and_a_webcal_link(scene: Scene) -> None:
    client = scene.as_(Role.EMPLOYEE)
    address = f"{BASE}/salaries/{scene.nolwenn.id}/agenda"
    assert "Créer le lien" in client.get(address).text
    made = client.post(address)
    token = re.search(r"/calendrier/([\w-]{43})\.ics", made.text)
    assert made.status_code == 200 and token is not None
    assert f"webcal://localhost/calendrier/{token[1]}.ics" in made.text
    assert 'src="data:image/svg+xml' in made.text
    assert "no-store" in made.headers["Cache-Control"]
    assert client.get(f"/calendrier/{token[1]}.ics").status_code == 200
    again = client.get(address)
    assert token[1] not in again.text and "Fermer le lien" in again.text
    assert client.post(f"{address}/fermeture").status_code == 303
    assert client.get(f"/calendrier/{token[1]}.ics").status_code == 404
    assert client.post(f"{address}/fermeture").status_code == 404


def test_one_s_feed_is_nobody_else_s(scene: Scene) -> None:
    for role in (Role.REPRESENTATIVE, Role.AUDITOR, Role.TREASURER):
        client = scene.as_(role)
        assert client.get(f"{BASE}/salaries/{scene.nolwenn.id}/agenda").status_code == 404
        assert client.post(f"{BASE}/salaries/{scene.nolwenn.id}/agenda").status_code == 403
    other = scene.as_(Role.EMPLOYEE, scene.yann)
    assert other.get(f"{BASE}/salaries/{scene.nolwenn.id}/agenda").status_code == 404
    assert other.post(f"{BASE}/salaries/{scene.nolwenn.id}/agenda").status_code == 403


def test_another_grouping_is_an_unknown_address(scene: Scene) -> None:
    morning, _ = _plan(scene)
    with factories.inside(factories.a_grouping(slug="ailleurs")):
        stranger = factories.a_person(Role.COORDINATOR)
    client = factories.signed_in(scene.app.test_client(), stranger)
    assert client.get(WEEK).status_code == 404
    assert client.get(f"/ailleurs/planning/creneaux/{morning.id}").status_code == 404
    assert client.get(f"/ailleurs/planning/salaries/{scene.nolwenn.id}").status_code == 404
    assert client.post(f"/ailleurs/planning/creneaux/{morning.id}/annulation", data={"version": "1"}).status_code == 404
