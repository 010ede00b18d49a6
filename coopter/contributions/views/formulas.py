"""Doors to contributions: the list with what waits, one contribution in words, the types of members."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from coopter.contributions.commands import formulas as acts
from coopter.contributions.forms.formulas import PRODUCTS, ContributionForm
from coopter.contributions.policies import formulas as policies
from coopter.contributions.queries import formulas as queries
from coopter.contributions.queries.variants import variants_of
from coopter.contributions.rules.formulas import check_cases, say
from coopter.contributions.rules.kinds import Product
from coopter.contributions.views import blueprint
from coopter.contributions.views.awaiting import of_the_grouping
from coopter.contributions.views.study_pictures import formula_picture
from coopter.members import queries as members
from coopter.plumbing import clock
from coopter.plumbing.answering import answer
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import render
from coopter.values.actor import Role
from coopter.values.refusal import Words

OFFICE = (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)
READERS = (*OFFICE, Role.REPRESENTATIVE)
DESIGNERS = (Role.COORDINATOR,)


@blueprint.get("/<grouping>/contributions")
@for_roles(*READERS)
def index() -> Any:
    """What is asked of members, in words, and what waits."""
    return _index(ContributionForm(formdata=None, product=Product.PROPORTIONAL))


@blueprint.post("/<grouping>/contributions")
@for_roles(*DESIGNERS)
def create_contribution() -> Any:
    """Name a new contribution, then study its formula."""
    form = ContributionForm()
    return answer(
        form,
        lambda: acts.create_contribution(g.actor, name=form.name.data, product=form.product.data, at=clock.now()),
        then=lambda made: url_for("contributions.study", contribution_id=made),
        done=_("La contribution est créée. Cherchez maintenant sa formule : rien n’est décidé avant le vote."),
        again=lambda *, status=200, conflict=None: _index(form, status=status),
    )


def _index(form: ContributionForm, *, status: int = 200) -> Any:
    records = queries.contributions_list(on=clock.today())
    return render(
        page="index", status=status, form=form, products=PRODUCTS, said=[(one, _said(one)) for one in records],
        waiting=of_the_grouping(records) if policies.can_read_study(g.actor) else [],
        may_design=policies.can_design_contributions(g.actor), reads_all=policies.can_read_study(g.actor),
    )  # fmt: skip


def _said(record: queries.ContributionRecord) -> tuple[Words, ...]:
    return say(record.formula) if record.formula else ()


@blueprint.get("/<grouping>/contributions/<int:contribution_id>")
@for_roles(*READERS)
def formula(contribution_id: int) -> Any:
    """One contribution: its formula in words, where it comes from, and the variants that are studied."""
    record = queries.contribution_record(contribution_id, on=clock.today())
    variants = [(one, say(one.formula), check_cases(one.formula, one.cases)) for one in variants_of(contribution_id)]
    return render(
        record=record, said=_said(record), coming=say(record.coming_formula) if record.coming_formula else (),
        history=queries.formula_history(contribution_id), say=say, variants=variants, product=PRODUCTS[record.product],
        may_design=policies.can_design_contributions(g.actor), reads_all=policies.can_read_study(g.actor),
        picture=formula_picture(record.formula) if record.formula else None,
    )  # fmt: skip


@blueprint.post("/<grouping>/contributions/<int:contribution_id>/terminer")
@for_roles(*DESIGNERS)
def close_contribution(contribution_id: int) -> Any:
    """End a contribution."""
    acts.close_contribution(g.actor, contribution_id=contribution_id, at=clock.now())
    flash(_("La contribution est terminée. Ce qui a été appelé reste dû."), "success")
    return redirect(url_for("contributions.index"), 303)


@blueprint.get("/<grouping>/contributions/types")
@for_roles(*OFFICE)
def formula_types() -> Any:
    """The type of each member, for fees that depend on it."""
    types = {one: row.name for one, row in queries.member_types().items()}
    return render(
        structures=members.list_structures(on=clock.today()), types=types, used=queries.types_in_use(),
        may_design=policies.can_design_contributions(g.actor),
    )  # fmt: skip


@blueprint.post("/<grouping>/contributions/types")
@for_roles(*DESIGNERS)
def set_member_types() -> Any:
    """Write down the types that were typed."""
    named = ((name.removeprefix("type_"), value) for name, value in request.form.items() if name.startswith("type_"))
    types = {int(number): value for number, value in named if number.isascii() and number.isdigit()}
    changed = acts.set_member_types(g.actor, types=types, at=clock.now())
    flash(ngettext("%(num)d type est changé.", "%(num)d types sont changés.", changed), "success")
    return redirect(url_for("contributions.formula_types"), 303)
