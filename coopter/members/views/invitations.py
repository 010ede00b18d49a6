"""Doors of an invitation's link: a page with one button, so that a mail scanner that opens it uses nothing (R37)."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from coopter.members import commands, queries
from coopter.members.access import throttle
from coopter.members.forms import AcceptForm
from coopter.members.views import blueprint
from coopter.plumbing import clock, tenancy
from coopter.plumbing.answering import answer
from coopter.plumbing.doors import public
from coopter.plumbing.navigation import ROLE_NAMES
from coopter.plumbing.pages import render


@blueprint.get("/invitation/<token>")
@public
def invitation(token: str) -> Any:
    """Who invites, to what, and the button."""
    return _page(token, AcceptForm())


@blueprint.post("/invitation/<token>")
@public
def accept_invitation(token: str) -> Any:
    """Use the link; then sign in."""
    throttle.spend("invitation")
    form = AcceptForm()
    return answer(
        form,
        lambda: commands.accept_invitation(
            token,
            password=form.password.data or None,
            first_name=form.first_name.data,
            last_name=form.last_name.data,
            at=clock.now(),
        ),
        then=lambda person: url_for("security.login"),
        done=_("Votre accès est ouvert. Connectez-vous."),
        again=lambda **shown: _page(token, form, **shown),
    )


def _page(token: str, form: AcceptForm, *, status: int = 200, conflict: Any = None) -> Any:
    invited = queries.find_invitation(token, at=clock.now())
    with tenancy.scope(invited.grouping_id):
        grouping = queries.get_grouping_by_id(invited.grouping_id)
        structure = queries.get_structure(invited.structure_id) if invited.structure_id else None
    person = queries.find_person_by_email(invited.email)
    known = person is not None and person.active and bool(person.password)
    if not form.is_submitted():
        form.process(data={"first_name": invited.first_name, "last_name": invited.last_name})
    return render(
        page="invitation", status=status, form=form, token=token, invited=invited, grouping_name=grouping.name,
        structure=structure, known=known, role_names=ROLE_NAMES,
    )  # fmt: skip
