"""Who is at the door: sign-in, and what the front door asks of the members."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_login import LoginManager
from sqlalchemy import select

from coopter.members.models import Grouping, Person
from coopter.plumbing.database import session
from coopter.values.actor import Actor


class Tenants:
    """Answers of the members' room to the front door."""

    def grouping_named(self, slug: str) -> Grouping | None:
        return session().scalar(select(Grouping).where(Grouping.slug == slug))

    def actor_for(self, person: Any, grouping: Any) -> Actor | None:
        return None

    def must_strengthen(self, person: Any, actor: Actor) -> str | None:
        return None


def install(app: Flask) -> Tenants:
    LoginManager(app).user_loader(lambda key: session().scalar(select(Person).where(Person.fs_uniquifier == key)))
    return Tenants()
