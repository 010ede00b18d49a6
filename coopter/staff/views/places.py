"""Doors to placements: who is where, placing, changing, ending."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _

from coopter.members import queries as members
from coopter.plumbing import clock
from coopter.plumbing.answering import answer, version_sent
from coopter.plumbing.doors import everyone_inside, for_roles
from coopter.plumbing.pages import render
from coopter.staff import commands, policies, queries
from coopter.staff.forms import EndForm, PlacementForm, TermsForm, structure_choices
from coopter.staff.rules import day_before, period_of
from coopter.staff.views import blueprint
from coopter.values.actor import Role


@blueprint.get("/<grouping>/mises-a-disposition")
@everyone_inside
def placements() -> Any:
    """The placements that the actor may see: all, their structures', their own."""
    structure_id = request.args.get("structure", type=int)
    lines = queries.placement_lines(g.actor, on=clock.today(), structure_id=structure_id)
    structure = members.structures_by_id([structure_id]).get(structure_id) if structure_id and lines else None
    return render(lines=lines, structure=structure, can_manage=policies.can_manage_staff(g.actor))


@blueprint.get("/<grouping>/salaries/<int:employee_id>/mises-a-disposition")
@for_roles(Role.COORDINATOR)
def new_placement(employee_id: int) -> Any:
    """The form of a placement; it offers the structures of the contract's list."""
    return _placing(employee_id, _placement_form(employee_id))()


@blueprint.post("/<grouping>/salaries/<int:employee_id>/mises-a-disposition")
@for_roles(Role.COORDINATOR)
def place_employee(employee_id: int) -> Any:
    """Place an employee at a structure."""
    form = _placement_form(employee_id)
    return answer(
        form,
        lambda: commands.place_employee(
            g.actor, employee_id=employee_id, structure_id=form.structure_id.data, at=clock.now(), **_terms(form)
        ),
        then=lambda placed: url_for("staff.employee", employee_id=employee_id),
        done=_("Mise à disposition enregistrée."),
        again=_placing(employee_id, form),
    )


@blueprint.get("/<grouping>/mises-a-disposition/<int:placement_id>")
@everyone_inside
def placement(placement_id: int) -> Any:
    """A placement's page, with its form for the coordinator."""
    found = queries.get_visible_placement(g.actor, placement_id)
    return _changing(placement_id, TermsForm(obj=found, last_on=day_before(found.ends_on)))()


@blueprint.post("/<grouping>/mises-a-disposition/<int:placement_id>")
@for_roles(Role.COORDINATOR)
def edit_placement(placement_id: int) -> Any:
    """Change a placement's dates or terms."""
    form: Any = TermsForm()
    return answer(
        form,
        lambda: commands.edit_placement(
            g.actor, placement_id=placement_id, version=version_sent(), at=clock.now(), **_terms(form)
        ),
        then=lambda edited: url_for("staff.employee", employee_id=edited.employee_id),
        done=_("Mise à disposition modifiée."),
        again=_changing(placement_id, form),
    )


@blueprint.post("/<grouping>/mises-a-disposition/<int:placement_id>/fin")
@for_roles(Role.COORDINATOR)
def end_placement(placement_id: int) -> Any:
    """End a placement on its last day."""
    form: Any = EndForm()
    found = queries.get_placement(placement_id)
    return answer(
        form,
        lambda: commands.end_placement(
            g.actor,
            placement_id=placement_id,
            version=version_sent(),
            ends_on=form.ends_on.data + timedelta(days=1),
            at=clock.now(),
        ),
        then=lambda ended: url_for("staff.employee", employee_id=ended.employee_id),
        done=_("Fin de la mise à disposition enregistrée ; les créneaux prévus après sont annulés."),
        again=_changing(placement_id, TermsForm(formdata=None, obj=found), ending=form),
    )


def _terms(form: Any) -> dict[str, Any]:
    return {
        "period": period_of(form.starts_on.data, form.last_on.data),
        "weekly_minutes": form.weekly_minutes.data or 0,
        "site": form.site.data,
        "conditions": (form.conditions.data or "").strip(),
    }


def _placement_form(employee_id: int) -> Any:
    form = PlacementForm(data={"starts_on": clock.today()})
    listed = {one.structure_id for one in queries.employee_sheet(g.actor, employee_id, on=clock.today()).users}
    rows = [row for row in members.list_structures() if row.id in listed]
    form.structure_id.choices = structure_choices(rows)
    return form


def _placing(employee_id: int, form: PlacementForm) -> Any:
    return lambda *, status=200, conflict=None: render(
        page="new_placement", status=status, form=form, employee=queries.get_employee(employee_id)
    )


def _changing(placement_id: int, form: TermsForm, *, ending: EndForm | None = None) -> Any:
    def again(*, status: int = 200, conflict: Any = None) -> Any:
        line = queries.placement_line(g.actor, placement_id, on=clock.today())
        return render(
            page="placement", status=status, form=form, ending=ending or EndForm(formdata=None), line=line,
            conflict=conflict, can_manage=policies.can_manage_staff(g.actor),
        )  # fmt: skip

    return again
