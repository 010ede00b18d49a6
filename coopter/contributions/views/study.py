"""Doors to the study: the coordinator changes a formula and sees every member; a member sees its own structure."""

from __future__ import annotations

import json
from typing import Any

from flask import g, render_template, request
from flask_babel import gettext as _

from coopter.contributions.forms.formulas import FormulaForm, VariantForm, formula_form
from coopter.contributions.policies import formulas as policies
from coopter.contributions.queries import formulas as queries
from coopter.contributions.queries import study as studies
from coopter.contributions.queries.variants import VariantRecord, variant_record, variants_of
from coopter.contributions.rules.formulas import (
    Formula,
    FormulaNotUnderstood,
    ProRata,
    Tier,
    base_name,
    check_formula,
    quantity,
    say,
)
from coopter.contributions.rules.formulas_typed import rate_unit
from coopter.contributions.rules.kinds import Base, Product
from coopter.contributions.views import blueprint
from coopter.contributions.views.formulas import READERS
from coopter.contributions.views.study_pictures import lines_of, picture, pictures
from coopter.plumbing import clock
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import render
from coopter.plumbing.pages import say as refusal_words
from coopter.values.money import Money
from coopter.values.refusal import NotFound, Refusal

YEARS_BACK, YEARS_AHEAD = 2, 1
MOST_LINES = 50  # of the table of members, until all are asked for: a telephone has to scroll them
STARTS = {
    Product.PROPORTIONAL: Formula(base=Base.TURNOVER, tiers=(Tier(1000),), pro_rata=ProRata.DAYS),
    Product.MEMBERSHIP_FEE: Formula(fixed=Money(10_000)),
    Product.ENTRANCE_FEE: Formula(fixed=Money(15_000)),
    Product.VOLUNTARY: Formula(),
}
"""Where the first study of a contribution starts: something to change, which nobody owes before a vote."""


@blueprint.get("/<grouping>/contributions/<int:contribution_id>/etude")
@for_roles(*READERS)
def study(contribution_id: int) -> Any:
    """The study on last year's figures: for all, or for the own structure."""
    record = queries.contribution_record(contribution_id, on=clock.today())
    if not policies.can_read_study(g.actor):
        return _own_study(record)
    form, opened = _form(record)
    found = _results(record, form)
    if request.headers.get("HX-Request"):
        return render_template("contributions/_study_results.html", **found)
    return render(
        **found, opened=opened, years=_years(), variants=variants_of(contribution_id),
        units=_units(form), most=MOST_LINES, everybody="tous" in request.args,
        beside=request.args.getlist("avec", type=int),
        keep=VariantForm(formdata=None, name=request.args.get("nom") or (opened.name if opened else ""),
                         version=opened.version if opened else 0),
    )  # fmt: skip


def _form(record: queries.ContributionRecord) -> tuple[FormulaForm, VariantRecord | None]:
    """The form as typed, or as it opens: on a saved variant, on the formula in force, on a first idea."""
    number = request.args.get("variante", type=int)
    opened = variant_record(number) if number else None
    if opened is not None and opened.contribution_id != record.id:
        raise NotFound()
    start = _sent() or (opened.formula if opened else record.formula or STARTS[record.product])
    types = queries.types_in_use()
    form = formula_form(typed=request.args if "mode" in request.args else None, start=start, types=types)
    return form, opened


def _sent() -> Formula | None:
    """The formula of the address: one that could not be kept under its name is still there to keep under another."""
    try:
        return Formula.from_json(json.loads(request.args.get("formule", "")))
    except (ValueError, FormulaNotUnderstood):
        return None


def _results(record: queries.ContributionRecord, form: FormulaForm) -> dict[str, Any]:
    """What the fragment shows: the formula's sentence and the study, or what is wrong."""
    found: dict[str, Any] = {
        "record": record, "form": form, "year": _year(), "may_design": policies.can_design_contributions(g.actor),
        "study": None, "wrong": None, "sentences": (), "kept": "", "pictures": None, "lines": (),
    }  # fmt: skip
    if not form.validate() or form.formula is None:
        return found
    try:
        check_formula(form.formula, product=record.product)
    except Refusal as refusal:
        return found | {"wrong": refusal_words(refusal)}
    beside = studies.chosen_variants(record.id, request.args.getlist("avec", type=int))
    tried = [(_("À l’étude"), form.formula), *((one.name, one.formula) for one in beside)]
    done = studies.study_of(record.id, year=_year(), formulas=tried, in_force=_("En vigueur"))
    kept = json.dumps(form.formula.to_json(), sort_keys=True)
    lines = lines_of(done, most=None if "tous" in request.args else MOST_LINES)
    shown = {"study": done, "pictures": pictures(done), "lines": lines}
    return found | shown | {"sentences": say(form.formula), "kept": kept}


def _own_study(record: queries.ContributionRecord) -> Any:
    """The same for one of the reader's own structures; saved variants alone, since others' figures stay theirs."""
    own = sorted(g.actor.represents)
    if not own:
        raise NotFound()
    asked = request.args.get("structure", type=int)
    found = studies.own_study_of(
        g.actor, record.id, structure_id=asked if asked is not None else own[0], year=_year(), in_force=_("En vigueur")
    )
    drawn = picture(found.chart, found.base) if found.chart and found.base else None
    return render(
        page="study_own", record=record, study=found, names=studies.names_of(own), year=_year(), years=_years(),
        say=say, picture=drawn, name_of=base_name, quantity=quantity,
    )  # fmt: skip


def _year() -> int:
    asked = request.args.get("annee", type=int)
    return asked if asked in dict(_years()) else studies.year_to_study(clock.today())


def _years() -> tuple[tuple[int, int], ...]:
    """The years that may be called, as choices."""
    now = clock.today().year
    return tuple((year, year) for year in range(now - YEARS_BACK, now + YEARS_AHEAD + 1))


def _units(form: FormulaForm) -> str:
    return rate_unit(form.base.data if isinstance(form.base.data, Base) else None)
