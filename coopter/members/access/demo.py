"""In a demonstration alone: entering as one of its invented people, in one click."""

from __future__ import annotations

from typing import Any

from flask import Flask, abort, redirect, request, url_for
from flask_security import login_user

from coopter.members import queries
from coopter.members.models import Person
from coopter.plumbing.database import session
from coopter.plumbing.doors import public, unkeyed
from coopter.plumbing.navigation import ROLE_NAMES
from coopter.plumbing.transaction import command


def install(app: Flask) -> None:
    """Hang the demo's door and show its people on the sign-in page; elsewhere neither exists."""
    show = app.config["DEMO"]
    if show:
        app.add_url_rule("/demo/connexion", "members.demo_sign_in", public(unkeyed(_sign_in)), methods=["POST"])

    @app.extensions["security"].login_context_processor
    def _people() -> dict[str, Any]:
        return {"demo_people": queries.demo_people() if show else (), "role_names": ROLE_NAMES}


def _sign_in() -> Any:
    person_id = request.form.get("person", type=int)
    if person_id not in {holder.person_id for _name, holder in queries.demo_people()}:
        abort(404)
    _enter(person_id)
    return redirect(url_for("members.start"), 303)


@command
def _enter(person_id: int) -> None:
    """The session begins, with its line in the journal."""
    person = session().get(Person, person_id) or abort(404)
    login_user(person, authn_via=["demo"])
