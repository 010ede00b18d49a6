"""The staff room's pages: what each role sees, what a form does, what a stranger gets."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from coopter.members.models import Grouping, Structure
from coopter.staff import queries
from coopter.staff.models import Employee
from coopter.values.actor import Role
from tests import factories

TODAY = date(2026, 10, 15)


@dataclass
class Scene:
    """A grouping with two structures and two employees, one at each."""

    app: Flask
    grouping: Grouping
    bakery: Structure
    garden: Structure
    nolwenn: Employee
    yann: Employee

    def as_(self, role: Role) -> FlaskClient:
        """A browser signed in with this role; the representative stands for the bakery, the employee is Nolwenn."""
        person = factories.a_person(
            role,
            structure=self.bakery if role is Role.REPRESENTATIVE else None,
            employee=self.nolwenn if role is Role.EMPLOYEE else None,
            tf_primary_method="authenticator",
            tf_totp_secret="{}",
        )
        return factories.signed_in(self.app.test_client(), person)


@pytest.fixture
def scene(app: Flask) -> Iterator[Scene]:
    """The scene, its grouping in scope."""
    app.config["DEMO"] = True
    grouping = factories.a_grouping()
    with factories.inside(grouping):
        bakery = factories.a_structure("PC2", trade_name="Le Fournil")
        garden = factories.a_structure("PC9", trade_name="Le Jardin")
        nolwenn = factories.an_employee(bakery, code="E13", first_name="Nolwenn", last_name="Le Goff")
        yann = factories.an_employee(garden, code="E24", first_name="Yann", last_name="Cariou")
        yield Scene(app, grouping, bakery, garden, nolwenn, yann)
    app.config["DEMO"] = False


def test_the_office_sees_everybody_and_the_coordinator_alone_may_change(scene: Scene) -> None:
    for role in (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR):
        client = scene.as_(role)
        page = client.get("/cap-cooperation/salaries")
        assert page.status_code == 200
        assert "Le Goff Nolwenn" in page.text and "Cariou Yann" in page.text
        assert ("Embaucher" in page.text) is (role is Role.COORDINATOR)
        page = client.get(f"/cap-cooperation/salaries/{scene.nolwenn.id}")
        assert page.status_code == 200 and "Le Fournil" in page.text and re.search(r"35\sh", page.text)
        assert ("Faire un avenant" in page.text) is (role is Role.COORDINATOR)
        expected = 200 if role is Role.COORDINATOR else 403
        assert client.get("/cap-cooperation/salaries/nouveau").status_code == expected


def test_a_representative_sees_placements_at_its_structure_and_no_contract(scene: Scene) -> None:
    client = scene.as_(Role.REPRESENTATIVE)
    page = client.get("/cap-cooperation/mises-a-disposition")
    assert "Nolwenn Le Goff" in page.text
    assert "Cariou" not in page.text and "Le Jardin" not in page.text
    assert not re.search(r"35\sh", page.text)  # the week of the contract, which the office reads
    here = queries.placements_at(scene.bakery.id)[0]
    there = queries.placements_at(scene.garden.id)[0]
    assert client.get(f"/cap-cooperation/mises-a-disposition/{here.id}").status_code == 200
    assert client.get(f"/cap-cooperation/mises-a-disposition/{there.id}").status_code == 404
    assert client.get(f"/cap-cooperation/salaries/{scene.nolwenn.id}").status_code == 403
    assert client.get("/cap-cooperation/salaries").status_code == 403


def test_an_employee_sees_their_own_page_alone(scene: Scene) -> None:
    client = scene.as_(Role.EMPLOYEE)
    page = client.get("/cap-cooperation/salaries", follow_redirects=True)
    assert "Nolwenn Le Goff" in page.text and "Où je travaille" in page.text
    assert client.get(f"/cap-cooperation/salaries/{scene.yann.id}").status_code == 404
    lines = client.get("/cap-cooperation/mises-a-disposition").text
    assert "Le Fournil" in lines and "Le Jardin" not in lines


def test_another_grouping_is_an_unknown_address(scene: Scene) -> None:
    with factories.inside(factories.a_grouping(slug="ailleurs")):
        stranger = factories.a_person(Role.COORDINATOR)
        their = factories.an_employee()
    client = factories.signed_in(scene.app.test_client(), stranger)
    assert client.get("/cap-cooperation/salaries").status_code == 404
    assert client.get(f"/ailleurs/salaries/{scene.nolwenn.id}").status_code == 404
    assert client.get(f"/ailleurs/salaries/{their.id}").status_code == 200
    assert (
        client.post(f"/ailleurs/salaries/{scene.nolwenn.id}/contrat/fin", data={"ends_on": "2026-12-31"}).status_code
        == 404
    )


def test_search_and_empty_states(scene: Scene) -> None:
    client = scene.as_(Role.COORDINATOR)
    assert "Cariou" not in client.get("/cap-cooperation/salaries?q=legoff").text
    assert "Personne de ce nom" in client.get("/cap-cooperation/salaries?q=personne-ici").text


def test_a_hiring_then_a_placement_through_the_forms(scene: Scene) -> None:
    client = scene.as_(Role.COORDINATOR)
    form = {
        "code": "E77", "first_name": "Maëlle", "last_name": "Quéré", "email": "", "phone": "", "last_on": "",
        "starts_on": "01/10/2026", "weekly_minutes": "17h30", "job_title": "Animatrice", "pay_grade": "C",
        "structure_ids": [str(scene.bakery.id)],
    }  # fmt: skip
    assert client.post("/cap-cooperation/salaries/nouveau", data=form).status_code == 303
    hired = queries.find_employee_by_code("E77")
    assert hired is not None
    again = client.post("/cap-cooperation/salaries/nouveau", data=form)
    assert again.status_code == 422 and "déjà celui de Maëlle Quéré" in again.text
    wrong = client.post("/cap-cooperation/salaries/nouveau", data={**form, "code": "E78", "weekly_minutes": "dix"})
    assert wrong.status_code == 422 and "dix" in wrong.text
    place = {"structure_id": str(scene.bakery.id), "starts_on": "2026-10-01", "weekly_minutes": "7h", "site": "Atelier"}
    address = f"/cap-cooperation/salaries/{hired.id}/mises-a-disposition"
    assert "Le Jardin" not in client.get(address).text
    assert client.post(address, data=place).status_code == 303
    assert queries.check_may_work(hired.id, scene.bakery.id, TODAY).site == "Atelier"
    early = client.post(address, data={**place, "starts_on": "2026-09-01", "last_on": "2026-09-30"})
    assert early.status_code == 422 and "pas de contrat" in early.text


def test_the_second_of_two_editors_sees_both_sides(scene: Scene) -> None:
    client = scene.as_(Role.COORDINATOR)
    form = {"code": "E13", "first_name": "Nolwenn", "last_name": "Premier", "version": "1"}
    address = f"/cap-cooperation/salaries/{scene.nolwenn.id}/modifier"
    assert client.post(address, data=form).status_code == 303
    second = client.post(address, data={**form, "last_name": "Second"})
    assert second.status_code == 409
    assert "Second" in second.text and "Premier" in second.text
    assert client.post(address, data={**form, "last_name": "Second", "version": "2"}).status_code == 303


def test_every_form_of_a_person_opens_and_works(scene: Scene) -> None:
    client = scene.as_(Role.COORDINATOR)
    base = f"/cap-cooperation/salaries/{scene.nolwenn.id}"
    for page in ("modifier", "contrat", "contrat/fin", "utilisateurs", "mises-a-disposition"):
        assert client.get(f"{base}/{page}").status_code == 200, page
    user = {"structure_id": str(scene.garden.id), "from_on": "2026-10-01"}
    assert client.post(f"{base}/utilisateurs", data=user).status_code == 303
    amendment = {"starts_on": "2026-11-01", "weekly_minutes": "28h", "job_title": "Cheffe", "version": "2"}
    assert client.post(f"{base}/contrat", data=amendment).status_code == 303
    placement = queries.placements_of(scene.nolwenn.id)[0]
    spot = f"/cap-cooperation/mises-a-disposition/{placement.id}"
    assert client.get(spot).status_code == 200
    terms = {"starts_on": "2020-01-01", "weekly_minutes": "8h", "site": "Quai", "version": "1"}
    assert client.post(spot, data=terms).status_code == 303
    assert client.post(spot, data=terms).status_code == 409
    assert client.post(f"{spot}/fin", data={"ends_on": "2026-12-31", "version": "2"}).status_code == 303
    assert queries.get_placement(placement.id).ends_on == date(2027, 1, 1)
    assert client.post(f"{base}/contrat/fin", data={"ends_on": "2027-03-31", "version": "3"}).status_code == 303
    assert queries.contract_on(scene.nolwenn.id, date(2027, 3, 31) + timedelta(days=1)) is None
    assert "Cheffe" in client.get(base).text


def test_a_file_is_previewed_then_imported(scene: Scene) -> None:
    client = scene.as_(Role.COORDINATOR)
    content = b"code;prenom;nom;debut;heures hebdo\nE90;Enora;Gu\xe9guen;01/09/2026;35\n"
    address = "/cap-cooperation/salaries/import"
    assert client.get(address).status_code == 200
    preview = client.post(address, data={"file": (io.BytesIO(content), "salaries.csv")})
    assert preview.status_code == 200 and "Guéguen" in preview.text
    assert queries.find_employee_by_code("E90") is None
    token = preview.text.split('name="token" value="')[1].split('"')[0]
    assert client.post(address, data={"token": token}).status_code == 303
    assert queries.find_employee_by_code("E90") is not None
    bad = client.post("/cap-cooperation/mises-a-disposition/import", data={"file": (io.BytesIO(content), "x.csv")})
    assert bad.status_code == 422
