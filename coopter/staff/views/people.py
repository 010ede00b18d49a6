"""Doors to employees: the list, a person's page, hiring, correcting."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, request, url_for
from flask_babel import gettext as _

from coopter.members import queries as members
from coopter.plumbing import clock
from coopter.plumbing.answering import answer, version_sent
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import render
from coopter.staff import commands, policies, queries
from coopter.staff.forms import HireForm, PersonForm, structure_choices
from coopter.staff.rules import period_of
from coopter.staff.views import blueprint
from coopter.values.actor import Role


@blueprint.get("/<grouping>/salaries")
@for_roles(Role.COORDINATOR, Role.TREASURER, Role.AUDITOR, Role.EMPLOYEE)
def employees() -> Any:
    """The employees of the grouping; an employee goes to their own page."""
    if not policies.can_see_all_staff(g.actor):
        return redirect(url_for("staff.employee", employee_id=g.actor.employee_id or 0))
    search, past = request.args.get("q", ""), "tous" in request.args
    found = queries.visible_employees(g.actor, on=clock.today(), search=search, past=past)
    return render(employees=found, search=search, past=past, can_manage=policies.can_manage_staff(g.actor))


@blueprint.get("/<grouping>/salaries/<int:employee_id>")
@for_roles(Role.COORDINATOR, Role.TREASURER, Role.AUDITOR, Role.EMPLOYEE)
def employee(employee_id: int) -> Any:
    """An employee's page: contracts, list of potential users, placements, schedule."""
    sheet = queries.employee_sheet(g.actor, employee_id, on=clock.today())
    return render(sheet=sheet, today=clock.today(), can_manage=policies.can_manage_staff(g.actor))


@blueprint.get("/<grouping>/salaries/nouveau")
@for_roles(Role.COORDINATOR)
def new_employee() -> Any:
    """The form of a hiring."""
    return _hiring(_hire_form())()


@blueprint.post("/<grouping>/salaries/nouveau")
@for_roles(Role.COORDINATOR)
def hire_employee() -> Any:
    """Record a new employee."""
    form = _hire_form()
    return answer(
        form,
        lambda: commands.hire_employee(
            g.actor,
            period=period_of(form.starts_on.data, form.last_on.data),
            at=clock.now(),
            **{name: form[name].data for name in (*PERSON, *TERMS, "structure_ids")},
        ),
        then=lambda hired: url_for("staff.employee", employee_id=hired.id),
        done=_("Embauche enregistrée."),
        again=_hiring(form),
    )


@blueprint.get("/<grouping>/salaries/<int:employee_id>/modifier")
@for_roles(Role.COORDINATOR)
def person(employee_id: int) -> Any:
    """The form of an employee's names and addresses."""
    return _correcting(employee_id, PersonForm(obj=queries.get_employee(employee_id)))()


@blueprint.post("/<grouping>/salaries/<int:employee_id>/modifier")
@for_roles(Role.COORDINATOR)
def edit_employee(employee_id: int) -> Any:
    """Correct an employee's names and addresses."""
    form: Any = PersonForm()
    return answer(
        form,
        lambda: commands.edit_employee(
            g.actor,
            employee_id=employee_id,
            version=version_sent(),
            at=clock.now(),
            **{name: form[name].data for name in PERSON},
        ),
        then=lambda edited: url_for("staff.employee", employee_id=employee_id),
        done=_("Fiche enregistrée."),
        again=_correcting(employee_id, form),
    )


PERSON = ("code", "first_name", "last_name", "email", "phone")
TERMS = ("weekly_minutes", "job_title", "pay_grade")


def _hire_form() -> Any:
    form = HireForm()
    form.structure_ids.choices = structure_choices(members.list_structures(on=clock.today()))
    return form


def _hiring(form: HireForm) -> Any:
    return lambda *, status=200, conflict=None: render(page="new_employee", status=status, form=form)


def _correcting(employee_id: int, form: PersonForm) -> Any:
    return lambda *, status=200, conflict=None: render(
        page="person", status=status, form=form, employee=queries.get_employee(employee_id), conflict=conflict
    )
