"""Amounts that are called from one member: the entrance fee that an admission decided, a voluntary contribution."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField

from coopter.contributions.queries.calls import get_row
from coopter.members import queries as members
from coopter.office import policies
from coopter.office.commands import calling as commands
from coopter.office.queries import calling as queries
from coopter.office.views import blueprint
from coopter.plumbing import clock
from coopter.plumbing.answering import answer
from coopter.plumbing.doors import for_roles
from coopter.plumbing.fields import AmountField, LineField, Needed, WholeField
from coopter.plumbing.pages import render
from coopter.values.actor import Role

OFFICE = (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)


class VoluntaryForm(FlaskForm):  # type: ignore[misc]
    """Who gives, how much, for which year, and what it rests on."""

    structure = SelectField(_l("Membre"), coerce=int)
    amount = AmountField(_l("Montant convenu"), [Needed()])
    year = WholeField(_l("Pour l’année"), [Needed()])
    agreed = LineField(
        _l("Ce qui a été convenu"),
        [Needed()],
        description=_l("Par exemple « courrier du 12/03/2026 » : c’est imprimé sur la pièce."),
    )


@blueprint.get("/<grouping>/contributions/droits-entree")
@for_roles(*OFFICE)
def entrance_fees() -> Any:
    """The entrance fees that admissions decided: called, or still to call."""
    fees = queries.entrance_fees(g.actor)
    return render(fees=fees, may_call=policies.can_close_month(g.actor))


@blueprint.post("/<grouping>/contributions/droits-entree/<int:admission_id>")
@for_roles(Role.COORDINATOR)
def call_entrance_fee(admission_id: int) -> Any:
    """Call one entrance fee and issue its document."""
    return answer(
        None,
        lambda: commands.call_entrance_fee(g.actor, admission_id=admission_id, on=clock.today(), at=clock.now()),
        then=_its_document,
        done=_("Le droit d’entrée est appelé ; son document se prépare."),
        again=lambda *, status=200, conflict=None: redirect(url_for("office.entrance_fees"), 303),
    )


@blueprint.get("/<grouping>/contributions/<int:contribution_id>/volontaire")
@for_roles(Role.COORDINATOR)
def voluntary(contribution_id: int) -> Any:
    """An amount agreed with one member, before it is called."""
    return _page(contribution_id, _form(data={"year": clock.today().year}))


@blueprint.post("/<grouping>/contributions/<int:contribution_id>/volontaire")
@for_roles(Role.COORDINATOR)
def call_voluntary(contribution_id: int) -> Any:
    """Call an amount agreed with one member and issue its document."""
    form = _form()
    return answer(
        form,
        lambda: commands.call_voluntary(
            g.actor, contribution_id=contribution_id, structure_id=form.structure.data, amount=form.amount.data,
            agreed=form.agreed.data, year=form.year.data, on=clock.today(), at=clock.now(),
        ),
        then=_its_document, done=_("La contribution est appelée ; son document se prépare."),
        again=lambda *, status=200, conflict=None: _page(contribution_id, form, status=status),
    )  # fmt: skip


def _its_document(called: commands.Called) -> str:
    return url_for("billing.invoice", invoice_id=called.documents[0].id)


def _form(**given: Any) -> VoluntaryForm:
    form = VoluntaryForm(**given)
    inside = members.list_structures(on=clock.today())
    form.structure.choices = [(one.id, f"{one.code} {one.name}") for one in inside]
    return form


def _page(contribution_id: int, form: VoluntaryForm, *, status: int = 200) -> Any:
    return render(page="voluntary", status=status, row=get_row(contribution_id), form=form)
