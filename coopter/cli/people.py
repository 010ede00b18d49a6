"""`coopter user`: invite somebody by a single-use link, make somebody administrator of the installation."""

from __future__ import annotations

import click
from flask import current_app

from coopter.cli.frame import Answer, answering, grouping_option, inside, opened
from coopter.cli.words import FrenchGroup, OneOf
from coopter.members import commands as members
from coopter.members import queries
from coopter.plumbing import clock
from coopter.staff import queries as staff
from coopter.values.actor import Actor, Role
from coopter.values.refusal import Refusal


class NoSuchStructure(Refusal):
    """Aucune structure n'a le code « %(code)s » dans ce groupement."""


class NoSuchEmployee(Refusal):
    """Aucune personne salariée n'a le code « %(code)s » dans ce groupement."""


class NoSuchAccount(Refusal):
    """Personne n'a encore de compte à l'adresse « %(email)s ». Invitez d'abord : coopter user invite."""


@click.group(cls=FrenchGroup, name="user")
def user() -> None:
    """Les personnes qui se connectent."""


@user.command("invite")
@click.argument("email")
@grouping_option
@click.option("--role", type=OneOf(Role), required=True, help="Son rôle dans le groupement.")
@click.option("--structure", "structure_code", metavar="CODE", help="Pour un représentant : la structure.")
@click.option("--employee", "employee_code", metavar="CODE", help="Pour un salarié : son matricule.")
@click.option("--first-name", default="", metavar="PRÉNOM")
@click.option("--last-name", default="", metavar="NOM")
@click.option("--validates-hours/--no-validates-hours", default=True, help="Un représentant peut valider les heures.")
@click.option("--sees-invoices/--no-sees-invoices", default=True, help="Un représentant voit les factures.")
@answering
def invite(
    email: str, slug: str, role: Role, structure_code: str | None, employee_code: str | None, first_name: str,
    last_name: str, validates_hours: bool, sees_invoices: bool,
) -> Answer:  # fmt: skip
    """Invite une personne et imprime son lien, qui ne sert qu'une fois."""
    with inside(slug) as actor:
        represents = role is Role.REPRESENTATIVE
        made = members.invite(
            actor, email=email, role=role, base_url=current_app.config["BASE_URL"], at=clock.now(),
            first_name=first_name, last_name=last_name, structure_id=_structure(structure_code),
            employee_id=_employee(employee_code), can_validate_hours=represents and validates_hours,
            can_see_invoices=represents and sees_invoices,
        )  # fmt: skip
    facts = {"email": made.email, "role": role.value, "link": made.link, "expires_at": made.expires_at.isoformat()}
    until = made.expires_at.strftime("%d/%m/%Y")
    return Answer(f"Invitation de {made.email}. Son lien, à usage unique jusqu'au {until} :\n{made.link}", facts)


@user.command("administrator")
@click.argument("email")
@answering
def administrator(email: str) -> Answer:
    """Donne à une personne qui a un compte le droit d'administrer l'installation."""
    with opened():
        if queries.find_person_by_email(email) is None:
            raise NoSuchAccount(email=email)
        person = members.make_administrator(Actor.command_line(), email=email, at=clock.now())
        return Answer(f"{person.name} administre l'installation.", {"email": person.email})


def _structure(code: str | None) -> int | None:
    if code is None:
        return None
    structure = queries.find_structure_by_code(code)
    if structure is None:
        raise NoSuchStructure(code=code)
    return structure.id


def _employee(code: str | None) -> int | None:
    if code is None:
        return None
    found = staff.employee_ids_by_code().get(code)
    if found is None:
        raise NoSuchEmployee(code=code)
    return found
