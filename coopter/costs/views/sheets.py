"""The costs of a month, and their import."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, request, url_for
from flask_babel import gettext as _

from coopter.costs import commands, imports, policies, queries
from coopter.costs.forms import KINDS, METHODS, CostForm, whom
from coopter.costs.views import READERS, WRITERS, blueprint
from coopter.plumbing import clock, importing
from coopter.plumbing.answering import answer
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import render
from coopter.staff import queries as staff
from coopter.values.month import Month

MOST_COLUMNS = 12  # beyond, the split shows employees as one column


def employees() -> list[tuple[int, str]]:
    """Employees as a list to choose from."""
    return [(one.id, f"{one.name} ({one.code})") for one in staff.list_employees()]


@blueprint.get("/<grouping>/couts/")
@for_roles(*READERS)
def index() -> Any:
    """The month that one most likely works on."""
    return redirect(url_for("costs.sheet", month=queries.month_to_open(clock.today())), 303)


@blueprint.get("/<grouping>/couts/<month:month>")
@for_roles(*READERS)
def sheet(month: Month) -> Any:
    """A month: its pools, what blocks, its split."""
    form = CostForm(request.args) if "employee" in request.args else CostForm()
    return _sheet(month, form=form)


def _sheet(month: Month, *, form: CostForm, status: int = 200, conflict: Any = None) -> Any:
    form.employee.choices = whom(_("Le groupement (frais de gestion)"), employees=employees())
    return render(
        page="sheet", status=status, sheet=queries.cost_sheet(month), form=form, kinds=KINDS, methods=METHODS,
        may_write=policies.can_write_costs(g.actor), most_columns=MOST_COLUMNS,
    )  # fmt: skip


@blueprint.post("/<grouping>/couts/<month:month>")
@for_roles(*WRITERS)
def add_cost_line(month: Month) -> Any:
    """Write one cost."""
    form = CostForm()
    return answer(
        form,
        lambda: commands.add_cost_line(
            g.actor, month=month, employee_id=form.employee.data, kind=form.kind.data, label=form.label.data or "",
            amount=form.money, at=clock.now(),
        ),
        then=lambda line: url_for("costs.sheet", month=month),
        done=_("Le coût est ajouté."),
        again=lambda **shown: _sheet(month, form=form, **shown),
    )  # fmt: skip


@blueprint.route("/<grouping>/couts/import", methods=["GET", "POST"])
@for_roles(*WRITERS)
def import_costs() -> Any:
    """Costs from a file: shown first, written by a second click."""
    return importing.page(
        importing.Job(
            kind="couts", title=_("Importer des coûts"), columns=imports.COLUMNS, read=imports.read_costs,
            act=lambda read: commands.import_costs(g.actor, records=read, at=clock.now()), back=url_for("costs.index"),
            lead=_("Une ligne par mois, salarié et nature. Sans salarié, c’est un coût du groupement."),
            helps={
                "month": _("2007-03 ou 03/2007"),
                "employee": _("Le code du salarié ; vide pour un coût du groupement"),
                "kind": _("Salaire brut, Cotisations patronales, Congés payés… ou leur code"),
                "label": _("Ce qui se lit sur la page ; à défaut, la nature"),
                "amount": _("1 234,56 ; une aide reçue en négatif"),
            },
            example={"month": "2026-03", "employee": "E1", "kind": "Salaire brut", "label": "Salaire brut",
                     "amount": "2 574,16"},
        )
    )  # fmt: skip
