"""Keys and prices: numbered, dated, sealed; what each refuses."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from coopter.costs import commands, queries, rules
from coopter.costs.rules import KeyMethod, Pool
from coopter.governance.models import Decision
from coopter.hours import queries as hours
from coopter.members.models import Parameter
from coopter.plumbing import journal
from coopter.plumbing.database import session
from coopter.values.money import Money
from coopter.values.month import Month
from coopter.values.rate import Rate
from coopter.values.refusal import NotFound
from tests import factories as a
from tests.costs.scenes import APRIL, AT, MARCH, Scene


def test_rules_are_numbered_and_the_latest_counts(scene: Scene) -> None:
    first = {"pool": Pool.EMPLOYEE, "method": KeyMethod.EQUAL, "from_on": date(2026, 1, 1), "at": AT}
    assert commands.set_allocation_rule(scene.anne, **first) == 1
    assert commands.set_allocation_rule(scene.anne, **{**first, "method": KeyMethod.HEADCOUNT}) == 2
    assert commands.set_allocation_rule(scene.anne, **first, employee_id=scene.nolwenn.id, decided_by=" ") == 3
    assert queries.rule_in_force(Pool.EMPLOYEE, scene.nolwenn.id, MARCH.first).number == 3
    assert queries.rule_in_force(Pool.EMPLOYEE, 12345, MARCH.first).number == 2
    assert queries.rule_in_force(Pool.MANAGEMENT, None, MARCH.first).number == 0
    assert {rule.decided_by for rule in queries.list_rules()} == {"Reprise initiale"}
    assert session().scalar(select(func.count()).select_from(journal.Seal)) == 3


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"from_on": date(2026, 3, 2)}, rules.StartsInsideMonth),
        ({"method": KeyMethod.WEIGHTS}, rules.KeyNeedsWeights),
        ({"weights": {1: 2}}, rules.WeightsUnexpected),
        ({"employee_id": 1}, rules.ManagementOfOne),
        ({"pool": Pool.EMPLOYEE, "employee_id": 999_999}, NotFound),
        ({"method": KeyMethod.WEIGHTS, "weights": {999_999: 2}}, NotFound),
    ],
)
def test_keys_refused(scene: Scene, fields: dict[str, Any], refusal: type[Exception]) -> None:
    key = {"pool": Pool.MANAGEMENT, "method": KeyMethod.EQUAL, "from_on": MARCH.first, "at": AT}
    with pytest.raises(refusal):
        commands.set_allocation_rule(scene.anne, **{**key, **fields})


def test_a_price_from_a_month_on_and_back(scene: Scene) -> None:
    for month, rate in ((1, Rate(272_300)), (4, None)):
        commands.set_hourly_price(scene.anne, rate=rate, from_on=date(2026, month, 1), at=AT, decided_by="CA")
    commands.set_hourly_price(scene.anne, rate=Rate(300_000), from_on=MARCH.first, at=AT, employee_id=scene.nolwenn.id)
    other = a.an_employee(scene.north)
    both = [scene.nolwenn.id, other.id]

    def rates(month: Month) -> dict[int, int]:
        found = queries.prices_in_force(month, both)
        return {who: price.rate.ten_thousandths for who, price in found.items() if price.rate}

    assert rates(Month(2025, 12)) == {}
    assert rates(Month(2026, 2)) == dict.fromkeys(both, 272_300)
    assert rates(MARCH) == {scene.nolwenn.id: 300_000, other.id: 272_300}
    assert rates(APRIL) == {scene.nolwenn.id: 300_000}
    price = queries.price_in_force(other.id, MARCH.first)
    assert price is not None and (price.rate, price.decided_by) == (Rate(272_300), "CA")
    assert queries.price_in_force(other.id, APRIL.first) is None
    a.worked(other, scene.north, date(2026, 3, 2), 90)
    (share,) = queries.preview_split(MARCH, hours.worked_minutes(MARCH))
    assert (share.amount, share.minutes) == (Money(0), 90)


def test_under_261b_there_is_no_price(scene: Scene) -> None:
    """CGI art. 261 B: each member repays exactly its part."""
    commands.set_hourly_price(scene.anne, rate=Rate(272_300), from_on=date(2026, 1, 1), at=AT)
    a.saved(
        Parameter(
            name="vat_regime", value="exempt-261b", from_on=MARCH.first, decided_by="AG", author="Anne", recorded_at=AT
        )
    )
    with pytest.raises(rules.PriceUnderExemption):
        commands.set_hourly_price(scene.anne, rate=Rate(272_300), from_on=APRIL.first, at=AT)
    commands.set_hourly_price(scene.anne, rate=None, from_on=APRIL.first, at=AT)
    assert queries.price_in_force(scene.nolwenn.id, date(2026, 2, 1)) is not None
    assert queries.price_in_force(scene.nolwenn.id, MARCH.first) is None
    assert queries.prices_in_force(MARCH, [scene.nolwenn.id]) == {}
    with pytest.raises(rules.PriceNotPositive):
        commands.set_hourly_price(scene.anne, rate=Rate(0), from_on=APRIL.first, at=AT)
    assert session().scalar(select(func.count()).select_from(Decision)) == 2
