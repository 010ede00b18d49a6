"""The sign-in doors: in, out, the second factor, the forgotten password, and those who try."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security.utils import hash_password
from limits import parse
from sqlalchemy import select

from coopter.members.access import throttle
from coopter.members.models import Person
from coopter.plumbing import clock, journal, outbox
from coopter.plumbing.database import session
from coopter.values.actor import Role
from tests import factories as make
from tests.members.signing_in import PASSWORD, a_coordinator, sign_in


def journaled() -> list[str]:
    entry = journal.JournalEntry
    return list(session().scalars(select(entry.action).where(entry.chain == journal.INSTALLATION).order_by(entry.id)))


def mails() -> list[Any]:
    query = select(outbox.OutboxRow).where(outbox.OutboxRow.kind == "mail").order_by(outbox.OutboxRow.id)
    return [row.payload for row in session().scalars(query)]


def code_of(person: Person) -> str:
    """What the person's authenticator shows now."""
    from flask import current_app

    session().expire_all()
    secret = session().get(Person, person.id).tf_totp_secret  # type: ignore[union-attr]
    return str(current_app.extensions["security"].totp_factory.generate_totp_password(secret))


def test_in_and_out(client: FlaskClient) -> None:
    person = a_coordinator()
    assert "Se connecter" in client.get("/connexion").text
    assert client.get("/cap/structures").location == "/connexion?next=/cap/structures"
    wrong = sign_in(client, person, "pas le bon mot de passe")
    assert wrong.status_code == 200 and client.get("/compte").status_code == 303
    assert sign_in(client, person).location == "/"
    assert client.get("/").location == "/groupements" and client.get("/groupements").location == "/cap/"
    assert client.post("/deconnexion").location == "/connexion"
    assert client.get("/compte").status_code == 303
    assert journaled() == ["person.sign_in_failed", "person.signed_in", "person.signed_out"]


def test_known_and_unknown_addresses_get_the_same_answer(client: FlaskClient) -> None:
    """R64: same words, at sign-in and at reset."""
    person = a_coordinator()
    for path, more in (("/connexion", {"password": "x" * 12}), ("/mot-de-passe", {})):
        pages = []
        for email in (person.email, "personne@inconnu.example"):
            browser = client.application.test_client()
            page = browser.post(path, data={"email": email, **more}, follow_redirects=True).text
            pages.append(re.sub(r'value="[^"]*"|X-CSRFToken[^}]*', "", page.replace(email, "")))
        assert pages[0] == pages[1], path


def test_a_deactivated_person_stays_out(client: FlaskClient) -> None:
    with make.inside(make.a_grouping()):
        person = make.a_person(Role.COORDINATOR, password=hash_password(PASSWORD), active=False)
    sign_in(client, person)
    assert client.get("/compte").status_code == 303


def test_passwords_are_argon2_with_the_promised_cost(built_app: Flask) -> None:
    config = built_app.config
    assert config["SECURITY_PASSWORD_HASH"] == "argon2"
    assert config["SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS"]["argon2__memory_cost"] == 65536


TARGETS = [
    "//evil.example", "/\\evil.example", "/\t/evil.example", "/\n/evil.example", "/\r\nLocation: //evil.example",
    "https:evil.example", "https:/evil.example", "https://evil.example", "///evil.example",
    "http://localhost@evil.example",
    "javascript:alert(1)", "data:text/html,x", "\\\\evil.example", "\u2044\u2044evil.example", "/\u2044evil.example",
    "/%2f%2fevil.example/..//evil", "evil.example", "@evil.example", " //evil.example", "\x00//evil.example", "/ /evil",
    "//localhost:80@evil.example/", "/.//evil.example\\@x", "http:///evil.example", "ftp://evil.example", "//[::1]/",
]  # fmt: skip


@pytest.mark.parametrize("target", TARGETS)
def test_no_target_leads_off_the_site(client: FlaskClient, target: str) -> None:
    """R41."""
    person = a_coordinator()
    client.get("/connexion", query_string={"next": target})
    for sent in ({"query_string": {"next": target}}, {"data": {"next": target}}):
        data = {"email": person.email, "password": PASSWORD, **sent.get("data", {})}
        answer = client.post("/connexion", data=data, query_string=sent.get("query_string", {}))
        away = urlsplit(answer.headers.get("Location", "/"))
        assert (away.scheme, away.netloc) == ("", "") and not answer.headers.get("Location", "/").startswith("/\\")
        client.post("/deconnexion")
    back = client.post("/langue", data={"language": "fr"}, headers={"Referer": "http://localhost//evil.example"})
    assert back.location == "/"


def test_a_target_inside_is_followed(client: FlaskClient) -> None:
    person = a_coordinator()
    assert sign_in(client, person, query_string={"next": "/cap/structures"}).location == "/cap/structures"


def test_a_coordinator_needs_a_second_factor_outside_the_demo(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R67: no page of the grouping opens before; the code is good once; a reset does not go round it."""
    monkeypatch.setitem(client.application.config, "SECOND_FACTOR", True)
    person = a_coordinator()
    sign_in(client, person)
    assert client.get("/cap/structures").location == "/compte/second-facteur"
    assert client.post("/cap/structures/nouvelle", data={}).location == "/compte/second-facteur"
    assert client.get("/compte/second-facteur").status_code == 200
    shown = client.post("/compte/second-facteur", data={"setup": "authenticator"})
    assert "data:image/svg+xml" in shown.text
    token = re.search(r'action="(/compte/second-facteur/[^"]+)"', shown.text)
    key = re.search(r"<code>([A-Z2-7 -]+)</code>", shown.text)
    assert token is not None and key is not None
    import pyotp

    authenticator = pyotp.TOTP(re.sub(r"[^A-Z2-7]", "", key[1]))
    now = int(time.time())
    assert client.post(token[1], data={"code": "000000"}).status_code == 302
    assert client.get("/cap/structures").location == "/compte/second-facteur"
    assert client.post(token[1], data={"code": authenticator.at(now - 30)}).location == "/compte"
    assert client.get("/cap/structures").status_code == 200
    client.post("/deconnexion")

    other = client.application.test_client()
    assert "/connexion/code" in sign_in(other, person).location
    assert other.get("/cap/structures").status_code == 303
    assert other.get("/connexion/code").status_code == 200
    other.post("/connexion/code", data={"code": authenticator.at(now - 30)})
    assert other.get("/cap/structures").status_code == 303, "a code is good once"
    other.post("/connexion/code", data={"code": authenticator.at(now)})
    assert other.get("/cap/structures").status_code == 200
    third = client.application.test_client()
    sign_in(third, person)
    third.post("/connexion/code", data={"code": authenticator.at(now)})
    assert third.get("/cap/structures").status_code == 303, "nor in another browser"
    assert "person.second_factor_set" in journaled()


def test_an_employee_needs_none(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(client.application.config, "SECOND_FACTOR", True)
    person = a_coordinator(role=Role.AUDITOR)
    sign_in(client, person)
    assert client.get("/cap/structures").status_code == 200


def test_a_recovery_code_opens_once(client: FlaskClient) -> None:
    person = a_coordinator()
    sign_in(client, person)
    shown = client.post("/compte/second-facteur", data={"setup": "authenticator"}).text
    token = re.search(r'action="(/compte/second-facteur/[^"]+)"', shown)
    key = re.search(r"<code>([A-Z2-7 -]+)</code>", shown)
    assert token is not None and key is not None
    import pyotp

    client.post(token[1], data={"code": pyotp.TOTP(re.sub(r"[^A-Z2-7]", "", key[1])).now()})
    page = client.post("/compte/codes-de-secours", data={"generate_new_codes": "1"}).text
    codes = re.findall(r"<li><code>([0-9a-f-]+)</code>", page)
    assert len(codes) == 10 and codes[0] in client.get("/compte/codes-de-secours?show_codes=1").text
    session().expire_all()
    assert codes[0] not in str(session().get(Person, person.id).mf_recovery_codes)  # type: ignore[union-attr]
    client.post("/deconnexion")
    for expected in (200, 303):
        browser = client.application.test_client()
        sign_in(browser, person)
        assert browser.get("/connexion/secours").location == "/connexion/code-de-secours"
        browser.post("/connexion/code-de-secours", data={"code": codes[0]})
        assert browser.get("/compte").status_code == expected
    assert {"person.recovery_codes_made", "person.recovery_failed"} <= set(journaled())


def test_a_forgotten_password(client: FlaskClient) -> None:
    """R65: the link is good once and ends other sessions; R28: it begins with the configured address."""
    person = a_coordinator()
    elsewhere = client.application.test_client()
    sign_in(elsewhere, person)
    client.post("/mot-de-passe", data={"email": person.email.upper()})
    (sent,) = mails()
    assert sent["to"] == person.email
    link = re.search(r"http://localhost(/mot-de-passe/\S+)", sent["text"])
    assert link is not None
    assert client.get(link[1]).status_code == 200
    weak = client.post(link[1], data={"password": "aaaaaaaaaaaa", "password_confirm": "aaaaaaaaaaaa"})
    assert "se devine" in weak.text
    fresh = "une autre phrase longue"
    assert client.post(link[1], data={"password": fresh, "password_confirm": fresh}).location == "/connexion"
    assert elsewhere.get("/compte").status_code == 303, "other sessions are over"
    again = client.post(link[1], data={"password": PASSWORD, "password_confirm": PASSWORD})
    assert again.status_code == 302
    assert sign_in(client, person).status_code == 200 and sign_in(client, person, fresh).status_code == 302
    assert len(mails()) == 2 and "vient de changer" in mails()[1]["text"]
    assert {"person.reset_asked", "person.password_reset"} <= set(journaled())


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "localhost.evil.example"},
        {"Host": "evil.example:80"},
        {"Host": "localhost", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"},
    ],
)
def test_no_mail_names_a_foreign_host(client: FlaskClient, headers: dict[str, str]) -> None:
    """R28."""
    person = a_coordinator()
    answer = client.post("/mot-de-passe", data={"email": person.email}, headers=headers)
    hostile = headers["Host"] != "localhost"
    assert answer.status_code == (400 if hostile else 302 if answer.status_code == 302 else 200)
    assert client.get("/connexion", headers=headers).status_code == (400 if hostile else 200)
    assert len(mails()) == (0 if hostile else 1)
    assert all("evil.example" not in str(mail) for mail in mails())


def test_changing_one_s_password(client: FlaskClient) -> None:
    person = a_coordinator()
    sign_in(client, person)
    new = "encore une phrase neuve"
    sent = {"password": PASSWORD, "new_password": new, "new_password_confirm": new}
    assert client.post("/compte/mot-de-passe", data=sent).location == "/compte"
    assert client.get("/compte").status_code == 200
    assert sign_in(client.application.test_client(), person, new).status_code == 302
    assert "person.password_changed" in journaled()


def test_guessing_is_throttled_and_the_owner_still_enters(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """R63: per account and address, per address, per account; a browser that the account knows keeps its own budget."""
    monkeypatch.setitem(client.application.config, "THROTTLE", True)
    person = a_coordinator()
    sign_in(client, person)
    client.post("/deconnexion")
    thief = client.application.test_client()
    answers = [sign_in(thief, person, f"essai numero {n}").status_code for n in range(12)]
    assert answers == [200] * 4 + [429] * 8, "the owner's own sign-in was the first of five"
    monkeypatch.setattr(throttle, "PER_ACCOUNT", parse("20 per hour"))
    budgets = client.application.extensions["budgets"]
    budgets.forget()
    addresses = [{"REMOTE_ADDR": f"10.0.0.{n}"} for n in range(1, 31)]
    answers = [sign_in(thief, person, "essai", environ_overrides=address).status_code for address in addresses]
    assert answers == [200] * 20 + [429] * 10
    assert sign_in(client, person).status_code == 302, "the owner's own browser is not shut out"


def test_the_wait_grows_with_the_guesses(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """R63: five tries, then half a minute; three more, then five minutes; two more, then fifteen; each is told."""
    monkeypatch.setitem(client.application.config, "THROTTLE", True)
    seconds = [datetime(2026, 10, 15, 9, 0, tzinfo=UTC).timestamp()]
    monkeypatch.setattr("limits.storage.memory.time", SimpleNamespace(time=lambda: seconds[0]))
    monkeypatch.setattr(clock, "now", lambda: datetime.fromtimestamp(seconds[0], UTC))
    client.application.extensions["budgets"].forget()
    person = a_coordinator()
    told = []
    for _ in range(13):
        answer = sign_in(client, person, "essai")
        if answer.status_code == 429:
            told.append(int(answer.headers["Retry-After"]))
            seconds[0] += told[-1] + 1
    assert len(told) == 3 and told[0] == 30 and 240 < told[1] <= 300 < told[2] <= 900
    client.application.extensions["budgets"].forget()


def test_asking_for_links_is_throttled(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(client.application.config, "THROTTLE", True)
    person = a_coordinator()
    answers = [client.post("/mot-de-passe", data={"email": person.email}).status_code for _ in range(5)]
    assert answers[3:] == [429, 429] and len(mails()) == 3


def test_no_token_and_no_json_door(client: FlaskClient) -> None:
    person = a_coordinator()
    asked = client.post(
        "/connexion?include_auth_token",
        data=json.dumps({"email": person.email, "password": PASSWORD}).encode(),
        headers={"Accept": "application/json", "Content-Type": "application/json"},
    )
    assert not asked.is_json and "authentication_token" not in asked.text


def test_passkeys_have_their_pages(client: FlaskClient) -> None:
    person = a_coordinator()
    assert client.get("/connexion/cle").status_code == 200
    asked = client.post("/connexion/cle", data={"identity": ""})
    assert 'data-passkey="get"' in asked.text and "challenge" in asked.text and "<script>" not in asked.text
    sign_in(client, person)
    assert client.get("/compte/cles").status_code == 200
    made = client.post("/compte/cles", data={"name": "telephone", "usage": "secondary"})
    assert 'data-passkey="create"' in made.text


def test_nothing_is_signed_in_without_its_journal(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """R44, at the doors of the library."""
    person = a_coordinator()
    monkeypatch.setitem(client.application.config, "PROPAGATE_EXCEPTIONS", False)

    def broken(*args: Any, **kwargs: Any) -> None:
        raise OSError("no journal")

    monkeypatch.setattr(journal, "record", broken)
    assert sign_in(client, person).status_code == 500
    session().expire_all()
    assert session().get(Person, person.id).login_count is None  # type: ignore[union-attr]


def test_a_form_without_its_token_does_nothing(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """R42, at the doors of the library too."""
    person = a_coordinator()
    monkeypatch.setitem(client.application.config, "WTF_CSRF_ENABLED", True)
    for path in ("/connexion", "/mot-de-passe", "/langue", "/deconnexion", "/connexion/cle"):
        answer = client.post(path, data={"email": person.email, "password": PASSWORD})
        assert answer.status_code == 400, path
    assert client.get("/compte").status_code == 303 and journaled() == [] and mails() == []
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/connexion").text)
    assert token is not None
    signed = client.post("/connexion", data={"email": person.email, "password": PASSWORD, "csrf_token": token[1]})
    assert signed.status_code == 302 and client.get("/compte").status_code == 200
    assert client.post("/deconnexion").status_code == 400 and client.get("/compte").status_code == 200
