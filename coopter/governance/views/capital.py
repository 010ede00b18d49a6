"""Doors to a cooperative's capital: the register of shares, certificates, export, and the reserves of a surplus."""

from __future__ import annotations

from datetime import time
from typing import Any

from flask import Response, g, request, url_for
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from coopter.governance import commands, policies
from coopter.governance.forms.capital import MovementForm, SurplusForm
from coopter.governance.pdf import print_document
from coopter.governance.queries.capital import (
    associates,
    capital_page,
    get_associate,
    holding_of,
    movement_lines,
    movements_of,
)
from coopter.governance.rules.capital import ACT_WORDS, register_csv, reserves
from coopter.governance.views import blueprint
from coopter.plumbing import clock
from coopter.plumbing.answering import answer
from coopter.plumbing.doors import everyone_inside, for_roles
from coopter.plumbing.pages import render
from coopter.values.actor import Role
from coopter.values.instants import at_paris
from coopter.values.refusal import NotFound

READERS = (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)


@blueprint.get("/<grouping>/vie/capital")
@for_roles(*READERS)
def capital() -> Any:
    """Who holds what, what moved, and the form of the next act."""
    return _page(MovementForm(formdata=None, data={"on": clock.today()}))


@blueprint.post("/<grouping>/vie/capital")
@for_roles(Role.COORDINATOR)
def move_shares() -> Any:
    """Write one act into the register."""
    form = _form(MovementForm())
    return answer(
        form,
        lambda: commands.move_shares(g.actor, details=form.details(), at=clock.now()),
        then=lambda number: url_for("governance.capital"),
        done=_("Le mouvement est inscrit au registre."),
        again=lambda *, status=200, conflict=None: _page(form, status=status),
    )


@blueprint.get("/<grouping>/vie/capital/registre.csv")
@for_roles(*READERS)
def capital_register() -> Any:
    """The register as a table."""
    response = Response(register_csv(reversed(movement_lines())), mimetype="text/csv")
    response.headers["Content-Disposition"] = "attachment; filename=registre-des-parts.csv"
    return response


@blueprint.get("/<grouping>/vie/capital/associes/<int:seat_id>/attestation.pdf")
@everyone_inside
def share_certificate(seat_id: int) -> Any:
    """The certificate of one associate's shares today, for the office and for the associate."""
    today = clock.today()
    found = get_associate(seat_id, on=today)
    if not policies.can_read_certificate(g.actor, structure_id=found.structure_id, person_id=found.person_id):
        raise NotFound()
    held, lines = holding_of(seat_id, on=today), movements_of(seat_id, on=today)
    content = print_document(
        "governance/pdf/capital_certificate.html", title="Attestation de parts sociales",
        when=at_paris(today, time()), held=held, lines=lines, acts=ACT_WORDS, today=today,
    )  # fmt: skip
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f"inline; filename=attestation-{seat_id}.pdf"
    return response


@blueprint.get("/<grouping>/vie/capital/reserves")
@for_roles(*READERS)
def capital_reserves() -> Any:
    """What of a surplus goes to the reserves, and what an assembly may dispose of."""
    form = SurplusForm(request.args, meta={"csrf": False})
    given = "resultat" in request.args and form.validate()
    return render(form=form, shared=reserves(form.resultat.data) if given else None)


def _page(form: MovementForm, *, status: int = 200) -> Any:
    return render(
        page="capital", status=status, capital=capital_page(clock.today()), lines=movement_lines(), acts=ACT_WORDS,
        form=_form(form), keeps=policies.can_keep_capital(g.actor),
    )  # fmt: skip


def _form(form: MovementForm) -> MovementForm:
    people = [SelectChoice(str(one.seat_id), one.name) for one in associates(clock.today())]
    for field in (form.giver, form.receiver):
        field.choices = [SelectChoice("", _("Personne : la coopérative")), *people]
    return form
