"""Keys and prices as they were decided, read from the register of decisions: the history, and what is in force."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from coopter.costs.rules import KEY, PRICE, AllocationKey, HourPrice, Pool, key_of, price_of
from coopter.costs.rules import key_in_force as key_among
from coopter.costs.rules import price_in_force as price_among
from coopter.governance import queries as governance
from coopter.members import queries as members
from coopter.members.rules import VatRegime
from coopter.values.month import Month


def list_rules() -> tuple[AllocationKey, ...]:
    """Every key that the grouping decided and did not annul, the latest number first."""
    return tuple(key_of(decided) for decided in governance.decisions_of(KEY))


def rule_in_force(pool: Pool, employee_id: int | None, on: date) -> AllocationKey:
    """The key of a pool on a day; by minutes (number 0) when nothing was decided."""
    return key_among(list_rules(), pool=pool, employee_id=employee_id, on=on)


def list_prices() -> tuple[HourPrice, ...]:
    """Every price that the grouping decided and did not annul, the latest day first."""
    prices = [price_of(decided) for decided in governance.decisions_of(PRICE)]
    return tuple(sorted(prices, key=lambda price: (price.from_on, price.id), reverse=True))


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
