"""Doors to the register of deliberations: numbered without a gap, sealed one after the other, kept."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _

from coopter.governance import pdf
from coopter.governance.commands.votes import annul_outcome as _annul_outcome
from coopter.governance.forms.naming import VERDICTS
from coopter.governance.queries.votes import OutcomeRecord, get_outcome, register
from coopter.governance.views import blueprint
from coopter.governance.views.minutes import as_file
from coopter.governance.views.results import shown_result
from coopter.plumbing import clock
from coopter.plumbing.answering import press
from coopter.plumbing.doors import everyone_inside, for_roles
from coopter.plumbing.pages import render
from coopter.values.actor import Role

A_PAGE = 50


@blueprint.get("/<grouping>/vie/deliberations")
@everyone_inside
def deliberations() -> Any:
    """The register of deliberations, the latest first."""
    kept = register()
    pages = max(1, -(-len(kept) // A_PAGE))
    page = min(max(1, request.args.get("page", 1, int)), pages)
    shown = kept[(page - 1) * A_PAGE : page * A_PAGE]
    lines = [(one, shown_result(one)) for one in shown]
    return render(page="register", lines=lines, count=len(kept), at_page=page, pages=pages)


@blueprint.post("/<grouping>/vie/deliberations/<int:outcome_id>/annulation")
@for_roles(Role.COORDINATOR)
def annul_outcome(outcome_id: int) -> Any:
    """Say that a deliberation does not count, and the decision that it took with it; both stay in their register."""
    found, reason = get_outcome(outcome_id), request.form.get("reason", "")
    return press(
        lambda: _annul_outcome(g.actor, outcome_id=outcome_id, reason=reason, at=clock.now()),
        to=url_for("governance.recount", assembly_id=found.assembly_id),
        done=_("La délibération n° %(number)s est annulée.", number=found.number),
    )


@blueprint.get("/<grouping>/vie/deliberations.csv")
@everyone_inside
def deliberations_table() -> Any:
    """The register as a table."""
    out = io.StringIO()
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    table.writerow([_("Numéro"), _("Date"), _("Instance"), _("Délibération"), _("Résultat"), _("Pour"), _("Contre"),
                    _("Abstentions"), _("Décision"), _("Annulée"), "SHA-256"])  # fmt: skip
    for one in reversed(register()):
        table.writerow([_safe(cell) for cell in _row(one)])
    return as_file(out.getvalue().encode("utf-8-sig"), name="deliberations.csv", kind="text/csv; charset=utf-8")


def _row(one: OutcomeRecord) -> list[str]:
    weights = one.result.get("weights") or {}
    figures = [str(weights.get(code, "")) for code in ("yes", "no", "abstain")]
    return [str(one.number), one.decided_on.isoformat(), one.body, one.title, str(VERDICTS[one.verdict]), *figures,
            str(one.decision_number or ""), one.annulled_because or "", one.ballots_sha256]  # fmt: skip


def _safe(text: str) -> str:
    """A cell that no spreadsheet takes for a formula (R55)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


@blueprint.get("/<grouping>/vie/deliberations.pdf")
@everyone_inside
def deliberations_document() -> Any:
    """The register on paper, in the order of its numbers."""
    kept = tuple(reversed(register()))
    when = kept[-1].recorded_at if kept else clock.now()
    words = {verdict: str(word) for verdict, word in VERDICTS.items()}
    content = pdf.print_document(
        "governance/pdf/register.html", title="Registre des délibérations", when=when,
        foot="Registre des délibérations", lines=kept, words=words,
    )  # fmt: skip
    return as_file(content, name="deliberations.pdf", kind="application/pdf")
