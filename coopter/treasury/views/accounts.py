"""Accounts: the list with what is late, one member's statement on the page, as a table and on paper."""

from __future__ import annotations

from datetime import time
from typing import Any

from flask import Response, g
from flask_babel import gettext as _

from coopter.plumbing import clock
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import render, written
from coopter.treasury import policies, queries
from coopter.treasury.export import statement_csv
from coopter.treasury.pdf import print_statement
from coopter.treasury.queries import AccountLine, LineKind, Statement
from coopter.treasury.rules import MEANS, StatementRow
from coopter.treasury.views import OFFICE, READERS, blueprint
from coopter.values.instants import at_paris
from coopter.values.money import Money, total


@blueprint.get("/<grouping>/paiements")
@for_roles(*OFFICE)
def accounts() -> Any:
    """Every member's account: what it owes, what is late, what was paid."""
    today = clock.today()
    found = queries.account_summaries(g.actor, on=today)
    late = [one for one in found if one.overdue]
    return render(
        accounts=sorted(found, key=lambda one: one.overdue_since or today), late=late, today=today,
        balance=total(one.balance for one in found), overdue=total(one.overdue for one in late),
        paid=total(one.paid for one in found),
    )  # fmt: skip


@blueprint.get("/<grouping>/paiements/membres/<int:structure_id>")
@for_roles(*READERS)
def account(structure_id: int) -> Any:
    """One member's statement of account; a member sees its own."""
    told = queries.statement_of(g.actor, structure_id=structure_id, on=clock.today())
    return render(
        told=told, means=MEANS, may_record=policies.can_record_payments(g.actor),
        sees_all=policies.can_read_accounts(g.actor),
    )  # fmt: skip


@blueprint.get("/<grouping>/paiements/membres/<int:structure_id>/releve.csv")
@for_roles(*READERS)
def account_table(structure_id: int) -> Response:
    """The statement as a table, amounts in euros with a point."""
    told = queries.statement_of(g.actor, structure_id=structure_id, on=clock.today())
    return _file(told, statement_csv(map(_row, told.lines)).encode(), kind="csv", mimetype="text/csv")


@blueprint.get("/<grouping>/paiements/membres/<int:structure_id>/releve.pdf")
@for_roles(*READERS)
def account_paper(structure_id: int) -> Response:
    """The statement on paper, as it stands today."""
    told = queries.statement_of(g.actor, structure_id=structure_id, on=clock.today())
    content = print_statement(told, when=at_paris(told.on, time()))
    return _file(told, content, kind="pdf", mimetype="application/pdf")


def _row(line: AccountLine) -> StatementRow:
    asks = line.effect > Money.zero()
    return StatementRow(
        on=line.on, kind=str(kind_words(line.kind)), number=line.number, about=written(line.title), due_on=line.due_on,
        debit=line.effect if asks else None, credit=None if asks else -line.effect, balance=line.balance,
        means=written(MEANS[line.means]) if line.means else "", note=line.note,
    )  # fmt: skip


@blueprint.app_template_global("account_line_words")
def kind_words(kind: LineKind) -> str:
    """What a line of an account is called."""
    return {
        LineKind.DOCUMENT: _("Pièce"),
        LineKind.CREDIT_NOTE: _("Avoir"),
        LineKind.PAYMENT: _("Paiement"),
        LineKind.REVERSAL: _("Paiement annulé"),
    }[kind]


def _file(told: Statement, content: bytes, *, kind: str, mimetype: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f"attachment; filename=compte-{told.structure_id}-{told.on}.{kind}"
    return response
