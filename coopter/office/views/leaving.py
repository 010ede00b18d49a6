"""What leaves the house as files, and the proof that what stands in it still stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, g

from coopter.hours import queries as hours
from coopter.office import export, policies, queries
from coopter.office.commands.export import invoice_rows, share_rows
from coopter.office.queries.verify import verify_grouping
from coopter.office.views import blueprint
from coopter.office.views.closing import OFFICE
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import render
from coopter.plumbing.transaction import require
from coopter.values.month import Month
from coopter.values.refusal import NotFound


@blueprint.get("/<grouping>/exports")
@for_roles(*OFFICE)
def exports() -> Any:
    """The tables of every closed month."""
    return render(closed=queries.closed_months())


@blueprint.get("/<grouping>/exports/<month:month>/factures.csv")
@for_roles(*OFFICE)
def invoices_table(month: Month) -> Any:
    """A closed month's invoices, as an accountant's software reads them."""
    return _file("factures", month, lambda wanted: export.invoices_csv(invoice_rows(wanted)))


@blueprint.get("/<grouping>/exports/<month:month>/parts.csv")
@for_roles(*OFFICE)
def shares_table(month: Month) -> Any:
    """A closed month's shares, pool by pool."""
    return _file("parts", month, lambda wanted: export.shares_csv(share_rows(wanted)))


@blueprint.get("/<grouping>/journal/verification")
@for_roles(*OFFICE)
def verification() -> Any:
    """Everything that was made final, compared with its seals, now."""
    return render(verdict=verify_grouping(g.actor))


def _file(name: str, month: Month, table: Callable[[Month], str]) -> Response:
    """The table as a file; raises NotFound for a month that is not closed: it has none yet."""
    require(policies.can_read_office(g.actor))
    if not hours.is_locked(month):
        raise NotFound()
    answer = Response(table(month), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename={name}-{month}.csv"
    return answer
