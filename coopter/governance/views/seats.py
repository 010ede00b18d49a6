"""Doors to the seats of a body: given, corrected, ended."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import g, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from coopter.governance.commands import bodies as acts
from coopter.governance.commands.bodies import SeatDetails
from coopter.governance.forms.bodies import EndSeatForm, SeatAllForm, SeatForm
from coopter.governance.queries.bodies import body_record, find_rules, get_body, get_seat
from coopter.governance.rules.statutes import Statutes
from coopter.governance.views import blueprint
from coopter.governance.views.bodies import groups_of, seat_form, show_body
from coopter.plumbing import clock
from coopter.plumbing.answering import answer, press, version_sent
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import render
from coopter.values.actor import Role


@blueprint.post("/<grouping>/vie/instances/<int:body_id>/sieges")
@for_roles(Role.COORDINATOR)
def add_seat(body_id: int) -> Any:
    """Give a seat."""
    get_body(body_id)
    form = seat_form(body_id, SeatForm())
    return answer(
        form,
        lambda: acts.add_seat(g.actor, body_id=body_id, details=_details(form), at=clock.now()),
        then=lambda seat: url_for("governance.body", body_id=body_id),
        done=_("Le siège est ajouté."),
        again=lambda *, status=200, conflict=None: show_body(body_id, form, status=status),
    )


@blueprint.post("/<grouping>/vie/instances/<int:body_id>/structures")
@for_roles(Role.COORDINATOR)
def seat_all_members(body_id: int) -> Any:
    """Give a seat to each member structure that has none."""
    get_body(body_id)
    form = SeatAllForm()
    on = form.on.data if form.validate() else None
    return press(
        lambda: acts.seat_all_members(g.actor, body_id=body_id, on=on or clock.today(), at=clock.now()),
        to=url_for("governance.body", body_id=body_id),
        done=lambda added: ngettext("Un siège est ajouté.", "%(num)d sièges sont ajoutés.", added),
    )


@blueprint.get("/<grouping>/vie/instances/sieges/<int:seat_id>")
@for_roles(Role.COORDINATOR)
def seat(seat_id: int) -> Any:
    """One seat, to correct or to end."""
    return _seat(seat_id, _held(seat_id))


@blueprint.post("/<grouping>/vie/instances/sieges/<int:seat_id>")
@for_roles(Role.COORDINATOR)
def edit_seat(seat_id: int) -> Any:
    """Correct a seat; assemblies already convened keep their list."""
    row = get_seat(seat_id)
    form, ends_on = seat_form(row.body_id, SeatForm(), holder=row.name), row.ends_on
    return answer(
        form,
        lambda: acts.edit_seat(
            g.actor, seat_id=seat_id, version=version_sent(), details=_details(form, ends_on), at=clock.now()
        ),
        then=lambda done: url_for("governance.body", body_id=get_seat(seat_id).body_id),
        done=_("Le siège est corrigé."),
        again=lambda *, status=200, conflict=None: _seat(seat_id, form, status=status, conflict=conflict),
    )


@blueprint.post("/<grouping>/vie/instances/sieges/<int:seat_id>/fin")
@for_roles(Role.COORDINATOR)
def end_seat(seat_id: int) -> Any:
    """End a term."""
    body_id, form = get_seat(seat_id).body_id, EndSeatForm()
    return answer(
        form,
        lambda: acts.end_seat(g.actor, seat_id=seat_id, ends_on=form.ends_on.data, at=clock.now()),
        then=lambda done: url_for("governance.body", body_id=body_id),
        done=_("Le mandat a une fin."),
        again=lambda *, status=200, conflict=None: _seat(seat_id, _held(seat_id), status=status, end_form=form),
    )


def _held(seat_id: int) -> SeatForm:
    """The form of a seat as it stands."""
    row = get_seat(seat_id)
    held = {name: getattr(row, name) for name in SeatDetails.__slots__}
    held |= {"structure": row.structure_id, "person": row.person_id, "version": row.version}
    return seat_form(row.body_id, SeatForm(formdata=None, data=held), holder=row.name)


def _seat(seat_id: int, form: SeatForm, *, status: int = 200, conflict: Any = None, end_form: Any = None) -> Any:
    row = get_seat(seat_id)
    found = find_rules(row.body_id, on=clock.today())
    statutes = found[0] if found else Statutes()
    if conflict:
        form.version.raw_data, form.version.data = None, str(row.version)
    return render(
        page="seat", status=status, body=body_record(row.body_id), seat=row, form=form, conflict=conflict,
        end_form=end_form or EndSeatForm(formdata=None, data={"ends_on": row.ends_on}), **groups_of(statutes, [row]),
    )  # fmt: skip


def _details(form: SeatForm, ends_on: date | None = None) -> SeatDetails:
    return SeatDetails(
        starts_on=form.starts_on.data, structure_id=form.structure.data, person_id=form.person.data,
        name=form.name.data, category=form.category.data or "", college=form.college.data or "",
        weight=form.weight.data, office=form.office.data, dues_paid_to=form.dues_paid_to.data, ends_on=ends_on,
    )  # fmt: skip
