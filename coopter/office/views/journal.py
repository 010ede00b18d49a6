"""The journal on a page: sentences, filters, and what changed between before and after."""

from __future__ import annotations

from typing import Any

from flask import g, request, url_for

from coopter.office import queries
from coopter.office.forms import NarrowJournal
from coopter.office.views import blueprint
from coopter.office.views.changes import changes_of
from coopter.office.views.sentences import ANYONE, ANYTHING, ICONS, kind_name, sentence_of, subject_of
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import render
from coopter.values.actor import Role


@blueprint.get("/<grouping>/journal")
@for_roles(Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)
def journal() -> Any:
    """Who did what, and when; the newest first."""
    form = NarrowJournal(request.args, meta={"csrf": False})
    form.validate()
    wanted = queries.JournalFilter(
        subject=form.sujet.data or "", person=form.par.data or "", since=form.du.data, until=form.au.data
    )
    found = queries.list_journal(g.actor, wanted=wanted, page=request.args.get("page", 1, type=int))
    _offer(form, found, wanted)
    told = [(line, sentence_of(line), subject_of(line), changes_of(line, found.names)) for line in found.lines]
    return render(form=form, found=found, told=told, looks=ICONS, turn=_turn(request.args.to_dict(), found))


def _offer(form: NarrowJournal, found: queries.JournalPage, wanted: queries.JournalFilter) -> None:
    kinds = sorted(((kind, str(kind_name(kind))) for kind in found.kinds), key=lambda pair: pair[1].casefold())
    form.sujet.choices = [("", ANYTHING), *kinds]
    if wanted.subject and wanted.subject not in dict(form.sujet.choices):
        name = next((line.name for line in found.lines if line.subject == wanted.subject), None)
        form.sujet.choices.append((wanted.subject, name or wanted.subject))
    form.par.choices = [("", ANYONE), *((person, person) for person in found.people)]


def _turn(asked: dict[str, str], found: queries.JournalPage) -> dict[str, str | None]:
    """The addresses of the pages around this one."""

    def at(page: int) -> str | None:
        values: dict[str, Any] = {**asked, "page": page}
        return url_for("office.journal", **values) if 1 <= page <= found.pages else None

    return {"previous": at(found.page - 1), "next": at(found.page + 1)}
