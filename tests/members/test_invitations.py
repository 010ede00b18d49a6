"""An invitation's link: good once, for seven days, for its own grouping, and for nothing else (R27, R37, R43)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_security.utils import hash_password
from sqlalchemy import select

from coopter.members import commands, queries
from coopter.members.commands import Invited
from coopter.members.models import Grouping, Invitation, Person, RoleGrant
from coopter.members.rules import AlreadyHolds, AuditorStandsAlone
from coopter.members.rules.accounts import PasswordTooEasy, PasswordTooShort, RoleNeedsStructure
from coopter.plumbing import clock, outbox
from coopter.plumbing.database import session
from coopter.plumbing.mail import NotAnAddress
from coopter.values.actor import Role
from coopter.values.refusal import NotAllowed, NotFound
from tests import factories as make

AT = datetime(2026, 10, 15, 9, 0, tzinfo=UTC)
PASSWORD = "quatre mots sans rapport"


def invited(grouping: Grouping, email: str = "anne@cap.example", role: Role = Role.TREASURER, **more: Any) -> Invited:
    with make.inside(grouping):
        return commands.invite(
            make.actor(grouping, Role.COORDINATOR), email=email, role=role, base_url="http://localhost", at=AT, **more
        )


def roles_of(person: Person) -> list[tuple[str, Role]]:
    return [(place.slug, role) for place in queries.places_of(person.id) for role in place.roles]


def test_the_link_opens_an_account_once(client: FlaskClient) -> None:
    grouping = make.a_grouping(slug="cap")
    sent = invited(grouping, first_name="Anne")
    (mail,) = session().scalars(select(outbox.OutboxRow)).all()
    assert mail.payload["to"] == "anne@cap.example" and sent.link in mail.payload["text"]
    with make.inside(grouping):
        assert sent.token not in str(vars(session().scalars(select(Invitation)).one()))
    path = f"/invitation/{sent.token}"
    for _ in range(2):
        page = client.get(path)
        assert page.status_code == 200 and "anne@cap.example" in page.text  # a mail scanner's visit uses nothing
    weak = client.post(path, data={"first_name": "Anne", "last_name": "Riou", "password": "court"})
    assert weak.status_code == 422 and "trop court" in weak.text
    assert client.post(path, data={"last_name": "Riou", "password": PASSWORD}).location == "/connexion"
    person = queries.find_person_by_email("anne@cap.example")
    assert person is not None and person.name == "Anne Riou" and roles_of(person) == [("cap", Role.TREASURER)]
    assert client.get(path).status_code == 404
    assert client.post(path, data={"password": "une tout autre phrase"}).status_code == 404
    entered = client.post("/connexion", data={"email": "Anne@Cap.example", "password": PASSWORD})
    assert entered.location == "/" and client.get("/cap/structures").status_code == 200


def test_whoever_has_an_account_keeps_its_password(client: FlaskClient) -> None:
    first, second = make.a_grouping(slug="un"), make.a_grouping(slug="deux")
    with make.inside(first):
        person = make.a_person(Role.COORDINATOR, email="anne@cap.example", password=hash_password(PASSWORD))
    kept = person.password
    sent = invited(second)
    assert "Vous avez déjà un compte" in client.get(f"/invitation/{sent.token}").text
    assert client.post(f"/invitation/{sent.token}", data={"password": "je prends ce compte"}).status_code == 303
    session().expire_all()
    assert session().get(Person, person.id).password == kept  # type: ignore[union-attr]
    assert roles_of(person) == [("deux", Role.TREASURER), ("un", Role.COORDINATOR)]


def test_a_link_that_is_not_whole_or_not_good_is_nothing(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """R27: each of these is the page of an unknown address."""
    grouping = make.a_grouping(slug="cap")
    sent, used = invited(grouping), invited(grouping, "loic@cap.example")
    commands.accept_invitation(used.token, password=PASSWORD, at=AT)
    flipped = sent.token[:-1] + ("A" if sent.token[-1] != "A" else "B")
    withdrawn = invited(grouping, "zoe@cap.example")
    with make.inside(grouping):
        commands.withdraw_invitation(
            make.actor(grouping, Role.COORDINATOR), invitation_id=withdrawn.invitation_id, at=AT
        )
        stored = session().scalars(select(Invitation.token_hash)).first()
    bad = ["shared", "0", "null", "inv_", "inv_" + "x" * 43, flipped, sent.token[4:], "feed_" + sent.token[4:],
           sent.token.upper(), stored, used.token, withdrawn.token, "x" * 5000, "%00", "["]  # fmt: skip
    for token in bad:
        for ask in (client.get, client.post):
            assert ask(f"/invitation/{token}").status_code == 404, token
    assert client.get("/invitation/").status_code != 200
    assert client.post("/invitation/", data={"token[]": sent.token}).status_code in {404, 405}
    monkeypatch.setattr(clock, "now", lambda: AT + timedelta(days=7))
    assert client.get(f"/invitation/{sent.token}").status_code == 404, "it is worth seven days"
    assert client.post(f"/invitation/{sent.token}", data={"password": PASSWORD}).status_code == 404
    monkeypatch.setattr(clock, "now", lambda: AT + timedelta(days=7, seconds=-1))
    assert client.get(f"/invitation/{sent.token}").status_code == 200


def test_a_link_gives_its_own_grouping_alone(client: FlaskClient) -> None:
    mine, other = make.a_grouping(slug="mine"), make.a_grouping(slug="other")
    sent = invited(mine, role=Role.COORDINATOR)
    person = commands.accept_invitation(sent.token, password=PASSWORD, at=AT)
    assert roles_of(person) == [("mine", Role.COORDINATOR)]
    with make.inside(other), pytest.raises(NotFound):
        commands.withdraw_invitation(make.actor(other, Role.COORDINATOR), invitation_id=sent.invitation_id, at=AT)


def test_roles_that_do_not_fit_are_refused(client: FlaskClient) -> None:
    grouping = make.a_grouping(slug="cap")
    with make.inside(grouping):
        structure = make.a_structure()
        person = make.a_person(Role.TREASURER, email="anne@cap.example")
    for role, more, refusal in (
        (Role.TREASURER, {}, AlreadyHolds),
        (Role.AUDITOR, {}, AuditorStandsAlone),
        (Role.REPRESENTATIVE, {}, RoleNeedsStructure),
    ):
        with pytest.raises(refusal):
            invited(grouping, role=role, **more)
    for address in ("a@b.fr, evil@e.com", "x\r\nBcc: e@e.com", "=?utf-8?q?x?=@e.com e", "nom"):
        with pytest.raises(NotAnAddress):
            invited(grouping, address)
    with make.inside(grouping):
        boss = make.actor(grouping, Role.COORDINATOR)
        commands.grant_role(
            boss, person_id=person.id, role=Role.REPRESENTATIVE, structure_id=structure.id, can_see_invoices=True, at=AT
        )
        actor = queries.actor_for(person, grouping)
        assert actor is not None
        assert (actor.represents, actor.sees_invoices_of, actor.validates_for) == (
            {structure.id}, {structure.id}, set(),
        )  # fmt: skip
        with pytest.raises(NotAllowed):
            commands.invite(
                make.actor(grouping, Role.AUDITOR), email="b@b.example", role=Role.TREASURER, base_url="", at=AT
            )
        stranger = make.a_person()
        with pytest.raises(NotFound):
            commands.grant_role(boss, person_id=stranger.id, role=Role.TREASURER, at=AT)


def test_passwords_that_are_guessed(client: FlaskClient) -> None:
    grouping = make.a_grouping(slug="cap")
    for password, refusal in (
        ("court", PasswordTooShort), ("aaaaaaaaaaaa", PasswordTooEasy), ("anne@cap.example", PasswordTooEasy),
        ("azertyuiop12345", PasswordTooEasy), ("motdepasse1234", PasswordTooEasy), ("AnneRiou2026", PasswordTooEasy),
    ):  # fmt: skip
        sent = invited(grouping)
        with pytest.raises(refusal):
            commands.accept_invitation(sent.token, password=password, first_name="Anne", last_name="Riou", at=AT)


def test_leaving_one_grouping_keeps_the_account_for_the_other(client: FlaskClient) -> None:
    first, second = make.a_grouping(slug="un"), make.a_grouping(slug="deux")
    with make.inside(first):
        person = make.a_person(Role.TREASURER)
        boss = make.a_person(Role.COORDINATOR)
    with make.inside(second):
        make.saved(RoleGrant(person_id=person.id, role=Role.AUDITOR, granted_at=make.AT))
    with make.inside(first):
        actor = make.actor(first, Role.COORDINATOR, person_id=boss.id)
        commands.deactivate_person(actor, person_id=person.id, at=AT)
        assert person.active and roles_of(person) == [("deux", Role.AUDITOR)]
        with pytest.raises(NotAllowed):
            commands.deactivate_person(actor, person_id=boss.id, at=AT)
    with make.inside(second):
        commands.deactivate_person(make.actor(second, Role.COORDINATOR), person_id=person.id, at=AT)
    assert not person.active


def test_the_form_invites_and_shows_who_waits(client: FlaskClient) -> None:
    grouping = make.a_grouping(slug="cap")
    with make.inside(grouping):
        boss, structure = make.a_person(Role.COORDINATOR), make.a_structure("PC1")
        employee_id, structure_id = make.an_employee(structure).id, structure.id
    browser = make.signed_in(client, boss)
    sent = {"email": "loic@cap.example", "role": "representative", "structure_id": structure_id, "language": "fr",
            "can_validate_hours": "y"}  # fmt: skip
    assert browser.post("/cap/personnes/inviter", data={**sent, "structure_id": 0}).status_code == 422
    assert browser.post("/cap/personnes/inviter", data=sent).status_code == 303
    page = browser.get("/cap/personnes").text
    assert "loic@cap.example" in page and "Invitations sans réponse" in page
    begun = browser.get(f"/cap/personnes/inviter?role=employee&employee={employee_id}&email=n@cap.example").text
    assert re.search(rf'name="employee_id" value="{employee_id}"', begun)
    data = {"email": "n@cap.example", "role": "employee", "structure_id": 0, "language": "en",
            "employee_id": employee_id}  # fmt: skip
    assert browser.post("/cap/personnes/inviter", data=data).status_code == 303
    english = session().scalars(select(outbox.OutboxRow).order_by(outbox.OutboxRow.id.desc())).first()
    assert english is not None and "your access" in english.payload["subject"]
    with make.inside(grouping):
        waiting = queries.list_invitations(at=AT)
        assert {one.email for one in waiting} == {"loic@cap.example", "n@cap.example"}
    assert browser.post(f"/cap/invitations/{waiting[0].id}/retrait").status_code == 303
    assert browser.post(f"/cap/invitations/{waiting[0].id}/retrait").status_code == 404


def test_one_more_role_from_the_page(client: FlaskClient) -> None:
    grouping = make.a_grouping(slug="cap")
    with make.inside(grouping):
        boss, structure = make.a_person(Role.COORDINATOR), make.a_structure("PC1")
        person_id, structure_id = make.a_person(Role.TREASURER).id, structure.id
        stranger_id = make.a_person().id
    browser = make.signed_in(client, boss)
    path = f"/cap/personnes/{person_id}/roles"
    assert browser.get(path).status_code == 200
    assert browser.post(path, data={"role": "auditor", "structure_id": 0}).status_code == 422
    sent = {"role": "representative", "structure_id": structure_id, "can_see_invoices": "y", "is_admin": "1"}
    assert browser.post(path, data=sent).status_code == 303
    with make.inside(grouping):
        (grant,) = session().scalars(select(RoleGrant).where(RoleGrant.role == Role.REPRESENTATIVE)).all()
        assert (grant.structure_id, grant.can_see_invoices, grant.can_validate_hours) == (structure_id, True, False)
    for ask in (browser.get, browser.post):
        assert ask(f"/cap/personnes/{stranger_id}/roles").status_code == 404
