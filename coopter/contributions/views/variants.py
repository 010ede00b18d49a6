"""Doors to variants: saved from the study, proved by cases, put to a vote, or written down as already decided."""

from __future__ import annotations

import json
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from coopter.contributions.commands import variants as acts
from coopter.contributions.commands.variants import VariantDetails
from coopter.contributions.forms.formulas import DecisionForm, VariantForm
from coopter.contributions.forms.variants import CasesForm, cases_form
from coopter.contributions.policies import formulas as policies
from coopter.contributions.queries.formulas import contribution_record, get_contribution, types_in_use
from coopter.contributions.queries.variants import VariantRecord, resolution_of, variant_record
from coopter.contributions.rules.formulas import Formula, FormulaNotUnderstood, check_cases, say, together
from coopter.contributions.rules.formulas_cases import uses_days
from coopter.contributions.views import blueprint
from coopter.contributions.views.formulas import DESIGNERS, OFFICE
from coopter.contributions.views.study_pictures import formula_picture
from coopter.governance import queries as governance
from coopter.governance.rules.kinds import AssemblyState
from coopter.members.rules import INITIAL
from coopter.plumbing import clock
from coopter.plumbing.answering import answer, version_sent
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import for_the_record, refused, render
from coopter.values.refusal import NotFound, Refusal, Words


@blueprint.post("/<grouping>/contributions/<int:contribution_id>/variantes")
@for_roles(*DESIGNERS)
def save_variant(contribution_id: int) -> Any:
    """Keep the formula of the study under a name: a new variant, or the one that was opened."""
    get_contribution(contribution_id)
    form = VariantForm()
    opened = request.form.get("variant_id", type=int) if request.form.get("as") == "same" else None
    try:
        made = _save(form, contribution_id, opened)
    except Refusal as refusal:
        refused(refusal)
        sent = {"variante": opened, "formule": form.formula.data, "nom": form.name.data}
        return redirect(url_for("contributions.study", contribution_id=contribution_id, **sent), 303)
    flash(_("La variante est enregistrée : chaque membre y voit ce qu’il paierait, et lui seul."), "success")
    return redirect(url_for("contributions.variant", contribution_id=contribution_id, variant_id=made), 303)


def _save(form: VariantForm, contribution_id: int, opened: int | None) -> int:
    formula = _formula_sent(form)
    if opened is None:
        details = VariantDetails(form.name.data, formula)
        return acts.save_variant(g.actor, contribution_id=contribution_id, details=details, at=clock.now())
    kept = _variant(contribution_id, opened)
    details = VariantDetails(form.name.data, formula, kept.cases)
    acts.edit_variant(g.actor, variant_id=opened, version=version_sent(), details=details, at=clock.now())
    return opened


def _formula_sent(form: VariantForm) -> Formula:
    try:
        return Formula.from_json(json.loads(form.formula.data or ""))
    except ValueError as problem:
        raise FormulaNotUnderstood() from problem


@blueprint.get("/<grouping>/contributions/<int:contribution_id>/variantes/<int:variant_id>")
@for_roles(*OFFICE)
def variant(contribution_id: int, variant_id: int) -> Any:
    """One variant: what it says, its cases, and how it is decided."""
    found = _variant(contribution_id, variant_id)
    form = cases_form(formula=found.formula, cases=found.cases, version=found.version)
    return _page(found, form, _decision_form())


@blueprint.post("/<grouping>/contributions/<int:contribution_id>/variantes/<int:variant_id>")
@for_roles(*DESIGNERS)
def edit_cases(contribution_id: int, variant_id: int) -> Any:
    """Keep the cases that were typed."""
    found = _variant(contribution_id, variant_id)
    form = cases_form(typed=request.form, formula=found.formula)

    def act() -> None:
        details = VariantDetails(found.name, found.formula, form.cases)
        acts.edit_variant(g.actor, variant_id=variant_id, version=version_sent(), details=details, at=clock.now())

    return answer(
        form, act, then=lambda _made: _address(found), done=_("Les cas sont enregistrés et joués."),
        again=lambda *, status=200, conflict=None: _page(found, form, _decision_form(), status=status, both=conflict),
    )  # fmt: skip


@blueprint.post("/<grouping>/contributions/<int:contribution_id>/variantes/<int:variant_id>/proposer")
@for_roles(*DESIGNERS)
def propose_variant(contribution_id: int, variant_id: int) -> Any:
    """Make it a resolution of an assembly in preparation."""
    found, form = _variant(contribution_id, variant_id), _decision_form(sent=True)
    name = contribution_record(contribution_id, on=clock.today()).name

    def act() -> int:
        title = Words("« %(name)s » : nouvelle formule à partir de %(year)s", name=name, year=form.year.data)
        acts.propose_variant(
            g.actor, variant_id=variant_id, assembly_id=form.vote.data or 0, from_on=form.from_on,
            title=for_the_record(title), body=for_the_record(together(say(found.formula))), at=clock.now(),
        )  # fmt: skip
        return form.vote.data or 0

    return answer(
        form, act, then=lambda made: url_for("governance.assembly", assembly_id=made),
        done=_("La résolution est à l’ordre du jour. Adoptée, la formule prendra effet d’elle-même à sa date."),
        again=lambda *, status=200, conflict=None: _again(found, form, status=status),
    )  # fmt: skip


@blueprint.post("/<grouping>/contributions/<int:contribution_id>/variantes/<int:variant_id>/inscrire")
@for_roles(*DESIGNERS)
def decide_variant(contribution_id: int, variant_id: int) -> Any:
    """Write down that it was decided already."""
    found, form = _variant(contribution_id, variant_id), _decision_form(sent=True)
    return answer(
        form,
        lambda: acts.decide_variant(
            g.actor, variant_id=variant_id, from_on=form.from_on, decided_by=form.decided_by.data or INITIAL,
            at=clock.now(),
        ),
        then=lambda _made: url_for("contributions.formula", contribution_id=contribution_id),
        done=_("La formule est inscrite au registre des décisions."),
        again=lambda *, status=200, conflict=None: _again(found, form, status=status),
    )  # fmt: skip


@blueprint.post("/<grouping>/contributions/<int:contribution_id>/variantes/<int:variant_id>/supprimer")
@for_roles(*DESIGNERS)
def remove_variant(contribution_id: int, variant_id: int) -> Any:
    """Throw it away."""
    found = _variant(contribution_id, variant_id)
    acts.remove_variant(g.actor, variant_id=variant_id, version=version_sent(), at=clock.now())
    flash(_("La variante « %(name)s » est supprimée.", name=found.name), "success")
    return redirect(url_for("contributions.formula", contribution_id=contribution_id), 303)


def _variant(contribution_id: int, variant_id: int) -> VariantRecord:
    """The variant, if it is one of this contribution; raises NotFound."""
    found = variant_record(variant_id)
    if found.contribution_id != contribution_id:
        raise NotFound()
    return found


def _address(found: VariantRecord) -> str:
    return url_for("contributions.variant", contribution_id=found.contribution_id, variant_id=found.id)


def _decision_form(*, sent: bool = False) -> DecisionForm:
    now = clock.today().year
    form = DecisionForm() if sent else DecisionForm(formdata=None, year=now + 1)
    drafts = [one for one in governance.assemblies_for(g.actor) if one.state is AssemblyState.DRAFT]
    form.offer(years=range(now - 1, now + 3), assemblies=[(one.id, one.title) for one in drafts])
    return form


def _again(found: VariantRecord, decision: DecisionForm, *, status: int) -> Any:
    cases = cases_form(formula=found.formula, cases=found.cases, version=found.version)
    return _page(found, cases, decision, status=status)


def _page(found: VariantRecord, form: CasesForm, decision: DecisionForm, *, status: int = 200, both: Any = None) -> Any:
    return render(
        page="variant", status=status, variant=found, said=say(found.formula), form=form, decision=decision, both=both,
        record=contribution_record(found.contribution_id, on=clock.today()), resolution=resolution_of(found),
        checked=check_cases(found.formula, found.cases), types=types_in_use(), uses_days=uses_days(found.formula),
        may_design=policies.can_design_contributions(g.actor), picture=formula_picture(found.formula),
    )  # fmt: skip
