"""Pages of costs by role and in two groupings: pay is for who keeps the accounts."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from coopter.costs import commands, queries
from coopter.costs.rules import KeyMethod, Pool
from coopter.hours import queries as hours
from coopter.hours.commands import lock_month
from coopter.plumbing.transaction import command
from coopter.values.actor import Role
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.rate import Rate
from tests import factories as a

MARCH = Month(2026, 3)
BASE = "/cap-cooperation/couts"
READ = ["/", "/2026-03", "/cles", "/prix"]
WRITE = ["/import", "/lignes/1"]


@dataclass
class Scene:
    app: Flask
    grouping: Any
    north: Any
    south: Any
    nolwenn: Any
    people: dict[Role, Any]

    def browser(self, role: Role) -> FlaskClient:
        g.pop("_login_user", None)  # the tests' context outlives a request, and would remember the one before
        return a.signed_in(self.app.test_client(), self.people[role])


@pytest.fixture
def scene(app: Flask) -> Iterator[Scene]:
    grouping = a.a_grouping()
    with a.inside(grouping):
        north, south = a.a_structure("PC11", legal_name="Crèche du Nord"), a.a_structure("PC2", legal_name="Atelier")
        nolwenn = a.an_employee(north, south, code="E13")
        a.worked(nolwenn, north, date(2026, 3, 2), 60)
        a.worked(nolwenn, south, date(2026, 3, 3), 60)
        a.a_cost(MARCH, 240_001, employee=nolwenn)
        a.a_cost(MARCH, 10_000)
        people = {
            role: a.a_person(
                role,
                structure=north if role is Role.REPRESENTATIVE else None,
                employee=nolwenn if role is Role.EMPLOYEE else None,
                tf_primary_method="authenticator",
                tf_totp_secret="x",
            )
            for role in Role
        }
    yield Scene(app, grouping, north, south, nolwenn, people)


def line_id(scene: Scene) -> int:
    with a.inside(scene.grouping):
        return queries.lines_of(MARCH)[0].id


@pytest.mark.parametrize("role", list(Role))
def test_who_comes_in(scene: Scene, role: Role) -> None:
    browser = scene.browser(role)
    reads = role in (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)
    for path in READ:
        found = browser.get(BASE + path).status_code
        assert (found in (200, 303)) if reads else found == 403, path
    for path in ("/import", f"/lignes/{line_id(scene)}"):
        assert browser.get(BASE + path).status_code == (200 if role is Role.COORDINATOR else 403)
    for path in ("/2026-03", "/cles", "/prix", f"/lignes/{line_id(scene)}", f"/lignes/{line_id(scene)}/supprimer"):
        assert (browser.post(BASE + path, data={}).status_code == 403) is (role is not Role.COORDINATOR)


def test_another_grouping_sees_nothing(scene: Scene) -> None:
    with a.inside(a.a_grouping(slug="ailleurs")):
        stranger = a.a_person(Role.COORDINATOR, tf_primary_method="authenticator", tf_totp_secret="x")
    browser = a.signed_in(scene.app.test_client(), stranger)
    assert browser.get(BASE + "/2026-03").status_code == 404
    assert browser.get(f"/ailleurs/couts/lignes/{line_id(scene)}").status_code == 404
    assert browser.post(f"/ailleurs/couts/lignes/{line_id(scene)}/supprimer", data={"version": 1}).status_code == 404
    page = browser.get("/ailleurs/couts/2026-03").text
    assert "Nolwenn" not in page and "Aucun coût en mars 2026" in page


def figures(page: str) -> str:
    return re.sub(r"[\u00a0\u202f]", " ", page)


def test_the_month_shows_pools_keys_and_a_split_that_adds_up(scene: Scene) -> None:
    page = figures(scene.browser(Role.TREASURER).get(BASE + "/2026-03").text)
    for text in ("Nolwenn Le Goff", "2 400,01 €", "1 200,01 €", "1 200,00 €", "2 500,01 €", "au prorata des heures"):
        assert text in page
    assert page.index("Atelier") < page.index("Crèche du Nord")
    assert "Ajouter un coût" not in page and "Supprimer" not in page
    assert "Ajouter un coût" in scene.browser(Role.COORDINATOR).get(BASE + "/2026-03").text


def test_what_blocks_is_told(scene: Scene) -> None:
    with a.inside(scene.grouping):
        other = a.an_employee(scene.north, first_name="Yann", last_name="Cariou")
        a.worked(other, scene.north, date(2026, 3, 4), 60)
    page = scene.browser(Role.AUDITOR).get(BASE + "/2026-03").text
    assert "La répartition attend encore" in page and "Yann Cariou" in page


def test_months_that_are_none(scene: Scene) -> None:
    browser = scene.browser(Role.COORDINATOR)
    for path in ("/2026-13", "/mars", "/2026-3"):
        assert browser.get(BASE + path).status_code == 404
    assert browser.get(BASE + "/").headers["Location"].endswith("/couts/2026-03")


def test_a_line_is_added_in_french_figures(scene: Scene) -> None:
    browser = scene.browser(Role.COORDINATOR)
    line = {"employee": str(scene.nolwenn.id), "kind": "travel", "label": "Train", "amount": "1 234,56 €"}
    assert browser.post(BASE + "/2026-03", data=line).status_code == 303
    with a.inside(scene.grouping):
        assert queries.lines_of(MARCH)[-1].amount == Money(123_456)
    assert "Le coût est ajouté." in browser.get(BASE + "/2026-03").text
    for change in ({"amount": "NaN"}, {"amount": ""}, {"kind": "zzz"}, {"label": ""}, {"amount": "0"}, {}):
        again = browser.post(BASE + "/2026-03", data={**line, **change})
        assert again.status_code == 422, change
        assert 'value="Train"' in again.text or not {**line, **change}["label"]
    assert browser.post(BASE + "/2026-03", data={**line, "employee": "999999"}).status_code == 404


def test_two_editors(scene: Scene) -> None:
    browser, path = scene.browser(Role.COORDINATOR), f"{BASE}/lignes/{line_id(scene)}"
    first = {"kind": "gross_pay", "label": "Salaire brut", "amount": "1000", "version": "1"}
    assert 'value="2400,01"' in figures(browser.get(path).text).replace("2 400,01", "2400,01")
    assert browser.post(path, data=first).status_code == 303
    clash = browser.post(path, data={**first, "amount": "10"})
    page = figures(clash.text)
    assert clash.status_code == 409 and "1 000,00 €" in page and "10,00 €" in page
    assert 'value="2"' in page
    removal = browser.post(path + "/supprimer", data={"version": "1"})
    assert removal.status_code == 409
    assert browser.post(path + "/supprimer", data={"version": "2"}).status_code == 303
    assert browser.get(path).status_code == 404


def test_a_closed_month_on_the_page(scene: Scene) -> None:
    with a.inside(scene.grouping):
        anne = a.actor(scene.grouping, Role.COORDINATOR)

        @command
        def close() -> None:
            lock_month(anne, month=MARCH, at=a.AT)
            commands.split_month(anne, month=MARCH, worked=hours.worked_minutes(MARCH), at=a.AT)

        close()
    browser, path = scene.browser(Role.COORDINATOR), f"{BASE}/lignes/{line_id(scene)}"
    page = figures(browser.get(BASE + "/2026-03").text)
    assert "Mois clos" in page and "1 200,01 €" in page and "Ajouter un coût" not in page
    assert "Ce mois est clos" in browser.get(path).text
    line = {"employee": "", "kind": "other", "label": "Oubli", "amount": "1", "version": "1"}
    for target in (BASE + "/2026-03", path):
        refused = browser.post(target, data=line)
        assert refused.status_code == 422 and "est clos" in refused.text
    assert browser.post(path + "/supprimer", data={"version": "1"}).status_code == 422


def test_a_key_is_set_with_weights(scene: Scene) -> None:
    browser = scene.browser(Role.COORDINATOR)
    key = {
        "target": "management", "method": "weights", "from_month": "2026-03", "decided_by": "AG du 12/12/2025",
        f"weight_{scene.north.id}": "3", f"weight_{scene.south.id}": "1",
    }  # fmt: skip
    assert browser.post(BASE + "/cles", data=key).status_code == 303
    page = figures(browser.get(BASE + "/cles").text)
    for text in ("n° 1", "Frais de gestion", "selon des poids fixes", "AG du 12/12/2025", "PC11 Crèche du Nord : 3"):
        assert text in page
    assert "75,00 €" in figures(browser.get(BASE + "/2026-03").text)
    own = {"target": str(scene.nolwenn.id), "method": "equal", "from_month": "03/2026"}
    assert browser.post(BASE + "/cles", data=own).status_code == 303
    with a.inside(scene.grouping):
        rule = queries.rule_in_force(Pool.EMPLOYEE, scene.nolwenn.id, MARCH.first)
        assert (rule.number, rule.method, rule.decided_by) == (2, KeyMethod.EQUAL, "Reprise initiale")
    for change in ({"from_month": "hier"}, {"from_month": ""}, {"method": "equal"}, {"method": "zzz"}):
        assert browser.post(BASE + "/cles", data={**key, **change}).status_code == 422, change


def test_a_price_is_set_and_taken_back(scene: Scene) -> None:
    browser = scene.browser(Role.COORDINATOR)
    price = {"employee": "", "rate": "27,23", "from_month": "2026-03"}
    assert browser.post(BASE + "/prix", data=price).status_code == 303
    with a.inside(scene.grouping):
        found = queries.price_in_force(scene.nolwenn.id, MARCH.first)
        assert found is not None and found.rate == Rate(272_300)
    page = figures(browser.get(BASE + "/2026-03").text)
    assert "27,23 €" in page and "Facturé à l’heure" in page and "54,46 €" in page
    assert browser.post(BASE + "/prix", data={**price, "rate": ""}).status_code == 303
    assert browser.post(BASE + "/prix", data={**price, "rate": "-3"}).status_code == 422
    assert "part exacte" in browser.get(BASE + "/prix").text


def test_an_import_is_shown_then_done(scene: Scene) -> None:
    browser = scene.browser(Role.COORDINATOR)
    content = "Mois;Salarié;Nature;Libellé;Montant\n03/2026;E13;Déplacements;Train;1 234,56\n".encode("cp1252")
    shown = browser.post(BASE + "/import", data={"file": (io.BytesIO(content), "paie.csv")})
    assert shown.status_code == 200
    with a.inside(scene.grouping):
        assert len(queries.lines_of(MARCH)) == 2
    token = re.search(r'name="token" value="([^"]+)"', shown.text)
    assert token is not None
    assert browser.post(BASE + "/import", data={"token": token[1]}).status_code == 303
    with a.inside(scene.grouping):
        assert queries.lines_of(MARCH)[-1].amount == Money(123_456)
    assert "Import fait. Ajouts : 1 ;" in browser.get(BASE + "/2026-03").text
    wrong = "Mois;Salarié;Nature;Montant\n2026-03;E99;Café;x\n".encode()
    refused = browser.post(BASE + "/import", data={"file": (io.BytesIO(wrong), "paie.csv")})
    assert refused.status_code == 422 and "Café" in refused.text
