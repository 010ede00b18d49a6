"""Keys and prices: what is in force, what was, and a new decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import g, url_for
from flask_babel import gettext as _

from coopter.costs import commands, policies, queries
from coopter.costs.forms import METHODS, POOLS, DecisionForm, KeyForm, PriceForm, key_form, whom
from coopter.costs.views import READERS, WRITERS, blueprint
from coopter.costs.views.sheets import employees
from coopter.governance import commands as governance_commands
from coopter.governance import queries as governance
from coopter.governance.rules.kinds import AssemblyState
from coopter.governance.rules.motions import Motion, kind_of
from coopter.members import queries as members
from coopter.members.rules import INITIAL, VatRegime
from coopter.plumbing import clock
from coopter.plumbing.answering import Again, answer
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import for_the_record, render


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


def _put_to_vote(assembly_id: int, motion: Motion) -> str:
    """Write the decision as a resolution of an assembly in preparation; returns the page of its agenda."""
    said = for_the_record(kind_of(motion.kind).describe(motion))
    governance_commands.propose(g.actor, assembly_id=assembly_id, motion=motion, title=said, at=clock.now())
    return url_for("governance.assembly", assembly_id=assembly_id)


def _decided(form: DecisionForm, write: Callable[[], str], *, page: str, again: Again) -> Any:
    """Write the decision down, or put it to the vote of the assembly that the form names."""
    voted = _("La résolution est à l’ordre du jour. Adoptée, elle prendra effet d’elle-même à sa date.")
    if form.vote.data:
        return answer(
            form, lambda: _put_to_vote(form.vote.data, form.motion), then=lambda agenda: agenda, done=voted, again=again
        )
    return answer(form, write, then=lambda _words: url_for(page), done=lambda words: words, again=again)


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

    def write() -> str:
        number = commands.set_allocation_rule(
            g.actor, pool=form.pool, employee_id=form.employee_id, method=form.method.data, weights=form.weights,
            from_on=form.from_on, decided_by=form.decided_by.data or INITIAL, at=clock.now(),
        )  # fmt: skip
        return _("La clé est enregistrée : c’est la décision n° %(number)s.", number=number)

    return _decided(form, write, page="costs.keys", again=lambda **shown: _keys(form, **shown))


def _keys(form: KeyForm, *, status: int = 200, conflict: Any = None) -> Any:
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

    def write() -> str:
        commands.set_hourly_price(
            g.actor, employee_id=form.employee.data, rate=form.rate.data, from_on=form.from_on,
            decided_by=form.decided_by.data or INITIAL, at=clock.now(),
        )  # fmt: skip
        return _("Le prix est enregistré.") if form.rate.data else _("Les parts exactes sont rétablies.")

    return _decided(form, write, page="costs.prices", again=lambda **shown: _prices(form, **shown))


def _prices(form: PriceForm, *, status: int = 200, conflict: Any = None) -> Any:
    form.employee.choices = whom(_("Tous les salariés"), employees=employees())
    return render(
        page="prices", status=status, views=queries.price_views(clock.today()), form=form,
        exempt=members.vat_regime(clock.today()) is VatRegime.EXEMPT_261B, may_set=policies.can_set_rules(g.actor),
    )  # fmt: skip
