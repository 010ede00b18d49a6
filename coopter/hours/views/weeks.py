"""The week: an employee's over all structures, or a structure's over its employees."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from coopter.hours import commands, forms, policies, queries
from coopter.hours.rules import EntryState, WeekConflict, WeekRefused, monday_of
from coopter.hours.views import blueprint
from coopter.hours.views.grids import as_typed, grid
from coopter.members import queries as members
from coopter.plumbing import clock
from coopter.plumbing.doors import everyone_inside, for_roles
from coopter.plumbing.pages import refused, render
from coopter.staff import queries as staff
from coopter.values.actor import Role
from coopter.values.numbers import parse_day
from coopter.values.refusal import Refusal

WEEK = timedelta(days=7)


@blueprint.get("/<grouping>/heures")
@everyone_inside
def index() -> Any:
    """The page of hours that is most this person's own."""
    week = monday_of(clock.today()).isoformat()
    actor = g.actor
    if actor.has(Role.COORDINATOR, Role.TREASURER, Role.AUDITOR):
        return redirect(url_for("hours.month", month=_first_month()))
    if actor.has(Role.EMPLOYEE) and actor.employee_id:
        return redirect(url_for("hours.week", employee_id=actor.employee_id, week=week))
    if actor.validates_for:
        return redirect(url_for("hours.to_confirm"))
    if actor.represents:
        return redirect(url_for("hours.structure_week", structure_id=min(actor.represents), week=week))
    return abort(404)


@blueprint.get("/<grouping>/heures/salaries/<int:employee_id>/<week>")
@for_roles(Role.COORDINATOR, Role.EMPLOYEE, Role.AUDITOR)
def week(employee_id: int, week: str) -> Any:
    """An employee's week."""
    return _employee_page(employee_id, monday_in(week))


@blueprint.post("/<grouping>/heures/salaries/<int:employee_id>/<week>")
@for_roles(Role.COORDINATOR, Role.EMPLOYEE)
def log_week(employee_id: int, week: str) -> Any:
    """Keep what was typed in an employee's week; send it if asked."""
    monday = monday_in(week)
    queries.visible_employee(g.actor, employee_id)
    form = forms.read_week(request.form, monday=monday, employee_id=employee_id)
    typed: dict[str, Any] = {"typed": form.typed, "unread": form.unread, "at": clock.now()}
    try:
        if form.then == "send":
            sent = commands.send_week(g.actor, employee_id=employee_id, monday=monday, **typed)
            told = ngettext("Une ligne envoyée.", "%(num)d lignes envoyées.", len(sent))
            flash(told + " " + _("Chaque structure va confirmer les siennes."), "success")
        else:
            _say_logged(commands.log_week(g.actor, **typed))
    except Refusal as refusal:
        return _again(refusal, form, lambda **more: _employee_page(employee_id, monday, **more))
    return _back("hours.week", form, employee_id=employee_id, week=monday.isoformat())


@blueprint.get("/<grouping>/heures/structures/<int:structure_id>/semaines/<week>")
@for_roles(Role.COORDINATOR, Role.REPRESENTATIVE, Role.TREASURER, Role.AUDITOR)
def structure_week(structure_id: int, week: str) -> Any:
    """A structure's week."""
    return _structure_page(structure_id, monday_in(week))


@blueprint.post("/<grouping>/heures/structures/<int:structure_id>/semaines/<week>")
@for_roles(Role.COORDINATOR, Role.REPRESENTATIVE)
def log_structure_week(structure_id: int, week: str) -> Any:
    """Keep what a structure typed for the employees placed there; confirm it in the same act if asked."""
    monday = monday_in(week)
    queries.visible_structure(g.actor, structure_id)
    form = forms.read_week(request.form, monday=monday, structure_id=structure_id)
    try:
        _say_logged(
            commands.log_week(
                g.actor, typed=form.typed, unread=form.unread, confirm=form.confirm, at=clock.now()
            )
        )  # fmt: skip
    except Refusal as refusal:
        return _again(refusal, form, lambda **more: _structure_page(structure_id, monday, **more))
    return _back("hours.structure_week", form, structure_id=structure_id, week=monday.isoformat())


def monday_in(text: str) -> date:
    """The Monday of the week that an address names by any of its days; 404 when it names none."""
    try:
        return monday_of(parse_day(text))
    except Refusal:
        abort(404)


def _employee_page(employee_id: int, monday: date, *, form: Any = None, refusals: Any = None, status: int = 200) -> Any:
    more = form.lines if form else forms.lines_of(request.args.getlist("ligne"))
    today = clock.today()
    sheet = queries.employee_sheet(g.actor, employee_id=employee_id, day=monday, today=today, more=more)
    return render(
        page="week", status=status, sheet=sheet, form=form, employee=staff.get_employee(employee_id),
        grid=grid(sheet, today=today, by_employee=True, form=form, refusals=refusals),
        own=policies.is_own(g.actor, employee_id=employee_id), today_cell=_today_cell(sheet, today),
        can_submit=policies.can_submit_week(g.actor, employee_id=employee_id),
        disputed=[cell for row in sheet.rows for cell in row.cells if cell.state == EntryState.DISPUTED.value],
        structures={row.structure_id: row.structure for row in sheet.rows},
        to_send=sheet.count(EntryState.DRAFT, EntryState.DISPUTED), to_confirm=sheet.count(EntryState.SUBMITTED),
        **_neighbours("hours.week", monday, employee_id=employee_id),
    )  # fmt: skip


def _structure_page(
    structure_id: int, monday: date, *, form: Any = None, refusals: Any = None, status: int = 200
) -> Any:
    more = form.lines if form else forms.lines_of(request.args.getlist("ligne"))
    today = clock.today()
    sheet = queries.structure_sheet(g.actor, structure_id=structure_id, day=monday, today=today, more=more)
    return render(
        page="structure_week", status=status, sheet=sheet, form=form, structure=members.get_structure(structure_id),
        grid=grid(sheet, today=today, by_employee=False, form=form, refusals=refusals),
        can_confirm=policies.logs_for(g.actor, structure_id=structure_id),
        to_confirm=sheet.count(EntryState.SUBMITTED), today_cell=_today_cell(sheet, today),
        **_neighbours("hours.structure_week", monday, structure_id=structure_id),
    )  # fmt: skip


def _today_cell(sheet: queries.Sheet, today: date) -> str | None:
    """The id of today's first open cell, to go there at once on a phone."""
    if today not in sheet.days:
        return None
    place = sheet.days.index(today)
    return next((f"cell-{n}-{place + 1}" for n, row in enumerate(sheet.rows, 1) if row.cells[place].is_editable), None)


def _neighbours(endpoint: str, monday: date, **values: Any) -> dict[str, Any]:
    def at(day: date) -> str | None:
        return url_for(endpoint, week=day.isoformat(), **values)

    return {
        "action": at(monday), "previous_url": at(monday - WEEK), "next_url": at(monday + WEEK),
        "this_week_url": at(monday_of(clock.today())), "sunday": monday + timedelta(days=6),
    }  # fmt: skip


def _again(refusal: Refusal, form: forms.WeekForm, page: Any) -> Any:
    """The page once more, with all that was typed: 409 and both values for a clash, 422 and every reason otherwise."""
    if isinstance(refusal, WeekConflict):
        cells = {key: (as_typed(mine.minutes), theirs) for key, (mine, theirs) in refusal.cells.items()}
        people = staff.employees_by_id({key.employee_id for key in cells})
        places = members.structures_by_id({key.structure_id for key in cells})
        return render(
            page="conflict", status=409, form=form, cells=cells, people=people, places=places, as_typed=as_typed
        )
    refused(refusal)
    return page(form=form, status=422, refusals=refusal.refusals if isinstance(refusal, WeekRefused) else {})


def _say_logged(done: commands.Logged) -> None:
    if not done.written and not done.removed:
        flash(_("Rien n'a changé."), "info")
        return
    flash(ngettext("Enregistré : une ligne.", "Enregistré : %(num)d lignes.", done.written + done.removed), "success")


def _back(endpoint: str, form: forms.WeekForm, **values: Any) -> Any:
    if form.new_refusal:
        refused(form.new_refusal)
    line = ".".join(map(str, form.new_line)) if form.new_line else None
    return redirect(url_for(endpoint, ligne=line, **values), 303)


def _first_month() -> str:
    waiting = queries.months_waiting()
    return str(min(waiting)) if waiting else clock.today().isoformat()[:7]
