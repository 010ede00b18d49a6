"""Doors to single shifts: adding, moving, cancelling."""

from __future__ import annotations

from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _

from coopter.members import queries as members
from coopter.planning import commands, queries
from coopter.planning.forms import NewShiftForm, ShiftForm
from coopter.planning.models import Shift
from coopter.planning.rules import monday_of, wall_minutes
from coopter.planning.views import blueprint
from coopter.plumbing import clock
from coopter.plumbing.answering import answer, version_sent
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import render
from coopter.staff import queries as staff
from coopter.values.actor import Role
from coopter.values.numbers import parse_day
from coopter.values.refusal import Refusal


@blueprint.get("/<grouping>/planning/salaries/<int:employee_id>/creneau")
@for_roles(Role.COORDINATOR)
def new_shift(employee_id: int) -> Any:
    """The form of one more shift."""
    return _adding(employee_id, _new_form(employee_id))()


@blueprint.post("/<grouping>/planning/salaries/<int:employee_id>/creneau")
@for_roles(Role.COORDINATOR)
def add_shift(employee_id: int) -> Any:
    """Plan one more shift."""
    form = _new_form(employee_id)
    return answer(
        form,
        lambda: commands.add_shift(g.actor, placement_id=form.placement_id.data, at=clock.now(), **_facts(form)),
        then=_its_week,
        done=_("Créneau ajouté."),
        again=_adding(employee_id, form),
    )


@blueprint.get("/<grouping>/planning/creneaux/<int:shift_id>")
@for_roles(Role.COORDINATOR)
def shift(shift_id: int) -> Any:
    """A shift's page: moving it, or cancelling it."""
    found = queries.get_shift(shift_id)
    known = {
        "day": found.day,
        "starts_minute": wall_minutes(found.starts_at),
        "ends_minute": wall_minutes(found.ends_at),
        "note": found.note,
    }
    return _moving(shift_id, ShiftForm(data=known))()


@blueprint.post("/<grouping>/planning/creneaux/<int:shift_id>")
@for_roles(Role.COORDINATOR)
def move_shift(shift_id: int) -> Any:
    """Move a shift."""
    form = ShiftForm()
    return answer(
        form,
        lambda: commands.move_shift(g.actor, shift_id=shift_id, version=version_sent(), at=clock.now(), **_facts(form)),
        then=_its_week,
        done=_("Créneau déplacé ; les agendas suivront."),
        again=_moving(shift_id, form),
    )


@blueprint.post("/<grouping>/planning/creneaux/<int:shift_id>/annulation")
@for_roles(Role.COORDINATOR)
def cancel_shift(shift_id: int) -> Any:
    """Cancel a shift."""
    form = ShiftForm(formdata=None)
    return answer(
        form,
        lambda: commands.cancel_shift(g.actor, shift_id=shift_id, version=version_sent(), at=clock.now()),
        then=_its_week,
        done=_("Créneau annulé ; les agendas suivront."),
        again=_moving(shift_id, form),
        valid=True,
    )


def _facts(form: Any) -> dict[str, Any]:
    return {name: form[name].data for name in ("day", "starts_minute", "ends_minute", "note")}


def _its_week(shift: Shift) -> str:
    return url_for("planning.week", semaine=monday_of(shift.day).isoformat())


def placement_choices(employee_id: int) -> list[tuple[int, str]]:
    """The placements of an employee that are not over, as the options of a field."""
    lines = staff.placement_lines(g.actor, on=clock.today(), employee_id=employee_id)
    structures = members.structures_by_id([line.placement.structure_id for line in lines])
    return [
        (line.placement.id, " · ".join(part for part in (line.structure, line.placement.site) if part))
        for line in lines
        if line.is_current and line.placement.structure_id in structures
    ]


def _new_form(employee_id: int) -> Any:
    try:
        day = parse_day(request.args.get("jour", ""))
    except Refusal:
        day = clock.today()
    form = NewShiftForm(data={"day": day})
    form.placement_id.choices = placement_choices(employee_id)
    return form


def _adding(employee_id: int, form: Any) -> Any:
    return lambda *, status=200, conflict=None: render(
        page="new_shift", status=status, form=form, employee=staff.get_employee(employee_id)
    )


def _moving(shift_id: int, form: Any) -> Any:
    def again(*, status: int = 200, conflict: Any = None) -> Any:
        found = queries.get_shift(shift_id)
        line = staff.placement_line(g.actor, found.placement_id, on=found.day)
        return render(page="shift", status=status, form=form, shift=found, line=line, conflict=conflict)

    return again
