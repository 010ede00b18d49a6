"""A contribution in the tests' world: a variant of its formula, a call, and a payment received."""

from __future__ import annotations

from sqlalchemy import select

from coopter.billing.models import Invoice
from coopter.contributions.commands.formulas import create_contribution
from coopter.contributions.commands.variants import VariantDetails, save_variant
from coopter.contributions.models import CallRun
from coopter.contributions.rules.formulas import Formula
from coopter.contributions.rules.kinds import CallKind, Product
from coopter.governance.models import Decision
from coopter.plumbing.database import session
from coopter.treasury.models import Payment
from coopter.treasury.rules import Means
from coopter.values.actor import Actor
from coopter.values.money import Money
from tests.factories import AT, saved


def contribution_of(coordinator: Actor) -> dict[str, int]:
    """An id of a contribution that is studied, and of what was saved of its study."""
    made = create_contribution(coordinator, name="Cotisation", product=Product.MEMBERSHIP_FEE, at=AT)
    details = VariantDetails("Forfait", Formula(fixed=Money(10_000)))
    decided = session().scalars(select(Decision.id).order_by(Decision.id)).first()
    run = saved(
        CallRun(
            contribution_id=made, year=2026, kind=CallKind.YEAR, turn=1, decision_id=decided, called_on=AT.date(),
            total=Money(10_000), called_by="Anne", called_at=AT,
        )
    )  # fmt: skip
    invoice = session().scalars(select(Invoice).order_by(Invoice.id)).first()
    assert invoice is not None
    payment = saved(
        Payment(
            structure_id=invoice.structure_id, invoice_id=invoice.id, received_on=AT.date(), amount=Money(100),
            means=Means.TRANSFER, recorded_by="Anne", recorded_at=AT,
        )
    )  # fmt: skip
    return {
        "contribution_id": made,
        "run_id": run.id,
        "payment_id": payment.id,
        "variant_id": save_variant(coordinator, contribution_id=made, details=details, at=AT),
    }
