"""Who is at the door: sign-in, and what the front door asks of the members."""

from __future__ import annotations

from typing import Any

from flask import Flask, abort, g, request, url_for
from flask_login import current_user
from werkzeug.exceptions import SecurityError

from coopter.members import queries
from coopter.members.access import demo, doors, second_factor, security, sign_ins
from coopter.members.models import Grouping
from coopter.values.actor import Actor

FREE_OF_SECOND_FACTOR = {"members.change_language", "members.account", "members.start", "static"}


class Tenants:
    """Answers of the members' room to the front door."""

    def grouping_named(self, slug: str) -> Grouping | None:
        """The grouping of an address."""
        return queries.find_grouping(slug)

    def actor_for(self, person: Any, grouping: Any) -> Actor | None:
        """Who the signed-in person is in this grouping, read anew at each request (R43)."""
        return queries.actor_for(person, grouping)

    def must_strengthen(self, person: Any, actor: Actor) -> str | None:
        """Where a coordinator or an administrator without a second factor has to go first (R67)."""
        if not second_factor.concerns(actor) or not second_factor.is_asked():
            return None
        endpoint = request.endpoint or ""
        if endpoint.startswith("security.") or endpoint in FREE_OF_SECOND_FACTOR or second_factor.stands(person):
            return None
        return url_for("security.two_factor_setup")


def install(app: Flask) -> Tenants:
    """Hang the sign-in doors, and know the reader before any page is made."""

    @app.before_request
    def _known_host() -> None:
        if isinstance(request.routing_exception, SecurityError):
            abort(app.response_class("Unknown host.\n", 400, mimetype="text/plain"))  # R28: not a page, it has links

    @app.before_request
    def _reader() -> None:
        if request.endpoint != "static" and current_user.is_authenticated and not sign_ins.has_ended():
            g.reader = current_user

    security.install(app)
    sign_ins.install(app)
    doors.install(app)
    demo.install(app)
    return Tenants()
