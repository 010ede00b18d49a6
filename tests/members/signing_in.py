"""Signing in as people do, for the tests of the sign-in doors."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from flask_security.utils import hash_password

from coopter.members.models import Person
from coopter.values.actor import Role
from tests import factories as make

PASSWORD = "quatre mots sans rapport"


def a_coordinator(slug: str = "cap", role: Role = Role.COORDINATOR) -> Person:
    grouping = make.a_grouping(slug=slug)
    with make.inside(grouping):
        return make.a_person(role, password=hash_password(PASSWORD))


def sign_in(client: FlaskClient, person: Person, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/connexion", data={"email": person.email, "password": password}, **more)
