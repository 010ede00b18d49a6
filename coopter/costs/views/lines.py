"""One cost line: corrected or removed, as long as its month is open."""

from __future__ import annotations

from typing import Any

from flask import g, url_for
from flask_babel import gettext as _

from coopter.costs import commands, queries
from coopter.costs.forms import EditCostForm
from coopter.costs.rules import CostRecord
from coopter.costs.views import WRITERS, blueprint
from coopter.hours import queries as hours
from coopter.plumbing import clock
from coopter.plumbing.answering import answer, version_sent
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import refused, render
from coopter.staff import queries as staff
from coopter.values.refusal import Conflict


@blueprint.get("/<grouping>/couts/lignes/<int:line_id>")
@for_roles(*WRITERS)
def line(line_id: int) -> Any:
    """A cost line with its form."""
    found = queries.get_line(line_id)
    return _shown(found, form=_form_of(found))


@blueprint.post("/<grouping>/couts/lignes/<int:line_id>")
@for_roles(*WRITERS)
def edit_cost_line(line_id: int) -> Any:
    """Correct a cost; whoever comes second sees both values."""
    form = EditCostForm()

    def again(*, status: int = 200, conflict: Any = None) -> Any:
        found = queries.get_line(line_id)
        if conflict:  # saving again from here writes mine over the other, knowingly
            form.version.raw_data, form.version.data = None, str(found.version)
        return _shown(found, form=form, status=status, conflict=conflict)

    return answer(
        form,
        lambda: commands.edit_cost_line(
            g.actor, line_id=line_id, version=form.shown_version, kind=form.kind.data, label=form.label.data or "",
            amount=form.money, at=clock.now(),
        ),
        then=lambda line: url_for("costs.sheet", month=line.month),
        done=_("Le coût est corrigé."),
        again=again,
    )  # fmt: skip


@blueprint.post("/<grouping>/couts/lignes/<int:line_id>/supprimer")
@for_roles(*WRITERS)
def remove_cost_line(line_id: int) -> Any:
    """Remove a cost; a line that changed meanwhile is shown instead."""

    def again(*, status: int = 200, conflict: Any = None) -> Any:
        if conflict:
            refused(Conflict())
        found = queries.get_line(line_id)
        return _shown(found, form=_form_of(found), status=status)

    return answer(
        None,
        lambda: commands.remove_cost_line(g.actor, line_id=line_id, version=version_sent(), at=clock.now()),
        then=lambda month: url_for("costs.sheet", month=month),
        done=_("Le coût est supprimé."),
        again=again,
    )


def _form_of(line: CostRecord) -> EditCostForm:
    return EditCostForm(
        formdata=None, kind=line.kind, label=line.label, amount=line.amount, version=line.version
    )  # fmt: skip


def _shown(found: CostRecord, *, form: EditCostForm, status: int = 200, conflict: Any = None) -> Any:
    name = staff.get_employee(found.employee_id).name if found.employee_id else _("Le groupement")
    return render(
        page="line", status=status, line=found, form=form, name=name, conflict=conflict,
        is_locked=hours.is_locked(found.month),
    )  # fmt: skip
