"""Doors of people and their roles: who may what here, inviting, giving and taking back."""

from __future__ import annotations

from typing import Any

from flask import current_app, g, request, url_for
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from coopter.members import commands, policies, queries
from coopter.members.forms import InvitationForm, RoleForm
from coopter.members.views import blueprint
from coopter.plumbing import clock
from coopter.plumbing.answering import answer, press
from coopter.plumbing.doors import for_roles
from coopter.plumbing.navigation import ROLE_NAMES
from coopter.plumbing.pages import render
from coopter.values.actor import Role


@blueprint.get("/<grouping>/personnes")
@for_roles(Role.COORDINATOR, Role.AUDITOR)
def people() -> Any:
    """Who holds which role, and the invitations that wait."""
    search = request.args.get("q", "")
    return render(
        holders=queries.list_holders(search=search), invitations=queries.list_invitations(at=clock.now()),
        structures=queries.structures_by_id(), search=search, role_names=ROLE_NAMES,
        invites=policies.can_invite(g.actor),
    )  # fmt: skip


@blueprint.get("/<grouping>/personnes/inviter")
@for_roles(Role.COORDINATOR)
def invitation_form() -> Any:
    """The form of an invitation, begun by the address that led here."""
    given = {name: request.args.get(name, "") for name in ("email", "first_name", "last_name")}
    form = _form(
        role=request.args.get("role") or Role.REPRESENTATIVE.value,
        structure_id=request.args.get("structure", type=int) or 0,
        employee_id=request.args.get("employee", type=int),
        **given,
    )
    return render(form=form)


@blueprint.post("/<grouping>/personnes/inviter")
@for_roles(Role.COORDINATOR)
def invite() -> Any:
    """Send the link."""
    form = _form()
    return answer(
        form,
        lambda: commands.invite(g.actor, **_invited(form), base_url=current_app.config["BASE_URL"], at=clock.now()),
        then=lambda sent: url_for("members.people"),
        done=_("L’invitation part par courriel ; son lien vaut sept jours, pour une seule personne."),
        again=lambda **shown: render(page="invitation_form", form=form, **shown),
    )


@blueprint.get("/<grouping>/personnes/<int:person_id>/roles")
@for_roles(Role.COORDINATOR)
def role_form(person_id: int) -> Any:
    """One more role for somebody who has an account here."""
    form = _choosing(RoleForm(formdata=None, role=Role.REPRESENTATIVE.value, structure_id=0))
    return render(form=form, person=queries.get_person(person_id))


@blueprint.post("/<grouping>/personnes/<int:person_id>/roles")
@for_roles(Role.COORDINATOR)
def grant_role(person_id: int) -> Any:
    """Give it, with effect at once."""
    person, form = queries.get_person(person_id), _choosing(RoleForm())
    return answer(
        form,
        lambda: commands.grant_role(g.actor, person_id=person_id, **_chosen(form), at=clock.now()),
        then=lambda grant: url_for("members.people"),
        done=_("Le rôle est donné, avec effet immédiat."),
        again=lambda status=200, conflict=None: render(page="role_form", status=status, form=form, person=person),
    )


@blueprint.post("/<grouping>/personnes/roles/<int:grant_id>/retrait")
@for_roles(Role.COORDINATOR)
def revoke_role(grant_id: int) -> Any:
    """Take a role back, at once (R43)."""
    return press(
        lambda: commands.revoke_role(g.actor, grant_id=grant_id, at=clock.now()),
        to=url_for("members.people"),
        done=_("Le rôle est retiré, avec effet immédiat."),
    )


@blueprint.post("/<grouping>/personnes/<int:person_id>/desactivation")
@for_roles(Role.COORDINATOR)
def deactivate_person(person_id: int) -> Any:
    """Take all of somebody's roles back, and end their sessions (R43)."""
    return press(
        lambda: commands.deactivate_person(g.actor, person_id=person_id, at=clock.now()),
        to=url_for("members.people"),
        done=_("L’accès de cette personne est fermé."),
    )


@blueprint.post("/<grouping>/invitations/<int:invitation_id>/retrait")
@for_roles(Role.COORDINATOR)
def withdraw_invitation(invitation_id: int) -> Any:
    """Make an invitation's link worthless."""
    return press(
        lambda: commands.withdraw_invitation(g.actor, invitation_id=invitation_id, at=clock.now()),
        to=url_for("members.people"),
        done=_("L’invitation est retirée : son lien ne vaut plus rien."),
    )


def _form(**data: Any) -> InvitationForm:
    form = InvitationForm(formdata=None, data=data) if data else InvitationForm()
    _choosing(form)
    return form


def _choosing(form: RoleForm) -> RoleForm:
    """The structures to choose from; the employee's role only for who came from an employee's page."""
    named = [SelectChoice(row.id, f"{row.name} ({row.code})") for row in queries.list_structures()]
    form.structure_id.choices = [SelectChoice(0, _("— aucune —")), *named]
    if not form.employee_id.data:
        form.role.choices = [choice for choice in form.role.choices if choice.value != Role.EMPLOYEE.value]
    return form


def _chosen(form: RoleForm) -> dict[str, Any]:
    """What the command takes: a structure only for who represents one, an employee only for who is one."""
    role = Role(form.role.data)
    represents = role is Role.REPRESENTATIVE
    return {
        "role": role,
        "structure_id": (form.structure_id.data or None) if represents else None,
        "employee_id": form.employee_id.data if role is Role.EMPLOYEE else None,
        "can_validate_hours": represents and form.can_validate_hours.data,
        "can_see_invoices": represents and form.can_see_invoices.data,
    }


def _invited(form: InvitationForm) -> dict[str, Any]:
    return {
        **_chosen(form),
        "email": form.email.data,
        "first_name": form.first_name.data,
        "last_name": form.last_name.data,
        "language": form.language.data,
    }
