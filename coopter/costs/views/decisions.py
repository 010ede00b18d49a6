"""Keys and prices: what is in force, what was, and a new decision."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, url_for
from flask_babel import gettext as _

from coopter.costs import commands, policies, queries
from coopter.costs.forms import METHODS, POOLS, KeyForm, PriceForm, key_form, whom
from coopter.costs.views import READERS, WRITERS, blueprint
from coopter.costs.views.sheets import employees
from coopter.governance import commands as governance_commands
from coopter.governance import queries as governance
from coopter.governance.rules.kinds import AssemblyState
from coopter.governance.rules.motions import Motion, kind_of
from coopter.members import queries as members
from coopter.members.rules import INITIAL, VatRegime
from coopter.plumbing import clock
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import for_the_record, refused, render
from coopter.values.refusal import Refusal


def _key_form() -> KeyForm:
    structures = members.list_structures(on=clock.today())
    form = key_form(structures=[(one.id, f"{one.code} {one.name}") for one in structures], employees=employees())
    form.offer_votes(_in_preparation())
    return form


def _price_form() -> PriceForm:
    form = PriceForm()
    form.offer_votes(_in_preparation())
    return form


def _in_preparation() -> list[tuple[int, str]]:
    """The assemblies whose agenda may still be written."""
    drafts = [one for one in governance.assemblies_for(g.actor) if one.state is AssemblyState.DRAFT]
    return [(one.id, one.title) for one in drafts]


def _put_to_vote(assembly_id: int, motion: Motion) -> Any:
    """Write the decision as a resolution of an assembly in preparation, instead of writing it down at once."""
    said = for_the_record(kind_of(motion.kind).describe(motion))
    governance_commands.propose(g.actor, assembly_id=assembly_id, motion=motion, title=said, at=clock.now())
    flash(_("La résolution est à l’ordre du jour. Adoptée, elle prendra effet d’elle-même à sa date."), "success")
    return redirect(url_for("governance.assembly", assembly_id=assembly_id), 303)


@blueprint.get("/<grouping>/couts/cles")
@for_roles(*READERS)
def keys() -> Any:
    """The keys of allocation."""
    return _keys(_key_form())


@blueprint.post("/<grouping>/couts/cles")
@for_roles(*WRITERS)
def set_allocation_rule() -> Any:
    """Set a key from a month on."""
    form = _key_form()
    if not form.validate():
        return _keys(form, status=422)
    try:
        if form.vote.data:
            return _put_to_vote(form.vote.data, form.motion)
        number = commands.set_allocation_rule(
            g.actor, pool=form.pool, employee_id=form.employee_id, method=form.method.data, weights=form.weights,
            from_on=form.from_on, decided_by=form.decided_by.data or INITIAL, at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        refused(refusal)
        return _keys(form, status=422)
    flash(_("La clé est enregistrée : c’est la décision n° %(number)s.", number=number), "success")
    return redirect(url_for("costs.keys"), 303)


def _keys(form: KeyForm, *, status: int = 200) -> Any:
    return render(
        page="keys", status=status, views=queries.key_views(clock.today()), form=form, methods=METHODS, pools=POOLS,
        may_set=policies.can_set_rules(g.actor),
    )  # fmt: skip


@blueprint.get("/<grouping>/couts/prix")
@for_roles(*READERS)
def prices() -> Any:
    """The prices of an hour."""
    return _prices(_price_form())


@blueprint.post("/<grouping>/couts/prix")
@for_roles(*WRITERS)
def set_hourly_price() -> Any:
    """Set a price from a month on, or go back to exact shares."""
    form = _price_form()
    if not form.validate():
        return _prices(form, status=422)
    try:
        if form.vote.data:
            return _put_to_vote(form.vote.data, form.motion)
        commands.set_hourly_price(
            g.actor, employee_id=form.employee.data, rate=form.rate.data, from_on=form.from_on,
            decided_by=form.decided_by.data or INITIAL, at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        refused(refusal)
        return _prices(form, status=422)
    flash(_("Le prix est enregistré.") if form.rate.data else _("Les parts exactes sont rétablies."), "success")
    return redirect(url_for("costs.prices"), 303)


def _prices(form: PriceForm, *, status: int = 200) -> Any:
    form.employee.choices = whom(_("Tous les salariés"), employees=employees())
    return render(
        page="prices", status=status, views=queries.price_views(clock.today()), form=form,
        exempt=members.vat_regime(clock.today()) is VatRegime.EXEMPT_261B, may_set=policies.can_set_rules(g.actor),
    )  # fmt: skip
