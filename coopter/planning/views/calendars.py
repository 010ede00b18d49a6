"""Doors to calendar feeds: the page that makes and closes one, and the feed itself, which calendars ask for."""

from __future__ import annotations

from typing import Any

from flask import abort, g, make_response, request, url_for
from flask_babel import gettext as _

from coopter.planning import commands, policies, queries
from coopter.planning.commands.calendars import token_digest
from coopter.planning.views import blueprint
from coopter.plumbing import clock, mail, tenancy
from coopter.plumbing.answering import press
from coopter.plumbing.doors import everyone_inside, public
from coopter.plumbing.pages import render
from coopter.plumbing.qr import picture_of
from coopter.staff import queries as staff
from coopter.values.refusal import NotFound


@blueprint.get("/<grouping>/planning/salaries/<int:employee_id>/agenda")
@everyone_inside
def feed(employee_id: int) -> Any:
    """The calendar feed of an employee: whether there is one, and the buttons that make or close it."""
    return _page(employee_id)


@blueprint.post("/<grouping>/planning/salaries/<int:employee_id>/agenda")
@everyone_inside
def create_feed(employee_id: int) -> Any:
    """Make a new secret address; this answer alone shows it."""
    token = commands.create_feed(g.actor, employee_id=employee_id, at=clock.now())
    return _page(employee_id, address=mail.absolute(url_for("planning.calendar", token=token)))


@blueprint.post("/<grouping>/planning/salaries/<int:employee_id>/agenda/fermeture")
@everyone_inside
def revoke_feed(employee_id: int) -> Any:
    """Close the feed at once."""
    return press(
        lambda: commands.revoke_feed(g.actor, employee_id=employee_id, at=clock.now()),
        to=url_for("planning.feed", employee_id=employee_id),
        done=_("Lien d'agenda fermé : plus aucun agenda ne peut le lire."),
    )


@blueprint.get("/calendrier/<token>.ics")
@public
def calendar(token: str) -> Any:
    """The feed that a secret address opens: the stored text, or 304 when the asker has it; 404 for anything else."""
    with tenancy.everywhere("a feed's address names its employee, above groupings"):
        found = queries.find_served_feed(token_digest(token), on=clock.today())
    if found is None or found.body is None:
        abort(404)
    response = make_response(found.body)
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = 'inline; filename="planning.ics"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    response.last_modified = found.modified_at
    response.set_etag(found.etag or "")
    return response.make_conditional(request)


def _page(employee_id: int, *, address: str | None = None) -> Any:
    if not policies.can_manage_feed(g.actor, employee_id):
        raise NotFound()
    return render(
        page="feed",
        employee=staff.get_employee(employee_id),
        feed=queries.open_feed(employee_id),
        address=address,
        picture=address and picture_of(address),
    )
