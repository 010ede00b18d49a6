"""Doors to departures: the list and the form of a new one; one departure, which spans rooms, is the office's page."""

from __future__ import annotations

from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from coopter.governance import commands, policies
from coopter.governance.forms.departure import DEPARTURE_KINDS, DEPARTURE_STATES, DepartureForm
from coopter.governance.queries.departure import list_departures
from coopter.governance.views import blueprint
from coopter.members import queries as members
from coopter.members.rules import as_days
from coopter.plumbing import clock
from coopter.plumbing.answering import answer
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import render
from coopter.values.actor import Role

OFFICE = (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)


@blueprint.get("/<grouping>/vie/departs")
@for_roles(*OFFICE)
def departures() -> Any:
    """Who leaves, who left, and why."""
    return render(
        lines=list_departures(), kinds=DEPARTURE_KINDS, states=DEPARTURE_STATES,
        runs=policies.can_run_admissions(g.actor),
    )  # fmt: skip


@blueprint.get("/<grouping>/vie/departs/nouveau")
@for_roles(Role.COORDINATOR)
def new_departure() -> Any:
    """The form of a departure, of one structure when the address says which."""
    known = request.args.get("structure", type=int)
    form = DepartureForm(formdata=None, data={"notice_on": clock.today(), "structure": known})
    return _form(form)


@blueprint.post("/<grouping>/vie/departs/nouveau")
@for_roles(Role.COORDINATOR)
def prepare_departure() -> Any:
    """Write it down; nothing ends yet."""
    form = DepartureForm()
    return answer(
        form,
        lambda: commands.prepare_departure(
            g.actor, structure_id=form.structure.data or 0, kind=form.kind.data, reason=form.reason.data,
            notice_on=form.notice_on.data, effective_on=form.effective_on, at=clock.now(),
        ),
        then=lambda made: url_for("office.departure", departure_id=made),
        done=_("Le départ est préparé : rien n’a encore changé."),
        again=lambda *, status=200, conflict=None: _form(form, status=status),
    )  # fmt: skip


def _form(form: DepartureForm, *, status: int = 200) -> Any:
    today = clock.today()
    form.structure.choices = [
        SelectChoice("", _("Choisir…")),
        *(SelectChoice(str(one.id), one.name) for one in members.list_structures(on=today)),
    ]
    notice = as_days(members.parameter("departure_notice", on=today))
    return render(page="departure_form", status=status, form=form, notice_days=notice)
