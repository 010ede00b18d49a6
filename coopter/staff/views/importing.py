"""Doors to the imports of employees and placements, with their preview."""

from __future__ import annotations

from typing import Any

from flask import g, url_for
from flask_babel import gettext as _

from coopter.plumbing import clock
from coopter.plumbing.doors import for_roles
from coopter.plumbing.importing import Job, page
from coopter.staff import commands, imports
from coopter.staff.views import blueprint
from coopter.values.actor import Role


@blueprint.route("/<grouping>/salaries/import", methods=["GET", "POST"])
@for_roles(Role.COORDINATOR)
def import_employees() -> Any:
    """Employees and their contracts from a file."""
    return page(_employees())


@blueprint.route("/<grouping>/mises-a-disposition/import", methods=["GET", "POST"])
@for_roles(Role.COORDINATOR)
def import_placements() -> Any:
    """Placements from a file."""
    return page(_placements())


def _employees() -> Job:
    return Job(
        kind="salaries",
        title=_("Importer des salariés"),
        columns=imports.EMPLOYEE_COLUMNS,
        read=imports.read_employees,
        act=lambda read: commands.import_employees(g.actor, records=read, at=clock.now()),
        back=url_for("staff.employees"),
        helps={
            "code": _("Court et unique : il relie les fichiers entre eux."),
            "starts_on": _("Premier jour du contrat ; une date postérieure à celui en cours fait un avenant."),
            "ends_on": _("Dernier jour, compris ; vide sans fin."),
            "weekly_hours": _("35, 17,5 ou 17h30."),
        },
        example={
            "code": "E1", "first_name": "Nolwenn", "last_name": "Le Goff", "email": "nolwenn@exemple.fr",
            "job_title": "Comptable", "starts_on": "01/09/2026", "weekly_hours": "35",
        },
    )  # fmt: skip


def _placements() -> Job:
    return Job(
        kind="mises-a-disposition",
        title=_("Importer des mises à disposition"),
        columns=imports.PLACEMENT_COLUMNS,
        read=imports.read_placements,
        act=lambda read: commands.import_placements(g.actor, records=read, at=clock.now()),
        back=url_for("staff.placements"),
        lead=_(
            "À la reprise, les structures du fichier deviennent la liste des utilisateurs potentiels des contrats qui "
            "n'en ont pas encore. Ensuite, une structure hors de la liste est refusée."
        ),
        helps={
            "employee": _("Code du salarié."),
            "structure": _("Code de la structure."),
            "starts_on": _("Premier jour."),
            "ends_on": _("Dernier jour, compris ; vide sans fin."),
            "weekly_hours": _("Engagement par semaine : 7, 7,5 ou 7h30."),
        },
        example={"employee": "E1", "structure": "A1", "starts_on": "01/09/2026", "weekly_hours": "14"},
    )
