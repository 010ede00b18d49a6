"""The installation's own doors: its first page, and the sign of life that a monitor asks for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, url_for
from flask_login import current_user
from sqlalchemy import literal, select

from coopter.plumbing.database import session
from coopter.plumbing.doors import public, signed_in
from coopter.plumbing.pages import render

blueprint = Blueprint("front", __name__)


@blueprint.get("/")
@public
def index() -> Any:
    """Whoever is signed in goes to their own start, the others to the sign-in page."""
    return redirect(url_for("members.start" if current_user.is_authenticated else "security.login"), 303)


@blueprint.get("/reprise")
@signed_in
def signed_in_again() -> Any:
    """Where a sign-in leads that was made for a form waiting in another tab."""
    return render()


@blueprint.get("/sante")
@public
def health() -> Any:
    """Answers when the database does."""
    session().scalar(select(literal(1)))
    return {"status": "ok"}
