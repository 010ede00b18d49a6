"""A contribution in the tests' world, and a variant of its formula."""

from __future__ import annotations

from coopter.contributions.commands.formulas import create_contribution
from coopter.contributions.commands.variants import VariantDetails, save_variant
from coopter.contributions.rules.formulas import Formula
from coopter.contributions.rules.kinds import Product
from coopter.values.actor import Actor
from coopter.values.money import Money
from tests.factories import AT


def contribution_of(coordinator: Actor) -> dict[str, int]:
    """An id of a contribution that is studied, and of what was saved of its study."""
    made = create_contribution(coordinator, name="Cotisation", product=Product.MEMBERSHIP_FEE, at=AT)
    details = VariantDetails("Forfait", Formula(fixed=Money(10_000)))
    return {
        "contribution_id": made,
        "variant_id": save_variant(coordinator, contribution_id=made, details=details, at=AT),
    }
