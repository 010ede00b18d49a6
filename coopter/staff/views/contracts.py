"""Doors to contracts: amending, ending, the list of potential users."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import g, url_for
from flask_babel import gettext as _

from coopter.members import queries as members
from coopter.plumbing import clock
from coopter.plumbing.answering import answer, version_sent
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import render
from coopter.staff import commands, queries
from coopter.staff.forms import ContractForm, EndForm, PotentialUserForm, structure_choices
from coopter.staff.rules import day_before, period_of
from coopter.staff.views import blueprint
from coopter.values.actor import Role


@blueprint.get("/<grouping>/salaries/<int:employee_id>/contrat")
@for_roles(Role.COORDINATOR)
def contract(employee_id: int) -> Any:
    """The form of an amendment, filled with what the contract says now."""
    known = queries.employee_sheet(g.actor, employee_id, on=clock.today()).contract
    now = {} if known is None else {name: getattr(known, name) for name in TERMS}
    last_on = None if known is None else day_before(known.period.end)
    return _amending(employee_id, ContractForm(data={**now, "starts_on": clock.today(), "last_on": last_on}))()


@blueprint.post("/<grouping>/salaries/<int:employee_id>/contrat")
@for_roles(Role.COORDINATOR)
def amend_contract(employee_id: int) -> Any:
    """Record an amendment."""
    form: Any = ContractForm()
    return answer(
        form,
        lambda: commands.amend_contract(
            g.actor,
            employee_id=employee_id,
            version=version_sent(),
            period=period_of(form.starts_on.data, form.last_on.data),
            at=clock.now(),
            **{name: form[name].data for name in TERMS},
        ),
        then=lambda amended: url_for("staff.employee", employee_id=employee_id),
        done=_("Avenant enregistré."),
        again=_amending(employee_id, form),
    )


@blueprint.get("/<grouping>/salaries/<int:employee_id>/contrat/fin")
@for_roles(Role.COORDINATOR)
def leaving(employee_id: int) -> Any:
    """The form of the end of a contract."""
    return _leaving(employee_id, EndForm())()


@blueprint.post("/<grouping>/salaries/<int:employee_id>/contrat/fin")
@for_roles(Role.COORDINATOR)
def end_contract(employee_id: int) -> Any:
    """End a contract on its last day, and the placements with it."""
    form: Any = EndForm()
    return answer(
        form,
        lambda: commands.end_contract(
            g.actor,
            employee_id=employee_id,
            version=version_sent(),
            ends_on=form.ends_on.data + timedelta(days=1),
            at=clock.now(),
        ),
        then=lambda ended: url_for("staff.employee", employee_id=employee_id),
        done=_("Fin de contrat enregistrée."),
        again=_leaving(employee_id, form),
    )


@blueprint.get("/<grouping>/salaries/<int:employee_id>/utilisateurs")
@for_roles(Role.COORDINATOR)
def potential_user(employee_id: int) -> Any:
    """The form of one more potential user."""
    return _listing(employee_id, _listing_form())()


@blueprint.post("/<grouping>/salaries/<int:employee_id>/utilisateurs")
@for_roles(Role.COORDINATOR)
def add_potential_user(employee_id: int) -> Any:
    """Put a structure on the list of potential users."""
    form = _listing_form()
    return answer(
        form,
        lambda: commands.add_potential_user(
            g.actor,
            employee_id=employee_id,
            structure_id=form.structure_id.data,
            from_on=form.from_on.data,
            at=clock.now(),
        ),
        then=lambda added: url_for("staff.employee", employee_id=employee_id),
        done=_("Liste des utilisateurs potentiels complétée."),
        again=_listing(employee_id, form),
    )


TERMS = ("weekly_minutes", "job_title", "pay_grade")


def _amending(employee_id: int, form: ContractForm) -> Any:
    return lambda *, status=200, conflict=None: render(
        page="contract", status=status, form=form, employee=queries.get_employee(employee_id), conflict=conflict
    )


def _leaving(employee_id: int, form: EndForm) -> Any:
    return lambda *, status=200, conflict=None: render(
        page="leaving", status=status, form=form, employee=queries.get_employee(employee_id), conflict=conflict
    )


def _listing_form() -> Any:
    form = PotentialUserForm(data={"from_on": clock.today()})
    form.structure_id.choices = structure_choices(members.list_structures(on=clock.today()))
    return form


def _listing(employee_id: int, form: PotentialUserForm) -> Any:
    return lambda *, status=200, conflict=None: render(
        page="potential_user", status=status, form=form, employee=queries.get_employee(employee_id)
    )
