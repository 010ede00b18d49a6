"""What was typed is not lost with the session; what cannot be undone is asked even before the script is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security.utils import hash_password
from sqlalchemy import select

from coopter.members.models import Membership, Person, Structure
from coopter.members.queries import find_grouping
from coopter.plumbing.database import session
from coopter.values.actor import Role
from tests.factories import a_grouping, a_person, a_structure, inside, signed_in

PASSWORD = "quatre mots sans rapport"
HERE = {"Origin": "http://localhost"}
NEW = "/cap-cooperation/structures/nouvelle"
TYPED = {
    "code": "FLEUR", "legal_name": "Les Fleurs d'« Étel »", "country": "FR", "vat_status": "not_taxable", "email": "",
    "operation_key": "the-key-of-the-first-form",
}  # fmt: skip


@pytest.fixture
def coordinator(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Somebody who coordinates; the tokens of forms are checked."""
    with inside(a_grouping()):
        person = a_person(Role.COORDINATOR, password=hash_password(PASSWORD))
    monkeypatch.setitem(client.application.config, "WTF_CSRF_ENABLED", True)
    return person


def fields(page: str, action: str) -> dict[str, str]:
    """The fields of the form that is sent to this address."""
    form = page[page.index(f'action="{action}"') :]
    found = re.findall(r'name="([^"]+)" value="([^"]*)"', form[: form.index("</form>")])
    return {name: unescape(value) for name, value in found}


def test_what_was_typed_waits_for_the_sign_in(client: FlaskClient, coordinator: Person) -> None:
    """A session that is over costs a click, not the form; sent twice, the form acts once (R4)."""
    refused = client.post(NEW, data={**TYPED, "csrf_token": "of a session that is over"}, headers=HERE)
    assert refused.status_code == 400 and "rien n’est perdu" in refused.text
    kept = fields(refused.text, NEW)
    assert {name: kept[name] for name in TYPED} == TYPED and kept["csrf_token"] != "of a session that is over"

    still_out = client.post(NEW, data=kept, headers=HERE)
    assert still_out.status_code == 400 and fields(still_out.text, NEW).keys() == kept.keys()

    page = client.get("/connexion?next=/reprise").text
    token = fields(page, "/connexion?next=/reprise")["csrf_token"]
    entered = client.post(
        "/connexion?next=/reprise", data={"email": coordinator.email, "password": PASSWORD, "csrf_token": token}
    )
    assert entered.location == "/reprise" and "revenez au précédent" in client.get("/reprise").text

    answer = client.post(NEW, data=kept, headers=HERE)
    if answer.status_code == 400:  # the sign-in began another session: one more click, with a token of it
        kept = fields(answer.text, NEW)
        answer = client.post(NEW, data=kept, headers=HERE)
    with inside(find_grouping("cap-cooperation")):  # type: ignore[arg-type]
        assert answer.status_code == 303, answer.text
        assert session().scalars(select(Structure.legal_name)).all() == [TYPED["legal_name"]]
        client.post(NEW, data=kept, headers=HERE)
        assert len(session().scalars(select(Structure.id)).all()) == 1


@pytest.mark.parametrize(
    "sent",
    [
        {"headers": {"Origin": "http://evil.example"}},
        {"headers": {"Origin": "null"}},
        {"headers": {"Sec-Fetch-Site": "cross-site", **HERE}},
        {"headers": {"Referer": "http://evil.example/localhost"}},
        {"headers": {}},
        {"headers": HERE, "data": {**TYPED, "new_password": "x"}},
    ],
    ids=["elsewhere", "hidden", "fetched", "referred", "unsaid", "password"],
)
def test_what_comes_from_elsewhere_is_not_kept(client: FlaskClient, coordinator: Person, sent: dict[str, Any]) -> None:
    """R42: a form of another site, whose cookies may be held back, is never offered again; nor a password."""
    answer = client.post(NEW, data=sent.get("data", TYPED), headers=sent["headers"])
    assert answer.status_code == 400 and "Cette page a expiré" in answer.text and "FLEUR" not in answer.text


def test_the_sign_in_doors_keep_nothing(client: FlaskClient, coordinator: Person) -> None:
    for path in ("/connexion", "/compte/mot-de-passe", "/compte/second-facteur", "/demo/connexion"):
        answer = client.post(path, data={"email": "x@exemple.fr", "code": "123456"}, headers=HERE)
        assert answer.status_code in {400, 404} and "123456" not in answer.text


def test_signed_out_elsewhere_keeps_it_too(client: FlaskClient, app: Flask, coordinator: Person) -> None:
    """The token is still good, the person no more: the same page, not the way to an empty form."""
    app.config["WTF_CSRF_ENABLED"] = False
    answer = client.post(NEW, data=TYPED, headers=HERE)
    assert answer.status_code == 400 and fields(answer.text, NEW)["code"] == "FLEUR"
    assert client.post(NEW, data=TYPED).location.startswith("/connexion")


@pytest.fixture
def membership(client: FlaskClient) -> Iterator[tuple[int, str]]:
    """A member's page, read by whoever coordinates: the structure, and where its leaving is sent."""
    with inside(a_grouping()):
        structure = a_structure("PC2")
        signed_in(client, a_person(Role.COORDINATOR))
        yield structure.id, f"/cap-cooperation/structures/{structure.id}/depart"


def test_a_consequence_is_asked_when_no_script_asked_it(client: FlaskClient, membership: tuple[int, str]) -> None:
    """Clicked before coopter.js is there: the form comes with its question, the server asks it, one click acts."""
    structure_id, leave = membership
    form = fields(client.get(f"/cap-cooperation/structures/{structure_id}").text, leave)
    assert "plus aucune heure" in form["ask_first"]
    form |= {"day": "2026-10-31"}
    asked = client.post(leave, data=form, headers={"Referer": "http://localhost/cap-cooperation/structures"})
    assert asked.status_code == 200 and form["ask_first"] in unescape(asked.text)
    assert 'href="/cap-cooperation/structures"' in asked.text
    assert left() == [None]
    again = fields(asked.text, leave)
    assert "ask_first" not in again and again["operation_key"] == form["operation_key"]
    assert client.post(leave, data=again).status_code == 303 and left() != [None]


def left() -> list[Any]:
    session().expire_all()
    return list(session().scalars(select(Membership.left_on)))
