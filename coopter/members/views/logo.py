"""Doors of the grouping's logo: shown to those inside, given by the coordinator."""

from __future__ import annotations

from typing import Any

from flask import abort, g, make_response, request, url_for
from flask_babel import gettext as _

from coopter.members import commands
from coopter.members.rules import check_logo
from coopter.members.views import blueprint
from coopter.plumbing import clock, files
from coopter.plumbing.answering import press
from coopter.plumbing.doors import everyone_inside, for_roles
from coopter.values.actor import Role


@blueprint.get("/<grouping>/logo")
@everyone_inside
def logo() -> Any:
    """The picture itself; its type is told from its bytes, and it may do nothing (row R51)."""
    if not g.grouping.logo_sha256:
        abort(404)
    content = files.read(g.grouping.logo_sha256)
    response = make_response(content)
    response.mimetype = check_logo(content)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@blueprint.post("/<grouping>/reglages/logo")
@for_roles(Role.COORDINATOR)
def set_logo() -> Any:
    """Give a logo, or take it away when no file is sent."""
    sent = request.files.get("logo")
    content = sent.read() if sent is not None and sent.filename else None
    return press(
        lambda: commands.set_logo(g.actor, content=content, at=clock.now()),
        to=url_for("members.settings"),
        done=_("Les prochains documents porteront ce logo.") if content else _("Le logo est retiré."),
    )
