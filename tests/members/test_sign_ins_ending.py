"""A sign-in ends when its person says so, and whoever coordinates is asked again (R66)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from coopter.members.access import sign_ins
from coopter.members.models import SignedOut
from coopter.plumbing import clock
from coopter.plumbing.database import session
from coopter.values.actor import Role
from tests import factories as make
from tests.members.signing_in import a_coordinator, sign_in


def a_copy_of(client: FlaskClient) -> FlaskClient:
    """Another browser that somebody gave this one's cookie."""
    kept, other = client.get_cookie("session"), client.application.test_client()
    assert kept is not None
    other.set_cookie("session", kept.value)
    return other


def test_signing_out_ends_every_copy_of_the_cookie(client: FlaskClient) -> None:
    """R66: a saved cookie, played again, opens nothing; the same person's other sign-in goes on."""
    person = a_coordinator()
    sign_in(client, person)
    stolen, phone = a_copy_of(client), client.application.test_client()
    sign_in(phone, person)
    assert stolen.get("/compte").status_code == 200
    client.post("/deconnexion")
    assert stolen.get("/compte").location == "/connexion?next=/compte"
    assert stolen.post("/deconnexion").status_code in {303, 400}
    assert phone.get("/compte").status_code == 200


def test_a_cookie_without_its_number_opens_nothing(client: FlaskClient) -> None:
    """R66: what cannot be ended is not let in."""
    make.signed_in(client, a_coordinator())
    with client.session_transaction() as cookie:
        del cookie[sign_ins.KEY]
    assert client.get("/compte").status_code == 303


def test_each_sign_in_has_a_number_of_its_own(client: FlaskClient) -> None:
    """R66: a planted number does not survive the sign-in."""
    with client.session_transaction() as cookie:
        cookie[sign_ins.KEY] = planted = sign_ins.a_new_one(strict=False)
    sign_in(client, a_coordinator())
    with client.session_transaction() as cookie:
        assert cookie[sign_ins.KEY]["id"] != planted["id"]


@pytest.mark.parametrize(
    ("strict", "minutes", "stays"),
    [
        (True, [29] * 24, True),  # somebody is there
        (True, [29] * 25, False),  # and has been for more than twelve hours
        (True, [31], False),
        (False, [31, 13 * 60], True),
    ],
)
def test_who_coordinates_is_asked_again_after_half_an_hour_alone_or_half_a_day(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, strict: bool, minutes: list[int], stays: bool
) -> None:
    """R66: thirty minutes idle, twelve hours in all, for whoever coordinates; a phone in a field is not asked."""
    monkeypatch.setitem(client.application.config, "SECOND_FACTOR", True)
    person = a_coordinator(role=Role.COORDINATOR if strict else Role.AUDITOR)
    sign_in(client, person)
    at = clock.now()
    for pause in minutes:
        at += timedelta(minutes=pause)
        monkeypatch.setattr(clock, "now", lambda at=at: at)
        answer = client.get("/compte")
    assert (answer.status_code == 200) is stays
    assert ("votre session s’est terminée" in client.get("/connexion").text) is not stays


def test_numbers_that_no_cookie_can_name_are_forgotten(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    person = a_coordinator()
    start = clock.now()
    for days in (0, 30, 62):
        monkeypatch.setattr(clock, "now", lambda days=days: start + timedelta(days=days))
        sign_in(client, person)
        client.post("/deconnexion")
    assert [(row - start).days for row in session().scalars(select(SignedOut.at).order_by(SignedOut.at))] == [62]
