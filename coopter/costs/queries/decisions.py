"""Keys and prices as they were decided: the whole history, and what is in force on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Table, select

from coopter.costs.models import AllocationRule, HourlyPrice
from coopter.costs.rules import AllocationKey, HourPrice, Pool
from coopter.costs.rules import key_in_force as key_among
from coopter.costs.rules import price_in_force as price_among
from coopter.members import queries as members
from coopter.members.rules import VatRegime
from coopter.plumbing import tenancy
from coopter.plumbing.database import session
from coopter.values.month import Month

RULES: Table = AllocationRule.__table__  # type: ignore[assignment]
PRICES: Table = HourlyPrice.__table__  # type: ignore[assignment]


def list_rules() -> tuple[AllocationKey, ...]:
    """Every key that the grouping decided, the latest number first."""
    rule = RULES.c
    query = select(
        rule.number, rule.pool, rule.employee_id, rule.method, rule.weights, rule.from_on, rule.decided_by, rule.author,
        rule.id, rule.recorded_at,
    ).where(rule.grouping_id == tenancy.current()).order_by(rule.number.desc())  # fmt: skip
    return tuple(
        AllocationKey(number, pool, employee, method, _pairs(weights), *rest)
        for number, pool, employee, method, weights, *rest in session().execute(query)
    )


def rule_in_force(pool: Pool, employee_id: int | None, on: date) -> AllocationKey:
    """The key of a pool on a day; by minutes (number 0) when nothing was decided."""
    return key_among(list_rules(), pool=pool, employee_id=employee_id, on=on)


def list_prices() -> tuple[HourPrice, ...]:
    """Every price that the grouping decided, the latest first."""
    price = PRICES.c
    query = select(
        price.id, price.employee_id, price.rate_ten_thousandths, price.from_on, price.decided_by, price.author,
        price.recorded_at,
    ).where(price.grouping_id == tenancy.current()).order_by(price.from_on.desc(), price.id.desc())  # fmt: skip
    return tuple(HourPrice(*row) for row in session().execute(query))


def price_in_force(employee_id: int | None, on: date) -> HourPrice | None:
    """The price of an employee's hours on a day (None: of everybody's); None = exact shares.

    Under the exemption of art. 261 B CGI there is no price, whatever was decided: members owe their exact part.
    For many employees ask `prices_in_force`, which reads once.
    """
    prices = list_prices()
    if not prices or members.vat_regime(on) is VatRegime.EXEMPT_261B:
        return None
    return price_among(prices, employee_id=employee_id, on=on)


def prices_in_force(month: Month, employee_ids: Iterable[int]) -> dict[int, HourPrice]:
    """The price of each of these employees on the month's first day; whoever is at exact shares is not in it."""
    prices = list_prices()
    if not prices or members.vat_regime(month.first) is VatRegime.EXEMPT_261B:
        return {}
    general = price_among(prices, employee_id=None, on=month.first)
    own = {price.employee_id for price in prices}
    found = {
        employee_id: price_among(prices, employee_id=employee_id, on=month.first) if employee_id in own else general
        for employee_id in set(employee_ids)
    }
    return {employee_id: price for employee_id, price in found.items() if price is not None}


def _pairs(weights: dict[str, int] | None) -> tuple[tuple[int, int], ...]:
    return tuple(sorted((int(structure), weight) for structure, weight in (weights or {}).items()))
