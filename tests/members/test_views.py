"""The members' pages: what each role sees, what a form does, what a stranger finds."""

from __future__ import annotations

import io
import re
import time
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from coopter.members import queries
from coopter.members.models import Grouping, Invitation, Person, RoleGrant, Structure
from coopter.plumbing import formats
from coopter.plumbing.database import session
from coopter.values.actor import Role
from coopter.values.identifiers import vat_number_of
from tests import factories as make


class House:
    """A grouping with one structure, its coordinator, its representative and an auditor."""

    def __init__(self) -> None:
        self.grouping: Grouping = make.a_grouping(slug="cap")
        with make.inside(self.grouping):
            self.structure: Structure = make.a_structure("PC2", legal_name="Épicerie du Port", city="Lorient")
            self.other: Structure = make.a_structure("PC8", legal_name="Jardins", email="secret@jardins.example")
            self.coordinator = make.a_person(Role.COORDINATOR)
            self.representative = make.a_person(Role.REPRESENTATIVE, structure=self.structure, first_name="Loïc")
            self.auditor = make.a_person(Role.AUDITOR, first_name="Zoé")
            self.treasurer = make.a_person(Role.TREASURER, first_name="Yann")

    def typed(self, **changes: Any) -> dict[str, Any]:
        """What the form of the structure sends."""
        row = self.structure
        fields = {
            "version": row.version, "code": row.code, "legal_name": row.legal_name, "siret": row.siret,
            "vat_status": row.vat_status.value, "address": row.address, "postcode": row.postcode, "city": row.city,
            "country": "FR", "email": row.email, "headcount": "5", "legal_form": row.legal_form,
        }  # fmt: skip
        return {**fields, **changes}


@pytest.fixture
def house(app: Flask) -> House:
    return House()


def as_(client: FlaskClient, person: Person) -> FlaskClient:
    browser = make.signed_in(client, person)
    with browser.session_transaction() as cookie:
        cookie["fs_paa"] = time.time()  # signed in just now
    return browser


def test_lists_are_searched_without_accents(client: FlaskClient, house: House) -> None:
    page = as_(client, house.coordinator).get("/cap/structures?q=epicerie").text
    assert "Épicerie du Port" in page and "Jardins" not in page
    assert "Aucune structure trouvée" in client.get("/cap/structures?q=zzz").text


def test_a_representative_sees_its_own_structure_and_names_of_others(client: FlaskClient, house: House) -> None:
    browser = as_(client, house.representative)
    page = browser.get("/cap/structures").text
    assert (
        "Jardins" in page
        and formats.siret(house.other.siret or "") not in page
        and "secret@jardins.example" not in page
    )
    assert formats.siret(house.structure.siret or "") in browser.get(f"/cap/structures/{house.structure.id}").text
    assert browser.get(f"/cap/structures/{house.other.id}").status_code == 404
    assert browser.get("/cap/personnes").status_code == 403
    assert browser.get("/cap/reglages").status_code == 403


def test_every_page_opens_for_those_it_is_for(client: FlaskClient, house: House) -> None:
    own = f"/cap/structures/{house.structure.id}"
    for path in (
        "/cap/structures", own, own + "/modifier", "/cap/structures/nouvelle", "/cap/structures/import",
        "/cap/personnes", "/cap/personnes/inviter", "/cap/reglages", "/cap/reglages/identite", "/compte",
        "/compte/mot-de-passe", "/compte/verification",
    ):  # fmt: skip
        answer = as_(client, house.coordinator).get(path)
        assert answer.status_code == 200, path
        assert "<h1>" in answer.text
    for person in (house.auditor, house.treasurer):
        for path in ("/cap/structures", own, "/cap/reglages"):
            assert as_(client, person).get(path).status_code == 200, path


def test_the_structure_page_shows_everything(client: FlaskClient, house: House) -> None:
    page = as_(client, house.coordinator).get(f"/cap/structures/{house.structure.id}").text
    for shown in (
        formats.siret(house.structure.siret or ""),
        house.structure.email,
        "depuis le",
        "Loïc Riou",
        "Modifier",
    ):
        assert shown in page
    assert "Modifier" not in as_(client, house.auditor).get(f"/cap/structures/{house.structure.id}").text


def test_a_room_above_adds_its_section(client: FlaskClient, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def section(actor: Any, structure: Structure, today: date) -> queries.Section:
        return queries.Section(
            title="Heures", icon="clock", facts=(("Cette année", "12 h"),), url="/cap/heures", action="Voir"
        )

    monkeypatch.setattr(queries.structures, "structure_page_sections", [section], raising=False)
    queries.structure_page_sections.append(section)
    try:
        assert "Cette année" in as_(client, house.coordinator).get(f"/cap/structures/{house.structure.id}").text
    finally:
        queries.structure_page_sections.remove(section)


def test_a_structure_is_added_and_faults_are_told_beside_the_field(client: FlaskClient, house: House) -> None:
    browser = as_(client, house.coordinator)
    wrong = browser.post("/cap/structures/nouvelle", data={"code": "PC9", "legal_name": "Neuve", "siret": "123",
                         "country": "FR", "vat_status": "vat_liable"})  # fmt: skip
    assert wrong.status_code == 422 and "SIRET" in wrong.text and "PC9" in wrong.text
    right = browser.post("/cap/structures/nouvelle", data={"code": "PC9", "legal_name": "Neuve", "country": "FR",
                         "vat_status": "not_taxable", "joined_on": "2026-01-01"})  # fmt: skip
    assert right.status_code == 303
    with make.inside(house.grouping):
        row = queries.find_structure_by_code("PC9")
        assert row is not None and queries.is_member(row.id, date(2026, 6, 1))


def test_two_editors_of_a_structure_see_both_values(client: FlaskClient, house: House) -> None:
    """R22, through the page."""
    browser, path = as_(client, house.coordinator), f"/cap/structures/{house.structure.id}/modifier"
    assert browser.post(path, data=house.typed(city="Vannes", version=1)).status_code == 303
    stale = browser.post(path, data=house.typed(city="Lanester", version=1))
    assert stale.status_code == 409 and "Vannes" in stale.text and "Lanester" in stale.text
    version = re.search(r'name="version" value="(\d+)"', stale.text)
    assert version is not None
    assert browser.post(path, data=house.typed(city="Lanester", version=version[1])).status_code == 303
    faulty = browser.post(path, data=house.typed(version=1, siret="1"))
    assert faulty.status_code == 422 and 'name="version" value="1"' in faulty.text


def test_two_editors_of_the_grouping_see_both_values(client: FlaskClient, house: House) -> None:
    browser = as_(client, house.coordinator)
    typed = {"version": 1, "name": "Cap", "address": "1 rue", "postcode": "56100", "city": "Lorient", "country": "FR",
             "fiscal_year_month": 1, "invoice_series": "FA", "credit_series": "AV"}  # fmt: skip
    assert browser.post("/cap/reglages/identite", data=typed).status_code == 303
    stale = browser.post("/cap/reglages/identite", data={**typed, "name": "Autre"})
    assert stale.status_code == 409 and "Autre" in stale.text


def test_the_settings_show_the_vat_number_that_invoices_will_carry(client: FlaskClient, house: House) -> None:
    """The one given, else the one that the SIREN makes; and a SIRET is written in its groups."""
    browser = as_(client, house.coordinator)
    number = vat_number_of(house.grouping.siren or "")
    page = browser.get("/cap/reglages").text
    assert f"{number} (calculé à partir du SIREN)" in page and formats.siret(house.grouping.siret or "") in page
    other = make.a_grouping(slug="autre", vat_number=number)
    with make.inside(other):
        boss = make.a_person(Role.COORDINATOR)
    page = as_(client, boss).get("/autre/reglages").text
    assert number in page and "calculé" not in page


def test_parameters_are_set_from_the_page(client: FlaskClient, house: House) -> None:
    browser = as_(client, house.coordinator)
    sent = {"name": "payment_days", "value": "45", "from_on": "01/11/2026", "decided_by": "Bureau"}
    assert browser.post("/cap/reglages/parametres", data=sent).status_code == 303
    assert browser.post("/cap/reglages/parametres", data={**sent, "value": "x"}).status_code == 422
    assert "Bureau" in browser.get("/cap/reglages").text
    assert "Exonéré" in browser.get("/cap/reglages?valeur=vat_regime").text
    regime = {"name": "vat_regime", "value": "franchise-293b", "from_on": "2026-01-01"}
    assert browser.post("/cap/reglages/parametres", data=regime).status_code == 303
    assert browser.post("/cap/reglages/parametres", data={**regime, "value": "rien"}).status_code == 422
    assert browser.post("/cap/reglages/parametres", data={**regime, "name": "inconnu"}).status_code == 422
    assert browser.get("/cap/reglages?valeur=inconnu").status_code == 200


def test_an_auditor_changes_nothing(client: FlaskClient, house: House) -> None:
    browser = as_(client, house.auditor)
    for path in (
        "/cap/structures/nouvelle", f"/cap/structures/{house.structure.id}/modifier", "/cap/personnes/inviter",
        "/cap/reglages/identite", "/cap/reglages/parametres", "/cap/structures/import",
        f"/cap/structures/{house.structure.id}/depart", "/cap/personnes/roles/1/retrait",
    ):  # fmt: skip
        assert browser.post(path, data=house.typed()).status_code == 403, path


def test_a_stranger_finds_nothing(client: FlaskClient, house: House) -> None:
    """R6: foreign is unknown, to the byte."""
    other = make.a_grouping(slug="autre")
    with make.inside(other):
        stranger = make.a_person(Role.COORDINATOR)
        theirs = make.a_structure("PC1")
    browser = as_(client, stranger)
    foreign = browser.get(f"/cap/structures/{house.structure.id}")
    unknown = browser.get("/nulle-part/structures/1")
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert strip(foreign.text) == strip(unknown.text)
    missing = browser.get("/autre/structures/999999")
    hidden = browser.get(f"/autre/structures/{house.structure.id}")
    assert (missing.status_code, hidden.status_code) == (404, 404) and strip(missing.text) == strip(hidden.text)
    assert browser.get(f"/autre/structures/{theirs.id}").status_code == 200


def strip(page: str) -> str:
    return re.sub(r'value="[^"]*"|X-CSRFToken[^}]*', "", page)


def test_roles_end_at_the_next_request(client: FlaskClient, house: House) -> None:
    """R43: session, pending invitations, and the account."""
    member = as_(client.application.test_client(), house.representative)
    assert member.get(f"/cap/structures/{house.structure.id}").status_code == 200
    with make.inside(house.grouping):
        grant = session().scalars(select(RoleGrant).where(RoleGrant.person_id == house.representative.id)).one()
    boss = as_(client, house.coordinator)
    boss.post("/cap/personnes/inviter", data={"email": house.representative.email, "role": "treasurer",
              "structure_id": 0, "language": "fr"})  # fmt: skip
    assert boss.post(f"/cap/personnes/roles/{grant.id}/retrait").status_code == 303
    assert member.get(f"/cap/structures/{house.structure.id}").status_code == 404
    with make.inside(house.grouping):
        assert session().scalars(select(Invitation)).one().revoked_at is not None
    assert boss.post(f"/cap/personnes/{house.representative.id}/desactivation").status_code == 303
    gone = member.get("/compte")
    assert gone.status_code == 303 and "/connexion" in gone.location


def test_the_last_coordinator_stays(client: FlaskClient, house: House) -> None:
    with make.inside(house.grouping):
        grant = session().scalars(select(RoleGrant).where(RoleGrant.person_id == house.coordinator.id)).one()
    browser = as_(client, house.coordinator)
    browser.post(f"/cap/personnes/roles/{grant.id}/retrait")
    assert "dernière personne qui coordonne" in browser.get("/cap/personnes").text


CSV = "code,name,siret,city\nPC20,Une,{siret},Lorient\nPC2,Épicerie du Port,,Vannes\n"


def test_an_import_is_seen_before_it_is_written(client: FlaskClient, house: House) -> None:
    """R50, through the page: nothing is written by the preview, the file is bound to its sender."""
    browser, path = as_(client, house.coordinator), "/cap/structures/import"
    content = CSV.format(siret=make.a_siret(800)).encode()

    def preview(who: FlaskClient, sent: bytes) -> Any:
        return who.post(path, data={"file": (io.BytesIO(sent), "s.csv")}, content_type="multipart/form-data")

    shown = preview(browser, content)
    assert shown.status_code == 200 and "PC20" in shown.text
    with make.inside(house.grouping):
        assert queries.find_structure_by_code("PC20") is None
        assert queries.get_structure(house.structure.id).city == "Lorient"
    token = re.search(r'name="token" value="([^"]+)"', shown.text)
    assert token is not None
    with make.inside(house.grouping):
        second = make.a_person(Role.COORDINATOR)
    thief = as_(client.application.test_client(), second)
    assert thief.post(path, data={"token": token[1]}).status_code == 422
    assert browser.post(path, data={"token": token[1] + "x"}).status_code == 422
    assert browser.post(path, data={"token": token[1]}).status_code == 303
    with make.inside(house.grouping):
        assert queries.find_structure_by_code("PC20") is not None
        assert queries.get_structure(house.structure.id).city == "Vannes"
    assert "Rien à faire" in preview(browser, content).text
    faulty = preview(browser, content.replace(b"PC20", b""))
    assert faulty.status_code == 422 and "cette cellule est vide" in faulty.text
    assert preview(browser, b"").status_code == 422
    template = browser.get(path + "?modele=1")
    assert template.text.startswith("\ufeffcode;nom;SIRET")


def test_start_leads_into_the_one_grouping_or_lists_them(client: FlaskClient, house: House) -> None:
    assert as_(client, house.coordinator).get("/groupements").location == "/cap/"
    other = make.a_grouping(slug="autre")
    with make.inside(other):
        make.saved(RoleGrant(person_id=house.coordinator.id, role=Role.AUDITOR, granted_at=make.AT))
    page = client.get("/groupements").text
    assert "Groupement cap" in page and "Groupement autre" in page
    nobody = make.a_person()
    assert "Aucun groupement" in as_(client, nobody).get("/groupements").text


def test_what_holds_by_default_is_told_in_the_reader_s_language(client: FlaskClient, house: House) -> None:
    """What the grouping wrote itself stays as it wrote it; our own words are translated."""
    with make.inside(house.grouping):
        reader = make.a_person(Role.COORDINATOR, language="en")
    browser = as_(client, reader)
    sent = {"name": "labour_inspectorate", "value": "DDETS, Vannes", "from_on": "01/01/2026", "decided_by": "Bureau"}
    assert browser.post("/cap/reglages/parametres", data=sent).status_code == 303
    page = browser.get("/cap/reglages").text
    assert "All members are jointly liable" in page and "DDETS, Vannes" in page


def test_an_unknown_address_answers_in_the_reader_s_language(client: FlaskClient, house: House) -> None:
    """R70: whatever the browser asks for."""
    with make.inside(house.grouping):
        reader = make.a_person(Role.AUDITOR, language="fr")
    answer = as_(client, reader).get("/cap/nulle-part", headers={"Accept-Language": "en"})
    assert answer.status_code == 404 and "Rien à cette adresse" in answer.text


def test_the_language_is_kept(client: FlaskClient, house: House) -> None:
    browser = as_(client, house.coordinator)
    answer = browser.post("/langue", data={"language": "en"}, headers={"Referer": "http://localhost/compte"})
    assert answer.location == "/compte" and "language=en" in answer.headers["Set-Cookie"]
    session().expire_all()
    assert session().get(Person, house.coordinator.id).language == "en"  # type: ignore[union-attr]
