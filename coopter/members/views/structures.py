"""Doors of the structures: the list, the page that shows everything, the form, joining and leaving, the import."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _

from coopter.members import commands, imports, policies, queries
from coopter.members.forms import VAT_STATUSES, DayForm, StructureForm
from coopter.members.rules import missing_for_invoices
from coopter.members.views import blueprint
from coopter.plumbing import clock, importing
from coopter.plumbing.answering import answer, version_sent
from coopter.plumbing.doors import everyone_inside, for_roles
from coopter.plumbing.navigation import ROLE_NAMES
from coopter.plumbing.pages import render
from coopter.values.actor import Role
from coopter.values.refusal import NotFound


@blueprint.get("/<grouping>/structures")
@everyone_inside
def structures() -> Any:
    """Every structure with its standing today; identifiers for those who run or check the grouping."""
    search = request.args.get("q", "")
    rows = queries.list_structures(search=search)
    memberships = queries.memberships_by_structure()
    today = clock.today()
    return render(
        rows=rows, search=search, memberships=memberships, members=queries.member_ids(today), today=today,
        identifiers=policies.can_see_identifiers(g.actor), adds=policies.can_add_structure(g.actor),
        can_see=policies.can_see_structure, vat_statuses=VAT_STATUSES,
    )  # fmt: skip


@blueprint.get("/<grouping>/structures/<int:structure_id>")
@everyone_inside
def structure(structure_id: int) -> Any:
    """Everything about one structure."""
    return _page(structure_id, joining=DayForm(formdata=None), leaving=DayForm(formdata=None))


@blueprint.get("/<grouping>/structures/nouvelle")
@for_roles(Role.COORDINATOR)
def new_structure() -> Any:
    """The form of a new structure."""
    form = StructureForm(data={"joined_on": clock.today(), "country": "FR", "vat_status": "vat_liable"})
    return render(page="structure_form", form=form, structure=None, conflict=None)


@blueprint.post("/<grouping>/structures/nouvelle")
@for_roles(Role.COORDINATOR)
def add_structure() -> Any:
    """Add it, and show its page."""
    form = StructureForm()
    return answer(
        form,
        lambda: commands.add_structure(g.actor, details=form.details(), joined_on=form.joined_on.data, at=clock.now()),
        then=lambda row: url_for("members.structure", structure_id=row.id),
        done=_("La structure est ajoutée."),
        again=lambda **shown: render(page="structure_form", form=form, structure=None, **{"conflict": None, **shown}),
    )


@blueprint.get("/<grouping>/structures/<int:structure_id>/modifier")
@for_roles(Role.COORDINATOR)
def structure_form(structure_id: int) -> Any:
    """The form of a known structure."""
    row = queries.get_structure(structure_id)
    return render(
        form=StructureForm(formdata=None, obj=row, vat_status=row.vat_status.value), structure=row, conflict=None
    )


@blueprint.post("/<grouping>/structures/<int:structure_id>/modifier")
@for_roles(Role.COORDINATOR)
def edit_structure(structure_id: int) -> Any:
    """Save it; two people at once see both values (R22)."""
    form = StructureForm()

    def again(*, status: int = 200, conflict: Any = None) -> Any:
        row = queries.get_structure(structure_id)
        form.version.data = row.version if conflict else form.version.data
        return render(page="structure_form", status=status, form=form, structure=row, conflict=conflict)

    return answer(
        form,
        lambda: commands.edit_structure(
            g.actor, structure_id=structure_id, version=version_sent(), details=form.details(), at=clock.now()
        ),
        then=lambda row: url_for("members.structure", structure_id=structure_id),
        done=_("La structure est enregistrée."),
        again=again,
    )


@blueprint.post("/<grouping>/structures/<int:structure_id>/adhesion")
@for_roles(Role.COORDINATOR)
def join_grouping(structure_id: int) -> Any:
    """A structure joins, or joins again."""
    form = DayForm()
    return answer(
        form,
        lambda: commands.join_grouping(
            g.actor, structure_id=structure_id, joined_on=form.on(), note=form.note.data, at=clock.now()
        ),
        then=lambda row: url_for("members.structure", structure_id=structure_id),
        done=_("L’adhésion est enregistrée."),
        again=lambda **shown: _page(structure_id, joining=form, leaving=DayForm(formdata=None), **shown),
    )


@blueprint.post("/<grouping>/structures/<int:structure_id>/depart")
@for_roles(Role.COORDINATOR)
def leave_grouping(structure_id: int) -> Any:
    """A structure leaves; one types its last day inside."""
    form = DayForm()
    return answer(
        form,
        lambda: commands.leave_grouping(
            g.actor, structure_id=structure_id, left_on=form.on() + timedelta(days=1), at=clock.now()
        ),
        then=lambda row: url_for("members.structure", structure_id=structure_id),
        done=_("Le départ est enregistré."),
        again=lambda **shown: _page(structure_id, joining=DayForm(formdata=None), leaving=form, **shown),
    )


@blueprint.route("/<grouping>/structures/import", methods=["GET", "POST"])
@for_roles(Role.COORDINATOR)
def import_structures() -> Any:
    """Structures from a file, seen before they are written (R50)."""
    return importing.page(
        importing.Job(
            kind="structures",
            title=_("Importer des structures"),
            columns=imports.COLUMNS,
            read=imports.read_structures,
            act=lambda table: commands.import_structures(g.actor, table, at=clock.now()),
            back=url_for("members.structures"),
            lead=_(
                "Une ligne par structure. Le code reconnaît celles qui existent : elles sont complétées, pas doublées."
            ),
            helps=_column_helps(),
            example=imports.EXAMPLE,
        )
    )


def _column_helps() -> dict[str, str]:
    return {
        "code": _("Court et stable, unique dans le groupement."),
        "siret": _("14 chiffres, contrôlés."),
        "vat_status": _("redevable, exonérée, franchise ou non assujettie"),
        "headcount": _("Nombre de salariés de la structure."),
        "joined_on": _("JJ/MM/AAAA. Vide pour une structure nouvelle : adhérente depuis toujours."),
        "is_public_body": _("oui ou non"),
    }


def _page(structure_id: int, *, status: int = 200, conflict: Any = None, **forms: Any) -> Any:
    """To those who may not see it, another's structure does not exist (R6)."""
    if not policies.can_see_structure(g.actor, structure_id):
        raise NotFound()
    row, today = queries.get_structure(structure_id), clock.today()
    sections = [make(g.actor, row, today) for make in queries.structure_page_sections]
    return render(
        page="structure", status=status, structure=row, memberships=queries.memberships_of(structure_id),
        people=queries.list_holders(structure_id=structure_id), missing=missing_for_invoices(row), today=today,
        sections=[section for section in sections if section is not None], role_names=ROLE_NAMES,
        vat_statuses=VAT_STATUSES, edits=policies.can_edit_structure(g.actor, structure_id),
        is_member=queries.is_member(structure_id, today), history=queries.history_of(g.actor, structure_id), **forms,
    )  # fmt: skip
