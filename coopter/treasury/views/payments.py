"""Payments on a document: what was noted, a new one, one taken back."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from coopter.plumbing import clock
from coopter.plumbing.answering import press
from coopter.plumbing.doors import for_roles
from coopter.plumbing.pages import refused, render
from coopter.treasury import commands, policies, queries
from coopter.treasury.forms import PaymentForm
from coopter.treasury.rules import MEANS, Doubtful, Means
from coopter.treasury.views import OFFICE, WRITERS, blueprint
from coopter.values.money import Money
from coopter.values.refusal import Refusal


@blueprint.get("/<grouping>/paiements/pieces/<int:invoice_id>")
@for_roles(*OFFICE)
def document(invoice_id: int) -> Any:
    """What was paid on a document, what is left, and a new payment."""
    left = queries.owed_document(invoice_id).owing.left
    start = {"amount": left if left > Money.zero() else None, "received_on": clock.today(), "means": Means.TRANSFER}
    return _page(invoice_id, PaymentForm(data=start))


@blueprint.post("/<grouping>/paiements/pieces/<int:invoice_id>")
@for_roles(*WRITERS)
def record_payment(invoice_id: int) -> Any:
    """Note a payment; one that looks doubtful is asked about first."""
    form = PaymentForm()
    if not form.validate():
        return _page(invoice_id, form, status=422)
    try:
        commands.record_payment(
            g.actor, invoice_id=invoice_id, amount=form.amount.data, received_on=form.received_on.data,
            means=form.means.data, reference=form.reference.data, confirmed=form.confirmed.data, at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        refused(refusal)
        return _page(invoice_id, form, status=422, doubtful=isinstance(refusal, Doubtful))
    flash(_("Le paiement est noté."), "success")
    return redirect(url_for("treasury.document", invoice_id=invoice_id), 303)


@blueprint.post("/<grouping>/paiements/<int:payment_id>/annulation")
@for_roles(*WRITERS)
def reverse_payment(payment_id: int) -> Any:
    """Take back a payment noted by mistake, with its reason."""
    payment = queries.get_payment(payment_id)
    reason = request.form.get("reason", "")
    return press(
        lambda: commands.reverse_payment(g.actor, payment_id=payment_id, reason=reason, at=clock.now()),
        to=url_for("treasury.document", invoice_id=payment.invoice_id),
        done=_("Le paiement est annulé ; le compte garde la trace des deux."),
    )


def _page(invoice_id: int, form: PaymentForm, *, status: int = 200, doubtful: bool = False) -> Any:
    return render(
        page="document", status=status, owed=queries.owed_document(invoice_id), form=form, doubtful=doubtful,
        payments=queries.payments_of(invoice_id=invoice_id), means=MEANS, today=clock.today(),
        may_record=policies.can_record_payments(g.actor),
    )  # fmt: skip
