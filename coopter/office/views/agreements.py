"""The door from a placement to its agreement: staff know the placement, governance keeps the text."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, url_for
from flask_babel import gettext as _

from coopter.governance.queries import texts
from coopter.office.commands.agreements import prepare_agreement as prepare
from coopter.office.views import blueprint
from coopter.plumbing import clock
from coopter.plumbing.doors import for_roles
from coopter.values.actor import Role


@blueprint.post("/<grouping>/mises-a-disposition/<int:placement_id>/convention")
@for_roles(Role.COORDINATOR)
def prepare_agreement(placement_id: int) -> Any:
    """Begin the placement's agreement, or find again the one that was begun."""
    text_id = prepare(g.actor, placement_id=placement_id, at=clock.now())
    draft = texts.find_draft(text_id)
    if draft is None:
        return redirect(url_for("governance.text", text_id=text_id), 303)
    flash(_("La convention est remplie avec ce que l’on sait. Complétez les champs vides, puis figez-la."), "success")
    return redirect(url_for("governance.text_draft", version_id=draft.id), 303)
