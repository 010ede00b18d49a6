"""The doors of the billing room: the list, one invoice and its files, why each amount, credit notes, issuing again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import segno
from flask import Blueprint, g, make_response, request, url_for
from flask_babel import gettext as _

from coopter.billing import commands, forms, policies, queries, rules
from coopter.billing.record import InvoiceRecord
from coopter.costs import policies as costs
from coopter.costs.rules import FRENCH_KINDS
from coopter.plumbing import clock, formats
from coopter.plumbing.answering import answer
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import refused, render
from coopter.values.actor import Role
from coopter.values.month import Month
from coopter.values.refusal import Refusal

blueprint = Blueprint("billing", __name__)
READERS = (Role.COORDINATOR, Role.REPRESENTATIVE, Role.TREASURER, Role.AUDITOR)
A_PAGE = 50
TYPES = {"pdf": "application/pdf", "xml": "application/xml"}


@blueprint.get("/<grouping>/factures")
@for_roles(*READERS)
def invoices() -> Any:
    """The invoices and credit notes that the reader may see, newest first."""
    wanted = _wanted()
    totals = queries.sum_invoices(g.actor, wanted=wanted)
    pages = max(1, -(-totals.count // A_PAGE))
    page = min(max(1, request.args.get("page", 1, int)), pages)
    return render(
        invoices=queries.list_invoices(g.actor, wanted=wanted, limit=A_PAGE, offset=(page - 1) * A_PAGE),
        totals=totals,
        choices=queries.invoice_choices(g.actor),
        wanted=wanted,
        is_narrowed=wanted != queries.Wanted(),
        progress=queries.progress_of(wanted.month) if wanted.month and policies.can_see_all_invoices(g.actor) else None,
        at_page=page,
        pages=pages,
        may_see=policies.can_see_some_invoices(g.actor),
        sees_all=policies.can_see_all_invoices(g.actor),
    )


@blueprint.get("/<grouping>/factures/<int:invoice_id>")
@for_roles(*READERS)
def invoice(invoice_id: int) -> Any:
    """One invoice: what it says, what became of it, its files."""
    return _invoice_page(invoice_id)


@blueprint.get("/<grouping>/factures/<int:invoice_id>/<any(pdf, xml):kind>")
@for_roles(*READERS)
def download(invoice_id: int, kind: str) -> Any:
    """The PDF or the XML exactly as it was issued; a file that changed since is not handed out."""
    try:
        found = queries.download(g.actor, invoice_id=invoice_id, kind=kind)
    except queries.DocumentDamaged as damage:
        refused(damage)
        return _invoice_page(invoice_id, status=500)
    response = make_response(found.content)
    response.headers["Content-Type"] = TYPES[kind]
    response.headers["Content-Disposition"] = f'attachment; filename="{found.name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@blueprint.get("/<grouping>/factures/<int:invoice_id>/lignes/<int:position>/pourquoi")
@for_roles(*READERS)
def why(invoice_id: int, position: int) -> Any:
    """« Pourquoi ce montant ? »: from a line back to what was decided and worked."""
    told = queries.explain_line(g.actor, invoice_id=invoice_id, position=position)
    if told.call is not None:
        return render(page="why_due", told=told, call=told.call, sees_all=policies.can_see_all_invoices(g.actor))
    kinds = {kind: _(words[0]) for kind, words in FRENCH_KINDS.items()}
    return render(told=told, share=told.share, kinds=kinds, sees_costs=costs.can_read_costs(g.actor))


@blueprint.get("/<grouping>/factures/<int:invoice_id>/avoir")
@for_roles(Role.COORDINATOR)
def credit(invoice_id: int) -> Any:
    """What cancelling this invoice will do, before it is done."""
    return _credit_page(invoice_id, forms.CreditNoteForm(data={"on": clock.today()}))


@blueprint.post("/<grouping>/factures/<int:invoice_id>/avoir")
@for_roles(Role.COORDINATOR)
def issue_credit_note(invoice_id: int) -> Any:
    """Cancel the invoice by a credit note."""
    form = forms.CreditNoteForm()
    return answer(
        form,
        lambda: commands.issue_credit_note(
            g.actor, invoice_id=invoice_id, reason=form.reason.data or "", on=form.on.data or clock.today(),
            at=clock.now(),
        ),
        then=_address,
        done=lambda note: _("L’avoir %(number)s est établi.", number=note.number),
        again=lambda **shown: _credit_page(invoice_id, form, **shown),
    )  # fmt: skip


@blueprint.get("/<grouping>/factures/<int:invoice_id>/refacturer")
@for_roles(Role.COORDINATOR)
def again(invoice_id: int) -> Any:
    """What issuing a cancelled invoice again would change, before it is done."""
    return _again_page(invoice_id, forms.IssueAgainForm(data={"on": clock.today()}))


@blueprint.post("/<grouping>/factures/<int:invoice_id>/refacturer")
@for_roles(Role.COORDINATOR)
def issue_again(invoice_id: int) -> Any:
    """Issue a cancelled invoice again, with today's particulars."""
    form = forms.IssueAgainForm()
    return answer(
        form,
        lambda: commands.issue_again(
            g.actor, invoice_id=invoice_id, on=form.on.data or clock.today(), at=clock.now()
        ),
        then=_address,
        done=lambda issued: _("La facture %(number)s est émise.", number=issued.number),
        again=lambda **shown: _again_page(invoice_id, form, **shown),
    )  # fmt: skip


@blueprint.get("/<grouping>/factures/documents/<month:month>")
@for_roles(Role.COORDINATOR, Role.TREASURER, Role.AUDITOR)
def progress(month: Month) -> Any:
    """How far a month's documents are: the fragment alone for whoever polls, a page for whoever reads."""
    found = queries.progress_of(month)
    fragment = request.headers.get("HX-Request") == "true"
    return render(page="_progress" if fragment else "progress", progress=found, month=found.month)


def _address(invoice: commands.IssuedInvoice) -> str:
    return url_for("billing.invoice", invoice_id=invoice.id)


def _invoice_page(invoice_id: int, *, status: int = 200) -> Any:
    page = queries.invoice_page(g.actor, invoice_id)
    account = page.record.account
    return render(
        page="invoice",
        status=status,
        invoice=page,
        record=page.record,
        summary=page.summary,
        iban=formats.iban(account.iban).replace("\u00a0", " ") if account else "",
        code=_code(page.record) if page.summary.standing is queries.Standing.ISSUED else "",
        sees_all=policies.can_see_all_invoices(g.actor),
    )


def _credit_page(invoice_id: int, form: forms.CreditNoteForm, *, status: int = 200, conflict: Any = None) -> Any:
    page = queries.invoice_page(g.actor, invoice_id)
    return render(page="credit", status=status, invoice=page, summary=page.summary, form=form)


def _again_page(invoice_id: int, form: forms.IssueAgainForm, *, status: int = 200, conflict: Any = None) -> Any:
    page = queries.invoice_page(g.actor, invoice_id)
    changes: tuple[queries.Change, ...] = ()
    if page.may_issue_again:
        try:
            on = form.on.data or clock.today()
            changes = queries.changes_again(g.actor, invoice_id=invoice_id, on=on, at=clock.now())
        except Refusal as refusal:
            refused(refusal)
    return render(page="again", status=status, invoice=page, summary=page.summary, form=form, changes=changes)


def _wanted() -> queries.Wanted:
    """What the address asks for; what it does not understand narrows nothing."""
    period = request.args.get("periode", "")
    standing = request.args.get("etat", "")
    known = {one.value: one for one in queries.Standing}
    wanted = queries.Wanted(structure_id=request.args.get("structure", None, int), standing=known.get(standing))
    if period.isascii() and period.isdigit() and len(period) == 4 and period != "0000":
        return replace(wanted, year=int(period))
    return replace(wanted, month=_month(period))


def _month(text: str) -> Month | None:
    try:
        return Month.parse(text)
    except Refusal:
        return None


def _code(record: InvoiceRecord) -> str:
    """The payment code of the invoice as a picture in the page (EPC069-12), "" where there is nothing to pay."""
    payload = rules.epc_payload(record)
    if payload is None:
        return ""
    code = segno.make_qr(payload, error="m", boost_error=False, encoding="utf-8")
    return str(code.svg_data_uri(border=2, scale=4, light="white"))
