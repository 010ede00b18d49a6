"""Doors from a placement to its agreement, from an admission to its amendments; governance keeps the texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, g, redirect, url_for
from flask_babel import gettext as _

from coopter.governance.queries import texts
from coopter.office.commands import agreements as commands
from coopter.office.views import blueprint
from coopter.plumbing import clock
from coopter.plumbing.doors import for_roles
from coopter.values.actor import Role


@blueprint.post("/<grouping>/mises-a-disposition/<int:placement_id>/convention")
@for_roles(Role.COORDINATOR)
def prepare_agreement(placement_id: int) -> Any:
    """Begin the placement's agreement, or find again the one that was begun."""
    return _begun(
        lambda: commands.prepare_agreement(g.actor, placement_id=placement_id, at=clock.now()),
        _("La convention est remplie avec ce que l’on sait. Complétez les champs vides, puis figez-la."),
    )


@blueprint.post("/<grouping>/vie/admissions/<int:admission_id>/avenants/<int:employee_id>")
@for_roles(Role.COORDINATOR)
def prepare_amendment(admission_id: int, employee_id: int) -> Any:
    """Begin the amendment that names a newcomer in a contract, or find again the one that was begun."""
    return _begun(
        lambda: commands.prepare_amendment(g.actor, admission_id=admission_id, employee_id=employee_id, at=clock.now()),
        _("L’avenant est rempli : relisez-le, figez-le, puis faites-le signer."),
    )


def _begun(prepare: Callable[[], int], said: str) -> Any:
    """To the text while it is written; to its page once it is frozen, where there is nothing to say."""
    text_id = prepare()
    draft = texts.find_draft(text_id)
    if draft is None:
        return redirect(url_for("governance.text", text_id=text_id), 303)
    flash(said, "success")
    return redirect(url_for("governance.text_draft", version_id=draft.id), 303)
