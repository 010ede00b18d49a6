"""One cost line: corrected or removed, as long as its month is open."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from coopter.costs import commands, queries
from coopter.costs.forms import KINDS, EditCostForm
from coopter.costs.rules import CostRecord
from coopter.costs.views import WRITERS, blueprint
from coopter.hours import queries as hours
from coopter.plumbing import clock
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import refused, render, written
from coopter.staff import queries as staff
from coopter.values.refusal import Conflict, Refusal


@blueprint.get("/<grouping>/couts/lignes/<int:line_id>")
@for_roles(*WRITERS)
def line(line_id: int) -> Any:
    """A cost line with its form."""
    found = queries.get_line(line_id)
    form = EditCostForm(kind=found.kind, label=found.label, amount=found.amount, version=found.version)
    return _shown(found, form=form)


@blueprint.post("/<grouping>/couts/lignes/<int:line_id>")
@for_roles(*WRITERS)
def edit_cost_line(line_id: int) -> Any:
    """Correct a cost; whoever comes second sees both values."""
    form, found = EditCostForm(), queries.get_line(line_id)
    if not form.validate():
        return _shown(found, form=form, status=422)
    try:
        commands.edit_cost_line(
            g.actor, line_id=line_id, version=form.shown_version, kind=form.kind.data, label=form.label.data or "",
            amount=form.money, at=clock.now(),
        )  # fmt: skip
    except Conflict as clash:
        return _conflict(found, form=form, clash=clash)
    except Refusal as refusal:
        refused(refusal)
        return _shown(found, form=form, status=422)
    return redirect(url_for("costs.sheet", month=found.month), 303)


@blueprint.post("/<grouping>/couts/lignes/<int:line_id>/supprimer")
@for_roles(*WRITERS)
def remove_cost_line(line_id: int) -> Any:
    """Remove a cost; a line that changed meanwhile is shown instead."""
    version = request.form.get("version", type=int) or 0
    try:
        month = commands.remove_cost_line(g.actor, line_id=line_id, version=version, at=clock.now())
    except Refusal as refusal:
        refused(refusal)
        found = queries.get_line(line_id)
        form = EditCostForm(
            formdata=None, kind=found.kind, label=found.label, amount=found.amount, version=found.version
        )
        return _shown(found, form=form, status=409 if isinstance(refusal, Conflict) else 422)
    flash(_("Le coût est supprimé."), "success")
    return redirect(url_for("costs.sheet", month=month), 303)


def _conflict(found: CostRecord, *, form: EditCostForm, clash: Conflict) -> Any:
    """Both values side by side; saving again from here writes mine over the other, knowingly."""
    form.version.raw_data, form.version.data = None, str(clash.facts["version"])
    names = {"kind": _("Nature"), "label": _("Libellé"), "amount": _("Montant")}

    def told(values: dict[str, Any]) -> list[tuple[str, str]]:
        return [(name, str(KINDS.get(values[key]) or written(values[key]))) for key, name in names.items()]

    both = {"mine": told(clash.mine), "theirs": told(clash.theirs), "who": clash.theirs["recorded_by"]}
    return _shown(found, form=form, status=409, both=both)


def _shown(found: CostRecord, *, form: EditCostForm, status: int = 200, both: dict[str, Any] | None = None) -> Any:
    name = staff.get_employee(found.employee_id).name if found.employee_id else _("Le groupement")
    return render(
        page="line", status=status, line=found, form=form, name=name, both=both, is_locked=hours.is_locked(found.month)
    )
