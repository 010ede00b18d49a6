"""Calling a contribution for a year: the preview with what blocks, the act, its documents, then the difference."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from coopter.contributions.queries.calls import runs_of
from coopter.contributions.queries.calls_differences import difference_waiting
from coopter.contributions.rules.calls import AlreadyCalled, FiguresMissing, NoFormulaYet
from coopter.contributions.rules.kinds import CallKind
from coopter.office import policies
from coopter.office.commands import calling as commands
from coopter.office.forms import CloseMonth, DateOfIssue
from coopter.office.queries import calling as queries
from coopter.office.queries.preview import Obstacle, PartyIncomplete, Subject
from coopter.office.views import blueprint, places
from coopter.plumbing import clock
from coopter.plumbing.answering import press
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import refused, render, say, written
from coopter.values.actor import Role
from coopter.values.refusal import NotFound, Refusal

OFFICE = (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)
YEARS = range(2000, 2100)


@blueprint.get("/<grouping>/contributions/<int:contribution_id>/appel/<int:year>")
@for_roles(*OFFICE)
def calling(contribution_id: int, year: int) -> Any:
    """The preview of a year that was not called; what came of one that was."""
    if year not in YEARS:
        raise NotFound()
    if queries.is_called(contribution_id, year) and "difference" not in request.args:
        return _result(contribution_id, year)
    return _preview(contribution_id, year, kind=_kind(contribution_id, year), on=_day())


@blueprint.post("/<grouping>/contributions/<int:contribution_id>/appel/<int:year>")
@for_roles(Role.COORDINATOR)
def call_and_issue(contribution_id: int, year: int) -> Any:
    """Call the year, or the difference, as it was shown; refused, the page says what changed or what lacks."""
    form, kind = CloseMonth(), _asked_kind()
    if not form.validate_on_submit():
        flash(" ".join(str(error) for error in form.on.errors), "error")
        return _preview(contribution_id, year, kind=kind, on=clock.today(), status=422)
    try:
        commands.call_and_issue(
            g.actor, contribution_id=contribution_id, year=year, kind=kind, on=form.on.data, at=clock.now(),
            expected=form.expected.data,
        )  # fmt: skip
    except Refusal as refusal:
        return _refused(contribution_id, year, refusal, kind=kind, on=form.on.data)
    flash(_("C’est fait : les pièces sont numérotées et leurs documents se préparent."), "success")
    return redirect(url_for("office.calling", contribution_id=contribution_id, year=year), 303)


@blueprint.post("/<grouping>/contributions/<int:contribution_id>/appel/<int:year>/suite/<int:run_id>")
@for_roles(Role.COORDINATOR)
def issue_rest(contribution_id: int, year: int, run_id: int) -> Any:
    """Issue the instalments whose time has come."""
    if run_id not in {run.id for run in runs_of(contribution_id, year=year)}:
        raise NotFound()
    return press(
        lambda: commands.issue_rest(g.actor, run_id=run_id, on=clock.today(), at=clock.now()),
        to=url_for("office.calling", contribution_id=contribution_id, year=year),
        done=_("Les échéances suivantes sont émises."),
    )


def remedy_of(block: Obstacle) -> dict[str, Any]:
    """What blocks a call, as the macro `steps` shows it: the sentence and where its remedy is."""
    refusal, facts = block.refusal, block.refusal.facts
    if isinstance(refusal, FiguresMissing):
        title, where = _("Des chiffres manquent"), url_for("contributions.campaign", year=int(facts["year"]))
        return _do(title, say(refusal), where, _("Voir la campagne"), "hourglass")
    if isinstance(refusal, NoFormulaYet):
        return _do(_("Pas de formule"), say(refusal), url_for("contributions.index"), _("Ouvrir"), "scale")
    if isinstance(refusal, PartyIncomplete) and block.subject is Subject.STRUCTURE:
        where = places.structure(block.subject_id)
        return _do(str(facts["name"]), say(refusal), where, _("Ouvrir sa fiche"), "building-2")
    if isinstance(refusal, PartyIncomplete):
        return _do(_("La fiche du groupement"), say(refusal), places.settings(), _("Ouvrir"), "settings")
    return _do(_("À régler d’abord"), say(refusal), None, "", "circle-alert")


def _do(title: str, why: str, url: str | None, action: str, icon: str) -> dict[str, Any]:
    return {"title": title, "why": why, "url": url, "action": action, "icon": icon}


def _refused(contribution_id: int, year: int, refusal: Refusal, *, kind: CallKind, on: date) -> Any:
    """The page as it is now: what somebody else called, or the preview with what lacks or changed above it."""
    refused(refusal)
    if isinstance(refusal, AlreadyCalled):
        return _result(contribution_id, year, status=409)
    status = 409 if isinstance(refusal, commands.CallPreviewChanged) else 422
    return _preview(contribution_id, year, kind=kind, on=on, status=status)


def _preview(contribution_id: int, year: int, *, kind: CallKind, on: date, status: int = 200) -> Any:
    preview = queries.preview_call(g.actor, contribution_id=contribution_id, year=year, on=on, kind=kind)
    return render(
        page="calling", status=status, preview=preview, blocks=[remedy_of(one) for one in preview.blocks],
        nothing=say(preview.nothing) if preview.nothing else "",
        warnings=[say(one.refusal) for one in preview.warnings], may_call=policies.can_close_month(g.actor),
        dates=DateOfIssue(formdata=None, data={"le": on}, meta={"csrf": False}),
        form=CloseMonth(formdata=None, data={"on": on, "expected": preview.total}),
        sentences=[written(one) for one in preview.sentences], is_difference=kind is CallKind.CORRECTION,
    )  # fmt: skip


def _result(contribution_id: int, year: int, *, status: int = 200) -> Any:
    return render(
        page="called", status=status, contribution_id=contribution_id, year=year,
        results=queries.results_of(g.actor, contribution_id=contribution_id, year=year), today=clock.today(),
        waiting=difference_waiting(contribution_id, year=year, on=clock.today()),
        may_call=policies.can_close_month(g.actor),
    )  # fmt: skip


def _kind(contribution_id: int, year: int) -> CallKind:
    asks = "difference" in request.args and queries.is_called(contribution_id, year)
    return CallKind.CORRECTION if asks else CallKind.YEAR


def _asked_kind() -> CallKind:
    return CallKind.CORRECTION if request.form.get("kind") == CallKind.CORRECTION.value else CallKind.YEAR


def _day() -> date:
    form = DateOfIssue(request.args, meta={"csrf": False})
    return form.le.data if form.validate() and form.le.data else clock.today()
