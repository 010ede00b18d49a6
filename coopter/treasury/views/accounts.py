"""Accounts: the list with what is late, one member's statement on the page, as a table and on paper."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from flask import Response, g, request
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
    told = _statement(structure_id)
    return render(
        told=told, years=[("", _("Toutes")), *((year, year) for year in told.years)], means=MEANS,
        may_record=policies.can_record_payments(g.actor),
        sees_all=policies.can_read_accounts(g.actor),
    )  # fmt: skip


@blueprint.get("/<grouping>/paiements/membres/<int:structure_id>/releve.csv")
@for_roles(*READERS)
def account_table(structure_id: int) -> Response:
    """The statement as a table for a French spreadsheet."""
    told = _statement(structure_id)
    rows = [*_brought(told), *map(_row, told.lines)]
    return _file(told, statement_csv(rows).encode(), kind="csv", mimetype="text/csv")


@blueprint.get("/<grouping>/paiements/membres/<int:structure_id>/releve.pdf")
@for_roles(*READERS)
def account_paper(structure_id: int) -> Response:
    """The statement on paper, as it stands today."""
    told = _statement(structure_id)
    content = print_statement(told, when=at_paris(told.on, time()))
    return _file(told, content, kind="pdf", mimetype="application/pdf")


def _statement(structure_id: int) -> Statement:
    """The account, or the year of it that is asked for."""
    year = request.args.get("annee", type=int)
    return queries.statement_of(g.actor, structure_id=structure_id, on=clock.today(), year=year)


def _brought(told: Statement) -> list[StatementRow]:
    """The balance brought forward, as the first line of a year."""
    if told.year is None:
        return []
    first = date(told.year, 1, 1)
    return [StatementRow(first, _("Solde reporté"), "", "", None, None, None, told.brought, "", "")]


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
    name = f"compte-{told.code}-{told.year or told.on}.{kind}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
