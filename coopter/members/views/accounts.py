"""Doors of whoever signs in: where they start, their account, their language."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from flask import current_app, g, redirect, request, url_for
from flask_login import current_user

from coopter.members import commands, queries
from coopter.members.access import second_factor
from coopter.members.views import blueprint
from coopter.plumbing import clock
from coopter.plumbing.doors import public, signed_in, unkeyed
from coopter.plumbing.navigation import ROLE_NAMES
from coopter.plumbing.pages import render, safe_next

LANGUAGE_SECONDS = 365 * 24 * 3600


@blueprint.get("/groupements")
@signed_in
def start() -> Any:
    """Straight into the grouping when there is one, else the list of those the person belongs to."""
    places = queries.places_of(current_user.id)
    if len(places) == 1:
        return redirect(url_for("office.home", grouping=places[0].slug), 303)
    return render(places=places, role_names=ROLE_NAMES)


@blueprint.get("/compte")
@signed_in
def account() -> Any:
    """What opens this account, and how to make it safer."""
    places = queries.places_of(current_user.id)
    return render(
        person=current_user,
        places=places,
        role_names=ROLE_NAMES,
        strong=second_factor.stands(current_user),
        must_be_strong=second_factor.is_asked(),
        passkeys=current_user.webauthn,
        last_sign_in=current_user.last_login_at and current_user.last_login_at.replace(tzinfo=UTC),
    )


@blueprint.post("/langue")
@public
@unkeyed
def change_language() -> Any:
    """The language of pages (a cookie) and, for whoever is signed in, of mails."""
    language = "en" if request.form.get("language") == "en" else "fr"
    if current_user.is_authenticated and g.actor is not None and current_user.language != language:
        commands.change_language(g.actor, language=language, at=clock.now())
    came_from = (request.referrer or "").removeprefix(request.host_url.rstrip("/"))
    response = redirect(safe_next(came_from, otherwise=url_for("front.index")), 303)
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie("language", language, max_age=LANGUAGE_SECONDS, httponly=True, samesite="Lax", secure=secure)
    return response
