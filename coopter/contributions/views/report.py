"""Doors to the yearly report of cooperation: the page, and the same figures on paper."""

from __future__ import annotations

from datetime import time
from typing import Any

from flask import Response, g
from flask_babel import gettext as _

from coopter.contributions.forms.reciprocity import UNITS
from coopter.contributions.policies import reciprocity as policies
from coopter.contributions.queries.reciprocity import years_of_ledger
from coopter.contributions.queries.report import cooperation_report
from coopter.contributions.rules.figures import YEARS
from coopter.contributions.rules.reciprocity import UNIT_NAMES
from coopter.contributions.views import blueprint
from coopter.governance.pdf import print_document
from coopter.plumbing import clock
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import render
from coopter.plumbing.transaction import require
from coopter.values.actor import Role
from coopter.values.instants import at_paris
from coopter.values.refusal import NotFound

INSIDE = (Role.COORDINATOR, Role.TREASURER, Role.AUDITOR, Role.REPRESENTATIVE)


@blueprint.get("/<grouping>/contributions/rapport/<int:year>")
@for_roles(*INSIDE)
def report(year: int) -> Any:
    """A year's cooperation, each figure beside its definition."""
    return render(
        report=cooperation_report(_known(year), on=clock.today()), units=UNITS, years=years_of_ledger(),
        title=_("Rapport de coopération %(year)s", year=year),
    )  # fmt: skip


@blueprint.get("/<grouping>/contributions/rapport/<int:year>.pdf")
@for_roles(*INSIDE)
def report_document(year: int) -> Any:
    """The report as a PDF under the grouping's letterhead."""
    today = clock.today()
    content = print_document(
        "contributions/report_document.html", title=f"Rapport de coopération {_known(year)}",
        when=at_paris(today, time()), report=cooperation_report(year, on=today), units=UNIT_NAMES, today=today,
    )  # fmt: skip
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f"inline; filename=rapport-cooperation-{year}.pdf"
    return response


def _known(year: int) -> int:
    require(policies.can_read_reciprocity(g.actor))
    if year not in YEARS:
        raise NotFound()
    return year
