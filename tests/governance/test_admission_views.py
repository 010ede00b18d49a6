"""The public page and the pages of requests, as people meet them (R4, R22, R63, R76)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from coopter.governance.models import Admission, AdmissionOpinion
from coopter.members import queries as members
from coopter.members.models import Grouping, Structure
from coopter.plumbing.database import session
from coopter.plumbing.operations import new_key
from coopter.values.actor import Role
from tests.factories import a_grouping, a_person, a_siret, a_structure, inside, signed_in
from tests.governance.signatures import mails

SIRET = a_siret(77)
TYPED = {
    "name": "Les Jardins du Blavet", "siret": SIRET, "contact_name": "Maëlle Jego", "email": "maelle@jardins.example",
    "needs": "Un mi-temps de comptabilité <b>vite</b>.", "agrees_to_charter": "y",
}  # fmt: skip


@pytest.fixture
def grouping(app: Flask) -> Iterator[Grouping]:
    """A grouping."""
    with inside(a_grouping(slug="cap")) as made:
        yield made


@pytest.fixture
def desk(client: FlaskClient, grouping: Grouping) -> FlaskClient:
    """Its coordinator's browser."""
    return signed_in(client, a_person(Role.COORDINATOR))


def opened(desk: FlaskClient) -> None:
    """The public page, open."""
    assert desk.post("/cap/vie/admissions/en-ligne", data={"ouvrir": "oui"}).status_code == 303


def how_many() -> int:
    """Requests kept."""
    return session().scalar(select(func.count(Admission.id))) or 0


def test_the_public_page_is_unknown_until_it_is_opened(app: Flask, desk: FlaskClient) -> None:
    """Closed, it answers as a grouping that does not exist; open, to anybody; closed again the same day."""
    stranger = app.test_client()
    assert stranger.get("/cap/rejoindre").status_code == 404
    assert stranger.post("/cap/rejoindre", data=TYPED).status_code == 404
    opened(desk)
    page = stranger.get("/cap/rejoindre")
    assert page.status_code == 200 and "Rejoindre Groupement cap" in page.text
    desk.post("/cap/vie/admissions/en-ligne", data={"ouvrir": "non"})
    assert stranger.get("/cap/rejoindre").status_code == 404
    assert stranger.get("/nulle-part/rejoindre").status_code == 404


def test_a_stranger_asks_once_however_often_it_is_sent(app: Flask, desk: FlaskClient) -> None:
    """R4: the same form twice is one request; what is typed is shown as text, never as page (R26)."""
    opened(desk)
    stranger, key = app.test_client(), new_key()
    page = {"Referer": "http://localhost/cap/rejoindre"}
    for said in ("bien arrivée", "déjà fait"):
        sent = stranger.post(
            "/cap/rejoindre", data={**TYPED, "operation_key": key}, headers=page, follow_redirects=True
        )
        assert sent.status_code == 200 and said in sent.text
    assert how_many() == 1
    page = desk.get(f"/cap/vie/admissions/{session().scalar(select(Admission.id))}")
    assert "&lt;b&gt;vite&lt;/b&gt;" in page.text and SIRET[:3] in page.text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("siret", "12345678901234", "SIRET"),
        ("agrees_to_charter", "", "charte"),
        ("needs", "   ", "attendez"),
        ("email", "pas une adresse", "adresse"),
        ("name", "", "Remplissez"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    app: Flask, desk: FlaskClient, field: str, value: str, said: str
) -> None:
    """R76, and each field in its words."""
    opened(desk)
    typed = {name: text for name, text in {**TYPED, field: value}.items() if text}
    answer = app.test_client().post("/cap/rejoindre", data=typed)
    assert answer.status_code == 422 and said in answer.text
    assert how_many() == 0


def test_too_many_requests_from_one_place_wait(app: Flask, desk: FlaskClient) -> None:
    """R63: ten an hour from one address; the page says how long to wait."""
    opened(desk)
    app.config["THROTTLE"] = True
    try:
        app.extensions["budgets"].forget()
        stranger = app.test_client()
        codes = [stranger.post("/cap/rejoindre", data=TYPED).status_code for _try in range(11)]
    finally:
        app.config["THROTTLE"] = False
        app.extensions["budgets"].forget()
    assert codes == [303] * 10 + [429]
    assert how_many() == 10


def test_from_the_list_to_a_member(desk: FlaskClient) -> None:
    """Typed in, completed, decided: the structure has its page, and the follow-up says what the law asks."""
    assert "Aucune demande" in desk.get("/cap/vie/admissions").text
    amounts = {"entrance_fee": "500", "deposit": "0"}
    made = desk.post("/cap/vie/admissions/nouvelle", data={**TYPED, **amounts})
    where = made.headers["Location"]
    assert made.status_code == 303 and how_many() == 1
    page = desk.get(where)
    assert "500,00" in page.text and "Personne n’a encore donné son avis" in page.text
    decided = {"joins_on": "2026-11-01", "assembly": "", "decided_by": "Bureau du 12/10/2026", "version": "2"}
    assert desk.post(f"{where}/decision", data=decided).status_code == 303
    structure = session().scalars(select(Structure)).one()
    assert structure.legal_name == TYPED["name"] and len(members.memberships_of(structure.id)) == 1
    follow = desk.get(f"{where}/suites")
    assert follow.status_code == 200
    for words in ("D1221-23", "L1253-7", "D1253-3", "mis à disposition par un groupement d’employeurs".capitalize()):
        assert words in follow.text
    assert desk.get("/cap/vie/obligations").text.count("Les Jardins du Blavet") >= 5
    assert desk.post(f"{where}/decision", data=decided).status_code in (409, 422)


def test_two_who_decide_at_once_both_see_it(desk: FlaskClient) -> None:
    """R22: a form opened before somebody completed the request is refused with both sides."""
    where = desk.post("/cap/vie/admissions/nouvelle", data={**TYPED, "entrance_fee": "0", "deposit": "0"}).headers[
        "Location"
    ]
    edit = {**TYPED, "entrance_fee": "300", "deposit": "0", "version": "1"}
    assert desk.post(f"{where}/modifier", data=edit).status_code == 303
    late = desk.post(f"{where}/modifier", data={**edit, "entrance_fee": "400"})
    assert late.status_code == 409 and "300,00" in late.text and "400,00" in late.text
    late = desk.post(f"{where}/decision", data={"joins_on": "2026-11-01", "version": "1"})
    assert late.status_code == 409


def test_a_member_gives_the_own_opinion_and_no_other(app: Flask, desk: FlaskClient) -> None:
    """A representative reads requests and speaks for the own structure; the team and strangers do not see them."""
    where = desk.post("/cap/vie/admissions/nouvelle", data={**TYPED, "entrance_fee": "0", "deposit": "0"}).headers[
        "Location"
    ]
    one, two = a_structure("A1"), a_structure("B2")
    speaker = signed_in(app.test_client(), a_person(Role.REPRESENTATIVE, structure=one, first_name="Paul"))
    assert "Structure A1" in speaker.get(where).text
    said = {"structure": str(one.id), "opinion": "favourable", "comment": "Bien connue ici."}
    assert speaker.post(f"{where}/avis", data=said).status_code == 303
    assert speaker.post(f"{where}/avis", data={**said, "structure": str(two.id)}).status_code == 403
    assert speaker.post(f"{where}/decision", data={}).status_code == 403
    kept = session().scalars(select(AdmissionOpinion)).one()
    assert (kept.structure_id, kept.given_by) == (one.id, "Paul Riou")
    auditor = signed_in(app.test_client(), a_person(Role.AUDITOR))
    assert auditor.get(where).status_code == 200 and auditor.post(f"{where}/avis", data=said).status_code == 403


def test_a_member_is_told_that_the_opinion_is_wanted(app: Flask, desk: FlaskClient) -> None:
    """On their first page and under « Gouvernance », until it is given; a representative has the way to the list."""
    where = desk.post("/cap/vie/admissions/nouvelle", data={**TYPED, "entrance_fee": "0", "deposit": "0"}).headers[
        "Location"
    ]
    one = a_structure("A1")
    speaker = signed_in(app.test_client(), a_person(Role.REPRESENTATIVE, structure=one))
    wanted = f"Votre avis est demandé : {TYPED['name']}"
    for page in ("/cap/", "/cap/vie"):
        told = speaker.get(page).text
        assert wanted in told and f'href="{where}"' in told
    assert 'href="/cap/vie/admissions"' in speaker.get("/cap/vie").text
    speaker.post(f"{where}/avis", data={"structure": str(one.id), "opinion": "reserved", "comment": ""})
    for page in ("/cap/", "/cap/vie"):
        assert wanted not in speaker.get(page).text
    team = signed_in(app.test_client(), a_person(Role.EMPLOYEE))
    assert wanted not in team.get("/cap/vie").text and "vie/admissions" not in team.get("/cap/vie").text


def test_whoever_asks_is_told_that_it_arrived_and_what_was_decided(app: Flask, desk: FlaskClient) -> None:
    """An acknowledgement that repeats nothing typed (nobody sends strangers words through us), then the decision."""
    opened(desk)
    app.test_client().post("/cap/rejoindre", data={**TYPED, "name": "Gagnez sur evil.example"})
    (received,) = mails(TYPED["email"])
    assert "est arrivée" in received["text"] and SIRET[:3] in received["text"]
    assert "evil.example" not in received["text"] + received["html"] + received["subject"]
    where = f"/cap/vie/admissions/{session().scalar(select(Admission.id))}"
    desk.post(f"{where}/modifier", data={**TYPED, "entrance_fee": "500", "deposit": "0", "version": "1"})
    said = {"joins_on": "2026-11-01", "decided_by": "Bureau du 12/10/2026", "version": "2"}
    assert desk.post(f"{where}/decision", data=said).status_code == 303
    decided = mails(TYPED["email"])[1]
    assert decided["subject"] == f"Votre demande d’adhésion : « {TYPED['name']} »"
    for words in ("est acceptée", "à partir du 1er", "Bureau du 12/10/2026", "500,00"):
        assert words in decided["text"] and words in decided["html"]


def test_the_groupings_mailbox_hears_of_a_request_that_came_by_itself(app: Flask, desk: FlaskClient) -> None:
    """With the way to the request; one that the coordinator types in is only acknowledged."""
    opened(desk)
    app.test_client().post("/cap/rejoindre", data=TYPED)
    (told,) = mails("bureau@cap.example")
    assert f"/cap/vie/admissions/{session().scalar(select(Admission.id))}" in told["text"]
    desk.post("/cap/vie/admissions/nouvelle", data={**TYPED, "entrance_fee": "0", "deposit": "0"})
    assert len(mails("bureau@cap.example")) == 1 and len(mails(TYPED["email"])) == 2


def test_refused_with_its_reason(desk: FlaskClient) -> None:
    """Without a reason nothing is closed."""
    where = desk.post("/cap/vie/admissions/nouvelle", data={**TYPED, "entrance_fee": "0", "deposit": "0"}).headers[
        "Location"
    ]
    close = {"version": "1", "state": "refused"}
    assert desk.post(f"{where}/cloture", data={**close, "reason": " "}).status_code == 422
    assert desk.post(f"{where}/cloture", data={**close, "reason": "Hors du territoire."}).status_code == 303
    assert "Hors du territoire." in desk.get(where).text
    refused = mails(TYPED["email"])[-1]
    assert "n’est pas acceptée" in refused["text"] and "Motif : Hors du territoire." in refused["text"]
