"""Doors to weekly patterns: adding, changing or stopping from a day on."""

from __future__ import annotations

from typing import Any

from flask import g, url_for
from flask_babel import gettext as _

from coopter.planning import commands, queries
from coopter.planning.forms import ChangePatternForm, PatternForm, StopPatternForm
from coopter.planning.views import blueprint
from coopter.planning.views.shifts import placement_choices
from coopter.plumbing import clock
from coopter.plumbing.answering import answer, version_sent
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import render
from coopter.staff import queries as staff
from coopter.staff.rules import period_of
from coopter.values.actor import Role


@blueprint.get("/<grouping>/planning/salaries/<int:employee_id>/horaire")
@for_roles(Role.COORDINATOR)
def new_pattern(employee_id: int) -> Any:
    """The form of weekly hours."""
    return _adding(employee_id, _new_form(employee_id))()


@blueprint.post("/<grouping>/planning/salaries/<int:employee_id>/horaire")
@for_roles(Role.COORDINATOR)
def add_pattern(employee_id: int) -> Any:
    """Plan the same hours each week."""
    form = _new_form(employee_id)
    return answer(
        form,
        lambda: commands.add_pattern(
            g.actor,
            placement_id=form.placement_id.data,
            weekdays=form.weekdays.data,
            starts_minute=form.starts_minute.data,
            ends_minute=form.ends_minute.data,
            period=period_of(form.from_on.data, form.last_on.data),
            at=clock.now(),
        ),
        then=lambda made: url_for("planning.schedule", employee_id=employee_id),
        done=_("Horaire enregistré ; ses créneaux sont au planning."),
        again=_adding(employee_id, form),
    )


@blueprint.get("/<grouping>/planning/horaires/<int:pattern_id>")
@for_roles(Role.COORDINATOR)
def pattern(pattern_id: int) -> Any:
    """A weekly pattern's page: other hours, or no more."""
    found = queries.get_pattern(pattern_id)
    known = {name: getattr(found, name) for name in ("weekday", "starts_minute", "ends_minute")}
    on = max(found.from_on, clock.today())
    return _changing(pattern_id, ChangePatternForm(data={**known, "on": on}))()


@blueprint.post("/<grouping>/planning/horaires/<int:pattern_id>")
@for_roles(Role.COORDINATOR)
def change_pattern(pattern_id: int) -> Any:
    """Give a pattern other hours from a day on."""
    form = ChangePatternForm()
    return answer(
        form,
        lambda: commands.change_pattern(
            g.actor,
            pattern_id=pattern_id,
            version=version_sent(),
            at=clock.now(),
            **{name: form[name].data for name in ("on", "weekday", "starts_minute", "ends_minute")},
        ),
        then=lambda changed: _schedule_of(pattern_id),
        done=_("Horaire changé ; les créneaux à venir ont suivi, dans les agendas aussi."),
        again=_changing(pattern_id, form),
    )


@blueprint.post("/<grouping>/planning/horaires/<int:pattern_id>/arret")
@for_roles(Role.COORDINATOR)
def stop_pattern(pattern_id: int) -> Any:
    """Stop a pattern from a day on."""
    form: Any = StopPatternForm()
    return answer(
        form,
        lambda: commands.stop_pattern(
            g.actor, pattern_id=pattern_id, version=version_sent(), on=form.on.data, at=clock.now()
        ),
        then=lambda cancelled: _schedule_of(pattern_id),
        done=_("Horaire arrêté ; les créneaux à venir sont annulés."),
        again=_changing(pattern_id, ChangePatternForm(formdata=None), stopping=form),
    )


def _schedule_of(pattern_id: int) -> str:
    placement = staff.get_placement(queries.get_pattern(pattern_id).placement_id)
    return url_for("planning.schedule", employee_id=placement.employee_id)


def _new_form(employee_id: int) -> Any:
    form = PatternForm(data={"from_on": clock.today()})
    form.placement_id.choices = placement_choices(employee_id)
    return form


def _adding(employee_id: int, form: Any) -> Any:
    return lambda *, status=200, conflict=None: render(
        page="new_pattern", status=status, form=form, employee=staff.get_employee(employee_id)
    )


def _changing(pattern_id: int, form: Any, *, stopping: Any = None) -> Any:
    def again(*, status: int = 200, conflict: Any = None) -> Any:
        found = queries.get_pattern(pattern_id)
        return render(
            page="pattern",
            status=status,
            form=form,
            stopping=stopping or StopPatternForm(formdata=None, data={"on": max(found.from_on, clock.today())}),
            pattern=found,
            line=staff.placement_line(g.actor, found.placement_id, on=found.from_on),
            conflict=conflict,
        )

    return again
