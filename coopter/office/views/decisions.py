"""The register of decisions: what is in force, what was, and what each one did to money."""

from __future__ import annotations

from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from coopter.billing import queries as billing
from coopter.governance import commands as governance_commands
from coopter.governance import policies as governance
from coopter.governance import queries as decisions
from coopter.governance.rules.register import Standing
from coopter.office import policies
from coopter.office.forms import NarrowDecisions
from coopter.office.views import blueprint
from coopter.plumbing import clock
from coopter.plumbing.answering import press
from coopter.plumbing.doors import everyone_inside, for_roles
from coopter.plumbing.pages import render, written
from coopter.values.actor import Role

STANDINGS = {
    Standing.IN_FORCE: ("active", _l("En vigueur")),
    Standing.COMING: ("pending", _l("À venir")),
    Standing.REPLACED: ("ended", _l("Remplacée")),
    Standing.ANNULLED: ("cancelled", _l("Annulée")),
}


@blueprint.get("/<grouping>/vie/decisions")
@everyone_inside
def register_of_decisions() -> Any:
    """Every decision with where it stands, and for those who keep the accounts what was invoiced under it."""
    form = NarrowDecisions(request.args, meta={"csrf": False})
    valid = form.validate()
    day = (form.le.data if valid else None) or clock.today()
    entries = decisions.register_on(day)
    labels = sorted({(entry.decided.kind, written(entry.label)) for entry in entries}, key=lambda pair: pair[1])
    form.genre.choices = [("", _("Tous")), *labels]
    shown = [
        entry
        for entry in entries
        if form.genre.data in (None, "", entry.decided.kind)
        and (not form.en_vigueur.data or entry.standing is Standing.IN_FORCE)
    ]
    return render(
        form=form, entries=shown, any=bool(entries), standings=STANDINGS, day=day,
        effects=billing.billed_by_decision() if policies.can_see_effects(g.actor) else {},
        votes=decisions.assemblies_of_items(one.decided.item_id for one in shown if one.decided.item_id is not None),
        may_annul=governance.can_annul_decision(g.actor),
    )  # fmt: skip


@blueprint.post("/<grouping>/vie/decisions/<int:decision_id>/annulation")
@for_roles(Role.COORDINATOR)
def annul_decision(decision_id: int) -> Any:
    """Record that a decision was annulled, with the reason."""
    reason = request.form.get("reason", "")
    return press(
        lambda: governance_commands.annul_decision(g.actor, decision_id, reason=reason, at=clock.now()),
        to=url_for("office.register_of_decisions", _anchor=f"decision-{decision_id}"),
        done=lambda decided: _("La décision n° %(number)s est annulée : elle ne compte plus.", number=decided.number),
    )
