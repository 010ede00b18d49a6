"""The calls of a contribution, year by year; calling itself stands at the office, which also issues the documents."""

from __future__ import annotations

from typing import Any

from flask import g

from coopter.contributions.policies import calls as policies
from coopter.contributions.queries.calls import get_row, runs_of
from coopter.contributions.rules.kinds import Product
from coopter.contributions.views import blueprint
from coopter.plumbing import clock
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import render
from coopter.values.actor import Role

ONE_BY_ONE = (Product.ENTRANCE_FEE, Product.VOLUNTARY)


@blueprint.get("/<grouping>/contributions/<int:contribution_id>/appels")
@for_roles(Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)
def calls(contribution_id: int) -> Any:
    """Every call of one contribution, the latest year first, and the year to call next."""
    row, runs = get_row(contribution_id), runs_of(contribution_id)
    this = clock.today().year
    called = {run.year for run in runs}
    to_call = [] if row.product in ONE_BY_ONE or row.closed_at else [
        year for year in (this, this + 1) if year not in called
    ]  # fmt: skip
    years = sorted(called, reverse=True)
    return render(
        row=row, years=[(year, [run for run in runs if run.year == year]) for year in years], to_call=to_call,
        may_call=policies.can_call(g.actor), one_by_one=row.product in ONE_BY_ONE,
        is_entrance=row.product is Product.ENTRANCE_FEE,
    )  # fmt: skip
