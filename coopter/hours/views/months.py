"""The month: who lacks what, a structure's lines, and the import of a file."""

from __future__ import annotations

from typing import Any

from flask import flash, g, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from coopter.hours import commands, forms, imports, policies, queries
from coopter.hours.mail import Reminded
from coopter.hours.rules import EntryState
from coopter.hours.views import blueprint
from coopter.hours.views.confirming import may_settle
from coopter.plumbing import clock, importing
from coopter.plumbing.answering import answer
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import render
from coopter.staff import queries as staff
from coopter.values.actor import Role
from coopter.values.month import Month


@blueprint.get("/<grouping>/heures/mois/<month:month>")
@for_roles(Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)
def month(month: Month) -> Any:
    """Who lacks what."""
    return _page(month)


@blueprint.post("/<grouping>/heures/mois/<month:month>/confirmation")
@for_roles(Role.COORDINATOR)
def confirm_month(month: Month) -> Any:
    """Confirm the submitted lines of a month, all or one row's, with a reason."""
    return answer(
        None,
        lambda: commands.confirm_month(
            g.actor, month=month, reason=request.form.get("reason", ""), at=clock.now(), **_narrowed()
        ),
        then=lambda done: url_for("hours.month", month=month),
        done=lambda done: ngettext("Une ligne confirmée.", "%(num)d lignes confirmées.", done.lines),
        again=lambda **shown: _page(month, **shown),
    )


@blueprint.post("/<grouping>/heures/mois/<month:month>/rappels")
@for_roles(Role.COORDINATOR)
def remind_month(month: Month) -> Any:
    """Write to those on whom the month waits."""
    return answer(
        None,
        lambda: commands.remind_month(g.actor, month=month, at=clock.now(), **_narrowed()),
        then=lambda done: url_for("hours.month", month=month),
        done=_reminded,
        again=lambda **shown: _page(month, **shown),
    )


def _reminded(done: Reminded) -> str:
    """Whom the mail went to; whoever has no address is told apart."""
    if done.without_address:
        names = ", ".join(done.without_address)
        flash(_("Sans adresse ou sans personne qui valide, à prévenir autrement : %(names)s.", names=names), "warning")
    return _("Rappel envoyé à : %(names)s.", names=", ".join(done.sent)) if done.sent else ""


@blueprint.get("/<grouping>/heures/structures/<int:structure_id>/mois/<month:month>")
@for_roles(Role.COORDINATOR, Role.REPRESENTATIVE, Role.TREASURER, Role.AUDITOR)
def structure_month(structure_id: int, month: Month) -> Any:
    """A structure's lines of a month, to read."""
    structure = queries.visible_structure(g.actor, structure_id)
    entries = queries.entries_of(structure_id, month)
    people = staff.employees_by_id({one.employee_id for one in entries})
    return render(
        structure=structure, month=month, entries=entries, people=people, locked=queries.is_locked(month),
        total=sum(one.minutes for one in entries), may_settle=may_settle(),
        may_confirm=policies.logs_for(g.actor, structure_id=structure_id),
        **_neighbours("hours.structure_month", month, structure_id=structure_id),
    )  # fmt: skip


@blueprint.route("/<grouping>/heures/import", methods=["GET", "POST"])
@for_roles(Role.COORDINATOR)
def import_hours() -> Any:
    """A file of hours: its effect first, then the import."""
    now = clock.now()
    return importing.page(
        importing.Job(
            kind="heures",
            title=_("Importer des heures"),
            columns=imports.columns({}, {}),
            read=lambda content: content,
            act=lambda content: commands.import_hours(g.actor, content=content, at=now),
            back=url_for("hours.index"),
            lead=_("Chaque ligne devient une ligne d'heures à confirmer par la structure. Le même fichier deux fois ne "
                   "change rien ; une ligne déjà confirmée ne change pas."),
            helps={
                "date": _("Le jour travaillé : 05/03/2007 ou 2007-03-05."),
                "employee": _("Le code du salarié, comme sur sa page."),
                "structure": _("Le code de la structure."),
                "hours": _("7,5, 7h30 ou 450 min."),
                "activity": _("Ce qui a été fait, en quelques mots."),
            },
            example={"date": "05/03/2007", "employee": "E13", "structure": "PC2", "hours": "7h30", "activity": "Paie"},
        )
    )  # fmt: skip


def _page(chosen: Month, *, status: int = 200, conflict: Any = None) -> Any:
    rows = queries.month_rows(chosen)
    lines = {state: sum(row.lines.get(state, 0) for row in rows) for state in EntryState}
    return render(
        page="month", status=status, month=chosen, rows=rows, lines=lines, states=EntryState,
        minutes=sum(row.total for row in rows), locked=queries.is_locked(chosen),
        silent=sum(1 for row in rows if not row.lines), may_act=policies.can_confirm_month(g.actor),
        **_neighbours("hours.month", chosen),
    )  # fmt: skip


def _neighbours(endpoint: str, chosen: Month, **values: Any) -> dict[str, Any]:
    return {
        "previous_url": url_for(endpoint, month=chosen.previous(), **values),
        "next_url": url_for(endpoint, month=chosen.next(), **values),
    }


def _narrowed() -> dict[str, int | None]:
    return {
        "structure_id": forms.number_of(request.form.get("structure")),
        "employee_id": forms.number_of(request.form.get("employee")),
    }
